"""The refunds' HTTP routes: decide (or only see what would be decided), list, approve, try again, reject."""

from __future__ import annotations

from typing import Any

from waybill.aws.http import Answer, Request, Router
from waybill.kernel.errors import InvalidInput
from waybill.kernel.money import decimal_string
from waybill.orders import store
from waybill.orders.model.sale import Sold
from waybill.payments.doors import DECIDERS, actor_of, alone, amount_of, body_of, number_of, text_of
from waybill.payments.model.refunds import ALL, Refund, Wanted
from waybill.payments.refunding import Asked, Refunds, of, seen
from waybill.shop.door import caller, key_of

_FIELDS = frozenset({"lines", "shipping", "goodwill", "fee", "everything", "reason", "dryRun"})
_MOST_LINES = 1000


def router(refunds: Refunds) -> Router:
    """Routes of `functions/finance`."""
    routes = Router()

    @routes.route("POST", "/v1/orders/{id}/refunds")
    def decide(request: Request) -> Answer:
        key, order_id, body = caller(request, *DECIDERS), request.params["id"], _body(request)
        currency = store.load(order_id).order.currency
        wanted, dry = _wanted(body, currency), body.get("dryRun") is True
        asked = Asked(actor_of(key), "" if dry else key_of(request), text_of(body, "reason"), alone(currency), _seen(request))
        if dry:
            refund, version = refunds.preview(order_id, wanted, asked)
            return Answer({**shown(refund), "dry_run": True}, headers={"etag": f'"{version}"'})
        return Answer(shown(refunds.grant(order_id, wanted, asked)), 201)

    @routes.route("GET", "/v1/orders/{id}/refunds")
    def listed(request: Request) -> Answer:
        caller(request, *DECIDERS, "viewer")
        record = store.load(request.params["id"])
        return Answer({"items": [shown(refund) for refund in of(record)], "next": None}, headers={"etag": f'"{seen(record)}"'})

    @routes.route("POST", "/v1/orders/{id}/refunds/{n}/approve")
    def approve(request: Request) -> Answer:
        key = caller(request, "finance")
        return Answer(shown(refunds.approve(request.params["id"], number_of(request, "refund"), actor_of(key))))

    @routes.route("POST", "/v1/orders/{id}/refunds/{n}/retry")
    def retry(request: Request) -> Answer:
        key = caller(request, *DECIDERS)
        return Answer(shown(refunds.retry(request.params["id"], number_of(request, "refund"), actor_of(key))))

    @routes.route("POST", "/v1/orders/{id}/refunds/{n}/reject")
    def reject(request: Request) -> Answer:
        key = caller(request, "finance")
        return Answer(shown(refunds.reject(request.params["id"], number_of(request, "refund"), actor_of(key))))

    return routes


def shown(refund: Refund) -> dict[str, Any]:
    """A refund as the API shows it: amounts as decimal strings."""

    def money(minor: int) -> str:
        return decimal_string(minor, refund.currency)

    parts = {name: money(getattr(refund.sold, name)) for name in Sold.__slots__}
    return {
        "id": refund.id,
        "number": refund.number,
        "status": refund.status,
        "amount": money(refund.amount),
        "currency": refund.currency,
        "lines": [{"line": line, "quantity": quantity} for line, quantity in refund.lines.items()],
        "breakdown": {**parts, "goodwill": money(refund.goodwill), "fee": money(refund.fee)},
        "portions": [{"tender": portion.tender, "amount": money(portion.amount), "why": portion.why} for portion in refund.portions],
        "reason": refund.reason,
        "asked_by": refund.asked_by,
    }


def _body(request: Request) -> dict[str, Any]:
    body = body_of(request, _FIELDS)
    for name in ("everything", "dryRun"):
        if not isinstance(body.get(name, False), bool):
            raise InvalidInput(f"{name} is true or false", fields={name: "true or false"})
    return body


def _wanted(body: dict[str, Any], currency: str) -> Wanted:
    if body.get("everything"):
        beside = sorted(set(body) & {"lines", "shipping", "goodwill", "fee"})
        if beside:
            raise InvalidInput("everything leaves nothing to name beside it", fields={beside[0]: "not with everything"})
        return Wanted(everything=True)
    shipping = ALL if body.get("shipping") == "all" else amount_of(body, "shipping", currency)
    return Wanted(_lines(body.get("lines", [])), shipping, amount_of(body, "goodwill", currency), amount_of(body, "fee", currency))


def _lines(raw: Any) -> dict[str, int]:
    if not isinstance(raw, list) or len(raw) > _MOST_LINES:
        raise InvalidInput(f"lines is a list of at most {_MOST_LINES}", fields={"lines": "a list"})
    lines: dict[str, int] = {}
    for index, each in enumerate(raw):
        where = f"lines[{index}]"
        if not isinstance(each, dict) or set(each) != {"line", "quantity"} or not isinstance(each["line"], str):
            raise InvalidInput(f'{where} is {{"line": id, "quantity": units}}', fields={where: "a line and a quantity"})
        quantity = each["quantity"]
        if isinstance(quantity, bool) or not isinstance(quantity, int) or not 0 < quantity <= 100_000 or each["line"] in lines:
            raise InvalidInput(f"{where}: each line once, with a positive quantity", fields={f"{where}.quantity": "a positive number"})
        lines[each["line"]] = quantity
    return lines


def _seen(request: Request) -> str:
    """The version that the caller has seen: `If-Match` with the `ETag` of a preview or of the list."""
    return request.headers.get("if-match", "").strip().strip('"')[:64]
