"""Sending to SQS."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from waybill.aws.clients import client
from waybill.aws.config import setting
from waybill.kernel.errors import Unavailable
from waybill.kernel.plain import compact

_UNFIT = re.compile(r"[^A-Za-z0-9_.-]")


def send(queue_variable: str, message: dict[str, Any], delay_s: int = 0, group: str = "") -> None:
    """Puts one JSON message on the queue whose URL is in the named environment variable; it is seen after a delay, 900 s at most. The messages of a
    `group` that has many do not keep those of others waiting: SQS shares a standard queue fairly among its groups."""
    more: dict[str, Any] = {"DelaySeconds": delay_s} if delay_s else {}
    if group:
        more["MessageGroupId"] = _UNFIT.sub("_", group)[:128]
    client("sqs").send_message(QueueUrl=setting(queue_variable), MessageBody=compact(message), **more)


def send_many(queue_variable: str, messages: Sequence[dict[str, Any]], group: str = "", tries: int = 5) -> None:
    """The same for many, ten a call; what the queue did not take is sent again. Raises Unavailable where it goes on refusing."""
    more = {"MessageGroupId": _UNFIT.sub("_", group)[:128]} if group else {}
    for start in range(0, len(messages), 10):
        left = [
            {"Id": str(place), "MessageBody": compact(message), **more}
            for place, message in enumerate(messages[start : start + 10])
        ]
        for _ in range(tries):
            answer = client("sqs").send_message_batch(QueueUrl=setting(queue_variable), Entries=left)
            refused = {each["Id"] for each in answer.get("Failed", ())}
            left = [entry for entry in left if entry["Id"] in refused]
            if not left:
                break
        else:
            raise Unavailable(f"the queue did not take {len(left)} messages just now")
