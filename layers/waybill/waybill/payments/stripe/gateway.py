"""Stripe: PaymentIntents with manual capture. https://docs.stripe.com/api/payment_intents

An intent is created unconfirmed (no money moves), its id is kept, then it is confirmed, captured, cancelled by that id. Each of
these is guarded by the intent's own state, so a repetition never does it twice, with or without a remembered idempotency key.
Refunds have no such state: they are looked for by our key in their metadata before they are asked for again.

A token is a payment method (`pm_…`), or an intent (`pi_…`) that the shop's own page has set up for manual capture and led through
3-D Secure with the customer before it.
"""

from __future__ import annotations

from typing import Any, NoReturn

from waybill.kernel.errors import PaymentDeclined
from waybill.payments import ports
from waybill.payments.notices import Dispute
from waybill.payments.ports import Capabilities, Demand, GatewayRefused, Returned, Standing
from waybill.payments.stripe.answers import in_parts, read_dispute, read_intent, read_refund, stripe_units, text
from waybill.payments.stripe.api import Refusal, StripeApi, asked, refused

_INTENTS = "/v1/payment_intents"
_CHARGE = ["latest_charge"]
_DECLINES = frozenset(
    [
        "amount_too_large",
        "amount_too_small",
        "currency_not_supported",
        "payment_method_not_available",
        "payment_method_invalid_parameter",
        "payment_method_unactivated",
        "payment_method_unexpected_state",
        "payment_method_customer_decline",
        "payment_method_provider_decline",
        "payment_method_currency_mismatch",
        "resource_missing",
    ]
)
"""Refusals of this very payment: a person has to find another means. All others are faults of ours and go to the dead letters."""


class Stripe:
    """The gateway port on Stripe. `api_base` points elsewhere on a laptop (localstripe).

    `several_captures`: the account has multicapture (Stripe grants it); a card that has not is captured at once and in whole by the
    final capture: until then `capture` answers that nothing was taken, with the reason `final_only`.
    """

    name = "stripe"

    def __init__(self, api_key: str, api_base: str = "", several_captures: bool = False) -> None:
        self._api = StripeApi(api_key, api_base)
        self.allows = Capabilities(several_captures, renewal=False, hold_days=7, adopts=True)

    def prepare(self, demand: Demand, key: str) -> str:
        if demand.token.startswith("pi_"):
            return self._adopted(demand, key)
        amount = stripe_units(demand.amount, demand.currency)
        wanted = {
            "amount": amount,
            "currency": demand.currency.lower(),
            "payment_method": demand.token,
            "payment_method_types": ["card"],
            "capture_method": "manual",
            "metadata": _ours(demand) | {"key": key},
        }
        if self.allows.several_captures:
            wanted["payment_method_options"] = {"card": {"request_multicapture": "if_available"}}
        try:
            made = self._api.post("payment_intents.create", _INTENTS, wanted, key)
        except Refusal as problem:
            _declined_at_creation(problem)
        read_intent(made, expected_amount=amount, expected_currency=demand.currency.lower())
        return text(made, "id", "pi_")

    def _adopted(self, demand: Demand, key: str) -> str:
        """An intent of the shop's page is marked as this order's; never one of another amount, nor of another order."""
        try:
            found = self._api.get("payment_intents.retrieve", _intent(demand.token))
        except Refusal as problem:
            _declined_at_creation(problem)
        read_intent(found, expected_id=demand.token)
        amount, currency = stripe_units(demand.amount, demand.currency), demand.currency.lower()
        if (found.get("amount"), found.get("currency"), found.get("capture_method")) != (amount, currency, "manual"):
            raise PaymentDeclined("payment_set_up_otherwise")
        marks = found.get("metadata") or {}
        ours = _ours(demand)
        if marks.get("order_id", ours["order_id"]) != ours["order_id"] or marks.get("tender", ours["tender"]) != ours["tender"]:
            raise PaymentDeclined("payment_of_another_order")
        if "order_id" not in marks:
            self._write("payment_intents.update", _intent(demand.token), {"metadata": ours}, key)
        return demand.token

    def authorise(self, reference: str, key: str) -> Standing:
        return self._change("confirm", reference, {"expand": _CHARGE}, key)

    def capture(self, reference: str, amount: int, currency: str, key: str, final: bool = True) -> Standing:
        wanted: dict[str, Any] = {"amount_to_capture": stripe_units(amount, currency), "expand": _CHARGE}
        if not final:
            standing, several = self._look_up(reference)
            if standing.status == ports.AUTHORISED and not several:
                return Standing(ports.AUTHORISED, standing.amount, "final_only", standing.captured, standing.expires_at)
            wanted["final_capture"] = False
        return self._change("capture", reference, wanted, key)

    def void(self, reference: str, key: str) -> Standing:
        return self._change("cancel", reference, {}, key)

    def look_up(self, reference: str) -> Standing:
        return self._look_up(reference)[0]

    def _look_up(self, reference: str) -> tuple[Standing, bool]:
        """How it stands, and whether its card may be captured in parts."""
        found = asked(lambda: self._api.get("payment_intents.retrieve", _intent(reference), {"expand": _CHARGE}))
        return read_intent(found, expected_id=reference), in_parts(found)

    def refund(self, reference: str, amount: int, currency: str, key: str) -> Returned:
        wanted = {"payment_intent": reference, "amount": stripe_units(amount, currency), "metadata": {"key": key}}
        try:
            return read_refund(self._api.post("refunds.create", "/v1/refunds", wanted, key))
        except Refusal as problem:
            return Returned("failed", 0, "", problem.code or "refused")

    def find_refund(self, reference: str, key: str) -> Returned | None:
        listed = self._api.all("refunds.list", "/v1/refunds", {"payment_intent": reference})
        try:
            made = next((refund for refund in listed if (refund.get("metadata") or {}).get("key") == key), None)
        except Refusal as problem:
            refused(problem)
        return read_refund(made) if made is not None else None

    def order_of(self, reference: str) -> str:
        try:
            marks = self._api.get("payment_intents.retrieve", _intent(reference)).get("metadata") or {}
        except Refusal:
            return ""
        return str(marks.get("order_id") or "")

    def disputes(self, reference: str) -> tuple[Dispute, ...]:
        """Every dispute of a payment, as it stands now."""
        listed = self._api.all("disputes.list", "/v1/disputes", {"payment_intent": reference})
        try:
            return tuple(read_dispute(raw) for raw in listed)
        except Refusal as problem:
            refused(problem)

    def _change(self, verb: str, reference: str, wanted: dict[str, Any], key: str) -> Standing:
        """One change of an intent. Where Stripe says no, the intent's own state says what that means."""
        try:
            answer = self._api.post(f"payment_intents.{verb}", f"{_intent(reference)}/{verb}", wanted, key)
            return read_intent(answer, expected_id=reference)
        except Refusal as problem:
            return self._after_a_no(verb, reference, problem)

    def _after_a_no(self, verb: str, reference: str, problem: Refusal) -> Standing:
        standing = self.look_up(reference)
        unchanged = {"confirm": ports.PREPARED, "capture": ports.AUTHORISED, "cancel": ports.AUTHORISED}[verb]
        if standing.status == unchanged:
            refused(problem)
        reason = standing.reason or problem.decline_code or problem.code
        return Standing(standing.status, standing.amount, reason, standing.captured, standing.expires_at)

    def _write(self, operation: str, path: str, wanted: dict[str, Any], key: str) -> dict[str, Any]:
        return asked(lambda: self._api.post(operation, path, wanted, key))


def _ours(demand: Demand) -> dict[str, str]:
    return {"order_id": demand.order_id, "tender": str(demand.tender)}


def _intent(reference: str) -> str:
    if not reference.replace("_", "").isalnum() or not reference.isascii():
        raise GatewayRefused("no reference of this gateway")
    return f"{_INTENTS}/{reference}"


def _declined_at_creation(problem: Refusal) -> NoReturn:
    # 404 at creation: the token is unknown (some stand-ins send no code with it)
    if problem.code in _DECLINES or problem.status in (402, 404):
        raise PaymentDeclined(problem.code or "payment_method_unknown")
    refused(problem)
