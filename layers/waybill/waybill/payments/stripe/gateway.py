"""Stripe: PaymentIntents with manual capture. https://docs.stripe.com/api/payment_intents

An intent is created and confirmed in one call, then captured and cancelled by its id. What changes an intent is guarded by its own
state, so a repetition never does it twice, with or without a remembered idempotency key. What makes something new, an intent or a
refund, has no such state: it is looked for by our key in its metadata before it is asked for again.

A token is a payment method (`pm_…`), or an intent (`pi_…`) that the shop's own page has set up for manual capture and led through
3-D Secure with the customer before it.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any, NoReturn

from waybill.kernel.clock import Clock, parse_instant, utc_now
from waybill.kernel.errors import PaymentDeclined
from waybill.payments import ports
from waybill.payments.notices import Dispute
from waybill.payments.ports import Capabilities, Demand, GatewayRefused, Returned, Standing
from waybill.payments.stripe.answers import in_parts, read_dispute, read_intent, read_refund, rows, stripe_units, text
from waybill.payments.stripe.api import Refusal, StripeApi, asked, refused

_INTENTS = "/v1/payment_intents"
_CHARGE = ["latest_charge"]
_SKEW, _LONG_AGO = timedelta(minutes=5), timedelta(hours=1)
"""How far Stripe's clock may be off ours, and from when on a list would be too long to be read."""
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

    def __init__(self, api_key: str, api_base: str = "", several_captures: bool = False, clock: Clock = utc_now) -> None:
        self._api, self._clock = StripeApi(api_key, api_base), clock
        self.allows = Capabilities(several_captures, renewal=False, hold_days=7, at_once=True)

    def begin(self, demand: Demand, key: str, since: str = "") -> tuple[str, Standing]:
        """One call. Asked again, the payment is looked for by our key in its metadata first; should it have come since, then under the
        same idempotency key Stripe answers about that very one."""
        if demand.token.startswith("pi_"):
            return self._taken_over(demand, key)
        known = self._found(key, since) if since else None
        if known is not None:
            return known, self.look_up(known)
        amount = stripe_units(demand.amount, demand.currency)
        wanted = {
            "amount": amount,
            "currency": demand.currency.lower(),
            "payment_method": demand.token,
            "payment_method_types": ["card"],
            "capture_method": "manual",
            "confirm": True,
            "metadata": _ours(demand) | {"key": key},
            "expand": _CHARGE,
        }
        if self.allows.several_captures:
            wanted["payment_method_options"] = {"card": {"request_multicapture": "if_available"}}
        try:
            made = self._api.post("payment_intents.create", _INTENTS, wanted, key)
        except Refusal as problem:
            return _declined_at_once(problem)
        standing = read_intent(made, expected_amount=amount, expected_currency=demand.currency.lower())
        reference = text(made, "id", "pi_")
        return reference, self.look_up(reference) if since else standing

    def _found(self, key: str, since: str) -> str | None:
        """The reference of what was made under our key. A list knows at once what was made, and is long after a while; then the index
        knows, which may lag a minute: what is younger, Stripe knows by the key itself."""
        begun = parse_instant(since) - _SKEW
        if self._clock() - begun > _LONG_AGO:
            try:
                found = self._api.get("payment_intents.search", f"{_INTENTS}/search", {"query": f"metadata['key']:'{key}'"})
                return next((text(made, "id", "pi_") for made in rows(found)), None)
            except Refusal:  # the index is not there for every account
                pass
        listed = _not_before(begun.timestamp(), self._api.all("payment_intents.list", _INTENTS, {}))
        try:
            return next((text(made, "id", "pi_") for made in listed if (made.get("metadata") or {}).get("key") == key), None)
        except Refusal as problem:
            refused(problem)

    def _taken_over(self, demand: Demand, key: str) -> tuple[str, Standing]:
        """An intent of the shop's page, confirmed here where the page has not done so."""
        standing = self._adopted(demand, f"{key}/mark")
        if standing.status == ports.PREPARED:
            standing = self._change("confirm", demand.token, {"expand": _CHARGE}, key)
        return demand.token, standing

    def _adopted(self, demand: Demand, key: str) -> Standing:
        """An intent of the shop's page is marked as this order's; never one of another amount, nor of another order."""
        try:
            found = self._api.get("payment_intents.retrieve", _intent(demand.token), {"expand": _CHARGE})
        except Refusal as problem:
            _declined_at_creation(problem)
        standing = read_intent(found, expected_id=demand.token)
        amount, currency = stripe_units(demand.amount, demand.currency), demand.currency.lower()
        if (found.get("amount"), found.get("currency"), found.get("capture_method")) != (amount, currency, "manual"):
            raise PaymentDeclined("payment_set_up_otherwise")
        marks = found.get("metadata") or {}
        ours = _ours(demand)
        if marks.get("order_id", ours["order_id"]) != ours["order_id"] or marks.get("tender", ours["tender"]) != ours["tender"]:
            raise PaymentDeclined("payment_of_another_order")
        if "order_id" not in marks:
            self._write("payment_intents.update", _intent(demand.token), {"metadata": ours}, key)
        return standing

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


def _not_before(moment: float, listed: Iterator[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Of a list that runs back in time what is not older than that; all of one that runs otherwise, as a stand-in's may."""
    newer: float | None = None
    for made in listed:
        created = made.get("created")
        if isinstance(created, int) and newer is not None and created < min(newer, moment):
            return
        newer = created if isinstance(created, int) else newer
        yield made


def _declined_at_once(problem: Refusal) -> tuple[str, Standing]:
    """A card that was refused leaves an intent, whose name Stripe says with the refusal; a token that is none leaves nothing."""
    if problem.intent is None:
        _declined_at_creation(problem)
    standing = read_intent(problem.intent)
    reason = standing.reason or problem.decline_code or problem.code
    return text(problem.intent, "id", "pi_"), Standing(standing.status, standing.amount, reason, standing.captured)


def _declined_at_creation(problem: Refusal) -> NoReturn:
    # 404 at creation: the token is unknown (some stand-ins send no code with it)
    if problem.code in _DECLINES or problem.status in (402, 404):
        raise PaymentDeclined(problem.decline_code or problem.code or "payment_method_unknown")
    refused(problem)
