"""The journal's HTTP routes."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import date, timedelta
from typing import Any

from waybill.accounting import journal
from waybill.accounting.journal import Days
from waybill.accounting.model import beancount
from waybill.accounting.model.chart import Chart
from waybill.accounting.model.entry import Entry
from waybill.accounting.ports import Ledger, Page
from waybill.aws.http import Answer, Request, Router, cursor, cursor_key, page_size
from waybill.kernel.clock import Clock
from waybill.kernel.errors import InvalidInput, Malformed, NotFound
from waybill.kernel.money import decimal_string
from waybill.orders.store import Record
from waybill.shop.door import caller
from waybill.shop.model import Account, Key

READERS = ("channel", "viewer", "support", "finance")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\Z")
_DAYS_UNASKED = timedelta(days=30)


def router(ledger: Ledger, orders: Callable[[str], Record], accounts: Callable[[], Iterable[Account]], clock: Clock) -> Router:
    """Routes of `functions/accounting`."""
    routes = Router()

    @routes.route("GET", "/v1/journal")
    def read(request: Request) -> Answer:
        key = caller(request, *READERS)
        order_id = request.query.get("order")
        page = _of_order(request, key, order_id) if order_id else _of_days(request)
        shown = [present(entry) for entry in page.entries if _may_see(key, entry)]
        return Answer({"items": shown, "next": cursor(page.next)})

    @routes.route("GET", "/v1/journal/export")
    def export(request: Request) -> Answer:
        caller(request, "finance", "viewer")
        if request.query.get("format", "beancount") != "beancount":
            raise InvalidInput("the journal is exported as beancount", fields={"format": "beancount"})
        chart = Chart.of((account.id, account.kind) for account in accounts())
        days = _days(request, clock().date())
        text = beancount.document(journal.everything(ledger, days), chart, f"Waybill {days.first} to {days.last}")
        name = f"waybill-{days.first}-{days.last}.beancount"
        return Answer(text, content_type="text/plain; charset=utf-8", headers={"content-disposition": f'attachment; filename="{name}"'})

    def _of_order(request: Request, key: Key, order_id: str) -> Page:
        if not key.is_staff and orders(order_id).order.channel != key.scope:
            raise NotFound(f"there is no order {order_id[:64]!r}")
        return ledger.of_order(order_id, page_size(request), _within(request, f"ORDER#{order_id}"))

    def _of_days(request: Request) -> Page:
        return journal.of_days(ledger, _days(request, clock().date()), page_size(request), cursor_key(request))

    return routes


def present(entry: Entry) -> dict[str, Any]:
    """An entry as the API shows it: signed decimal strings, debit positive."""
    return {
        "id": entry.id,
        "date": entry.date,
        "at": entry.at,
        "order_id": entry.order_id or None,
        "event": entry.event,
        "event_id": entry.event_id,
        "currency": entry.currency,
        "postings": [
            {"account": leg.account, "amount": decimal_string(leg.amount, leg.currency), "currency": leg.currency} for leg in entry.postings
        ],
        "memo": entry.memo,
    }


def _may_see(key: Key, entry: Entry) -> bool:
    return key.is_staff or entry.channel == key.scope


def _within(request: Request, partition: str) -> dict[str, Any] | None:
    start = cursor_key(request)
    if start is not None and (set(start) != {"pk", "sk"} or start["pk"] != partition):
        raise Malformed("the cursor belongs to another question", fields={"cursor": "unknown"})
    return start


def _days(request: Request, today: date) -> Days:
    last = _day(request, "to") or today
    first = _day(request, "from") or min(last, today) - _DAYS_UNASKED
    if first > last:
        raise InvalidInput("`from` is after `to`", fields={"from": "after `to`"})
    return Days(first, last)


def _day(request: Request, name: str) -> date | None:
    text = request.query.get(name)
    if not text:
        return None
    try:
        return date.fromisoformat(text if _DAY.match(text) else "")
    except ValueError:
        raise Malformed(f"`{name}` is a day like 2026-11-23", fields={name: "not a day"}) from None
