"""What the books need from outside."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

from waybill.accounting.model.entry import Entry


@dataclass(frozen=True, slots=True)
class Page:
    """Entries, and where the next page starts; None at the end."""

    entries: list[Entry]
    next: dict[str, Any] | None


class Ledger(Protocol):
    """Where entries are kept for good."""

    def add(self, entry: Entry) -> bool:
        """Keeps an entry. False where one of this id stands already: that one is never touched."""

    def of_order(self, order_id: str, limit: int, start: dict[str, Any] | None) -> Page:
        """The entries of one order."""

    def of_day(self, day: str, limit: int, start: dict[str, Any] | None) -> Page:
        """The entries of one day (`2026-11-23`), in the order of their events. May lag a little."""
