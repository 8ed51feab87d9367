"""What must hold of an order at any moment (`model.check`), and what is no breach of it."""

from __future__ import annotations

from typing import Any

from tests.orders.test_state import AT, WANTED, hold, new, released
from waybill.orders.model import state as verbs
from waybill.orders.model.check import violations
from waybill.orders.model.order import Line, Order, Shipping
from waybill.orders.model.state import State

LINES = tuple(Line(id, "TEA", "Tea", units, 100) for id, units in WANTED.items())
ORDER = Order("ord_ab", "api", "1", AT, "USD", LINES, Shipping(), (), 300)


def work(status: str, number: int = 1) -> dict[str, Any]:
    return {"id": f"fo_ab-{number}", "status": status, "lines": {line: {"quantity": units} for line, units in WANTED.items()}}


def broken(state: State, *fulfilment_orders: dict[str, Any]) -> list[str]:
    return violations(ORDER, state, fulfilment_orders)


def test_what_was_released_is_at_a_node():
    assert broken(new(hold())) == broken(released(), work("accepted")) == []
    assert broken(released()) and broken(new(), work("accepted"))


def test_what_a_node_has_rejected_is_nobodys_until_routing_hears_of_it_and_then_no_longer():
    rejected = work("rejected")
    assert broken(released(), rejected) == []
    heard = verbs.take_back(released(), WANTED, "fo_ab-1", "OTHER", AT, "routing")
    assert broken(heard, rejected) == []
    again = verbs.release(heard, WANTED, ["fo_ab-2"], AT, "routing")
    assert broken(again, rejected, work("requested", 2)) == []
    assert broken(again, rejected), "routing has heard of it, and nobody has it"


def test_a_cancelled_order_has_nothing_with_a_node_whatever_was_rejected():
    cancelled = verbs.cancel(released(), "no", AT, "t")
    assert broken(cancelled, work("rejected")) == broken(cancelled, work("cancelled")) == []
    assert broken(cancelled, work("accepted"))


def test_a_line_that_needs_no_parcel_has_no_units_to_be_anywhere():
    order = Order("ord_ab", "api", "1", AT, "USD", (*LINES, Line("gift", "CARD", "A gift card", 1, 100, ships=False)), Shipping(), (), 400)
    assert violations(order, released(), [work("accepted")]) == []
