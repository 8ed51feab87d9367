"""The label by which a package comes back: bought once as others are, from the customer to us; found by its own number; mailed, given back."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest

from tests.carriers.sold import picked, sold
from tests.carriers.strict_easypost import FOLDER, PDF
from tests.fulfilment.floor import Floor, floor
from tests.fulfilment.printed import labels, pages, scanned
from tests.fulfilment.test_labels import text_of
from tests.fulfilment.test_manifests import packed
from tests.support.faults import AFTER, BEFORE, CrashAt, Recorder
from tests.support.world import Crash
from waybill.aws import gate
from waybill.fulfilment.service import load
from waybill.shop import store as shop


@pytest.fixture
def the() -> Iterator[Floor]:
    with floor() as it:
        yield it


def path(fo: str, n: int = 1) -> str:
    return f"/v1/fulfilment-orders/{fo}/packages/{n}/return-label"


def ask(the: Floor, fo: str, **body: Any) -> dict[str, Any]:
    """The return label of its first package."""
    reply = the.call("POST", path(fo), body)
    assert reply.status == 200, reply.content
    return reply.json()["packages"][0]["return_label"]


def test_it_goes_from_the_customer_to_the_node_under_a_number_of_its_own(the: Floor) -> None:
    fo = packed(the)
    the.do(fo, "ship")
    back = ask(the, fo)
    assert back["status"] == "bought" and back["tracking_number"] not in the.numbers_of(fo) and back["cost"] > 0
    pdf, zpl = the.call("GET", path(fo), who="reno").content, the.call("GET", f"{path(fo)}?format=zpl", who="reno").content
    assert scanned(pages(pdf)[0]) == [("]C0", back["tracking_number"])] == scanned(labels(zpl)[0])
    (text,) = text_of(pdf)
    assert text.index("Ada Byron") < text.index("RETURN TO") < text.index(shop.node("reno").place.line1)
    assert the.told(fo)[-1] == "return_labelled"


def test_it_comes_back_to_the_node_of_the_policy(the: Floor) -> None:
    assert the.call("PUT", "/v1/policies/returns", {"node": "columbus"}).status == 200
    assert the.call("PUT", "/v1/policies/returns", {"node": "nowhere"}).status == 422
    the.restart()
    fo = packed(the)
    ask(the, fo)
    (text,) = text_of(the.call("GET", path(fo)).content)
    assert "Columbus" in text.partition("RETURN TO")[2]


def test_asking_again_answers_the_same_label(the: Floor) -> None:
    fo = packed(the)
    first = ask(the, fo)
    assert ask(the, fo) == first and the.told(fo).count("return_labelled") == 1


def test_its_number_finds_the_package_and_leaves_its_way_out_alone(the: Floor) -> None:
    fo = packed(the)
    the.do(fo, "ship")
    back = ask(the, fo)
    parcel = {"tracking_number": back["tracking_number"], "carrier": back["carrier"]}
    assert the.scan(parcel, "in_transit", "2026-11-24T04:00:00Z").status == 202
    assert the.scan(parcel, "delivered", "2026-11-25T04:00:00Z").status == 202
    assert the.scan(parcel, "in_transit", "2026-11-24T05:00:00Z").status == 202
    (package,) = the.read(fo)["packages"]
    assert package["return_label"]["tracking"]["status"] == "delivered" and package["tracking"] is None
    assert the.status(fo)[1] == "shipped" and the.told(fo)[-2:] == ["return_tracked", "return_tracked"]
    assert the.call("POST", f"{path(fo)}/void", {}).status == 409


def test_a_label_of_our_own_costs_once_its_carrier_has_the_package(the: Floor) -> None:
    fo = packed(the)
    the.do(fo, "ship")
    back = ask(the, fo)
    parcel = {"tracking_number": back["tracking_number"], "carrier": back["carrier"]}
    for hour, status in enumerate(("pre_transit", "in_transit", "pre_transit", "in_transit", "delivered")):
        assert the.scan(parcel, status, f"2026-11-24T{hour:02d}:00:00Z").status == 202
    entries = [entry for entry in load(fo)[1].history if entry.type.startswith("fulfilment_order.return_")]
    assert not any("shipment" in entry.data for entry in entries), "nobody has sold it"
    (used,) = [entry.data for entry in entries if entry.type == "fulfilment_order.return_tracked" and "cost" in entry.data]
    assert (used["status"], used["carrier"], used["cost"], used["currency"]) == ("in_transit", "parcelway", back["cost"], "USD")


def test_where_a_carrier_does_not_answer_it_is_asked_again_later() -> None:
    if not FOLDER.is_dir():
        pytest.skip("the recorded exchanges are not here (../shared/samples/carrier_easypost)")
    with sold() as (the, vendor):
        fo = picked(the)
        the.do(fo, "pack")
        vendor.down = True
        assert the.call("POST", path(fo), {}).status == 503
        vendor.down = False
        the.world.later(400)
        assert ask(the, fo)["status"] == "bought"


def test_the_customer_is_sent_it_once(the: Floor) -> None:
    fo = packed(the)
    assert ask(the, fo)["mailed"] is False
    for _ in range(2):
        assert ask(the, fo, mail=True)["mailed"] is True
    (entry,) = [entry for entry in load(fo)[1].history if entry.type == "fulfilment_order.return_mailed"]
    assert entry.data["paper"].endswith("-return.pdf") and entry.data["packages"][0]["tracking_number"] == ask(the, fo)["tracking_number"]


def test_one_that_was_given_back_makes_room_for_another(the: Floor) -> None:
    fo = packed(the)
    first = ask(the, fo, mail=True)
    for _ in range(2):
        assert the.call("POST", f"{path(fo)}/void", {}).json()["packages"][0]["return_label"]["status"] == "voided"
    assert the.told(fo).count("return_voided") == 1 and the.call("GET", path(fo)).status == 404
    second = ask(the, fo)
    assert second["tracking_number"] != first["tracking_number"] and second["mailed"] is False


def test_a_crash_anywhere_leaves_one_label_that_is_found_by_its_number(the: Floor) -> None:
    fo = packed(the, alone=True)
    with gate.watching(Recorder()) as recorder:
        ask(the, fo, mail=True)
    for index in range(len(recorder.calls)):
        for moment in (BEFORE, AFTER):
            fo = packed(the, alone=True)
            with gate.watching(CrashAt(index, moment)), suppress(Crash):
                ask(the, fo, mail=True)
            back = ask(the, fo, mail=True)
            assert (the.told(fo).count("return_labelled"), the.told(fo).count("return_mailed")) == (1, 1)
            assert scanned(pages(the.call("GET", path(fo)).content)[0])[0][1] == back["tracking_number"]
            assert the.scan(back, "in_transit").status == 202


def test_what_does_not_go_out_does_not_come_back(the: Floor) -> None:
    waits, void = the.put()[0], packed(the, apart=True)
    the.call("POST", f"/v1/fulfilment-orders/{void}/packages/1/void", {})
    assert the.call("POST", path(waits), {}).status == 404
    assert the.call("POST", path(void), {}).status == 409
    assert the.call("POST", path(void, 2), {}).status == 200
    assert the.call("POST", f"{path(void, 1)}/void", {}).status == 404
    assert the.call("POST", path(void, 2), {"mail": "yes"}).status == 422
    assert the.call("POST", path(void, 2), {}, "columbus").status == 404


@pytest.mark.skipif(not FOLDER.is_dir(), reason="the recorded exchanges are not here (../shared/samples/carrier_easypost)")
def test_a_carriers_own_is_bought_once_kept_and_given_back() -> None:
    with sold() as (the, vendor):
        fo = picked(the)
        (out,) = the.do(fo, "pack")["packages"]
        the.do(fo, "ship")
        back = ask(the, fo)
        assert sorted(vendor.live()) == sorted([out["tracking_number"], back["tracking_number"]]) and back["carrier"] == "easypost"
        assert the.call("GET", path(fo)).content == PDF
        assert ask(the, fo) == back and len(vendor.live()) == 2
        assert the.call("POST", f"{path(fo)}/void", {}).status == 200
        assert vendor.live() == [out["tracking_number"]]
