"""The HTTP routes of gift cards and store credit: issue, look, adjust. A code stands in no path and no log: who has it has the money."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

from waybill.aws.http import Answer, Request, Router
from waybill.kernel.errors import InvalidInput
from waybill.kernel.money import decimal_string
from waybill.payments.as_credit import AsCredit
from waybill.payments.doors import DECIDERS, actor_of, amount_of, body_of, number_of, text_of
from waybill.payments.ledger.credits import Credits, Once
from waybill.payments.model.credit import Credit
from waybill.payments.refunds_api import shown as shown_refund
from waybill.shop.door import caller, key_of

_ISSUE = frozenset({"kind", "amount", "currency", "valid_until", "reason", "paid_to"})
_ADJUST = frozenset({"code", "amount", "currency", "reason"})


def add(routes: Router, credits: Credits, as_credit: AsCredit) -> None:
    """Routes of `functions/finance`."""

    @routes.route("POST", "/v1/credits")
    def issue(request: Request) -> Answer:
        key, body = caller(request, "finance"), body_of(request, _ISSUE)
        currency = text_of(body, "currency", required=True)
        more = {name: text_of(body, name) for name in ("reason", "valid_until", "paid_to")}
        amount = amount_of(body, "amount", currency, least=1, default=None)
        made = credits.issue(text_of(body, "kind", required=True), amount, currency, key_of(request), actor_of(key), **more)
        return Answer({"code": made.code, **shown(made.credit)}, 201)

    @routes.route("POST", "/v1/orders/{id}/refunds/{n}/credit")
    def instead(request: Request) -> Answer:
        key = caller(request, *DECIDERS)
        refund, issued = as_credit.give(request.params["id"], number_of(request, "refund"), actor_of(key))
        return Answer({**shown_refund(refund), "credit": {"code": issued.code, **shown(issued.credit)}}, 201)

    @routes.route("POST", "/v1/credits/look")
    def look(request: Request) -> Answer:
        caller(request, *DECIDERS, "viewer")
        return Answer(shown(credits.balance(text_of(body_of(request, frozenset({"code"})), "code", required=True))))

    @routes.route("POST", "/v1/credits/adjust")
    def adjust(request: Request) -> Answer:
        key, body = caller(request, "finance"), body_of(request, _ADJUST)
        currency = text_of(body, "currency", required=True)
        code, reason = text_of(body, "code", required=True), text_of(body, "reason", required=True)
        once = Once(f"{actor_of(key)}/{key_of(request)}", sha256(request.body).hexdigest())
        return Answer(shown(credits.adjust(code, _signed(body, currency), currency, once, actor_of(key), reason)))


def shown(credit: Credit) -> dict[str, Any]:
    """A credit as the API shows it: amounts as decimal strings; never its code."""

    def money(minor: int) -> str:
        return decimal_string(minor, credit.currency)

    return {
        "id": credit.id,
        "kind": credit.kind,
        "currency": credit.currency,
        "balance": money(credit.balance),
        "held": money(credit.held),
        **({"valid_until": credit.valid_until} if credit.valid_until else {}),
        "entries": [
            {"type": entry.type, "at": entry.at, "amount": money(entry.amount)}
            | {name: value for name in ("reference", "by", "reason", "paid_to") if (value := getattr(entry, name))}
            for entry in credit.entries
        ],
    }


def _signed(body: dict[str, Any], currency: str) -> int:
    raw = body.get("amount")
    if isinstance(raw, str) and raw.startswith("-"):
        return -amount_of({"amount": raw[1:]}, "amount", currency, least=1)
    amount = amount_of(body, "amount", currency, default=None)
    if not amount:
        raise InvalidInput("an adjustment changes something", fields={"amount": "not nothing"})
    return amount
