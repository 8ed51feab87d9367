"""Stripe, by its own SDK: PaymentIntents with manual capture. https://docs.stripe.com/api/payment_intents

An intent is created unconfirmed (no money moves), its id is kept, then it is confirmed, captured, cancelled by that id. Each of
these is guarded by the intent's own state, so a repetition never does it twice, with or without a remembered idempotency key.
Refunds have no such state: they are looked for by our key in their metadata before they are asked for again.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

from waybill.aws import gate
from waybill.aws.logs import count
from waybill.kernel.errors import PaymentDeclined, Unavailable
from waybill.payments import ports
from waybill.payments.ports import Demand, GatewayRefused, Returned, Standing
from waybill.payments.stripe_answers import plain, read_intent, read_refund, rows, stripe_units, text

API_VERSION = "2026-07-29.dahlia"
"""Pinned, so that a new SDK does not change the meaning of a request; the last major in which `payment_method_types` may be sent."""
CONNECT_SECONDS, READ_SECONDS = 3, 12
_MOST_PAGES = 20
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
    """The gateway port on Stripe. `api_base` points elsewhere on a laptop (localstripe)."""

    name = "stripe"

    def __init__(self, api_key: str, api_base: str = "") -> None:
        self._client = lambda: _client(api_key, api_base)

    def prepare(self, demand: Demand, key: str) -> str:
        amount = stripe_units(demand.amount, demand.currency)
        wanted = {
            "amount": amount,
            "currency": demand.currency.lower(),
            "payment_method": demand.token,
            "payment_method_types": ["card"],
            "capture_method": "manual",
            "metadata": {"order_id": demand.order_id, "tender": str(demand.tender), "key": key},
        }
        made = self._ask("create", lambda intents: intents.create(wanted, {"idempotency_key": key}), _declined_at_creation)
        read_intent(made, expected_amount=amount, expected_currency=demand.currency.lower())
        return text(made, "id", "pi_")

    def authorise(self, reference: str, key: str) -> Standing:
        return self._change("confirm", reference, lambda intents: intents.confirm(reference, None, {"idempotency_key": key}))

    def capture(self, reference: str, amount: int, currency: str, key: str) -> Standing:
        wanted = {"amount_to_capture": stripe_units(amount, currency), "expand": ["latest_charge"]}
        return self._change("capture", reference, lambda intents: intents.capture(reference, wanted, {"idempotency_key": key}))

    def void(self, reference: str, key: str) -> Standing:
        return self._change("cancel", reference, lambda intents: intents.cancel(reference, None, {"idempotency_key": key}))

    def look_up(self, reference: str) -> Standing:
        found = self._ask("retrieve", lambda intents: intents.retrieve(reference, {"expand": ["latest_charge"]}), _refused)
        return read_intent(found, expected_id=reference)

    def refund(self, reference: str, amount: int, currency: str, key: str) -> Returned:
        wanted = {"payment_intent": reference, "amount": stripe_units(amount, currency), "metadata": {"key": key}}
        made = self._call("stripe.refunds.create", lambda v1: v1.refunds.create(wanted, {"idempotency_key": key}), _refund_failed)
        return made if isinstance(made, Returned) else read_refund(made)

    def find_refund(self, reference: str, key: str) -> Returned | None:
        after: dict[str, str] = {}
        for _ in range(_MOST_PAGES):
            wanted = {"payment_intent": reference, "limit": 100, **after}
            listed = self._call("stripe.refunds.list", lambda v1, wanted=wanted: v1.refunds.list(wanted), _refused)
            refunds = rows(listed)
            made = next((refund for refund in refunds if (refund.get("metadata") or {}).get("key") == key), None)
            if made is not None or not refunds or not listed.get("has_more"):
                return read_refund(made) if made is not None else None
            after = {"starting_after": text(refunds[-1], "id", "re_")}
        raise GatewayRefused("the gateway lists more refunds of one payment than there can be")

    def _change(self, verb: str, reference: str, thunk: Callable[[Any], Any]) -> Standing:
        """One change of an intent. Where Stripe says no, the intent's own state says what that means."""
        answer = self._ask(verb, thunk, lambda problem: problem)
        if isinstance(answer, dict):
            return read_intent(answer, expected_id=reference)
        standing = self.look_up(reference)
        unchanged = {"confirm": ports.PREPARED, "capture": ports.AUTHORISED, "cancel": ports.AUTHORISED}[verb]
        if standing.status == unchanged:
            _refused(answer)
        decline = text(answer, "decline_code") if getattr(answer, "decline_code", None) else (answer.code or "")
        return Standing(standing.status, standing.amount, standing.reason or decline[:64])

    def _ask(self, verb: str, thunk: Callable[[Any], Any], no: Callable[[Any], Any]) -> Any:
        return self._call(f"stripe.payment_intents.{verb}", lambda v1: thunk(v1.payment_intents), no)

    def _call(self, name: str, thunk: Callable[[Any], Any], no: Callable[[Any], Any]) -> Any:
        """One call through the gate → a plain dict. `no` judges a refusal; whatever smells of trouble is Unavailable."""
        import stripe

        v1 = self._client().v1
        try:
            return plain(gate.call(name, lambda: thunk(v1)))
        except (stripe.InvalidRequestError, stripe.CardError) as problem:
            return no(problem)
        except stripe.IdempotencyError as problem:
            raise GatewayRefused("the gateway knows this key with another request") from problem
        except (stripe.AuthenticationError, stripe.PermissionError) as problem:
            count("GatewayCredentialsRefused", gateway="stripe")
            raise Unavailable("the gateway refuses our key: is the secret current?") from problem
        except stripe.StripeError as problem:
            raise Unavailable(f"the gateway cannot be asked just now ({type(problem).__name__})") from problem


@cache
def _client(api_key: str, api_base: str) -> Any:
    import stripe

    stripe.enable_telemetry = False
    http = stripe.RequestsClient(timeout=(CONNECT_SECONDS, READ_SECONDS))
    bases: Any = {"api": api_base} if api_base else None
    return stripe.StripeClient(api_key, base_addresses=bases, stripe_version=API_VERSION, max_network_retries=0, http_client=http)


def _declined_at_creation(problem: Any) -> Any:
    # 404 at creation: the token is unknown (some stand-ins send no code with it)
    if problem.code in _DECLINES or problem.http_status in (402, 404):
        raise PaymentDeclined(problem.code or "payment_method_unknown")
    _refused(problem)


def _refund_failed(problem: Any) -> Returned:
    return Returned("failed", 0, "", str(problem.code or "refused")[:64])


def _refused(problem: Any) -> Any:
    raise GatewayRefused(f"the gateway refuses the request: {problem.code or problem.http_status}") from problem
