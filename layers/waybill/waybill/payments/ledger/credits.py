"""Use cases of gift cards and store credit: issue, adjust, look. Spending them is the gateway `ledger`."""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from waybill.kernel.clock import Clock, instant, parse_instant
from waybill.kernel.errors import InvalidInput, KeyReused
from waybill.kernel.ids import credit_id
from waybill.kernel.money import MOST_MINOR_UNITS, exponent
from waybill.payments.model.credit import KINDS, Credit

CODE_BYTES = 10
"""80 bits: nobody guesses one."""


@dataclass(frozen=True, slots=True)
class Once:
    """A change that is made once: `key` names it, `content` is the digest of what was asked under that key."""

    key: str
    content: str


class CreditBook(Protocol):
    """Where credits are kept (`ledger.table.CreditTable`)."""

    def read(self, id: str) -> Credit: ...
    def change(self, id: str, how: Callable[[Credit], Credit], once: Once | None = None) -> Credit: ...
    def open(self, credit: Credit) -> Credit: ...
    def claim(self, key: str, request: dict[str, Any]) -> dict[str, Any]: ...


@dataclass(frozen=True, slots=True)
class Issued:
    """A new credit and the code that spends it: whoever has the code has the money."""

    code: str
    credit: Credit


class Credits:
    """`entropy(n)` gives n random bytes."""

    def __init__(self, book: CreditBook, clock: Clock, entropy: Callable[[int], bytes]) -> None:
        self._book, self._clock, self._entropy = book, clock, entropy

    def issue(self, kind: str, amount: int, currency: str, key: str, by: str, reason: str = "", valid_until: str = "", paid_to: str = "") -> Issued:
        """A new credit of `amount` minor units. The same key is the same credit with the same code; `by` is who asks (a key's id), `paid_to`
        the channel or gateway that has the money for one that was sold.

        Raises InvalidInput for a kind, amount, currency or end that makes no sense, KeyReused for the key with another request.
        """
        _sensible(kind, amount, currency, valid_until)
        asked = {"kind": kind, "amount": amount, "currency": currency, "valid_until": valid_until, "reason": reason, "paid_to": paid_to}
        known = self._book.claim(f"{by}/{key}", asked | {"code": code_of(self._entropy(CODE_BYTES))})
        if any(known[name] != value for name, value in asked.items()):
            raise KeyReused("this key was used for another request")
        empty = Credit(credit_id(known["code"]), kind, currency, (), valid_until)
        return Issued(known["code"], self._book.open(empty.issued(amount, self._now(), f"{by}/{key}", by, reason, paid_to)))

    def adjust(self, code: str, amount: int, currency: str, once: Once, by: str, reason: str) -> Credit:
        """By hand, up or down. The same key is the same adjustment of the same credit; one that is refused leaves the key free.

        Raises NotFound, InvalidInput (another currency, no reason), IllegalTransition (below nothing), KeyReused.
        """
        if not reason or not -MOST_MINOR_UNITS <= amount <= MOST_MINOR_UNITS:
            raise InvalidInput("an adjustment has an amount and a reason", fields={"reason": "required"})

        def how(credit: Credit) -> Credit:
            if credit.currency != currency:
                raise InvalidInput(f"this credit is in {credit.currency}", fields={"currency": "not the credit's own"})
            return credit.adjusted(amount, self._now(), once.key, by, reason)

        return self._book.change(credit_id(code), how, once)

    def balance(self, code: str) -> Credit:
        """Raises NotFound."""
        return self._book.read(credit_id(code))

    def _now(self) -> str:
        return instant(self._clock())


def code_of(entropy: bytes) -> str:
    """Letters and the digits 2 to 7."""
    return base64.b32encode(entropy).decode().rstrip("=")


def _sensible(kind: str, amount: int, currency: str, valid_until: str) -> None:
    if kind not in KINDS:
        raise InvalidInput("a credit is a gift card or store credit", fields={"kind": f"one of {', '.join(KINDS)}"})
    exponent(currency)
    if not 0 < amount <= MOST_MINOR_UNITS:
        raise InvalidInput("a credit is worth more than nothing", fields={"amount": "more than nothing"})
    try:
        if valid_until:
            parse_instant(valid_until)
    except ValueError:
        raise InvalidInput("an end is an instant", fields={"valid_until": "ISO 8601"}) from None
