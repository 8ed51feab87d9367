"""What the stock worker is told: events of the bus, and growth of stock rows from the table's own stream."""

from __future__ import annotations

from typing import Any

from waybill.aws import batch
from waybill.aws.attributes import unpack_item
from waybill.aws.logs import count, logger
from waybill.inventory.model.row import GROWING
from waybill.inventory.service import Inventory
from waybill.inventory.stock_table import is_row
from waybill.kernel.events import Event


def batch_of(inventory: Inventory, event: dict[str, Any]) -> dict[str, Any]:
    """A batch of either source."""
    if event["Records"][0]["eventSource"] == "aws:dynamodb":
        return grown(inventory, event)
    return batch.each_event(event, lambda message: told(inventory, message))


def told(inventory: Inventory, event: Event) -> None:
    """One event of the bus: a cancelled order gives its stock back, a shipped parcel takes its units out."""
    if event.type == "order.cancelled":
        inventory.release(event.subject, event.id, cancelled=True)
        count("StockReleased")
    elif event.type == "fulfilment_order.shipped":
        inventory.ship(event.subject, event.data["node"], event.data["lines"], event.id)
        count("StockShipped")


def grown(inventory: Inventory, event: dict[str, Any]) -> dict[str, Any]:
    """A batch of stream records, in order. Answers from which one on the rest must come again."""
    woken: set[str] = set()
    for record in event["Records"]:
        sku = _grown_sku(record)
        if sku is None or sku in woken:
            continue
        try:
            inventory.wake_waiting(sku)
        except Exception:  # noqa: BLE001  the edge of a batch: the stream comes again from this record on
            logger.exception("waking failed", sku=sku)
            return {"batchItemFailures": [{"itemIdentifier": record["dynamodb"]["SequenceNumber"]}]}
        woken.add(sku)
    return {"batchItemFailures": []}


def _grown_sku(record: dict[str, Any]) -> str | None:
    """The SKU whose row may have more available than before; None for any other change."""
    image = record["dynamodb"].get("NewImage")
    item = unpack_item(image) if image else {}
    if not is_row(item) or item["last_kind"] not in GROWING or item["available"] <= 0:
        return None
    return item["pk"].removeprefix("SKU#")
