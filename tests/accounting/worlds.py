"""Orders and parcels for the tests of the books."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from waybill.kernel.events import Event
from waybill.kernel.ids import fulfilment_order_id, order_id
from waybill.orders.model.counters import Counters
from waybill.orders.model.order import Customer, Line, Order, Shipping, Tender
from waybill.orders.model.state import State, received
from waybill.orders.store import Record
from waybill.shop.model import Item

AT = "2026-11-23T09:00:00.000Z"


def order(lines: tuple[Line, ...], **more: Any) -> Order:
    """An order whose channel's total is the sum of its parts, unless told otherwise."""
    id = order_id("api", more.get("external_reference", "1001"))
    known = {"channel": "api", "external_reference": "1001", "placed_at": AT, "currency": "USD", "shipping": Shipping(), "tenders": ()}
    made = Order(id=id, lines=lines, **{"total": 0, **known, **more})
    return made if "total" in more else replace(made, total=made.computed_total)


def record(made: Order, *, parcels: list[dict[str, int]] = (), gateway: str = "stripe") -> Record:
    """Its record, with these parcels shipped as fulfilment orders 1, 2, 3, … one second apart."""
    state = received(made.id, {line.id: line.quantity for line in made.lines if line.ships}, AT, "test", {})
    items = tuple(
        {"sk": f"FO#{n}", "id": fulfilment_order_id(made.id, n), "status": "shipped", "history": [_entry(made, n, lines)]}
        for n, lines in enumerate(parcels, 1)
    )
    tenders = ({"sk": "PAY#1", "kind": "card", "gateway": gateway},)
    return Record(made, Customer(), state, items, tenders, others={})


def cancelled(made: Record, line: str, quantity: int) -> Record:
    """With some units of a line cancelled before anything left."""
    counters = made.state.lines[line]
    left = Counters(unrouted=counters.ordered - quantity, cancelled=quantity)
    return replace(made, state=State(made.state.order_id, {**made.state.lines, line: left}, history=made.state.history))


def shipped(made: Order, number: int, lines: dict[str, int], before: dict[str, int] | None = None, last: bool = False) -> Event:
    """The event of a parcel."""
    data = _entry(made, number, lines)["data"] | ({} if before is None else {"before": before}) | {"last": last}
    return Event(f"{data['fo_id']}:5", "fulfilment_order.shipped", _at(number), made.id, data)


def payment(made: Order, type: str, amount: int, seq: int = 2) -> Event:
    data = {"tender": 1, "amount": amount, "currency": made.currency, "reference": "pi_1"}
    return Event(f"{made.id}/pay1:{seq}", f"payment.{type}", AT, made.id, data)


def catalogue(skus: list[str]) -> dict[str, Item]:
    """Every SKU costs 7.01 to buy, but for `UNKNOWN`."""
    return {sku: Item(sku, sku, 100, 1, 1, 1, 701, 1000) for sku in skus if sku != "UNKNOWN"}


def _entry(made: Order, number: int, lines: dict[str, int]) -> dict[str, Any]:
    data = {"fo_id": fulfilment_order_id(made.id, number), "node": "reno", "lines": lines, "packages": [], "last": False}
    return {"seq": 5, "type": "fulfilment_order.shipped", "at": _at(number), "actor": "node:reno", "data": data}


def _at(number: int) -> str:
    return f"2026-11-{23 + number // 3600:02d}T10:{number // 60 % 60:02d}:{number % 60:02d}.000Z"


class FakeLedger:
    """Entries in memory; as the table, it never replaces one."""

    def __init__(self) -> None:
        self.entries: dict[str, Any] = {}

    def add(self, entry: Any) -> bool:
        new = entry.id not in self.entries
        self.entries.setdefault(entry.id, entry)
        return new

    def of_order(self, order_id: str, limit: int, start: Any) -> Any:
        raise NotImplementedError

    def of_day(self, day: str, limit: int, start: Any) -> Any:
        raise NotImplementedError


__all__ = ["Tender", "FakeLedger", "cancelled", "catalogue", "order", "payment", "record", "shipped"]
