"""What the whole order looks like, joined from its records: the buckets of each line and the status that follows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from waybill.orders.model.state import State
from waybill.orders.model.work import is_kept

_UNDER_WAY = ("accepted", "picking", "picked", "packed", "ready_for_pickup", "cancellation_requested", "on_hold")
_NOT_AT_WORK = ("scheduled", "awaiting_approval", "requested", "shipped", "delivered", "rejected", "cancelled")


def buckets(state: State, fulfilment_orders: Iterable[Mapping[str, Any]]) -> dict[str, dict[str, int]]:
    """Quantity buckets of each line: `released` is split into released, picked and packed by the open fulfilment orders.

    A fulfilment order here is its stored item: `status` and `lines` {line: {"quantity", "picked", "packed", "shipped"}}.
    """
    result = {line: counters.to_dict() for line, counters in state.lines.items()}
    for fulfilment_order in fulfilment_orders:
        if fulfilment_order["status"] in _NOT_AT_WORK:
            continue
        for line, at_node in fulfilment_order["lines"].items():
            packed = at_node.get("packed", 0) - at_node.get("shipped", 0)
            picked = at_node.get("picked", 0) - at_node.get("packed", 0)
            _split(result[line], picked, packed)
    return result


def status(state: State, fulfilment_orders: Iterable[Mapping[str, Any]]) -> str:
    """The status a person reads: STATE's own, and `in_fulfilment` once a node is at work."""
    known = state.status
    at_work = any(fulfilment_order["status"] in _UNDER_WAY and not is_kept(fulfilment_order) for fulfilment_order in fulfilment_orders)
    return "in_fulfilment" if known == "released" and at_work else known


def _split(line: dict[str, int], picked: int, packed: int) -> None:
    line["released"] = line.get("released", 0) - picked - packed
    line["picked"] = line.get("picked", 0) + picked
    line["packed"] = line.get("packed", 0) + packed
    for name in ("released", "picked", "packed"):
        if not line[name]:
            del line[name]
