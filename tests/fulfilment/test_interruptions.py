"""What may come between a node and its work: it is asked to give it up, it is short of units, somebody stops, divides or repeats it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from tests.fulfilment.floor import TWO, Floor, floor
from tests.fulfilment.test_cancel_against_ship import CALLS, TakingTurns, interleavings
from tests.support.world import Reply
from waybill.fulfilment.service import load
from waybill.orders.model.check import violations
from waybill.shop import store as shop


@pytest.fixture
def the() -> Iterator[Floor]:
    with floor() as made:
        ask_first(made)
        yield made


def ask_first(the: Floor) -> None:
    for node in shop.nodes():
        shop.save(shop.NODE, node.id, replace(node, cancels="asked"))
    shop.forget()


def verb(the: Floor, fo: str, name: str, body: dict[str, Any] | None = None, who: str = "admin") -> Reply:
    return the.call("POST", f"/v1/fulfilment-orders/{fo}/{name}", body or {}, who)


def cancel(the: Floor, fo: str, **lines: int) -> Reply:
    body = {"reason": "changed my mind"} | ({"lines": {line.removeprefix("l"): units for line, units in lines.items()}} if lines else {})
    return the.call("POST", f"/v1/orders/{the.order_of(fo)}/cancel", body, "support", idempotency_key="c1")


def test_a_node_that_has_not_taken_the_work_is_not_asked(the: Floor) -> None:
    (fo,) = the.put()
    assert cancel(the, fo).status == 200
    assert the.status(fo) == ("cancelled", "cancelled")


def test_until_its_node_agrees_nothing_of_the_order_is_cancelled(the: Floor) -> None:
    (fo,) = the.put()
    the.do(fo, "accept", "pick")
    for _ in range(2):
        assert cancel(the, fo).status == 200
    assert the.status(fo) == ("released", "cancellation_requested")
    assert the.told_of_order(fo).count("order.cancellation_requested") == 1 and "order.cancelled" not in the.told_of_order(fo)
    asked = the.read(fo)
    assert asked["supported_actions"] == ["cancellation/accept", "cancellation/decline"]
    assert (asked["pause"]["reason"], asked["pause"]["goes_on"]) == ("changed my mind", "picked")
    for wrong in ("pack", "pick", "hold"):
        assert verb(the, fo, wrong, {"reason": "x"} if wrong == "hold" else None).status in (200, 409)
    assert the.status(fo)[1] == "cancellation_requested"
    for _ in range(2):
        assert verb(the, fo, "cancellation/accept", who="reno").status == 200
    assert the.status(fo) == ("cancelled", "cancelled")
    assert the.told_of_order(fo).count("order.cancelled") == 1


def test_what_a_node_declines_goes_on_where_it_stood_and_a_person_hears_of_it(the: Floor) -> None:
    (fo,) = the.put()
    the.do(fo, "accept", "pick")
    cancel(the, fo)
    assert verb(the, fo, "cancellation/decline").status == 422
    for _ in range(2):
        assert verb(the, fo, "cancellation/decline", {"reason": "on the truck"}, "reno").status == 200
    assert the.status(fo) == ("released", "picked")
    holds = load(fo)[0].state.active_holds
    assert [(hold.kind, hold.blocks) for hold in holds] == [("cancellation", ())] and "on the truck" in holds[0].reason
    the.do(fo, "pack", "ship")
    assert the.status(fo) == ("shipped", "shipped")


def test_who_has_not_been_asked_cannot_answer(the: Floor) -> None:
    (fo,) = the.put()
    the.do(fo, "accept")
    for name, body in (("cancellation/accept", {}), ("cancellation/decline", {"reason": "no"})):
        refused = verb(the, fo, name, body)
        assert refused.status == 409 and "accepted" in refused.json()["detail"]
    assert verb(the, fo, "cancellation/accept", who="columbus").status == 404


def test_units_of_a_line_are_given_up_when_the_node_agrees_and_the_rest_is_packed_anew(the: Floor) -> None:
    (fo,) = the.put()
    the.do(fo, "accept", "pick", "pack")
    for _ in range(2):
        assert cancel(the, fo, l1=1).status == 200
    assert load(fo)[0].state.lines["1"].cancelled == 0
    verb(the, fo, "cancellation/accept", who="reno")
    after = the.read(fo)
    assert (after["status"], after["lines"]["1"]["quantity"], after["packages"]) == ("picked", 1, [])
    assert load(fo)[0].state.lines["1"].cancelled == 1
    the.do(fo, "pack", "ship")
    assert the.status(fo) == ("shipped", "shipped")


def test_what_nodes_need_not_be_asked_of_is_cancelled_at_once(the: Floor) -> None:
    columbus = shop.node("columbus")
    shop.save(shop.NODE, "columbus", replace(columbus, cancels="at_once"))
    shop.forget()
    reno, other = the.put(TWO)
    the.do(reno, "accept")
    the.do(other, "accept")
    cancel(the, reno)
    assert (the.status(reno)[1], the.status(other)[1]) == ("cancellation_requested", "cancelled")
    assert the.told_of_order(reno).count("order.lines_cancelled") == 1
    verb(the, reno, "cancellation/accept")
    assert the.status(reno) == ("cancelled", "cancelled")
    assert "order.cancelled" in the.told_of_order(reno)


@pytest.mark.parametrize(("unanswered", "ends"), [("ask", "cancellation_requested"), ("accept", "cancelled"), ("decline", "accepted")])
def test_a_node_that_does_not_answer_in_time_is_answered_for_as_the_policy_says(the: Floor, unanswered: str, ends: str) -> None:
    (fo,) = the.put()
    the.do(fo, "accept")
    assert the.call("PUT", "/v1/policies/cancellations", {"hours": 2, "unanswered": unanswered}).status == 200
    shop.forget()
    cancel(the, fo)
    the.world.handler("reconciler")({}, None)
    assert the.status(fo)[1] == "cancellation_requested"
    the.world.later(3 * 3600)
    try:
        for _ in range(2):
            the.world.handler("reconciler")({}, None)
    finally:
        the.world.later(-3 * 3600)
    assert the.status(fo)[1] == ends
    kinds = [hold.kind for hold in load(fo)[0].state.active_holds]
    assert kinds == {"ask": ["cancellation"], "accept": [], "decline": ["cancellation"]}[unanswered]


@pytest.mark.parametrize("policy", [{"hours": 0}, {"hours": True}, {"unanswered": "later"}, {"days": 1}])
def test_a_policy_that_cannot_be_obeyed_is_refused(the: Floor, policy: dict[str, Any]) -> None:
    assert the.call("PUT", "/v1/policies/cancellations", policy).status == 422


def test_agreeing_against_shipping_has_exactly_one_winner_in_every_interleaving() -> None:
    ends = set()
    with floor() as the:
        ask_first(the)
        (warm,) = the.put_packed()
        cancel(the, warm), verb(the, warm, "ship"), verb(the, warm, "cancellation/accept")
        for turns in interleavings(CALLS, CALLS):
            (fo,) = the.put_packed()
            cancel(the, fo)
            agreed, shipped = TakingTurns(turns).run(lambda fo=fo: verb(the, fo, "cancellation/accept"), lambda fo=fo: verb(the, fo, "ship"))
            ends.add((the.status(fo), agreed.status, shipped.status))
            told = the.told_of_order(fo)
            assert ("order.cancelled" in told) != ("order.shipped" in told)
            assert ("order.cancellation_declined" in told) == ("order.shipped" in told)
    assert ends == {(("cancelled", "cancelled"), 200, 409), (("shipped", "shipped"), 409, 200)}


def test_units_that_are_short_want_another_node_in_the_same_write(the: Floor) -> None:
    (fo,) = the.put()
    the.do(fo, "accept")
    body = {"lines": [{"line": "1", "quantity": 1}], "reason": "NOT_IN_STOCK"}
    assert verb(the, fo, "short", body, "reno").status == 200
    record, work = load(fo)
    assert (record.state.unrouted(), work.units(), work.status) == ({"1": 1}, {"1": 1, "2": 1}, "picking")
    assert violations(record.order, record.state, record.fulfilment_orders) == []
    the.do(fo, "pick", "pack", "ship")
    assert the.status(fo) == ("partially_shipped", "shipped") and not the.said_last(fo)


def test_short_of_what_is_picked_already_takes_it_out_again(the: Floor) -> None:
    (fo,) = the.put()
    the.do(fo, "accept", "pick")
    verb(the, fo, "short", {"lines": [{"line": "2", "quantity": 1}], "reason": "DAMAGED"})
    assert the.read(fo)["status"] == "picked"
    the.do(fo, "pack")
    assert the.read(fo)["packages"][0]["lines"] == {"1": 2}


def test_short_of_everything_is_a_rejection(the: Floor) -> None:
    (fo,) = the.put()
    the.do(fo, "accept")
    lines = [{"line": "1", "quantity": 2}, {"line": "2", "quantity": 1}]
    assert verb(the, fo, "short", {"lines": lines, "reason": "NOT_IN_STOCK"}).json()["status"] == "rejected"


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"lines": [{"line": "1", "quantity": 3}], "reason": "OTHER"}, 422),
        ({"lines": [{"line": "9", "quantity": 1}], "reason": "OTHER"}, 422),
        ({"lines": [{"line": "1", "quantity": 1}], "reason": "INCORRECT_ADDRESS"}, 422),
        ({"lines": [], "reason": "OTHER"}, 422),
        ({"lines": [{"line": "1", "quantity": 1}]}, 422),
    ],
)
def test_a_shortage_that_cannot_be_is_refused_and_changes_nothing(the: Floor, body: dict[str, Any], status: int) -> None:
    (fo,) = the.put()
    the.do(fo, "accept")
    before = load(fo)
    assert verb(the, fo, "short", body).status == status
    assert load(fo) == before


def test_units_that_nobody_gets_are_cancelled_in_the_same_write(the: Floor) -> None:
    (fo,) = the.put()
    the.do(fo, "accept")
    assert the.call("PUT", "/v1/policies/short_pick", {"then": "cancel"}).status == 200
    shop.forget()
    verb(the, fo, "short", {"lines": [{"line": "1", "quantity": 1}], "reason": "DAMAGED"})
    record = load(fo)[0]
    told = record.state.history[-1]
    assert (told.type, told.data["lines"], told.data["before"]) == ("order.lines_cancelled", {"1": 1}, {})
    the.do(fo, "pick", "pack", "ship")
    assert the.status(fo) == ("shipped", "shipped") and the.said_last(fo)


def test_work_on_hold_stands_still_and_goes_on_where_it_stood(the: Floor) -> None:
    (fo,) = the.put()
    the.do(fo, "accept", "pick")
    for _ in range(2):
        assert verb(the, fo, "hold", {"reason": "a look first"}, "support").status == 200
    assert verb(the, fo, "pack").status == 409 and verb(the, fo, "hold", {"reason": "x"}, "reno").status == 403
    for _ in range(2):
        assert verb(the, fo, "release", {}, "support").json()["status"] == "picked"
    the.do(fo, "pack")


def test_split_and_merged_work_has_each_unit_once(the: Floor) -> None:
    (fo,) = the.put()
    the.do(fo, "accept")
    new = verb(the, fo, "split", {"lines": [{"line": "1", "quantity": 1}]}, "reno").json()
    assert (new["status"], new["lines"]["1"]["quantity"], new["id"]) == ("accepted", 1, f"{fo.rpartition('-')[0]}-2")
    the.status(fo)
    assert verb(the, fo, "split", {"lines": [{"line": "1", "quantity": 1}, {"line": "2", "quantity": 1}]}).status == 422
    for _ in range(2):
        merged = verb(the, fo, "merge", {"with": new["id"]}).json()
        assert {line: each["quantity"] for line, each in merged["lines"].items()} == {"1": 2, "2": 1}
    assert the.status(new["id"])[1] == "cancelled"
    assert verb(the, fo, "merge", {"with": fo}).status == 422
    the.do(fo, "pick")
    assert verb(the, fo, "split", {"lines": [{"line": "2", "quantity": 1}]}).status == 409


def test_a_parcel_that_its_carrier_has_not_lost_is_sent_again_only_when_somebody_insists(the: Floor) -> None:
    (fo,) = the.put_packed()
    assert verb(the, fo, "packages/1/reship", {"reason": "LOST"}, "support").status == 409
    verb(the, fo, "ship")
    assert verb(the, fo, "packages/1/reship", {"reason": "LOST"}, "support").status == 409
    assert verb(the, fo, "packages/1/reship", {"reason": "GONE", "even_so": True}, "support").status == 422
    assert verb(the, fo, "packages/2/reship", {"reason": "LOST"}, "support").status == 404
    made = {verb(the, fo, "packages/1/reship", {"reason": "LOST", "even_so": True}, "support").json()["order"] for _ in range(2)}
    (new,) = made
    order = the.call("GET", f"/v1/orders/{new}").json()
    assert (order["totals"]["total"], order["tenders"], order["attributes"]["replaces"]["order"]) == ("0.00", [], the.order_of(fo))
    assert {line["id"]: line["quantity"] for line in order["lines"]} == {"1": 2, "2": 1}
    assert the.told_of_order(fo).count("order.reshipped") == 1
    assert [hold.kind for hold in load(fo)[0].state.active_holds] == ["claim"]
