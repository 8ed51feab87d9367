"""Fulfilment orders as an API, and the carriers' tracking door."""

from typing import Any

from waybill.aws import http
from waybill.bootstrap import fulfilment

ROUTER = fulfilment.fulfilment_api()


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    return http.serve(event, ROUTER)
