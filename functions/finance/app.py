"""What people decide about money, as an API: refunds, payments noted by hand or tried again, gift cards and store credit."""

from typing import Any

from waybill.aws import http
from waybill.bootstrap import payments

ROUTER = payments.finance_api()


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    return http.serve(event, ROUTER)
