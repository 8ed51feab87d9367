"""The accounting queue: one balanced journal entry per business event."""

from typing import Any

from waybill.aws import batch
from waybill.bootstrap import accounting

BOOKS = accounting.books()


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    return batch.each_event(event, BOOKS.post)
