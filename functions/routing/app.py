"""The routing queue: route for the state machine; rejections and last shipments from the bus."""

from __future__ import annotations

from typing import Any

from waybill.aws import batch
from waybill.bootstrap import routing

handle = routing.routing()


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    return batch.each(event, handle)
