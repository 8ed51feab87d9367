"""Work at nodes and parcels at the desk, over the real contexts: what a person sees, does, and does twice."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tests.desk.person import Person
from tests.flow.life import Life, an_order, life
from waybill.edi import store as edi
from waybill.edi.model.record import IN, OUT, PARKED, SENT, Kept
from waybill.fulfilment import deliveries
from waybill.fulfilment.service import load
from waybill.kernel.events import Event
from waybill.shop import store as shop


@pytest.fixture(scope="module")
def the() -> Iterator[Life]:
    with life({(sku, node): 200 for sku in ("TEA", "CUP") for node in ("reno", "columbus")}) as made:
        yield made


@pytest.fixture(scope="module")
def clerk(the: Life) -> Person:
    return Person(the.world, "key-support")


def work_of(the: Life, *lines: tuple[str, int], upto: tuple[str, ...] = ("accept",)) -> dict[str, Any]:
    order_id = the.place(order := an_order(*(lines or (("TEA", 3),))), order["external_reference"])
    the.settle()
    (work,) = the.fulfil(order_id, *upto)
    return work


def do(person: Person, work: dict[str, Any], verb: str, **fields: str) -> int:
    page = f"/desk/orders/{work['order_id']}"
    assert person.get(page) == 200
    seen = re.search(rf'{work["id"]}/{verb}".*?name="seen" value="(\d+)"', person.page)
    return person.post(f"{page}/work/{work['id']}/{verb}", **({"seen": seen[1]} if seen else {}), **fields)


def now(work: dict[str, Any]) -> Any:
    return load(work["id"])[1]


def test_work_is_stopped_and_goes_on_and_both_are_told_with_who_did_it(the: Life, clerk: Person) -> None:
    work = work_of(the)
    assert do(clerk, work, "hold", reason="a look <b>first</b>") == 303
    assert now(work).status == "on_hold"
    clerk.get(f"/desk/orders/{work['order_id']}")
    assert "a look &lt;b&gt;first&lt;/b&gt;" in clerk.page
    clerk.get("/desk/fulfilment?queue=held")
    assert work["id"] in clerk.page
    assert do(clerk, work, "release") == 303
    assert [entry.actor.partition(":")[0] for entry in now(work).history[-2:]] == ["desk", "desk"]


def test_a_form_of_units_that_is_sent_twice_has_said_it_once(the: Life, clerk: Person) -> None:
    for verb, fields in (("short", {"reason": "DAMAGED"}), ("split", {})):
        work = work_of(the)
        page, seen = f"/desk/orders/{work['order_id']}", str(now(work).version)
        clerk.get(page)
        for _ in range(2):
            assert clerk.post(f"{page}/work/{work['id']}/{verb}", seen=seen, **fields, **{"units-0": "1"}) == 303
            clerk.get(page)
        assert now(work).lines["1"].quantity == 2
        assert len([item for item in load(work["id"])[0].fulfilment_orders if item["id"] != work["id"]]) == (verb == "split")


@pytest.fixture
def gated(the: Life) -> Iterator[None]:
    """Nothing goes to a node before a person has approved of it."""
    for says in ({"all": True}, {}):
        shop.save(shop.POLICY, "approval", says)
        shop.forget()
        if says:
            yield


def kept(the: Life) -> dict[str, Any]:
    """Work of which its node is not asked: before a person, or for a day."""
    order, day = an_order(("TEA", 1)), (the.world.now() + timedelta(days=3)).date().isoformat()
    order_id = the.place({**order, "shipping": {**order["shipping"], "ship_not_before": day}}, order["external_reference"])
    the.settle()
    return {**the.order(order_id)["fulfilment_orders"][0], "order_id": order_id}


@pytest.mark.usefixtures("gated")
def test_what_waits_for_approval_is_approved_of_in_its_queue_which_stays_open(the: Life, clerk: Person) -> None:
    work = kept(the)
    clerk.get("/desk/fulfilment?queue=approval")
    assert work["id"] in clerk.page and ">Approve<" in clerk.page
    assert clerk.post(f"/desk/orders/{work['order_id']}/work/{work['id']}/approve", queue="approval") == 303
    assert now(work).status == "scheduled" and now(work).history[1].actor.startswith("desk:")
    clerk.get("/desk/fulfilment?queue=approval")
    assert work["id"] not in clerk.page


def test_what_is_kept_for_a_day_is_put_off_and_asked_for_at_the_desk(the: Life, clerk: Person) -> None:
    work, later = kept(the), (the.world.now() + timedelta(days=9)).date().isoformat()
    assert do(clerk, work, "reschedule", day=later) == 303 and now(work).schedule.day == later
    clerk.get("/desk/fulfilment?queue=scheduled")
    assert work["id"] in clerk.page and later in clerk.page
    assert do(clerk, work, "open") == 303 and now(work).status == "requested"


@pytest.mark.usefixtures("gated")
def test_what_a_person_rejects_is_sought_elsewhere(the: Life, clerk: Person) -> None:
    work = kept(the)
    assert do(clerk, work, "reject", reason="OTHER") == 303
    the.settle()
    assert [each["status"] for each in the.order(work["order_id"])["fulfilment_orders"]] == ["rejected", "awaiting_approval"]


def test_work_goes_to_the_other_node(the: Life, clerk: Person) -> None:
    work = work_of(the)
    other = {"reno": "columbus", "columbus": "reno"}[work["node"]]
    assert do(clerk, work, "move", node=other) == 303
    the.settle()
    assert [each["node"] for each in the.work(work["order_id"])] == [other]


@pytest.mark.parametrize(("answer", "status"), [("cancellation-accept", "cancelled"), ("cancellation-decline", "accepted")])
def test_a_person_answers_for_a_node_that_does_not(the: Life, clerk: Person, answer: str, status: str) -> None:
    before = shop.nodes()
    for node in before:
        shop.save(shop.NODE, node.id, replace(node, cancels="asked"))
    shop.forget()
    work = work_of(the)
    the.call("POST", f"/v1/orders/{work['order_id']}/cancel", {"reason": "changed my mind"})
    clerk.get("/desk/fulfilment?queue=cancelling")
    assert work["id"] in clerk.page and "changed my mind" in clerk.page
    assert do(clerk, work, answer, reason="on the truck") == 303
    assert now(work).status == status
    for node in before:
        shop.save(shop.NODE, node.id, node)
    shop.forget()


def test_labels_are_given_back_and_made_anew_by_those_who_speak_with_carriers(the: Life, clerk: Person) -> None:
    work = work_of(the, upto=("accept", "pick", "pack"))
    first = now(work).packages[0].tracking_number
    assert do(clerk, work, "relabel") == 303
    assert now(work).packages[0].tracking_number == first, "not by the desk"
    the.settle()
    second = now(work).packages[0].tracking_number
    assert now(work).status == "packed" and second != first
    assert do(clerk, work, "void", package="1") == 303
    the.settle()
    assert now(work).status == "picked"
    assert do(clerk, work, "void", package="1") in (404, 409)


def test_what_was_asked_of_an_older_label_does_not_touch_a_newer_one(the: Life, clerk: Person) -> None:
    work = work_of(the, upto=("accept", "pick", "pack"))
    assert do(clerk, work, "void", package="1") == 303
    the.call("POST", f"/v1/fulfilment-orders/{work['id']}/relabel", {}, work["node"])
    newer = now(work).packages[0]
    the.settle()
    assert now(work).packages[0] == newer and now(work).status == "packed"


def test_a_parcel_that_is_lost_is_sent_again_once_and_its_worth_claimed(the: Life, clerk: Person) -> None:
    (work,) = the.carry_out([work_of(the)], "pick", "pack", "ship")
    the.settle()
    the.scan(work["packages"][0], "in_transit", "2026-11-24T01:00:00Z")
    the.scan(work["packages"][0], "lost", "2026-11-24T02:00:00Z")
    the.settle()
    clerk.get("/desk/fulfilment?queue=parcels")
    assert work["id"] in clerk.page
    for _ in range(2):
        assert do(clerk, work, "reship", package="1", reason="LOST") == 303
    the.settle()
    clerk.get("/desk/fulfilment?queue=claims")
    assert work["order_id"] in clerk.page
    clerk.get(f"/desk/orders/{work['order_id']}")
    hold = re.search(r'name="hold" value="([^"]+)"><button class="go">Its worth is claimed', clerk.page)
    assert hold and clerk.post(f"/desk/orders/{work['order_id']}/release-hold", hold=hold[1]) == 303
    clerk.get("/desk/fulfilment?queue=parcels")
    case = re.search(r'action="(/desk/fulfilment/cases/[^"]+)"', clerk.page)
    assert case and clerk.post(case[1], queue="parcels", why="") == 422
    clerk.get("/desk/fulfilment?queue=parcels")
    assert clerk.post(case[1], queue="parcels", why="sent again") == 303
    clerk.get("/desk/fulfilment?queue=parcels")
    assert work["id"] not in clerk.page


def test_a_node_that_took_nothing_is_told_once_more(the: Life, clerk: Person) -> None:
    work = work_of(the)
    event = Event("evt-1", "fulfilment_order.requested", "2026-11-24T00:00:00.000Z", work["order_id"], {"fo_id": work["id"], "node": work["node"], "push": True})
    deliveries.note(event, work["node"], 500, "2026-11-24T00:00:01.000Z")
    clerk.get("/desk/fulfilment?queue=untold")
    assert "500" in clerk.page and work["id"] in clerk.page
    assert clerk.post("/desk/fulfilment/deliveries/evt-1", queue="untold") == 303


def test_broken_and_unacknowledged_interchanges_wait_until_somebody_has_seen_to_them(the: Life, clerk: Person) -> None:
    edi.save(Kept("edi_in", "reno", IN, "000000007", "2026-11-24T00:00:00.000Z", "file", status=PARKED, problems=("no such item",)))
    edi.save(Kept("edi_out", "reno", OUT, "000000008", "2020-11-24T00:00:00.000Z", "event", status=SENT, minutes=60))
    edi.save(Kept("edi_young", "reno", OUT, "000000009", "2099-11-24T00:00:00.000Z", "event", status=SENT, minutes=60))
    for control in ("000000007", "000000008"):
        clerk.get("/desk/fulfilment?queue=edi")
        assert control in clerk.page and "000000009" not in clerk.page
        close = re.search(rf'{control}.*?action="([^"]+/close)"', clerk.page)
        assert close and clerk.post(close[1], queue="edi") == 303
        clerk.get("/desk/fulfilment?queue=edi")
        assert control not in clerk.page


def test_whoever_may_only_look_is_offered_nothing_and_may_do_nothing(the: Life) -> None:
    viewer, work = Person(the.world, "key-viewer"), work_of(the)
    assert do(viewer, work, "hold", reason="no") == 403
    assert "/hold" not in viewer.page and now(work).status == "accepted"
    assert viewer.get("/desk/fulfilment") == 200
    for path in ("cases/x/close", "deliveries/x", "interchanges/x/close"):
        assert viewer.post(f"/desk/fulfilment/{path}") == 403


def test_a_channel_s_key_sees_nothing_of_the_floor(the: Life) -> None:
    assert Person(the.world, "key-api").get("/desk/fulfilment") == 404


@pytest.mark.parametrize("verb", ["pack", "nonsense"])
def test_a_verb_that_the_desk_has_not_is_refused(the: Life, clerk: Person, verb: str) -> None:
    assert do(clerk, work_of(the), verb) == 422


def test_another_order_s_work_is_not_reached_through_this_one(the: Life, clerk: Person) -> None:
    mine, other = work_of(the), work_of(the)
    assert do(clerk, {**mine, "id": other["id"]}, "hold", reason="x") == 404
    assert now(other).status == "accepted"
