"""Labels that are bought: at most one live for a package, whatever happens on the way; given back when they are not needed; never used once they are (I20, I23)."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.carriers.sold import HOOK, picked, sold
from tests.carriers.strict_easypost import FOLDER, PDF, ZPL
from tests.fulfilment.floor import Floor
from tests.support.faults import AFTER, BEFORE, CrashAt, Recorder
from tests.support.world import Crash
from waybill.aws import gate
from waybill.fulfilment import cases, papers
from waybill.fulfilment.carriers.easypost import webhooks
from waybill.fulfilment.service import load
from waybill.kernel.events import Event

pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason="the recorded exchanges are not here (../shared/samples/carrier_easypost)")


def post(the: Floor, fo: str, verb: str, body: Any = None) -> Any:
    return the.call("POST", f"/v1/fulfilment-orders/{fo}/{verb}", body or {})


def number_of(fo: str) -> list[str]:
    return [package.tracking_number for package in load(fo)[1].packages]


def round(the: Floor) -> dict[str, int]:
    return the.world.handler("parcels")({"detail-type": "Scheduled Event"}, None)


def told(the: Floor, number: str) -> Any:
    """The carrier says that it has the parcel."""
    raw = json.dumps({"description": "tracker.updated", "result": {"tracking_code": number, "status": "in_transit", "updated_at": "2026-11-23T08:00:00Z"}}).encode()
    return the.world.call("POST", "/v1/carriers/easypost/events", raw, {webhooks.SIGNATURE: webhooks.signature(HOOK, raw)})


def later(the: Floor) -> None:
    the.world.later(90)


def test_a_label_is_bought_kept_and_printed_again_from_our_own_copy() -> None:
    with sold() as (the, vendor):
        fo = picked(the)
        packed = the.do(fo, "pack")
        (package,) = packed["packages"]
        assert (package["carrier"], package["service"], package["cost"], package["currency"]) == ("easypost", "USPS:GroundAdvantage", 607, "USD")
        assert vendor.live() == [package["tracking_number"]] and package["shipment"] in vendor.shipments and "buying" not in packed
        vendor.down = True
        assert papers.read(fo, 1, "label.pdf")[0] == PDF and papers.read(fo, 1, "label.zpl")[0] == ZPL
        assert papers.read(fo, 1, "packing-slip.pdf")[0].startswith(b"%PDF")
        assert the.do(fo, "ship")["status"] == "shipped"


@pytest.mark.parametrize("packages", [1, 2])
def test_a_crash_anywhere_leaves_at_most_one_live_label_a_package_and_finds_it_again(packages: int) -> None:
    wanted = {} if packages == 1 else {"packages": [{"lines": [{"line": "1", "quantity": 2}]}, {"lines": [{"line": "2", "quantity": 1}]}]}
    with sold() as (the, vendor):
        for _ in range(2):  # the first one reads what no later one does
            fo = picked(the)
            with gate.watching(Recorder()) as recorder:
                assert post(the, fo, "pack", wanted).status == 200
        assert any("easypost" in str(call) for call in recorder.calls)
        for number in range(len(recorder.calls)):
            for moment in (BEFORE, AFTER):
                fo, before = picked(the), len(vendor.live())
                with gate.watching(CrashAt(number, moment)) as crash, pytest.raises(Crash):
                    post(the, fo, "pack", wanted)
                the.restart()
                assert len(vendor.live()) - before <= packages, crash.struck
                assert post(the, fo, "pack", wanted).status == 200, crash.struck
                assert sorted(vendor.live()[before:]) == sorted(number_of(fo)), crash.struck
                assert len(number_of(fo)) == packages and load(fo)[1].buying is None


def test_a_purchase_whose_answer_is_lost_stands_in_front_of_a_person_and_ends_by_itself() -> None:
    with sold() as (the, vendor):
        fo = picked(the)
        vendor.loses.append("easypost.shipments.buy")
        refused = post(the, fo, "pack")
        assert refused.status == 503 and "not bought yet" in refused.json()["detail"]
        assert the.status(fo)[1] == "picked" and the.read(fo)["buying"]["waits"]
        (case,) = the.call("GET", "/v1/parcel-cases?kind=no_label").json()["items"]
        assert (case["fulfilment_order"], case["status"]) == (fo, "open")
        round(the)
        assert vendor.live() == number_of(fo) and the.read(fo)["status"] == "packed"
        assert cases.all_open("no_label", 9) == []


def test_where_nobody_answers_the_work_waits_as_it_was_wanted_and_is_tried_again() -> None:
    with sold() as (the, vendor):
        fo = picked(the)
        vendor.down = True
        assert post(the, fo, "pack", {"packages": [{"lines": [{"line": "1", "quantity": 2}, {"line": "2", "quantity": 1}], "weight_g": 4321}]}).status == 503
        assert the.status(fo)[1] == "picked" and load(fo)[1].buying is None
        round(the)
        assert the.status(fo)[1] == "picked"
        vendor.down = False
        later(the)
        for _ in range(2):
            round(the)
        assert the.read(fo)["packages"][0]["weight_g"] == 4321 and len(vendor.live()) == 1
        assert cases.all_open("no_label", 9) == []


def test_what_was_cancelled_while_it_waited_for_a_label_waits_no_more() -> None:
    with sold() as (the, vendor):
        fo = picked(the)
        vendor.down = True
        assert post(the, fo, "pack").status == 503
        assert the.call("POST", f"/v1/orders/{the.order_of(fo)}/cancel", {"reason": "asked for"}).status == 200
        vendor.down = False
        later(the)
        round(the)
        assert cases.all_open("no_label", 9) == [] and vendor.live() == []


def test_a_carrier_that_does_not_answer_is_passed_over() -> None:
    with sold(keep_own=True) as (the, vendor):
        vendor.down = True
        assert the.do(picked(the), "pack")["packages"][0]["carrier"] == "parcelway"


def test_an_address_that_the_carrier_refuses_is_told_in_its_words_and_nothing_has_changed() -> None:
    with sold() as (the, vendor):
        fo = picked(the)
        error = {"field": "street1", "message": "House number is missing"}
        vendor.refuses = {"error": {"code": "ADDRESS.VERIFY.FAILURE", "message": "Unable to verify address.", "errors": [error]}}
        refused = post(the, fo, "pack")
        assert refused.status == 422 and "House number is missing" in refused.json()["detail"]
        assert the.status(fo)[1] == "picked" and vendor.live() == []


def test_where_the_second_label_is_refused_the_first_is_given_back_and_the_work_stands_as_before() -> None:
    with sold() as (the, vendor):
        fo = picked(the)
        vendor.sells = 1
        refused = post(the, fo, "pack", {"packages": [{"lines": [{"line": "1", "quantity": 2}]}, {"lines": [{"line": "2", "quantity": 1}]}]})
        assert refused.status == 422 and "does not deliver there" in refused.json()["detail"]
        assert vendor.live() == [] and the.status(fo)[1] == "picked" and load(fo)[1].buying is None
        assert [each["refund_status"] for each in vendor.shipments.values()].count("submitted") == 1
        vendor.sells = 9
        assert the.do(fo, "pack")["status"] == "packed" and vendor.live() == number_of(fo)


def test_a_weight_of_nothing_is_refused_before_anybody_is_asked() -> None:
    with sold() as (the, vendor):
        fo = picked(the)
        wanted = {"packages": [{"lines": [{"line": "1", "quantity": 2}, {"line": "2", "quantity": 1}], "weight_g": 0}]}
        assert post(the, fo, "pack", wanted).status == 422
        assert vendor.calls == [] and the.status(fo)[1] == "picked"


def test_parcels_that_are_alike_have_a_label_each() -> None:
    with sold() as (the, vendor):
        fo = picked(the)
        one = {"lines": [{"line": "1", "quantity": 1}], "weight_g": 500}
        other = {"lines": [{"line": "2", "quantity": 1}], "weight_g": 900}
        packages = post(the, fo, "pack", {"packages": [one, one, other]}).json()["packages"]
        assert len({package["tracking_number"] for package in packages}) == len({package["shipment"] for package in packages}) == 3
        assert sorted(vendor.live()) == sorted(number_of(fo))


# ── giving back ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_what_is_given_back_is_used_no_more_and_the_work_is_packed_anew() -> None:
    with sold() as (the, vendor):
        fo = picked(the)
        (first,) = the.do(fo, "pack")["packages"]
        after = post(the, fo, "void").json()
        assert (after["status"], after["packages"], vendor.live()) == ("picked", [], [])
        assert post(the, fo, "ship").status == 409
        (told,) = [entry.data for entry in load(fo)[1].history if entry.type == "fulfilment_order.label_voided"]
        assert (told["tracking_number"], told["cost"], told["currency"]) == (first["tracking_number"], 607, "USD")
        (second,) = the.do(fo, "pack")["packages"]
        assert second["tracking_number"] != first["tracking_number"] and vendor.live() == [second["tracking_number"]]
        assert post(the, fo, "void").status == 200 and post(the, fo, "void").status == 200


def test_our_own_label_gets_another_number_once_it_was_given_back() -> None:
    with sold(keep_own=True) as (the, vendor):
        vendor.down = True
        fo = picked(the)
        (first,) = the.do(fo, "pack")["packages"]
        (second,) = post(the, fo, "relabel").json()["packages"]
        assert second["tracking_number"] != first["tracking_number"] and second["lines"] == first["lines"]
        assert the.scan(first, "in_transit").status == 202
        assert the.read(fo)["packages"][0]["tracking"] is None, "a word of the old label is noted, and is no word of the new one"


@pytest.mark.parametrize("verb", ["void", "relabel", "packages/1/void"])
def test_a_crash_anywhere_while_a_label_is_given_back_leaves_none_that_nobody_uses(verb: str) -> None:
    with sold() as (the, vendor):

        def ready() -> str:
            fo = picked(the)
            the.do(fo, "pack")
            the.restart()
            return fo

        for _ in range(2):
            packed = ready()
            with gate.watching(Recorder()) as recorder:
                assert post(the, packed, verb).status == 200
        for number in range(len(recorder.calls)):
            for moment in (BEFORE, AFTER):
                fo, before = ready(), len(vendor.live()) - 1
                with gate.watching(CrashAt(number, moment)) as crash, pytest.raises(Crash):
                    post(the, fo, verb)
                the.restart()
                again = post(the, fo, verb)
                if again.status == 503:  # its label was being bought when it died: nobody gives it up before that is certain
                    later(the)
                    again = post(the, fo, verb)
                assert again.status == 200, (crash.struck, again.json())
                used = number_of(fo)
                assert sorted(vendor.live()[before:]) == sorted(used), crash.struck
                the.restart()


def test_one_of_two_labels_may_be_given_back_and_the_parcel_does_not_leave_without() -> None:
    with sold() as (the, vendor):
        fo = picked(the)
        post(the, fo, "pack", {"packages": [{"lines": [{"line": "1", "quantity": 2}]}, {"lines": [{"line": "2", "quantity": 1}]}]})
        after = post(the, fo, "packages/2/void").json()
        assert after["status"] == "packed" and [package["status"] for package in after["packages"]] == ["labelled", "voided"]
        assert len(vendor.live()) == 1
        refused = post(the, fo, "ship")
        assert refused.status == 409 and "package 2" in refused.json()["detail"]
        anew = post(the, fo, "relabel").json()
        assert [package["lines"] for package in anew["packages"]] == [{"1": 2}, {"2": 1}] and sorted(vendor.live()) == sorted(number_of(fo))
        assert post(the, fo, "ship").status == 200


def test_a_label_that_the_carrier_does_not_take_back_is_a_case_and_not_used() -> None:
    with sold() as (the, vendor):
        fo = picked(the)
        (package,) = the.do(fo, "pack")["packages"]
        vendor.shipments[package["shipment"]]["refund_status"] = "rejected"
        assert post(the, fo, "void").json()["status"] == "picked"
        (case,) = the.call("GET", "/v1/parcel-cases?kind=void_refused").json()["items"]
        assert (case["tracking_number"], case["package"]) == (package["tracking_number"], 1)
        closed = the.call("POST", f"/v1/parcel-cases/{case['id']}/close", {"why": "paid for nothing"})
        assert closed.json()["status"] == "closed"
        assert the.call("POST", f"/v1/parcel-cases/{case['id']}/close", {"why": "twice"}).status == 409


def test_who_died_giving_back_the_label_of_a_parcel_that_travels_is_told_in_the_end_whether_it_was_taken_back() -> None:
    with sold() as (the, vendor):
        fo = picked(the)
        (package,) = the.do(fo, "pack")["packages"]
        vendor.down = True
        assert post(the, fo, "void").status == 503
        vendor.down = False
        scanned = told(the, package["tracking_number"])
        assert scanned.status == 202 and the.read(fo)["status"] == "shipped"
        vendor.shipments[package["shipment"]]["refund_status"] = "rejected"
        later(the)
        assert post(the, fo, "void").status == 200
        assert load(fo)[1].packages[0].label == "void_refused" and the.read(fo)["status"] == "shipped"
        assert len(the.call("GET", "/v1/parcel-cases?kind=void_refused").json()["items"]) == 1


def test_what_the_carrier_has_is_not_given_back() -> None:
    with sold() as (the, _):
        fo = picked(the)
        the.do(fo, "pack", "ship")
        assert post(the, fo, "void").status == 409
        assert post(the, fo, "packages/7/void").status == 404


# ── cancelled orders ─────────────────────────────────────────────────────────────────────────────────────────────────


def cancel(the: Floor, fo: str) -> Event:
    """Cancels the order of this work, and answers what the bus tells of the work."""
    assert the.call("POST", f"/v1/orders/{the.order_of(fo)}/cancel", {"reason": "asked for"}).status == 200
    told = next(entry for entry in load(fo)[1].history if entry.type == "fulfilment_order.cancelled")
    assert told.data.get("labelled") is True
    return Event(f"{fo}:{told.seq}", told.type, told.at, the.order_of(fo), told.data)


def hear(the: Floor, event: Event) -> bool:
    """Whether it was done with: otherwise the queue brings it again."""
    body = json.dumps({"id": event.id, "detail": event.to_dict("local")})
    answer = the.world.handler("parcels")({"Records": [{"messageId": "m", "eventSource": "aws:sqs", "body": body}]}, None)
    return answer["batchItemFailures"] == []


def test_no_money_goes_back_before_the_label_is_given_back() -> None:
    from waybill.payments.dynamodb import OrdersTable

    with sold() as (the, vendor):
        fo = picked(the)
        the.do(fo, "pack")
        event = cancel(the, fo)
        assert OrdersTable().read(the.order_of(fo)).live_label and len(vendor.live()) == 1
        vendor.down = True
        assert not hear(the, event)
        assert OrdersTable().read(the.order_of(fo)).live_label
        vendor.down = False
        the.world.later(400)
        for _ in range(2):
            assert hear(the, event)
        assert vendor.live() == [] and not OrdersTable().read(the.order_of(fo)).live_label
        assert the.read(fo)["status"] == "cancelled" and the.told(fo).count("label_voided") == 1


def test_who_returns_the_money_of_a_cancelled_order_waits_for_its_label() -> None:
    from waybill.payments.ports import NotNow
    from waybill.payments.records import Account
    from waybill.payments.service import Payments

    class Book:
        def read(self, order_id: str) -> Account:
            return Account(None, None, (), live_label=True)  # type: ignore[arg-type]

    with pytest.raises(NotNow, match="label"):
        Payments(Book(), {}, lambda: None).void("ord_x")  # type: ignore[arg-type]


def test_an_order_cancelled_while_its_label_is_bought_ends_without_one() -> None:
    with sold() as (the, vendor):
        fo = picked(the)
        vendor.loses.append("easypost.shipments.buy")
        assert post(the, fo, "pack").status == 503
        event = cancel(the, fo)
        assert not hear(the, event)  # whoever buys it may be about to
        later(the)
        assert hear(the, event)
        assert vendor.live() == [] and load(fo)[1].buying is None
        assert post(the, fo, "pack").status == 409


@pytest.mark.parametrize("moment", [BEFORE, AFTER])
def test_giving_back_the_label_of_a_cancelled_order_survives_every_crash(moment: str) -> None:
    with sold() as (the, vendor):

        def ready() -> Event:
            fo = picked(the)
            the.do(fo, "pack")
            event = cancel(the, fo)
            the.restart()
            return event

        event = ready()
        with gate.watching(Recorder()) as recorder:
            assert hear(the, event)
        for number in range(len(recorder.calls)):
            event = ready()
            with gate.watching(CrashAt(number, moment)) as crash, pytest.raises(Crash):
                hear(the, event)
            the.restart()
            assert hear(the, event)
            assert vendor.live() == [], crash.struck


