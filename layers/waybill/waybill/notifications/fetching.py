"""What of an order its customer fetches at a store, and what is still to be said of it. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from waybill.kernel.events import Event
from waybill.notifications.model import BOTH, DONE, PARCEL, PICKUP, Store, one_line
from waybill.orders.model.order import Address, Line, Order
from waybill.orders.store import Record

Stores = Callable[[str], Store | None]
"""Node id → the store as its customers know it; None where there is no such node any more."""
_OF_THE_REST = ("reduced", "taken_off")
_OF_THEIR_LINES = ("backordered",)
_OF_WHAT_HE_HAS = ("return_label",)
_OF_NO_CODE = ("cancelled", "returning", "ready_for_pickup", "pickup_reminder")
"""Nothing is to come, nobody knows whether it is, or the code is in it."""


def fetched(order: Order, line: Line) -> bool:
    """Only the order's own ship group is."""
    return bool(order.shipping.pickup_node) and not line.group


def way(kind: str, event: Event, record: Record, quantities: dict[str, int]) -> str:
    """How what the mail is about comes to its customer: of a node's work as that goes, of what is backordered as its lines do, else as the order does."""
    order, work = record.order, work_of(event, record)
    if kind in _OF_WHAT_HE_HAS:
        return PARCEL
    if kind in _OF_THE_REST and record.state.status in ("delivered", "completed"):
        return DONE
    if work:
        return PICKUP if work.get("pickup") else PARCEL
    about = [line for line in order.lines if line.ships and (kind not in _OF_THEIR_LINES or quantities.get(line.id))]
    ways = {PICKUP if fetched(order, line) else PARCEL for line in about}
    return BOTH if len(ways) == 2 else ways.pop() if ways else PARCEL


def store(record: Record, stores: Stores) -> Store | None:
    """Where the order is fetched; as its address says it where the shop has no such node any more."""
    node = record.order.shipping.pickup_node or next((item["pickup"]["node"] for item in record.fulfilment_orders if item.get("pickup")), "")
    if not node:
        return None
    there = record.customer.ship_to
    return stores(node) or Store(one_line(there.company or there.name), tuple(place_of(there)))


def place_of(place: Address) -> Iterator[str]:
    """Street and town, line by line."""
    town = " ".join(part for part in (f"{place.city}," if place.city and place.region else place.city, place.region, place.postal_code) if part)
    for part in (place.line1, place.line2, town, place.country):
        if one_line(part):
            yield one_line(part)


def to_come(record: Record, on_its_way: bool = False) -> tuple[int, int]:
    """(units still to fetch, units still to send). `on_its_way`: those whose parcel has not arrived are to come too."""
    fetch = send = 0
    for line in record.order.lines:
        units = record.state.lines.get(line.id)
        if units is None or not line.ships:
            continue
        here = units.unrouted + units.backordered + units.released
        if fetched(record.order, line):
            fetch += here + units.shipped
        else:
            send += here + (units.shipped if on_its_way else 0)
    return fetch, send


def sentences(kind: str, letter_way: str, record: Record) -> Iterator[str]:
    """What is said of the code, as text keys: that it comes, or that the one that he has stays good."""
    lying = sum(each["quantity"] - each.get("collected", 0) for item in _ready(record) for each in item["lines"].values())
    coming = to_come(record)[0] - lying
    if kind in _OF_NO_CODE or letter_way == DONE:
        return
    if lying:
        yield "waits_there"
    if coming > 0:
        yield "code_comes"


def work_of(event: Event, record: Record) -> dict[str, Any]:
    """The fulfilment order that an event is about; empty where it is about none."""
    return next((item for item in record.fulfilment_orders if item.get("id") == event.data.get("fo_id")), {})


def _ready(record: Record) -> Iterable[dict[str, Any]]:
    return (item for item in record.fulfilment_orders if item.get("pickup") and item.get("status") == "ready_for_pickup")
