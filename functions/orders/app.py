"""Orders as an API: search, one order with everything, its timeline, cancel, holds, parked documents."""

from typing import Any

from waybill.aws import http
from waybill.bootstrap import orders

ROUTER = orders.orders_api()


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    return http.serve(event, ROUTER)
