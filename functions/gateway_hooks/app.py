"""What payment gateways tell us: verified, kept, and somebody sent to look."""

from typing import Any

from waybill.aws import http
from waybill.bootstrap import payments

ROUTER = payments.gateway_hooks_api()


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    return http.serve(event, ROUTER)
