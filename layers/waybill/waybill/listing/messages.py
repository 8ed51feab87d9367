"""What the listing function is handed: stock rows as the Inventory table's stream brings them."""

from __future__ import annotations

from typing import Any

from waybill.aws.attributes import unpack_item
from waybill.inventory.model.row import Row
from waybill.inventory.stock_table import is_row, row_from


def rows(event: dict[str, Any]) -> list[Row]:
    """The rows of a batch of stream records, as they stood after each change."""
    images = (record["dynamodb"].get("NewImage") for record in event["Records"])
    items = (unpack_item(image) for image in images if image)
    return [row_from(item) for item in items if is_row(item)]
