"""Where an order stands: the flow from left to right, as one row of steps."""

from __future__ import annotations

from dataclasses import dataclass

from waybill.desk.model import words
from waybill.desk.model.facts import Order


@dataclass(frozen=True, slots=True)
class Step:
    """`state`: done, now, stuck, todo, off. `at` is when it was reached, empty while it was not."""

    name: str
    state: str
    at: str = ""
    note: str = ""


_REACHED_BY: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("Received", ("order.received",)),
    ("Stock", ("stock.reserved", "payment.authorised", "payment.recorded", "payment.declined", "order.confirmed")),
    ("Payment", ("payment.authorised", "payment.recorded")),
    ("Confirmed", ("order.confirmed",)),
    ("Routed", ("fulfilment_order.requested",)),
    ("Picked", ("fulfilment_order.picked",)),
    ("Packed", ("fulfilment_order.packed", "fulfilment_order.ready_for_pickup")),
    ("Shipped", ("order.shipped", "fulfilment_order.shipped")),
    ("Delivered", ("order.delivered", "fulfilment_order.delivered")),
    ("Completed", ("order.completed",)),
)
"""Which event says that a step was reached; a later step reached says so of the earlier ones too."""

_ALL_OF_IT = {
    "Picked": ("picked", "packed", "ready_for_pickup", "partially_shipped", "shipped", "delivered"),
    "Packed": ("packed", "ready_for_pickup", "partially_shipped", "shipped", "delivered"),
    "Shipped": ("shipped", "delivered"),
    "Delivered": ("delivered",),
}


def steps(order: Order) -> list[Step]:
    """The steps of an order. Exactly one is `now` or `stuck` while the order is under way; none once it has ended."""
    first: dict[str, str] = {}
    for _, entry in order.history:
        first[entry.type] = min(entry.at, first.get(entry.type, entry.at))
    times = [_reached(first, types) for _, types in _REACHED_BY]
    whole = [bool(at) and not _part(order, name) for (name, _), at in zip(_REACHED_BY, times, strict=True)]
    far = max((index for index, done in enumerate(whole) if done), default=-1)
    return [_step(order, index, name, times[index], far) for index, (name, _) in enumerate(_REACHED_BY)]


def _reached(first: dict[str, str], types: tuple[str, ...]) -> str:
    return min((first[type] for type in types if type in first), default="")


def _step(order: Order, index: int, name: str, at: str, far: int) -> Step:
    note = _part(order, name)
    if index <= far:
        return Step(name, "done", at, note)
    if order.row.status == "cancelled":
        return Step(name, "off")
    if index > far + 1:
        return Step(name, "todo", "", note)
    blocked = _blocked(order, name)
    return Step(name, "stuck" if blocked else "now", "", note or blocked)


def _blocked(order: Order, name: str) -> str:
    held = [hold for hold in order.holds if not hold.released]
    if held:
        return words.hold(held[0].kind)
    if name == "Routed" and any(work.status == "awaiting_approval" for work in order.fulfilment_orders):
        return words.status("awaiting_approval")
    return words.status(order.row.status) if order.row.status == "backordered" else ""


def _part(order: Order, name: str) -> str:
    """`1 of 2` while only some of the nodes' work has come this far; empty when all or none has."""
    wanted = _ALL_OF_IT.get(name)
    live = [work for work in order.fulfilment_orders if work.status not in ("rejected", "cancelled")]
    if not wanted or len(live) < 2:
        return ""
    there = sum(1 for work in live if work.status in wanted)
    return f"{there} of {len(live)}" if 0 < there < len(live) else ""
