"""A batch of messages, each on its own: what fails goes back to the queue alone and ends in its dead-letter queue."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from waybill.aws.logs import logger
from waybill.kernel.errors import Malformed, WaybillError
from waybill.kernel.events import Event


def each(event: dict[str, Any], handle: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
    """Runs `handle` on every SQS record's JSON body and reports the failed ones (ReportBatchItemFailures)."""
    failed = [record["messageId"] for record in event["Records"] if not _handled(record, handle)]
    return {"batchItemFailures": [{"itemIdentifier": message} for message in failed]}


def each_event(event: dict[str, Any], handle: Callable[[Event], object]) -> dict[str, Any]:
    """The same for messages that are bus events: `handle` receives the envelope."""
    return each(event, lambda body: handle(Event.from_dict(body["detail"])))


def text(message: dict[str, Any], name: str) -> str:
    """A field that every command of its kind has. Raises Malformed."""
    value = message.get(name)
    if not isinstance(value, str) or not value:
        raise Malformed(f"the command lacks {name}")
    return value


def _handled(record: dict[str, Any], handle: Callable[[dict[str, Any]], object]) -> bool:
    attempt = int(record.get("attributes", {}).get("ApproximateReceiveCount", 1))
    try:
        handle(json.loads(record["body"]))
    except WaybillError as problem:
        logger.warning("message failed", message_id=record["messageId"], attempt=attempt, problem=problem.code)
    except Exception:  # the edge of a batch: one poisoned message must not take its neighbours with it
        logger.exception("message failed", message_id=record["messageId"], attempt=attempt)
    else:
        return True
    return False
