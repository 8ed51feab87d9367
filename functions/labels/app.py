"""Packing with label and slip, and the kept documents of a package."""

from typing import Any

from waybill.aws import http
from waybill.bootstrap import fulfilment

ROUTER = fulfilment.labels_api()


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    return http.serve(event, ROUTER)
