"""An order's record as the books see it. Pure."""

from __future__ import annotations

from collections import Counter
from typing import Any

from waybill.kernel.events import Event
from waybill.kernel.ids import order_of_fulfilment_order
from waybill.orders.codec import TENDER
from waybill.orders.model.sale import Sale, Sold, sale_of
from waybill.orders.model.state import LINES_CANCELLED
from waybill.orders.store import Record

_SHIPPED = "fulfilment_order.shipped"


def sale(record: Record) -> Sale:
    """The money of the order by line."""
    return sale_of(record.order, record.state.lines)


def quantities(raw: dict[str, Any]) -> dict[str, int]:
    return {line: int(quantity) for line, quantity in raw.items()}


def shipped_before(event: Event, record: Record) -> dict[str, int]:
    """Units that had left before this parcel, by line: what the event says, or else by the instants of the parcels."""
    if "before" in event.data:
        return quantities(event.data["before"])
    gone: Counter[str] = Counter()
    for item in record.fulfilment_orders:
        for entry in item["history"]:
            if entry["type"] == _SHIPPED and _turn(entry["at"], entry["data"]) < _turn(event.time, event.data):
                gone.update(quantities(entry["data"]["lines"]))
    return dict(gone)


def closes(event: Event, record: Record) -> bool:
    """Whether these cancelled units were the last that could still have left. An event that does not say so: where no parcel was, and nobody has cancelled
    any since."""
    if "last" in event.data:
        return event.data["last"] is True
    parcels = (entry for item in record.fulfilment_orders for entry in item["history"] if entry["type"] == _SHIPPED)
    state, since = record.state, int(event.id.rpartition(":")[2])
    later = any(entry.type == LINES_CANCELLED and entry.seq > since for entry in state.history)
    return state.all_shipped and bool(state.gone()) and not later and not any(entry["data"].get("last") for entry in parcels)


def gone(event: Event, record: Record) -> dict[str, int]:
    """What had left when nothing was left that could, by line."""
    return quantities(event.data.get("shipped", record.state.gone()))


def _turn(at: str, data: dict[str, Any]) -> tuple[str, int]:
    known = order_of_fulfilment_order(data["fo_id"])
    return at, known[1] if known else 0


def refund(event: Event, record: Record) -> tuple[Sold, int, int]:
    """What a refund takes back of the sale, what it gives on top, and the fee that it keeps."""
    item = (record.others or {})[f"REFUND#{event.data['refund']}"]
    return Sold(**item["sold"]), item["goodwill"], item["fee"]


def gateway(event: Event, record: Record) -> str:
    """The gateway of the tender that the event is about."""
    sort_key = f"{TENDER}{event.data['tender']}"
    return next((item["gateway"] for item in record.tenders if item["sk"] == sort_key), "")
