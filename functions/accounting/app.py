"""The journal as an API, and as a beancount file."""

from typing import Any

from waybill import bootstrap
from waybill.aws import http

ROUTER = bootstrap.accounting_api()


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    return http.serve(event, ROUTER)
