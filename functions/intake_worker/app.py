"""The intake queue: a kept document becomes one order and its execution."""

from typing import Any

from waybill.aws import batch
from waybill.bootstrap import channels

WORKER = channels.intake_worker()


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    return batch.each(event, WORKER.take)
