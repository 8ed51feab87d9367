"""The routes of intake: parse, one call, answer."""

from __future__ import annotations

from waybill.aws.http import Answer, Request, Router
from waybill.channels.service import Intake
from waybill.shop.door import caller


def router(intake: Intake) -> Router:
    """`POST /v1/orders` and `POST /v1/channels/{channel}/webhooks`."""
    routes = Router()

    @routes.route("POST", "/v1/orders")
    def order(request: Request) -> Answer:
        key = caller(request, "channel")
        accepted = intake.order(key, request.headers.get("idempotency-key", ""), request.body)
        here = f"/v1/orders/{accepted.order_id}"
        body = {
            "id": accepted.order_id,
            "channel": accepted.channel,
            "external_reference": accepted.external_reference,
            "status": "received",
            "links": {"self": here, "timeline": f"{here}/timeline"},
        }
        return Answer(body, 202, headers={"location": here})

    @routes.route("POST", "/v1/channels/{channel}/webhooks")
    def webhook(request: Request) -> Answer:
        kept = intake.webhook(request.params["channel"], request.headers, request.body)
        return Answer({"status": kept.status, **({"order_id": kept.order_id} if kept.order_id else {})})

    return routes
