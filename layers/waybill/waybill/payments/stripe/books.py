"""Stripe's own books, for reconciliation: what moved its balance, and what it paid out.
https://docs.stripe.com/api/balance_transactions and /payouts

A list is read newest first from a moment on; whoever reads it again with an overlap meets the same ids again.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from waybill.kernel.clock import instant
from waybill.kernel.money import MOST_MINOR_UNITS
from waybill.payments.ports import GatewayRefused
from waybill.payments.stripe.answers import minor_units, text
from waybill.payments.stripe.api import Refusal, StripeApi, refused

_SOURCE = ["data.source"]


@dataclass(frozen=True, slots=True)
class Movement:
    """One line of the gateway's balance. Minor units, negative where money leaves: gross − fee = net.

    `type` is the gateway's word (`charge`, `refund`, `adjustment`, `stripe_fee`, `payout`, …). `payment` is the payment as `prepare`
    named it, `key` our key of a refund, `source` the gateway's id of what moved the money, `order_id` our mark on it; each may be empty.
    Whether the figures agree with each other is not ours to hide: whoever reads them judges.
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
    order_id: str = ""


@dataclass(frozen=True, slots=True)
class Payout:
    """One transfer to the bank: `paid`, `pending`, `in_transit`, `canceled` or `failed`. `arrives_at` is the bank's day.

    Of an `automatic` one Stripe says what it is made of.
    """

    id: str
    status: str
    amount: int
    currency: str
    at: str
    arrives_at: str
    automatic: bool = True


class StripeBooks:
    """One account's books."""

    def __init__(self, api_key: str, api_base: str = "") -> None:
        self._api = StripeApi(api_key, api_base)

    def movements(self, since: datetime, until: datetime | None = None) -> Iterator[Movement]:
        """Everything that moved the balance since a moment, and before another, newest first."""
        made = {"gte": int(since.timestamp())} | ({"lt": int(until.timestamp())} if until else {})
        return map(_movement, self._all("balance_transactions", {"created": made, "expand": _SOURCE}))

    def movements_of(self, payout: str) -> Iterator[Movement]:
        """What an automatic payout is made up of, the payout itself included."""
        return map(_movement, self._all("balance_transactions", {"payout": payout, "expand": _SOURCE}))

    def payouts(self, since: datetime) -> Iterator[Payout]:
        """Every payout made since a moment, newest first; read with an overlap, for a payout may fail days later."""
        return map(_payout, self._all("payouts", {"created": {"gte": int(since.timestamp())}}))

    def order_of(self, payment: str) -> str:
        """Our mark on a payment: the order; empty for one that is not ours."""
        try:
            found = self._api.get("payment_intents.retrieve", f"/v1/payment_intents/{quote(payment, safe='')}")
        except Refusal as problem:
            if problem.status != 404:
                refused(problem)
            return ""
        return _mark(found, "order_id")

    def _all(self, what: str, wanted: dict[str, Any]) -> Iterator[dict[str, Any]]:
        try:
            yield from self._api.all(f"{what}.list", f"/v1/{what}", wanted)
        except Refusal as problem:
            refused(problem)


def _movement(raw: dict[str, Any]) -> Movement:
    currency = text(raw, "currency")
    gross, fee, net = (_signed(raw, name, currency) for name in ("amount", "fee", "net"))
    source, payment, key = _source(raw.get("source"))
    return Movement(
        text(raw, "id"), text(raw, "type"), gross, fee, net, currency.upper(), _instant(raw, "created"), _instant(raw, "available_on"),
        source, payment, key, raw["description"][:200] if isinstance(raw.get("description"), str) else "",
        _mark(raw.get("source"), "order_id"),
    )  # fmt: skip


def _source(raw: Any) -> tuple[str, str, str]:
    """(its id, the payment, our key) of a charge, a refund, a dispute or anything else."""
    if not isinstance(raw, dict):
        return (raw if isinstance(raw, str) else ""), "", ""
    payment = raw.get("payment_intent")
    return text(raw, "id"), payment if isinstance(payment, str) else "", _mark(raw, "key") if raw.get("object") == "refund" else ""


def _mark(raw: Any, name: str) -> str:
    """What we have written on something of Stripe's; empty for nothing."""
    marks = raw.get("metadata") if isinstance(raw, dict) else None
    mark = marks.get(name) if isinstance(marks, dict) else None
    return mark[:128] if isinstance(mark, str) else ""


def _payout(raw: dict[str, Any]) -> Payout:
    currency = text(raw, "currency")
    amount = _signed(raw, "amount", currency)
    return Payout(text(raw, "id"), text(raw, "status"), amount, currency.upper(), _instant(raw, "created"), _instant(raw, "arrival_date"), raw.get("automatic") is not False)


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
