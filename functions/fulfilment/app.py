"""Fulfilment orders as an API, and the carriers' tracking door."""

from typing import Any

from waybill import bootstrap
from waybill.aws import http

ROUTER = bootstrap.fulfilment_api()


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    return http.serve(event, ROUTER)
