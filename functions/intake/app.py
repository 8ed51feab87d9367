"""The door for orders: `POST /v1/orders` and the channels' webhooks."""

from typing import Any

from waybill.aws import http
from waybill.bootstrap import channels

ROUTER = channels.intake_api()


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    return http.serve(event, ROUTER)
