"""The accounting queue: one balanced journal entry per business event."""

from typing import Any

from waybill import bootstrap
from waybill.aws import batch

BOOKS = bootstrap.books()


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    return batch.each_event(event, BOOKS.post)
