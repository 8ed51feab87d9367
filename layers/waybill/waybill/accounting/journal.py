"""Reading the books: by order, by day, as a file."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from waybill.accounting.model.entry import Entry
from waybill.accounting.ports import Ledger, Page
from waybill.kernel.errors import Malformed, TooLarge

MOST_DAYS_A_PAGE = 31
MOST_DAYS_A_FILE = 92
MOST_ENTRIES_A_FILE = 10_000
_DAY_KEYS = {"day", "posted", "pk", "sk"}


@dataclass(frozen=True, slots=True)
class Days:
    """From the first day to the last, both included."""

    first: date
    last: date


def of_days(ledger: Ledger, days: Days, limit: int, start: dict[str, Any] | None) -> Page:
    """A page of the journal, oldest first. One index partition a day and a bounded number of them a page, so that a page may
    be short and still have a next one."""
    day, within = _resumed(days, start)
    entries: list[Entry] = []
    for _ in range(MOST_DAYS_A_PAGE):
        page = ledger.of_day(day.isoformat(), limit - len(entries), within)
        entries += page.entries
        if page.next:
            return Page(entries, page.next)
        if day >= days.last:
            return Page(entries, None)
        day, within = day + timedelta(days=1), None
        if len(entries) == limit:
            break
    return Page(entries, {"day": day.isoformat()})


def everything(ledger: Ledger, days: Days) -> list[Entry]:
    """All entries of at most 92 days. Raises TooLarge beyond what one answer holds."""
    if (days.last - days.first).days >= MOST_DAYS_A_FILE:
        raise TooLarge(f"a file spans at most {MOST_DAYS_A_FILE} days", fields={"from": "too far from `to`"})
    entries: list[Entry] = []
    start: dict[str, Any] | None = None
    while True:
        page = of_days(ledger, days, 1000, start)
        entries += page.entries
        if len(entries) > MOST_ENTRIES_A_FILE:
            raise TooLarge(f"more than {MOST_ENTRIES_A_FILE} entries: ask for fewer days")
        start = page.next
        if start is None:
            return entries


def _resumed(days: Days, start: dict[str, Any] | None) -> tuple[date, dict[str, Any] | None]:
    if start is None:
        return days.first, None
    try:
        day = date.fromisoformat(str(start["day"]))
    except (KeyError, ValueError):
        raise Malformed("the cursor is not one of ours", fields={"cursor": "unknown"}) from None
    if not days.first <= day <= days.last or set(start) not in ({"day"}, _DAY_KEYS):
        raise Malformed("the cursor belongs to another question", fields={"cursor": "unknown"})
    return day, start if len(start) > 1 else None
