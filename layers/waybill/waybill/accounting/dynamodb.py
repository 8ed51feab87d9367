"""The Ledger table: one item an entry, put once and never again."""

from __future__ import annotations

from typing import Any

from waybill.accounting.model.entry import Entry, Posting
from waybill.accounting.ports import Page
from waybill.aws import tables
from waybill.aws.tables import Table, WriteConflict, commit, create

LEDGER = Table("LEDGER_TABLE")
_ENTRY = "JE#"


class LedgerTable:
    """`ports.Ledger` on DynamoDB."""

    def add(self, entry: Entry) -> bool:
        try:
            commit(create(LEDGER, entry_item(entry)))
        except WriteConflict:
            return False
        return True

    def of_order(self, order_id: str, limit: int, start: dict[str, Any] | None) -> Page:
        found = _page(LEDGER.page(partition(order_id), prefix=_ENTRY, limit=limit, start=start, consistent=True))
        return Page(sorted(found.entries, key=lambda entry: (entry.at, entry.event_id)), found.next)

    def of_day(self, day: str, limit: int, start: dict[str, Any] | None) -> Page:
        return _page(LEDGER.page(day, index="by_day", keys=("day", "posted"), limit=limit, start=start))


def partition(order_id: str) -> str:
    return f"ORDER#{order_id}"


def entry_item(entry: Entry) -> dict[str, Any]:
    postings = [[leg.account, leg.amount, leg.currency] for leg in entry.postings]
    kept = {name: getattr(entry, name) for name in ("event_id", "event", "at", "order_id", "channel", "currency", "memo")}
    index = {"day": entry.date, "posted": f"{entry.at}#{entry.event_id}"}
    place = partition(entry.order_id) if entry.order_id else f"EVENT#{entry.event_id}"
    return {"pk": place, "sk": entry.id, **kept, **index, "postings": postings}


def entry_from(item: dict[str, Any]) -> Entry:
    fields = {name: item[name] for name in ("event_id", "event", "at", "order_id", "channel", "currency", "memo")}
    return Entry(**fields, postings=tuple(Posting(*leg) for leg in item["postings"]))


def _page(page: tables.Page) -> Page:
    return Page([entry_from(item) for item in page.items], page.next)
