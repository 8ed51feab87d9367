"""Waves, the way through them, and the page on which a person picks."""

from typing import Any

from waybill.aws import http
from waybill.bootstrap import fulfilment

ROUTER = fulfilment.picking_api()


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    return http.serve(event, ROUTER)
