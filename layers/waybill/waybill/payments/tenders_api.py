"""The tenders' HTTP routes for people: money that came outside, another attempt."""

from __future__ import annotations

from waybill.aws.http import Answer, Request, Router
from waybill.kernel.ids import credit_token
from waybill.orders import store
from waybill.payments import view
from waybill.payments.by_hand import ByHand
from waybill.payments.doors import DECIDERS, actor_of, amount_of, body_of, number_of, text_of
from waybill.shop.door import caller, key_of


def add(routes: Router, by_hand: ByHand) -> None:
    """Routes of `functions/finance`."""

    @routes.route("POST", "/v1/orders/{id}/payments/{n}/paid")
    def paid(request: Request) -> Answer:
        key, order_id = caller(request, "finance"), request.params["id"]
        body = body_of(request, frozenset({"amount", "reference"}))
        amount = amount_of(body, "amount", store.load(order_id).order.currency, least=1, default=None)
        tender = by_hand.paid(order_id, number_of(request, "tender"), amount, text_of(body, "reference"), key_of(request), actor_of(key))
        return Answer(view.one(tender), 201)

    @routes.route("POST", "/v1/orders/{id}/payments/{n}/retry")
    def retry(request: Request) -> Answer:
        key, order_id, number = caller(request, *DECIDERS), request.params["id"], number_of(request, "tender")
        token = text_of(body_of(request, frozenset({"token"})), "token")
        if token and _is_credit(order_id, number):
            token = credit_token(token)
        return Answer({"status": by_hand.retry(order_id, number, token, key_of(request), actor_of(key))}, 202)


def _is_credit(order_id: str, number: int) -> bool:
    """A gift card's or store credit's code is never written down."""
    tenders = store.load(order_id).order.tenders
    return 0 < number <= len(tenders) and tenders[number - 1].kind in ("gift_card", "store_credit")
