"""The door for orders: `POST /v1/orders` and the channels' webhooks."""

from typing import Any

from waybill import bootstrap
from waybill.aws import http

ROUTER = bootstrap.intake_api()


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    return http.serve(event, ROUTER)
