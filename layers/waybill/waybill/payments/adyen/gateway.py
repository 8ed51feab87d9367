"""Adyen: Checkout API v71 with manual capture. https://docs.adyen.com/api-explorer/Checkout/71/overview

A payment cannot be looked up at Adyen. It has a name of ours, its merchant reference, and how it stands is what is known of it
(`told.py`): what we asked, what was answered at once, and what the webhooks told since. Captures, cancels and refunds are only
received at once; until a webhook tells the result they are pending. What was asked without an answer is asked again under the same
Idempotency-Key, which Adyen keeps for 7 days at least; after six a person must look instead.

The token is `<stored payment method id>_<shopper reference>`.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from waybill.kernel.clock import Clock, instant, parse_instant
from waybill.kernel.errors import PaymentDeclined
from waybill.payments import ports
from waybill.payments.adyen import facts
from waybill.payments.adyen.api import AdyenApi, Refusal, refused
from waybill.payments.notices import Dispute
from waybill.payments.ports import Capabilities, Demand, GatewayRefused, Returned, Standing
from waybill.payments.told import Fact, Known, Refrain, Told, added

_PREPARE = "/prepare"
_KEYS_LAST = timedelta(days=6)
_DECLINES = frozenset({"101", "102", "103", "104", "105", "128", "129", "138", "140", "800", "803"})
"""Refusals of this very means of payment (https://docs.adyen.com/development-resources/error-codes); others are faults of ours."""


class Adyen:
    """The gateway port on Adyen."""

    name = "adyen"
    allows = Capabilities(several_captures=False, renewal=False, hold_days=7)

    def __init__(self, api_key: str, merchant_account: str, api_base: str, told: Told, clock: Clock) -> None:
        self._api = AdyenApi(api_key, merchant_account, api_base)
        self._told, self._clock = told, clock

    def prepare(self, demand: Demand, key: str) -> str:
        """Nothing is asked of Adyen yet: the payment has its name, and what will be asked under it is written down."""
        method, _, shopper = demand.token.partition("_")
        if not method or not shopper:
            raise PaymentDeclined("payment_method_unknown")
        reference = key.removesuffix(_PREPARE)
        prepared = Fact("prepared", facts.PREPARED, self._now())

        def how(known: Known) -> Known:
            if known.version:
                return known
            return Known(reference, demand.order_id, demand.token, demand.amount, demand.currency, (prepared,))

        known = self._told.change(reference, how)
        if (known.token, known.amount, known.currency) != (demand.token, demand.amount, demand.currency):
            raise GatewayRefused("this key was used for another request")
        return reference

    def authorise(self, reference: str, key: str) -> Standing:
        known = self._told.change(reference, self._about_to_authorise)
        standing = self._look_up(known)
        return self._pay(known) if standing.status == ports.PREPARED else standing

    def _about_to_authorise(self, known: Known) -> Known | Refrain:
        if known.version == 0 or facts.standing(known).status != ports.PREPARED:
            return Refrain(known)
        return added(known, Fact(facts.ASKED, facts.ASKED, self._now()))

    def _pay(self, known: Known) -> Standing:
        """Under the payment's own name as the key: whoever asks again, after whatever crash, asks for the same."""
        self._still_remembered(known, facts.ASKED)
        try:
            answer = self._api.post("payments", "/payments", self._payment(known), known.reference)
        except Refusal as problem:
            if problem.code not in _DECLINES:
                refused(problem)
            return self._note(known.reference, facts.declined(problem.code, self._now()))
        return self._note(known.reference, facts.answered(answer, self._now()))

    def _payment(self, known: Known) -> dict[str, Any]:
        method, _, shopper = known.token.partition("_")
        return {
            "amount": {"currency": known.currency, "value": facts.adyen_units(known.amount, known.currency)},
            "reference": known.reference,
            "paymentMethod": {"type": "scheme", "storedPaymentMethodId": method},
            "shopperReference": shopper,
            "shopperInteraction": "ContAuth",
            "recurringProcessingModel": "CardOnFile",
            "returnUrl": "https://localhost/",  # required, and never used: no shopper is there to return
            "additionalData": {"manualCapture": "true"},
            "metadata": {"order_id": known.order_id},
        }

    def capture(self, reference: str, amount: int, currency: str, key: str, final: bool = True) -> Standing:
        if not final:
            raise GatewayRefused("one capture, not several")
        known = self._known(reference)
        if facts.standing(known).status == ports.AUTHORISED:
            return self._modify("captures", known, amount, key, facts.CAPTURE)
        return self._look_up(known)

    def void(self, reference: str, key: str) -> Standing:
        """What was never asked for is never going to be; what was asked and not answered is brought to its answer first."""
        known = self._told.change(reference, self._never)
        standing = self._look_up(known)
        if standing.status == ports.PREPARED:
            standing = self._pay(known)
            known = self._known(reference)
        if standing.status not in (ports.AUTHORISED, ports.ACTION_REQUIRED):
            return standing
        return self._modify("cancels", known, 0, key, facts.CANCEL) if facts.payment(known) else self._given_up(reference)

    def _given_up(self, reference: str) -> Standing:
        """A challenge that nobody will take has no name at Adyen yet: it comes to nothing by itself."""
        return self._note(reference, Fact(facts.VOIDED, facts.VOIDED, self._now()))

    def _never(self, known: Known) -> Known | Refrain:
        status = facts.standing(known).status
        never_asked = status == ports.PREPARED and not known.has(facts.ASKED)
        if known.version == 0 or not (never_asked or status == ports.DECLINED):
            return Refrain(known)
        return added(known, Fact(facts.VOIDED, facts.VOIDED, self._now()))

    def look_up(self, reference: str) -> Standing:
        return self._look_up(self._known(reference))

    @staticmethod
    def _look_up(known: Known) -> Standing:
        if known.version == 0:
            raise GatewayRefused("no payment of this name")
        return facts.standing(known)

    def refund(self, reference: str, amount: int, currency: str, key: str) -> Returned:
        known = self._known(reference)
        if facts.refund(known, key) is None:
            if amount > facts.refundable(known, key):
                return Returned("failed", 0, "", "beyond_the_capture")
            self._modify("refunds", known, amount, key, facts.REFUND)
        return facts.refund(self._known(reference), key) or Returned("pending", amount, "")

    def find_refund(self, reference: str, key: str) -> Returned | None:
        """None also for one that was asked for and is not known to have arrived: it is asked for again, under the same key."""
        return facts.refund(self._known(reference), key)

    def order_of(self, reference: str) -> str:
        return self._told.of(reference).order_id

    def disputes(self, reference: str) -> tuple[Dispute, ...]:
        return facts.disputes(self._known(reference))

    def _modify(self, what: str, known: Known, amount: int, key: str, code: str) -> Standing:
        """Asked under our key; written down only when received: until then a repetition is the same request to Adyen."""
        mark = Fact(f"asked:{key}", f"{code}.asked", self._now(), key, amount=amount)
        known = self._told.change(known.reference, lambda seen: added(seen, mark))
        asked_at = next(fact for fact in known.facts if fact.id == mark.id)
        if not known.has(f"received:{key}"):
            self._still_remembered(known, asked_at.id)
            body: dict[str, Any] = {"reference": facts.modification(known.reference, key)}
            if amount:
                body["amount"] = {"currency": known.currency, "value": facts.adyen_units(amount, known.currency)}
            try:
                answer = self._api.post(what, f"/payments/{facts.payment(known)}/{what}", body, key)
            except Refusal as problem:
                return self._note(known.reference, facts.failed(code, key, problem.code, self._now()))
            return self._note(known.reference, facts.received(code, key, answer, amount, self._now()))
        return facts.standing(known)

    def _still_remembered(self, known: Known, id: str) -> None:
        """Nobody can say any more whether Adyen has done it, and it may have forgotten our key: never twice."""
        asked_at = next((fact.at for fact in known.facts if fact.id == id), "")
        if asked_at and self._clock() - parse_instant(asked_at) > _KEYS_LAST:
            raise GatewayRefused("asked days ago without an answer: look for this reference in Adyen's Customer Area")

    def _known(self, reference: str) -> Known:
        known = self._told.of(reference)
        if known.version == 0:
            raise GatewayRefused("no payment of this name")
        return known

    def _note(self, reference: str, fact: Fact) -> Standing:
        return facts.standing(self._told.change(reference, lambda known: added(known, fact)))

    def _now(self) -> str:
        return instant(self._clock())
