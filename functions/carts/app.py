"""Stock kept for carts: as an API, and on a schedule given back when their time is over."""

from typing import Any

from waybill.aws import http
from waybill.bootstrap import inventory

CARTS = inventory.carts()
ROUTER = inventory.carts_api()


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    return CARTS.sweep() if "detail-type" in event else http.serve(event, ROUTER)
