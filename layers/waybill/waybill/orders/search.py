"""Finding orders: by reference, customer, attention queue, or day by day with filters. Indexes may lag; what counts is the base item."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from waybill.kernel import ids
from waybill.orders import codec, present, store
from waybill.orders.model import view
from waybill.shop import store as shop

_MOST_READS_A_PAGE = 40


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to find. Empty means any. `channels` is what the caller may see; None for everything."""

    external_reference: str = ""
    channel: str = ""
    customer: str = ""
    sku: str = ""
    status: str = ""
    channels: tuple[str, ...] | None = None

    def fits(self, row: dict[str, Any]) -> bool:
        return (
            (not self.external_reference or row["external_reference"] == self.external_reference)
            and (not self.channel or row["channel"] == self.channel)
            and (not self.sku or self.sku in row["skus"])
            and (not self.status or row["status"] == self.status)
            and (self.channels is None or row["channel"] in self.channels)
        )


@dataclass(frozen=True, slots=True)
class Found:
    """List rows, newest first, and where the next page starts."""

    rows: list[dict[str, Any]]
    next: dict[str, Any] | None = None


def find(wanted: Wanted, limit: int, start: dict[str, Any] | None, today: date) -> Found:
    """A page of orders. The cursor is a key of the index that served it, or a day to go on from."""
    if wanted.external_reference:
        return Found(_by_reference(wanted))
    if wanted.customer:
        order_ids, following = store.of_customer(wanted.customer, limit, start)
        return Found([row for row in _rows(order_ids) if wanted.fits(row)], following)
    return _by_day(wanted, limit, start, today)


def _by_reference(wanted: Wanted) -> list[dict[str, Any]]:
    """The id of an order is a function of channel and reference: no index is needed."""
    channels = [wanted.channel] if wanted.channel else [channel.id for channel in shop.channels()]
    order_ids = [ids.order_id(channel, wanted.external_reference) for channel in channels]
    return [row for row in _rows(order_ids) if wanted.fits(row)]


def _by_day(wanted: Wanted, limit: int, start: dict[str, Any] | None, today: date) -> Found:
    rows: list[dict[str, Any]] = []
    day = date.fromisoformat(str(start["day"])) if start else today
    after = start if start and "pk" in start else None
    for _ in range(_MOST_READS_A_PAGE):
        items, following = store.of_day(day.isoformat(), limit, after)
        rows += [row for row in _exact(items, wanted) if wanted.fits(row)]
        after = following
        if following is None:
            day -= timedelta(days=1)
            if day < _FIRST_DAY:
                return Found(rows)
        if len(rows) >= limit:
            return Found(rows, following or {"day": day.isoformat()})
    return Found(rows, after or {"day": day.isoformat()})


_FIRST_DAY = date(2020, 1, 1)


def _exact(items: list[dict[str, Any]], wanted: Wanted) -> Iterable[dict[str, Any]]:
    """List rows; where the difference between released and in_fulfilment matters, the fulfilment orders are asked."""
    rows = [present.row(item) for item in items]
    if wanted.status not in ("released", "in_fulfilment"):
        return rows
    return [_refined(row) if row["status"] == "released" else row for row in rows]


def _refined(row: dict[str, Any]) -> dict[str, Any]:
    record = store.load(row["id"])
    return {**row, "status": view.status(record.state, record.fulfilment_orders)}


def _rows(order_ids: list[str]) -> list[dict[str, Any]]:
    items = store.ORDERS.get_many([(codec.partition(order_id), codec.STATE) for order_id in order_ids])
    return [present.row(item) for item in sorted(items, key=lambda item: item["placed"], reverse=True)]
