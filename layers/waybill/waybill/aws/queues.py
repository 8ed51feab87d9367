"""Sending to SQS."""

from __future__ import annotations

import json
from typing import Any

from waybill.aws.clients import client
from waybill.aws.config import setting


def send(queue_variable: str, message: dict[str, Any], delay_s: int = 0) -> None:
    """Puts one JSON message on the queue whose URL is in the named environment variable; it is seen after a delay, 900 s at most."""
    later = {"DelaySeconds": delay_s} if delay_s else {}
    client("sqs").send_message(QueueUrl=setting(queue_variable), MessageBody=json.dumps(message, separators=(",", ":")), **later)
