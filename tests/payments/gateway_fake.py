"""A gateway in this process that behaves as the port says, every call through the gate, so that faults can be put there."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from waybill.aws import gate
from waybill.kernel.errors import PaymentDeclined, Unavailable
from waybill.payments import ports
from waybill.payments.notices import Dispute
from waybill.payments.ports import Capabilities, Demand, GatewayRefused, Returned, Standing

GOOD, DECLINING, CHALLENGING, UNKNOWN = "tok_good", "tok_declined", "tok_challenge", "tok_unknown"
AT_THE_PAGE = "tok_at_the_page"
"""A challenge that the customer is about to take."""


_OUTCOMES = {DECLINING: ports.DECLINED, CHALLENGING: ports.ACTION_REQUIRED, AT_THE_PAGE: ports.ACTION_REQUIRED}
_REASONS = {DECLINING: "card_declined", AT_THE_PAGE: ports.CUSTOMER_PRESENT}


@dataclass(slots=True)
class Payment:
    demand: Demand
    status: str = ports.PREPARED
    captured: int = 0
    reason: str = ""
    refunds: list[tuple[str, Returned]] = field(default_factory=list)
    authorisations: int = 0
    captures: int = 0
    parts: list[int] = field(default_factory=list)
    disputes: list[Dispute] = field(default_factory=list)


class FakeGateway:
    """`payments` is the truth at the gateway, `down` makes every call fail, `refuses_refunds` every refund, `forget_keys` is the day after.

    Captures in parts where its `allows` is set so.
    """

    name = "stripe"
    allows = Capabilities(several_captures=False, renewal=False, hold_days=7, at_once=True)
    stem = "pay_"
    """How its references begin."""

    def __init__(self) -> None:
        self.payments: dict[str, Payment] = {}
        self.keys: dict[str, Any] = {}
        self.begun: dict[str, str] = {}
        self.down = self.refuses_refunds = False

    def forget_keys(self) -> None:
        self.keys.clear()

    def begin(self, demand: Demand, key: str, since: str = "") -> tuple[str, Standing]:
        return self._call("begin", lambda: self._begin(demand, key, since))

    def prepare(self, demand: Demand, key: str) -> str:
        return self._call("create", lambda: self._once(key, demand, lambda: self._prepare(demand)))

    def authorise(self, reference: str, key: str) -> Standing:
        return self._call("confirm", lambda: self._once(key, reference, lambda: self._authorise(self._the(reference))))

    def capture(self, reference: str, amount: int, currency: str, key: str, final: bool = True) -> Standing:
        def capture() -> Standing:
            payment = self._the(reference)
            return self._capture(payment, amount) if final else self._capture_part(payment, amount)

        return self._call("capture", lambda: self._once(key, (reference, amount, final), capture))

    def void(self, reference: str, key: str) -> Standing:
        return self._call("cancel", lambda: self._once(key, reference, lambda: self._void(self._the(reference))))

    def refund(self, reference: str, amount: int, currency: str, key: str) -> Returned:
        return self._call("refund", lambda: self._once(key, (reference, amount), lambda: self._refund(self._the(reference), amount, key)))

    def look_up(self, reference: str) -> Standing:
        return self._call("retrieve", lambda: self._standing(self._the(reference)))

    def find_refund(self, reference: str, key: str) -> Returned | None:
        return self._call("refunds", lambda: dict(reversed(self._the(reference).refunds)).get(key))

    def order_of(self, reference: str) -> str:
        return self._call("retrieve", lambda: self.payments[reference].demand.order_id if reference in self.payments else "")

    def disputes(self, reference: str) -> tuple[Dispute, ...]:
        return self._call("disputes", lambda: tuple(self._the(reference).disputes))

    def _call(self, verb: str, thunk: Any) -> Any:
        def answer() -> Any:
            if self.down:
                raise Unavailable("down")
            return thunk()

        return gate.call(f"fake.{verb}", answer)

    def _once(self, key: str, request: Any, thunk: Any) -> Any:
        if key not in self.keys:
            self.keys[key] = (request, thunk())
        known, answer = self.keys[key]
        if known != request:
            raise GatewayRefused("this key was used for another request")
        return answer

    def _begin(self, demand: Demand, key: str, since: str) -> tuple[str, Standing]:
        """What was begun bears the key as its mark: found by it, it is not begun again."""
        if since and key in self.begun:
            return self.begun[key], self._standing(self._the(self.begun[key]))
        reference = self.begun[key] = self._once(key, demand, lambda: self._prepare(demand))
        return reference, self._authorise(self._the(reference))

    def _prepare(self, demand: Demand) -> str:
        if demand.token == UNKNOWN:
            raise PaymentDeclined("payment_method_unknown")
        reference = f"{self.stem}{len(self.payments) + 1}"
        self.payments[reference] = Payment(demand)
        return reference

    def _authorise(self, payment: Payment) -> Standing:
        if payment.status == ports.PREPARED:
            payment.status = _OUTCOMES.get(payment.demand.token, ports.AUTHORISED)
            payment.reason = _REASONS.get(payment.demand.token, "")
            payment.authorisations += payment.status == ports.AUTHORISED
        return self._standing(payment)

    def _capture(self, payment: Payment, amount: int) -> Standing:
        if payment.status == ports.AUTHORISED:
            payment.status = ports.CAPTURED
            self._take(payment, amount)
        return self._standing(payment)

    def _capture_part(self, payment: Payment, amount: int) -> Standing:
        if not self.allows.several_captures:
            raise GatewayRefused("one capture, not several")
        if payment.status == ports.AUTHORISED:
            self._take(payment, amount)
        return self._standing(payment)

    @staticmethod
    def _take(payment: Payment, amount: int) -> None:
        if payment.captured + amount > payment.demand.amount:
            raise GatewayRefused("more than was authorised")
        payment.captured += amount
        payment.parts.append(amount)
        payment.captures += 1

    def _void(self, payment: Payment) -> Standing:
        if payment.captured:
            payment.status = ports.CAPTURED
        else:
            payment.status, payment.reason = ports.VOIDED, "cancelled"
        return self._standing(payment)

    def _refund(self, payment: Payment, amount: int, key: str) -> Returned:
        left = payment.captured - sum(refund.amount for _, refund in payment.refunds)
        if self.refuses_refunds:
            return Returned("failed", 0, "", "card_closed")
        if amount > left:
            return Returned("failed", 0, "", "charge_already_refunded")
        made = Returned("succeeded", amount, f"re_{len(payment.refunds) + 1}")
        payment.refunds.append((key, made))
        return made

    def _the(self, reference: str) -> Payment:
        try:
            return self.payments[reference]
        except KeyError:
            raise GatewayRefused("no such payment") from None

    @staticmethod
    def _standing(payment: Payment) -> Standing:
        amounts = {ports.AUTHORISED: payment.demand.amount - payment.captured, ports.CAPTURED: payment.captured}
        return Standing(payment.status, amounts.get(payment.status, 0), payment.reason, payment.captured)

    # The truth, for the conformance suite

    def of(self, order_id: str) -> list[Payment]:
        return [payment for payment in self.payments.values() if payment.demand.order_id == order_id]

    def authorised(self, order_id: str) -> int:
        return sum(p.authorisations for p in self.of(order_id) if p.status in (ports.AUTHORISED, ports.CAPTURED))

    def captures(self, order_id: str) -> list[int]:
        return [part for p in self.of(order_id) for part in p.parts]

    def refunds(self, order_id: str) -> list[int]:
        return [refund.amount for p in self.of(order_id) for _, refund in p.refunds]


class LeansOnTheKeyAlone(FakeGateway):
    """Safe for a day, as long as the gateway remembers the key."""

    def _authorise(self, payment: Payment) -> Standing:
        payment.status = ports.PREPARED
        return super()._authorise(payment)


class CapturesAgain(FakeGateway):
    def _capture(self, payment: Payment, amount: int) -> Standing:
        payment.captured += amount
        payment.parts.append(amount)
        payment.captures += 1
        payment.status = ports.CAPTURED
        return self._standing(payment)
