"""What must hold of one order at any moment, whatever has happened. Pure; used by the reconciler and by tests."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from waybill.orders.model.order import FULFILLED_ELSEWHERE, Order
from waybill.orders.model.shortage import TOLD as SHORT
from waybill.orders.model.state import EDITED, TAKEN_BACK, State
from waybill.orders.model.work import LEFT

_ENDED = ("rejected", "cancelled")


def violations(order: Order, state: State, fulfilment_orders: Iterable[Mapping[str, Any]]) -> list[str]:
    """The rules that are broken, named by their numbers in the list of invariants; empty where all hold."""
    work = list(fulfilment_orders)
    ordered = {line.id: line.quantity for line in order.lines if line.ships or line.id in state.lines}
    broken = []
    if {line: counters.ordered for line, counters in state.lines.items()} != ordered:
        broken.append("I21: the quantity buckets of a line do not sum to what was ordered")
    if any(min(counters.to_dict().values(), default=0) < 0 for counters in state.lines.values()):
        broken.append("I21: a quantity bucket is negative")
    if state.cancelled and any(each["status"] not in _ENDED for each in work):
        broken.append("I20: the order is cancelled and a node still works on it, or has shipped it")
    at_nodes, left = _units(work)
    if _positive(at_nodes + _on_their_way_back(work, state)) != _positive({line: counters.released for line, counters in state.lines.items()}):
        broken.append("I21: the units at nodes are not those that were released")
    if FULFILLED_ELSEWHERE not in order.attributes and left != _positive({line: counters.shipped + counters.delivered for line, counters in state.lines.items()}):
        broken.append("I21: the units that left are not those of the shipped fulfilment orders")
    if [entry.seq for entry in state.history] != list(range(1, len(state.history) + 1)):
        broken.append("I30: the timeline has a gap")
    if sum(entry.type == EDITED for entry in state.history) != order.edits:
        broken.append("I30: the order was edited another number of times than its timeline says")
    return broken


def _on_their_way_back(work: list[Mapping[str, Any]], state: State) -> Counter[str]:
    """Units by line that a node has rejected and routing has not yet heard of. A cancellation has not left them with anybody."""
    heard_of = {entry.data["fo_id"] for entry in state.history if entry.type == TAKEN_BACK and entry.data.get("reason") != SHORT}
    units = Counter[str]()
    for each in work if not state.cancelled else ():
        if each["status"] == "rejected" and each["id"] not in heard_of:
            units.update({line: at_node["quantity"] for line, at_node in each["lines"].items()})
    return units


def _units(work: list[Mapping[str, Any]]) -> tuple[Counter[str], dict[str, int]]:
    """Units by line that are at nodes, and that have left."""
    at_nodes, left = Counter[str](), Counter[str]()
    for each in work:
        for line, at_node in each["lines"].items():
            gone = at_node["quantity"] if each["status"] in LEFT else at_node.get("shipped", 0)
            left[line] += gone
            at_nodes[line] += 0 if each["status"] in _ENDED else at_node["quantity"] - gone
    return at_nodes, _positive(left)


def _positive(units: Mapping[str, int]) -> dict[str, int]:
    return {line: count for line, count in units.items() if count}
