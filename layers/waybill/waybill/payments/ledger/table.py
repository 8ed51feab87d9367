"""Credits in the Orders table: pk `CREDIT#<digest of the code>`, sk `ACCOUNT`, every entry in the one item, so that what may be spent
is decided in the same conditional write that spends it. A request to issue one is remembered beside it, with the code it gave; one to adjust
one is written with the adjustment."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from waybill.aws.tables import Table, Write, WriteConflict, commit, create
from waybill.aws.tables import replace as put_over
from waybill.kernel.errors import Conflict, KeyReused, NotFound
from waybill.kernel.ids import digest
from waybill.payments.ledger.credits import Once
from waybill.payments.model.credit import Credit, CreditEntry

ORDERS = Table("ORDERS_TABLE")
ACCOUNT = "ACCOUNT"
_MOST_TRIES = 40


class CreditTable:
    """Where credits are kept."""

    def read(self, id: str) -> Credit:
        """Raises NotFound."""
        items = ORDERS.partition(f"CREDIT#{id}", ACCOUNT)
        if not items:
            raise NotFound("no such gift card or store credit")
        return _credit(items[0])

    def change(self, id: str, how: Callable[[Credit], Credit], once: Once | None = None) -> Credit:
        """Applies a change to what stands, again wherever somebody else was first; answers what stands afterwards. What is done `once` is written down
        in the same transaction: again, nothing changes.

        Raises NotFound, what `how` raises, KeyReused where `once` came with something else before, Conflict after many tries.
        """
        for _ in range(_MOST_TRIES):
            if once and _was_done(once):
                return self.read(id)
            seen = self.read(id)
            wanted = how(seen)
            if wanted == seen:
                return seen
            try:
                return self._save(wanted, seen.version, *([create(ORDERS, _mark(once))] if once else ()))
            except Conflict:
                continue
        raise Conflict("too many at once spend of one credit; try again")

    def open(self, credit: Credit) -> Credit:
        """A new account; one that was opened before by the same request stays as it is."""
        try:
            return self._save(credit, 0)
        except WriteConflict:
            return self.read(credit.id)

    def claim(self, key: str, request: dict[str, Any]) -> dict[str, Any]:
        """What the first to bring this key has asked for: ours, unless somebody was before us."""
        item = {"pk": f"CREDITKEY#{digest(key)}", "sk": "REQUEST", "version": 1, **request}
        try:
            commit(create(ORDERS, item))
        except WriteConflict as known:
            return known.old or ORDERS.get(item["pk"], "REQUEST") or item
        return item

    @staticmethod
    def _save(credit: Credit, seen: int, *with_it: Write) -> Credit:
        after = replace(credit, version=seen + 1)
        item = {
            "pk": f"CREDIT#{credit.id}",
            "sk": ACCOUNT,
            "version": after.version,
            "kind": credit.kind,
            "currency": credit.currency,
            "valid_until": credit.valid_until,
            "entries": [entry.to_dict() for entry in credit.entries],
            "history": [entry.to_dict() for entry in credit.history],
        }
        commit(put_over(ORDERS, item, seen), *with_it)
        return after


def _mark(once: Once) -> dict[str, Any]:
    return {"pk": f"CREDITKEY#{digest('adjust', once.key)}", "sk": "REQUEST", "version": 1, "content": once.content}


def _was_done(once: Once) -> bool:
    """Raises KeyReused where the key came with something else."""
    known = ORDERS.get(_mark(once)["pk"], "REQUEST")
    if known and known["content"] != once.content:
        raise KeyReused("this key came before with another adjustment", fields={"Idempotency-Key": "used before"})
    return known is not None


def _credit(item: dict[str, Any]) -> Credit:
    entries = tuple(CreditEntry(**entry) for entry in item["entries"])
    return Credit(item["pk"].removeprefix("CREDIT#"), item["kind"], item["currency"], entries, item["valid_until"], item["version"])
