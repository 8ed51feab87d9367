"""Stripe's own books, for reconciliation: what moved its balance, and what it paid out.
https://docs.stripe.com/api/balance_transactions and /payouts

A list is read newest first from a moment on; whoever reads it again with an overlap meets the same ids again.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from waybill.kernel.clock import instant
from waybill.kernel.money import MOST_MINOR_UNITS
from waybill.payments.ports import GatewayRefused
from waybill.payments.stripe_answers import minor_units, text
from waybill.payments.stripe_api import Refusal, StripeApi, refused

_SOURCE = ["data.source"]


@dataclass(frozen=True, slots=True)
class Movement:
    """One line of the gateway's balance. Minor units, negative where money leaves: gross − fee = net.

    `type` is the gateway's word (`charge`, `refund`, `adjustment`, `stripe_fee`, `payout`, …). `payment` is the payment as `prepare`
    named it, `key` our key of a refund, `source` the gateway's id of what moved the money; each may be empty.
    """

    id: str
    type: str
    gross: int
    fee: int
    net: int
    currency: str
    at: str
    available_at: str
    source: str
    payment: str
    key: str
    description: str


@dataclass(frozen=True, slots=True)
class Payout:
    """One transfer to the bank: `paid`, `pending`, `in_transit`, `canceled` or `failed`. `arrives_at` is the bank's day."""

    id: str
    status: str
    amount: int
    currency: str
    at: str
    arrives_at: str


class StripeBooks:
    """One account's books."""

    def __init__(self, api_key: str, api_base: str = "") -> None:
        self._api = StripeApi(api_key, api_base)

    def movements(self, since: datetime) -> Iterator[Movement]:
        """Everything that moved the balance since a moment, newest first."""
        return map(_movement, self._all("balance_transactions", {"created": {"gte": int(since.timestamp())}, "expand": _SOURCE}))

    def movements_of(self, payout: str) -> Iterator[Movement]:
        """What an automatic payout is made up of, the payout itself included."""
        return map(_movement, self._all("balance_transactions", {"payout": payout, "expand": _SOURCE}))

    def payouts(self, since: datetime) -> Iterator[Payout]:
        """Every payout made since a moment, newest first; read with an overlap, for a payout may fail days later."""
        return map(_payout, self._all("payouts", {"created": {"gte": int(since.timestamp())}}))

    def _all(self, what: str, wanted: dict[str, Any]) -> Iterator[dict[str, Any]]:
        try:
            yield from self._api.all(f"{what}.list", f"/v1/{what}", wanted)
        except Refusal as problem:
            refused(problem)


def _movement(raw: dict[str, Any]) -> Movement:
    currency = text(raw, "currency")
    gross, fee, net = (_signed(raw, name, currency) for name in ("amount", "fee", "net"))
    if gross - fee != net:
        raise GatewayRefused(f"the gateway's books do not add up: {text(raw, 'id')}")
    source, payment, key = _source(raw.get("source"))
    return Movement(
        text(raw, "id"), text(raw, "type"), gross, fee, net, currency.upper(), _instant(raw, "created"), _instant(raw, "available_on"),
        source, payment, key, raw["description"][:200] if isinstance(raw.get("description"), str) else "",
    )  # fmt: skip


def _source(raw: Any) -> tuple[str, str, str]:
    """(its id, the payment, our key) of a charge, a refund, a dispute or anything else."""
    if not isinstance(raw, dict):
        return (raw if isinstance(raw, str) else ""), "", ""
    payment, marks = raw.get("payment_intent"), raw.get("metadata")
    key = marks.get("key") if isinstance(marks, dict) and raw.get("object") == "refund" else None
    return text(raw, "id"), payment if isinstance(payment, str) else "", key if isinstance(key, str) else ""


def _payout(raw: dict[str, Any]) -> Payout:
    currency = text(raw, "currency")
    amount = _signed(raw, "amount", currency)
    return Payout(text(raw, "id"), text(raw, "status"), amount, currency.upper(), _instant(raw, "created"), _instant(raw, "arrival_date"))


def _signed(raw: dict[str, Any], name: str, currency: str) -> int:
    value = raw.get(name)
    if not isinstance(value, int) or isinstance(value, bool) or abs(value) > MOST_MINOR_UNITS:
        raise GatewayRefused(f"the gateway's answer has no usable {name}")
    ours = minor_units(abs(value), currency.upper())
    return ours if value >= 0 else -ours


def _instant(raw: dict[str, Any], name: str) -> str:
    value = raw.get(name)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 10**11:
        raise GatewayRefused(f"the gateway's answer has no usable {name}")
    return instant(datetime.fromtimestamp(value, UTC))
