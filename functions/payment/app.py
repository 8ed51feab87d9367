"""The payment queue: authorise for the state machine, capture and void for the bus."""

from __future__ import annotations

from typing import Any

from waybill.aws import batch
from waybill.bootstrap import payments

handle = payments.payment()


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    return batch.each(event, handle)
