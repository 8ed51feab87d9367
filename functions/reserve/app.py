"""The state machine's tasks `reserve` and `release`."""

from typing import Any

from waybill import bootstrap

INVENTORY = bootstrap.inventory()


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """{"task", "order_id", "run"} → what the order holds now. Raises StockUnavailable, OrderHeld, OrderCancelled."""
    order_id = event["order_id"]
    release = event["task"] == "release"
    held = INVENTORY.release(order_id, "deadline") if release else INVENTORY.reserve(order_id)
    return {"order_id": order_id, "status": held.status, "epoch": held.epoch}
