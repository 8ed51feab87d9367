"""Credits in this process, and the truth about them for the conformance suite."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from waybill.kernel.errors import KeyReused, NotFound, Unavailable
from waybill.payments.ledger.credits import Once
from waybill.payments.model.credit import CAPTURED, RETURNED, Credit, CreditEntry


class MemoryCredits:
    """The CreditBook port. `down` makes every call fail."""

    def __init__(self, down: bool = False) -> None:
        self.kept: dict[str, Credit] = {}
        self.claims: dict[str, dict[str, Any]] = {}
        self.done: dict[str, str] = {}
        self.down = down

    def read(self, id: str) -> Credit:
        if self.down:
            raise Unavailable("the table does not answer")
        if id not in self.kept:
            raise NotFound("no such credit")
        return self.kept[id]

    def change(self, id: str, how: Callable[[Credit], Credit], once: Once | None = None) -> Credit:
        if once and once.key in self.done:
            if self.done[once.key] != once.content:
                raise KeyReused("this key came before with another adjustment")
            return self.read(id)
        seen = self.read(id)
        wanted = how(seen)
        self.done |= {once.key: once.content} if once else {}
        self.kept[id] = wanted if wanted == seen else replace(wanted, version=seen.version + 1)
        return self.kept[id]

    def open(self, credit: Credit) -> Credit:
        return self.kept.setdefault(credit.id, replace(credit, version=1))

    def claim(self, key: str, request: dict[str, Any]) -> dict[str, Any]:
        return self.claims.setdefault(key, request)

    # The truth: keys begin with the order's id

    def _of(self, order_id: str, type: str) -> list[CreditEntry]:
        entries = [entry for credit in self.kept.values() for entry in credit.entries]
        return [entry for entry in entries if entry.key.startswith(f"{order_id}/") and entry.type == type]

    def authorised(self, order_id: str) -> int:
        mine = {entry.reference: credit for credit in self.kept.values() for entry in credit.entries if entry.key.startswith(f"{order_id}/")}
        return sum(bool(credit.payment(reference).open or credit.payment(reference).captured) for reference, credit in mine.items())

    def captures(self, order_id: str) -> list[int]:
        return [entry.amount for entry in self._of(order_id, CAPTURED)]

    def refunds(self, order_id: str) -> list[int]:
        return [entry.amount for entry in self._of(order_id, RETURNED)]
