"""Stock kept for carts: as an API, and on a schedule given back when their time is over."""

from typing import Any

from waybill import bootstrap
from waybill.aws import http

CARTS = bootstrap.carts()
ROUTER = bootstrap.carts_api()


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    return CARTS.sweep() if "detail-type" in event else http.serve(event, ROUTER)
