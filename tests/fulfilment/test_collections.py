"""A carrier's van comes to a node: one for each intent, whatever goes wrong in between."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest

from tests.carriers.sold import picked, sold
from tests.carriers.strict_easypost import FOLDER, StrictEasyPost
from tests.fulfilment.floor import Floor, floor
from tests.support.faults import AFTER, BEFORE, CrashAt, Recorder
from tests.support.world import Crash, Reply
from waybill.aws import gate
from waybill.fulfilment import collections
from waybill.fulfilment.model import collection as verbs

pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason="the recorded exchanges are not here (../shared/samples/carrier_easypost)")
Sold = tuple[Floor, StrictEasyPost]


@pytest.fixture
def both() -> Iterator[Sold]:
    with sold() as (the, vendor):
        yield the, vendor


def packed(the: Floor) -> str:
    fo = picked(the)
    the.do(fo, "pack")
    return fo


def window(the: Floor, **other: Any) -> dict[str, Any]:
    """Tomorrow in the afternoon."""
    day = (the.world.now() + timedelta(days=1)).date().isoformat()
    return {"node": "reno", "carrier": "easypost", "date": day, "from": "14:00", "to": "18:00", "place": "Dock 4", **other}


def book(the: Floor, who: str = "admin", key: str = "", **other: Any) -> Reply:
    return the.call("POST", "/v1/collections", window(the, **other), who, **({"idempotency_key": key} if key else {}))


def booked(the: Floor, **other: Any) -> dict[str, Any]:
    reply = book(the, **other)
    assert reply.status == 200, reply.content
    return reply.json()


def cancel(the: Floor, each: dict[str, Any], **body: Any) -> Reply:
    return the.call("POST", f"/v1/collections/{each['id']}/cancel", body)


def read(the: Floor, each: dict[str, Any]) -> dict[str, Any]:
    return the.call("GET", f"/v1/collections/{each['id']}").json()


def round(the: Floor, later: float = 120) -> None:
    the.world.later(later)
    the.world.handler("parcels")({"detail-type": "Scheduled Event"}, None)


def test_a_van_is_booked_for_what_stands_labelled_and_called_off(both: Sold) -> None:
    the, vendor = both
    packed(the), packed(the)
    van = booked(the, instructions="Ring twice")
    assert (van["status"], [van["confirmation"]], van["cost"]) == ("booked", vendor.coming(), {"amount": "0.00", "currency": "USD"})
    assert van["service"] == "USPS:NextDay" and van["weight_g"] > 0 and van["packages"] >= 1
    assert [said["status"] for said in van["log"]] == ["requested", "booking", "booked"]
    assert the.call("GET", f"/v1/collections?node=reno&date={van['date']}").json()["items"] == [van] == [read(the, van)]
    assert the.call("GET", "/v1/collections?node=reno&date=2026-01-01").json()["items"] == []
    after = cancel(the, van, reason="nothing to send").json()
    assert after["status"] == "cancelled" and vendor.coming() == [] and cancel(the, van).json() == after
    assert after["log"][-2] == {"at": after["log"][-2]["at"], "by": "admin:admin", "status": "cancelling", "why": "nothing to send"}


def test_a_van_collects_what_is_on_a_manifest(both: Sold) -> None:
    the, vendor = both
    packed(the)
    manifest = the.call("POST", "/v1/manifests", {"node": "reno", "carrier": "easypost", "date": "2026-11-30"}).json()
    asked = {name: value for name, value in window(the).items() if name not in ("node", "carrier")} | {"manifest": manifest["id"]}
    van = the.call("POST", "/v1/collections", asked).json()
    assert (van["status"], van["manifest"], van["packages"], van["node"]) == ("booked", manifest["id"], 1, "reno")
    assert the.call("POST", "/v1/collections", {**asked, "node": "reno"}).status == 422
    the.call("POST", f"/v1/manifests/{manifest['id']}/handed-over", {})
    assert the.call("POST", "/v1/collections", {**asked, "from": "08:00", "to": "09:00"}).status == 409 and len(vendor.coming()) == 1


def test_the_same_window_is_the_same_van_and_another_at_that_time_is_refused(both: Sold) -> None:
    the, vendor = both
    packed(the)
    van = booked(the)
    assert booked(the) == van and booked(the, place="elsewhere") == van
    other = book(the, **{"from": "17:00", "to": "19:00"})
    assert other.status == 409 and van["id"] in other.json()["detail"]
    assert booked(the, **{"from": "18:00", "to": "19:00"})["number"] == 2 and len(vendor.coming()) == 2
    cancel(the, van)
    again = booked(the)
    assert again["id"] != van["id"] and again["number"] == 3 and len(vendor.coming()) == 2


def test_a_request_with_a_key_is_made_once_whatever_has_become_of_it(both: Sold) -> None:
    the, vendor = both
    packed(the)
    van = book(the, key="k").json()
    cancel(the, van)
    assert book(the, key="k").json()["status"] == "cancelled" and vendor.coming() == []
    for other in ({"place": "Dock 5"}, {"date": (the.world.now() + timedelta(days=2)).date().isoformat()}):
        reused = book(the, key="k", **other)
        assert reused.status == 422 and reused.json()["code"] == "idempotency_key_reused"
    assert book(the, who="reno", key="k").json()["id"] != van["id"]


def test_a_carrier_that_refuses_says_why_and_nothing_comes(both: Sold) -> None:
    the, vendor = both
    packed(the)
    vendor.refuses = {"error": {"code": "PICKUP.FAILURE", "message": "Pickup date must be a business day.", "errors": []}}
    reply = book(the)
    assert reply.status == 422 and "business day" in reply.json()["detail"]
    (kept,) = the.call("GET", "/v1/collections?node=reno").json()["items"]
    assert kept["status"] == "refused" and "business day" in kept["problem"] and cancel(the, kept).status == 409
    vendor.refuses = None
    assert booked(the)["number"] == 2


def test_a_carrier_that_is_silent_is_asked_again_by_the_rounds(both: Sold) -> None:
    the, vendor = both
    packed(the)
    vendor.down = True
    van = booked(the)
    assert van["status"] == "requested" and "does not answer" in van["problem"]
    round(the)
    assert read(the, van)["status"] == "requested"
    vendor.down = False
    round(the, 900)
    assert read(the, van)["status"] == "booked" and [read(the, van)["confirmation"]] == vendor.coming()


@pytest.mark.parametrize("lost", ["pickups.create", "pickups.buy"])
def test_an_answer_that_was_lost_books_no_second_van(both: Sold, lost: str) -> None:
    the, vendor = both
    packed(the)
    vendor.loses.append(f"easypost.{lost}")
    van = booked(the)
    assert van["status"] in ("requested", "booking")
    booked(the)
    round(the)
    assert [read(the, van)["confirmation"]] == vendor.coming()


def test_nobody_asks_while_somebody_may_be_at_it(both: Sold) -> None:
    the, vendor = both
    packed(the)
    vendor.loses.append("easypost.pickups.buy")
    van, calls = booked(the), len(vendor.calls)
    assert booked(the)["status"] == "booking" and len(vendor.calls) == calls
    the.world.later(61)
    assert booked(the)["status"] == "booked" and [read(the, van)["confirmation"]] == vendor.coming()


def test_a_van_that_may_be_booked_just_now_is_called_off_once_that_is_known(both: Sold) -> None:
    the, vendor = both
    packed(the)
    vendor.loses += ["easypost.pickups.buy", "easypost.pickups.retrieve"]
    van = booked(the)
    vendor.loses[:] = ["easypost.pickups.retrieve"]
    assert cancel(the, van).json()["status"] == "cancelling"
    round(the)
    assert read(the, van)["status"] == "cancelled" and vendor.coming() == []


def test_one_that_was_not_booked_yet_waits_until_nobody_can_be_at_it(both: Sold) -> None:
    the, vendor = both
    packed(the)
    vendor.down = True
    van = booked(the)
    known = collections.load(van["id"])
    collections.save(verbs.offered(known, "USPS:NextDay", 0, "USD", "pickup_1/USPS/NextDay", the.world.now(), "x"))
    vendor.down = False
    vendor.vans["pickup_1"] = {"status": "unknown", "confirmation": None}
    assert cancel(the, van).json()["status"] == "cancelling"
    round(the)
    assert read(the, van)["status"] == "cancelled"


def test_a_process_that_slept_and_books_what_was_called_off_has_it_called_off(both: Sold) -> None:
    the, vendor = both
    packed(the)
    buying: list[dict[str, Any]] = []
    before = vendor._pickup

    def sleeps(verb: str, url: str, asked: Any) -> tuple[int, Any]:
        if verb == "/{id}/buy" and not buying:
            (each,) = the.call("GET", "/v1/collections?node=reno").json()["items"]
            buying.append(each)
            cancel(the, each)
            the.world.later(120)
            assert cancel(the, each).json()["status"] == "cancelled"
        return before(verb, url, asked)

    vendor._pickup = sleeps  # type: ignore[method-assign]
    van = booked(the)
    assert buying and van["id"] == buying[0]["id"]
    round(the)
    assert read(the, van)["status"] == "cancelled" and vendor.coming() == [] and "booked late" in str(read(the, van)["log"])


def test_a_van_that_is_on_its_way_still_comes_and_the_caller_is_told(both: Sold) -> None:
    the, vendor = both
    packed(the)
    van = booked(the)
    vendor.lets_go = False
    refused = cancel(the, van)
    assert refused.status == 409 and "too late" in refused.json()["detail"]
    assert (read(the, van)["status"], [read(the, van)["confirmation"]]) == ("booked", vendor.coming())


def test_a_window_that_ends_before_anybody_answers_is_missed(both: Sold) -> None:
    the, vendor = both
    packed(the)
    vendor.down = True
    van = booked(the)
    round(the, 3 * 86_400)
    after = read(the, van)
    assert after["status"] == "missed" and "does not answer" in after["problem"]
    the.world.later(-3 * 86_400 - 120)
    vendor.down = False
    assert vendor.coming() == []


def test_what_cannot_be_called_off_for_a_day_is_given_up_and_said(both: Sold) -> None:
    the, vendor = both
    packed(the)
    van = booked(the)
    vendor.down = True
    assert cancel(the, van).json()["status"] == "cancelling"
    round(the, 3 * 86_400)
    after = read(the, van)
    assert after["status"] == "booked" and "nobody knows whether it was called off" in after["problem"]


def test_a_crash_anywhere_books_one_van(both: Sold) -> None:
    the, vendor = both
    packed(the)
    booked(the, key="one")  # everything is warm
    with gate.watching(Recorder()) as recorder:
        cancel(the, booked(the, **{"from": "08:00", "to": "09:00"}, key="two"))
    calls = len(recorder.calls)
    assert calls > 8
    for index in range(calls):
        for moment in (BEFORE, AFTER):
            vendor.vans.clear()
            part = {"date": (the.world.now() + timedelta(days=2 + index % 25)).date().isoformat(), "from": f"{8 + (moment == AFTER):02d}:00", "to": f"{8 + (moment == AFTER):02d}:45"}
            with gate.watching(CrashAt(index, moment)) as crash, suppress(Crash):
                assert book(the, key=f"{index}{moment}", **part).status == 200
            the.world.restart()
            van = book(the, key=f"{index}{moment}", **part).json()
            round(the, 61)
            after = read(the, van)
            assert after["status"] == "booked" and [after["confirmation"]] == vendor.coming(), (index, moment, crash.struck)


def test_a_crash_anywhere_calls_it_off(both: Sold) -> None:
    the, vendor = both
    packed(the)
    first = booked(the, **{"from": "08:00", "to": "09:00"})
    with gate.watching(Recorder()) as recorder:
        cancel(the, first)
    for index in range(len(recorder.calls)):
        for moment in (BEFORE, AFTER):
            vendor.vans.clear()
            van = booked(the, date=(the.world.now() + timedelta(days=2 + index)).date().isoformat(), **{"from": f"{8 + (moment == AFTER):02d}:00", "to": "09:30"})
            with gate.watching(CrashAt(index, moment)), suppress(Crash):
                cancel(the, van)
            the.world.restart()
            cancel(the, van)
            round(the, 61)
            assert read(the, van)["status"] == "cancelled" and vendor.coming() == []


def test_nothing_is_booked_where_nothing_stands_labelled(both: Sold) -> None:
    the, vendor = both
    picked(the)
    refused = book(the)
    assert refused.status == 422 and "nothing stands labelled" in refused.json()["detail"]
    assert vendor.vans == {} and the.call("GET", "/v1/collections?node=reno").json()["items"] == []


def test_a_node_sees_and_books_its_own_alone(both: Sold) -> None:
    the, _ = both
    packed(the)
    van = book(the, who="reno").json()
    assert van["status"] == "booked" and van["by"] == "node:reno"
    for method, path, body in (
        ("GET", f"/v1/collections/{van['id']}", None),
        ("POST", f"/v1/collections/{van['id']}/cancel", {}),
        ("POST", "/v1/collections", window(the)),
        ("GET", "/v1/collections?node=reno", None),
    ):
        assert the.call(method, path, body, "columbus").status == 404


@pytest.mark.parametrize(
    "change", [{"date": "1.12.2026"}, {"from": "2 pm"}, {"to": "14:00"}, {"to": 18}, {"date": "2020-01-01"}, {"carrier": ""}, {"node": 4}, {"more": "x"}, {"place": "x" * 81}, {"instructions": "a\nb"}]
)  # fmt: skip
def test_what_is_asked_wrongly_is_refused(both: Sold, change: dict[str, Any]) -> None:
    the, vendor = both
    assert book(the, **change).status == 422 and vendor.vans == {}


def test_what_there_is_not_is_not_found(both: Sold) -> None:
    the, _ = both
    for method, path, body in (
        ("GET", "/v1/collections/col_x", None),
        ("POST", "/v1/collections/col_x/cancel", {}),
        ("POST", "/v1/collections", window(the, carrier="nobody")),
        ("POST", "/v1/collections", window(the, node="nowhere")),
    ):
        assert the.call(method, path, body).status == 404
    assert the.call("GET", "/v1/collections").status == 422 and the.call("GET", "/v1/collections?node=reno&date=x").status == 400
    assert the.call("GET", "/v1/collections?node=reno&cursor=eyJwayI6ICJ4In0").status == 400


def test_a_carrier_with_a_price_list_has_no_pickups_to_book() -> None:
    with floor() as the:
        refused = book(the, carrier="parcelway")
        assert refused.status == 422 and "no pickups to book" in refused.json()["detail"]


def test_a_van_that_comes_every_day_is_answered_and_is_not_ours_to_call_off() -> None:
    with floor() as the:
        the.put_packed()
        wrong = the.call("PUT", "/v1/carriers/parcelway", {"name": "Parcelway", "settings": {"daily_collections": {"reno": "5 pm"}}})
        assert wrong.status == 422
        told = {"name": "Parcelway", "tracking_url": "https://track.example/{tracking_number}", "settings": {"daily_collections": {"reno": "16:30"}}}
        assert the.call("PUT", "/v1/carriers/parcelway", told).status == 200
        the.restart()
        van = booked(the, carrier="parcelway")
        assert (van["status"], van["service"], van["confirmation"], van["cost"]) == ("agreed", "daily at 16:30", None, None)
        assert booked(the, carrier="parcelway") == van and cancel(the, van).status == 409
        early = book(the, carrier="parcelway", **{"from": "08:00", "to": "09:00"})
        assert early.status == 422 and "every day at 16:30" in early.json()["detail"]
        assert book(the, carrier="parcelway", node="columbus").status == 422
