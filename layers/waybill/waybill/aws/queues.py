"""Sending to SQS."""

from __future__ import annotations

import json
import re
from typing import Any

from waybill.aws.clients import client
from waybill.aws.config import setting

_UNFIT = re.compile(r"[^A-Za-z0-9_.-]")


def send(queue_variable: str, message: dict[str, Any], delay_s: int = 0, group: str = "") -> None:
    """Puts one JSON message on the queue whose URL is in the named environment variable; it is seen after a delay, 900 s at most. The messages of a
    `group` that has many do not keep those of others waiting: SQS shares a standard queue fairly among its groups."""
    more: dict[str, Any] = {"DelaySeconds": delay_s} if delay_s else {}
    if group:
        more["MessageGroupId"] = _UNFIT.sub("_", group)[:128]
    client("sqs").send_message(QueueUrl=setting(queue_variable), MessageBody=json.dumps(message, separators=(",", ":")), **more)
