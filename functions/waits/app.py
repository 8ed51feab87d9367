"""Queue `waits`: the waiting states of the order's workflow, and what people decided meanwhile."""

from typing import Any

from waybill.aws import batch
from waybill.bootstrap import orders

WAITS = orders.waits()


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    return batch.each(event, WAITS.take)
