"""Orders edited after they were placed, as an API."""

from typing import Any

from waybill.aws import http
from waybill.bootstrap import orders

ROUTER = orders.edits_api()


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    return http.serve(event, ROUTER)
