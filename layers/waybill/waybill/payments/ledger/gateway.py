"""Gift cards and store credit as a gateway: our own accounts behind the same port as everybody's.

The token is the credit's id (`kernel.ids.credit_token`), never its code. A payment's name holds all that authorising it needs, so setting one up writes nothing.
"""

from __future__ import annotations

from collections.abc import Callable

from waybill.kernel.clock import Clock, instant
from waybill.kernel.errors import IllegalTransition, NotFound, PaymentDeclined
from waybill.kernel.ids import digest
from waybill.payments import ports
from waybill.payments.ledger.credits import CreditBook
from waybill.payments.model.credit import RETURNED, Credit
from waybill.payments.notices import Dispute
from waybill.payments.ports import Capabilities, Demand, GatewayRefused, Returned, Standing

_STEM = "cr_"


class Ledger:
    """The gateway port on our own credits. A hold lasts until it is captured or released."""

    name = "ledger"
    allows = Capabilities(several_captures=True, renewal=False, hold_days=0)

    def __init__(self, book: CreditBook, clock: Clock) -> None:
        self._book, self._clock = book, clock

    def prepare(self, demand: Demand, key: str) -> str:
        try:
            credit = self._book.read(demand.token.removeprefix("credit_"))
        except NotFound:
            raise PaymentDeclined("payment_method_unknown") from None
        if credit.currency != demand.currency:
            raise PaymentDeclined("currency_mismatch")
        if credit.full:
            raise PaymentDeclined("account_full")
        return f"{_STEM}{credit.id}_{demand.amount}_{digest(key)}"

    def authorise(self, reference: str, key: str) -> Standing:
        amount = _read(reference)[1]
        return self._change(reference, lambda credit, at: credit.hold(reference, amount, at, key))

    def capture(self, reference: str, amount: int, currency: str, key: str, final: bool = True) -> Standing:
        def how(credit: Credit, at: str) -> Credit:
            if credit.currency != currency:
                raise GatewayRefused("a capture in another currency")
            payment = credit.payment(reference)
            if payment.released and credit.entry(key) is None:
                return credit
            return credit.capture(reference, amount, at, key, final)

        return self._change(reference, how)

    def void(self, reference: str, key: str) -> Standing:
        return self._change(reference, lambda credit, at: credit.release(reference, at, key))

    def look_up(self, reference: str) -> Standing:
        return _standing(self._the(reference), reference)

    def refund(self, reference: str, amount: int, currency: str, key: str) -> Returned:
        def how(credit: Credit, at: str) -> Credit:
            if credit.currency != currency:
                raise GatewayRefused("a refund in another currency")
            return credit.give_back(reference, amount, at, key)

        try:
            self._change(reference, how)
        except IllegalTransition:
            return Returned("failed", 0, "", "beyond_the_capture")
        return Returned("succeeded", amount, _name(key))

    def find_refund(self, reference: str, key: str) -> Returned | None:
        entry = self._the(reference).entry(key)
        return Returned("succeeded", entry.amount, _name(key)) if entry is not None and entry.type == RETURNED else None

    def order_of(self, reference: str) -> str:
        """Our own accounts tell us nothing that we would have to look up."""
        return ""

    def disputes(self, reference: str) -> tuple[Dispute, ...]:
        """None: nobody charges our own credit back."""
        return ()

    def _change(self, reference: str, how: Callable[[Credit, str], Credit]) -> Standing:
        at = instant(self._clock())
        try:
            return _standing(self._book.change(_read(reference)[0], lambda credit: how(credit, at)), reference)
        except NotFound:
            raise GatewayRefused("no credit of this name") from None

    def _the(self, reference: str) -> Credit:
        try:
            return self._book.read(_read(reference)[0])
        except NotFound:
            raise GatewayRefused("no credit of this name") from None


def _standing(credit: Credit, reference: str) -> Standing:
    payment = credit.payment(reference)
    if payment.declined:
        return Standing(ports.DECLINED, 0, payment.declined)
    if payment.open:
        return Standing(ports.AUTHORISED, payment.open, "", payment.captured)
    if payment.captured:
        return Standing(ports.CAPTURED, payment.captured, "", payment.captured)
    return Standing(ports.VOIDED, 0, "cancelled") if payment.released else Standing(ports.PREPARED)


def _read(reference: str) -> tuple[str, int]:
    """(the credit's id, the amount) that a payment's name holds."""
    parts = reference.removeprefix(_STEM).split("_")
    if not reference.startswith(_STEM) or len(parts) != 3 or not parts[1].isascii() or not parts[1].isdecimal():
        raise GatewayRefused("no reference of this gateway")
    return parts[0], int(parts[1])


def _name(key: str) -> str:
    return f"{_STEM}{digest(key)}"
