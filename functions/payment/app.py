"""The payment queue: authorise for the state machine, capture and void for the bus."""

from __future__ import annotations

from typing import Any

from waybill import bootstrap
from waybill.aws import batch

handle = bootstrap.payment()


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    return batch.each(event, handle)
