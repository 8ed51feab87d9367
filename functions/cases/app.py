"""The differences between the gateways' books and ours, as an API."""

from typing import Any

from waybill.aws import http
from waybill.bootstrap import payments

ROUTER = payments.cases_api()


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    return http.serve(event, ROUTER)
