"""Stock as an API: rows by SKU and node, movements in, the ledger, the proof."""

from typing import Any

from waybill import bootstrap
from waybill.aws import http

ROUTER = bootstrap.inventory_api()


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    return http.serve(event, ROUTER)
