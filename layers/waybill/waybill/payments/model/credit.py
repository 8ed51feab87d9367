"""A gift card or a customer's store credit: an append-only list of entries in one currency; every balance is computed from it.

A payment on it (a hold) goes by a reference: held → captured, in parts if need be → the rest released; captured money may be
returned. What an entry does is done once per `key`: the same key again changes nothing, with another request it is refused.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from waybill.kernel.errors import IllegalTransition, KeyReused
from waybill.kernel.events import Entry, appended

GIFT_CARD, STORE_CREDIT = "gift_card", "store_credit"
KINDS = (GIFT_CARD, STORE_CREDIT)

ISSUED, ADJUSTED, HELD, DECLINED, CAPTURED, RELEASED, RETURNED = "issued", "adjusted", "held", "declined", "captured", "released", "returned"
MOST_ENTRIES = 1500
"""An account is one item of at most 400 KB; a full one holds nothing more, its balance can be issued anew."""


@dataclass(frozen=True, slots=True)
class CreditEntry:
    """`amount` in minor units, negative only for an adjustment downwards. `reference` names the payment, `by` who did it, `paid_to`
    the channel or gateway that has taken the money for a gift card that was sold."""

    type: str
    amount: int
    at: str
    key: str
    reference: str = ""
    by: str = ""
    reason: str = ""
    paid_to: str = ""

    def to_dict(self) -> dict[str, Any]:
        """Only what is set."""
        raw: dict[str, Any] = {"type": self.type, "amount": self.amount, "at": self.at, "key": self.key}
        return raw | {name: value for name in ("reference", "by", "reason", "paid_to") if (value := getattr(self, name))}


@dataclass(frozen=True, slots=True)
class Payment:
    """One payment on a credit. `open`: held and neither captured nor released yet; `known`: somebody has asked about it."""

    known: bool
    open: int
    captured: int
    returned: int
    released: bool
    declined: str


@dataclass(frozen=True, slots=True)
class Credit:
    """`id` is a digest of its code. `version` 0: not yet stored. `valid_until` an instant, empty for ever."""

    id: str
    kind: str
    currency: str
    entries: tuple[CreditEntry, ...] = ()
    valid_until: str = ""
    version: int = 0

    @property
    def balance(self) -> int:
        """What may still be spent: issued and returned, less what is held or was taken. Never negative."""
        put_in = sum(entry.amount for entry in self.entries if entry.type in (ISSUED, ADJUSTED, RETURNED))
        return put_in - sum(payment.open + payment.captured for payment in self._payments())

    @property
    def full(self) -> bool:
        return len(self.entries) >= MOST_ENTRIES

    @property
    def held(self) -> int:
        return sum(payment.open for payment in self._payments())

    def payment(self, reference: str) -> Payment:
        return _payment([entry for entry in self.entries if entry.reference == reference])

    def _payments(self) -> list[Payment]:
        by_reference: dict[str, list[CreditEntry]] = {}
        for entry in self.entries:
            if entry.reference:
                by_reference.setdefault(entry.reference, []).append(entry)
        return [_payment(entries) for entries in by_reference.values()]

    def entry(self, key: str) -> CreditEntry | None:
        return next((entry for entry in self.entries if entry.key == key), None)

    @property
    def history(self) -> tuple[Entry, ...]:
        """What the books must hear of: who has put how much on it, or taken it off."""
        history: tuple[Entry, ...] = ()
        for entry in self.entries:
            if entry.type in (ISSUED, ADJUSTED):
                data = {"gateway": "ledger", "amount": entry.amount, "currency": self.currency, "reference": self.id}
                data |= {"paid_to": entry.paid_to} if entry.paid_to else {}
                history = appended(history, f"credit.{entry.type}", entry.at, entry.by, data)
        return history

    # What may be done

    def issued(self, amount: int, at: str, key: str, by: str, reason: str = "", paid_to: str = "") -> Credit:
        _positive(amount)
        return self._with(CreditEntry(ISSUED, amount, at, key, "", by, reason, paid_to))

    def adjusted(self, amount: int, at: str, key: str, by: str, reason: str) -> Credit:
        """By hand, up or down, never below nothing. Raises IllegalTransition."""
        if self.entry(key) is None and (amount == 0 or self.balance + amount < 0):
            raise IllegalTransition(f"the balance of {self.balance} cannot be changed by {amount}")
        return self._with(CreditEntry(ADJUSTED, amount, at, key, "", by, reason))

    def hold(self, reference: str, amount: int, at: str, key: str) -> Credit:
        """Held, or declined for good: a reference that was declined or released is never held."""
        payment = self.payment(reference)
        if payment.known:
            return self
        _positive(amount)
        reason = self._objection(amount, at)
        return self._with(CreditEntry(DECLINED if reason else HELD, amount, at, key, reference, reason=reason))

    def _objection(self, amount: int, at: str) -> str:
        if self.valid_until and at >= self.valid_until:
            return "expired"
        return "insufficient_funds" if amount > self.balance else ""

    def capture(self, reference: str, amount: int, at: str, key: str, final: bool) -> Credit:
        """Raises IllegalTransition beyond what is held."""
        if self.entry(key) is None and self.payment(reference).open < amount:
            raise IllegalTransition(f"{amount} is not within what is held")
        _positive(amount)
        taken = self._with(CreditEntry(CAPTURED, amount, at, key, reference))
        return taken.release(reference, at, f"{key}/remainder") if final and taken is not self else taken

    def release(self, reference: str, at: str, key: str) -> Credit:
        """What is held is free again; nothing can be held or captured under the reference any more."""
        payment = self.payment(reference)
        return self if payment.released else self._with(CreditEntry(RELEASED, payment.open, at, key, reference))

    def give_back(self, reference: str, amount: int, at: str, key: str) -> Credit:
        """Raises IllegalTransition beyond what was captured and not returned."""
        payment = self.payment(reference)
        if self.entry(key) is None and not 0 < amount <= payment.captured - payment.returned:
            raise IllegalTransition(f"{amount} is not within what was captured")
        return self._with(CreditEntry(RETURNED, amount, at, key, reference))

    def _with(self, entry: CreditEntry) -> Credit:
        known = self.entry(entry.key)
        if known is None:
            return replace(self, entries=(*self.entries, entry))
        if (known.type, known.amount, known.reference) != (entry.type, entry.amount, entry.reference):
            raise KeyReused(f"the key {entry.key} was used for another request")
        return self


def _payment(entries: list[CreditEntry]) -> Payment:
    held, taken, back = (sum(entry.amount for entry in entries if entry.type == type) for type in (HELD, CAPTURED, RETURNED))
    released = any(entry.type == RELEASED for entry in entries)
    declined = next((entry.reason for entry in entries if entry.type == DECLINED), "")
    return Payment(bool(entries), 0 if released else held - taken, taken, back, released, declined)


def _positive(amount: int) -> None:
    if amount <= 0:
        raise IllegalTransition("an amount is more than nothing")
