"""The journal as an API, and as a beancount file."""

from typing import Any

from waybill.aws import http
from waybill.bootstrap import accounting

ROUTER = accounting.accounting_api()


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    return http.serve(event, ROUTER)
