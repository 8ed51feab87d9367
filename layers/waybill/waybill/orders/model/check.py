"""What must hold of one order at any moment, whatever has happened. Pure; used by the reconciler and by tests."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from waybill.orders.model.order import FULFILLED_ELSEWHERE, Order
from waybill.orders.model.state import EDITED, TAKEN_BACK, State

_AT_WORK = ("requested", "accepted", "picking", "picked", "packed")
_LEFT = ("shipped", "delivered")


def violations(order: Order, state: State, fulfilment_orders: Iterable[Mapping[str, Any]]) -> list[str]:
    """The rules that are broken, named by their numbers in the list of invariants; empty where all hold."""
    work = list(fulfilment_orders)
    ordered = {line.id: line.quantity for line in order.lines}
    broken = []
    if {line: counters.ordered for line, counters in state.lines.items()} != ordered:
        broken.append("I21: the quantity buckets of a line do not sum to what was ordered")
    if any(min(counters.to_dict().values(), default=0) < 0 for counters in state.lines.values()):
        broken.append("I21: a quantity bucket is negative")
    if state.cancelled and any(each["status"] in (*_AT_WORK, *_LEFT) for each in work):
        broken.append("I20: the order is cancelled and a node still works on it, or has shipped it")
    if _units(work, _AT_WORK) + _on_their_way_back(work, state) != sum(counters.released for counters in state.lines.values()):
        broken.append("I21: the units at nodes are not those that were released")
    if FULFILLED_ELSEWHERE not in order.attributes and _units(work, _LEFT) != sum(counters.shipped + counters.delivered for counters in state.lines.values()):
        broken.append("I21: the units that left are not those of the shipped fulfilment orders")
    if [entry.seq for entry in state.history] != list(range(1, len(state.history) + 1)):
        broken.append("I30: the timeline has a gap")
    if sum(entry.type == EDITED for entry in state.history) != order.edits:
        broken.append("I30: the order was edited another number of times than its timeline says")
    return broken


def _on_their_way_back(work: list[Mapping[str, Any]], state: State) -> int:
    """Units that a node has rejected and routing has not yet heard of. A cancellation has not left them with anybody."""
    heard_of = {entry.data["fo_id"] for entry in state.history if entry.type == TAKEN_BACK}
    return 0 if state.cancelled else _units([each for each in work if each["id"] not in heard_of], ("rejected",))


def _units(work: list[Mapping[str, Any]], statuses: tuple[str, ...]) -> int:
    return sum(at_node["quantity"] for each in work if each["status"] in statuses for at_node in each["lines"].values())
