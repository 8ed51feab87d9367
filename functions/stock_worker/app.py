"""Queue `stock` (reserve and release for the state machine, a cancelled order, a shipped parcel) and the stream of Inventory (availability grew)."""

from typing import Any

from waybill.bootstrap import inventory

HANDLE = inventory.stock_worker()


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    return HANDLE(event)
