"""Stock as an API: rows by SKU and node, movements in, the ledger, the proof."""

from typing import Any

from waybill.aws import http
from waybill.bootstrap import inventory

ROUTER = inventory.inventory_api()


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    return http.serve(event, ROUTER)
