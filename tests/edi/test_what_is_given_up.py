"""A warehouse that speaks EDI is asked to give something up: a second 940 says what, a 945 what has become of it."""

from __future__ import annotations

import pytest

from tests.edi.warehouse import WHOLE, Warehouse, advice
from waybill.edi.model import documents, shipping_order
from waybill.edi.model.shipping_advice import Carton
from waybill.fulfilment.service import load
from waybill.orders.model.check import violations
from waybill.shop import store


def test_a_cancelled_order_is_told_by_a_second_940_and_a_945_of_nothing_agrees(reno: Warehouse) -> None:
    (fo,) = reno.the.put()
    reno.asked(fo)
    reno.acknowledge(reno.got()[0])
    order = load(fo)[0].order.id
    asked = reno.the.call("POST", f"/v1/orders/{order}/cancel", {"reason": "changed their mind"}, who="support")
    assert asked.status in (200, 202), asked.content
    work = load(fo)[1]
    assert work.status == "cancellation_requested"
    reno.asked(fo, "fulfilment_order.cancellation_requested", work.history[-1].seq)
    cancel, _ = documents.understood(reno.got()[-1].sets[0])
    assert (cancel.status, shipping_order.fo_id_of(cancel.number)) == ("F", fo)
    reno.send("945", advice(fo, short={"TEA": 2, "CUP": 1}))
    assert load(fo)[1].status == "cancelled"


def test_an_order_cancelled_before_the_warehouse_has_taken_it_is_cancelled_at_once_and_told(reno: Warehouse) -> None:
    (fo,) = reno.the.put()
    reno.asked(fo)
    reno.the.call("POST", f"/v1/orders/{load(fo)[0].order.id}/cancel", {"reason": "at once"}, who="support")
    work = load(fo)[1]
    said = work.history[-1]
    assert (work.status, said.type, said.data["push"], said.data["node"]) == ("cancelled", "fulfilment_order.cancelled", True, "reno")
    assert reno.asked(fo, said.type, said.seq) == []
    told = [documents.understood(it.sets[0])[0].status for it in reno.got()]
    assert told == ["N", "F"]


def test_a_warehouse_that_was_never_asked_is_not_told_of_a_cancellation(reno: Warehouse) -> None:
    (fo,) = reno.the.put()
    reno.the.call("POST", f"/v1/orders/{load(fo)[0].order.id}/cancel", {"reason": "at once"}, who="support")
    assert reno.asked(fo, "fulfilment_order.cancelled", 2) == []
    assert reno.got() == []


def test_units_that_a_warehouse_is_asked_to_leave_out_are_a_changed_940_and_a_945_without_them_agrees(reno: Warehouse) -> None:
    (fo,) = reno.the.put()
    reno.asked(fo)
    reno.acknowledge(reno.got()[0])
    order = load(fo)[0].order.id
    reply = reno.the.call("POST", f"/v1/orders/{order}/cancel", {"lines": {"2": 1}, "reason": "no cup"}, who="support", idempotency_key="a part")
    assert reply.status in (200, 202), reply.content
    assert reno.asked(fo, "fulfilment_order.cancellation_requested", load(fo)[1].history[-1].seq) == []
    changed, _ = documents.understood(reno.got()[-1].sets[0])
    assert (changed.status, [(item.sku, item.units) for item in changed.items]) == ("R", [("TEA", 2)])
    reno.send("945", advice(fo, Carton({"TEA": 2}, "1ZP")))
    record, work = load(fo)
    assert (work.status, work.units()) == ("shipped", {"1": 2})
    assert not any(entry.type == "fulfilment_order.short" for entry in work.history)
    assert violations(record.order, record.state, record.fulfilment_orders) == []


@pytest.mark.parametrize("then", ["reroute", "ask"])
def test_the_rest_of_a_cancelled_order_of_which_a_part_has_left_is_cancelled_and_sought_nowhere(reno: Warehouse, then: str) -> None:
    store.save(store.POLICY, "short_pick", {"then": then})
    (fo,) = reno.the.put()
    reno.asked(fo)
    reno.acknowledge(reno.got()[0])
    reno.the.call("POST", f"/v1/orders/{load(fo)[0].order.id}/cancel", {"reason": "all of it"}, who="support")
    reno.send("945", advice(fo, Carton({"TEA": 1}, "1ZPART"), short={"TEA": 1, "CUP": 1}))
    record, work = load(fo)
    assert (work.status, work.units()) == ("shipped", {"1": 1})
    assert {line: (units.cancelled, units.unrouted) for line, units in record.state.lines.items()} == {"1": (1, 0), "2": (1, 0)}
    assert not any(entry.type == "fulfilment_order.short" for entry in work.history)
    declined = [entry.data["lines"] for entry in record.state.history if entry.type == "order.cancellation_declined"]
    assert declined == [{"1": 1}]
    assert violations(record.order, record.state, record.fulfilment_orders) == []


def test_units_asked_to_be_left_out_of_which_some_have_left_are_cancelled_as_far_as_they_have_not(reno: Warehouse) -> None:
    (fo,) = reno.the.put()
    reno.asked(fo)
    reno.acknowledge(reno.got()[0])
    order = load(fo)[0].order.id
    reno.the.call("POST", f"/v1/orders/{order}/cancel", {"lines": {"1": 2}, "reason": "no tea"}, who="support", idempotency_key="tea")
    reno.send("945", advice(fo, Carton({"TEA": 1}, "1ZONE"), short={"TEA": 1, "CUP": 1}))
    record, work = load(fo)
    assert (work.status, work.units()) == ("shipped", {"1": 1})
    lines = record.state.lines
    assert (lines["1"].cancelled, lines["1"].unrouted, lines["2"].cancelled, lines["2"].unrouted) == (1, 0, 0, 1)
    assert violations(record.order, record.state, record.fulfilment_orders) == []


def test_what_a_warehouse_would_not_give_up_and_then_does_not_have_is_cancelled(reno: Warehouse) -> None:
    (fo,) = reno.the.put()
    reno.asked(fo)
    reno.acknowledge(reno.got()[0])
    reno.the.call("POST", f"/v1/orders/{load(fo)[0].order.id}/cancel", {"reason": "all of it"}, who="support")
    reno.the.call("POST", f"/v1/fulfilment-orders/{fo}/cancellation/decline", {"reason": "packed"}, who="reno")
    reno.send("945", advice(fo, Carton({"TEA": 2}, "1ZREST"), short={"CUP": 1}))
    record, work = load(fo)
    assert (work.status, record.state.lines["2"].cancelled, record.state.lines["2"].unrouted) == ("shipped", 1, 0)
    assert violations(record.order, record.state, record.fulfilment_orders) == []


def test_goods_that_left_before_the_cancellation_came_have_left(reno: Warehouse) -> None:
    (fo,) = reno.the.put()
    reno.asked(fo)
    reno.acknowledge(reno.got()[0])
    reno.the.call("POST", f"/v1/orders/{load(fo)[0].order.id}/cancel", {"reason": "late"}, who="support")
    reno.send("945", advice(fo, *WHOLE))
    record, work = load(fo)
    assert (work.status, record.state.cancelled) == ("shipped", False)
