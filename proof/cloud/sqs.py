"""SQS in memory: visibility, delays, redelivery, dead letters, retention, and groups that share a standard queue fairly."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

from proof.cloud.clock import Clock
from proof.cloud.service import Errors, meta, only

_LARGEST = 1024 * 1024
_LONGEST_DELAY = 900
_LONGEST_VISIBILITY = 43_200
_GROUP = re.compile(r"[A-Za-z0-9!-/:-@\[-`{-~]{1,128}\Z")
_ALLOWED = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class Message(NamedTuple):
    """`visible_at` while it waits or is at somebody's; `receipt` of whoever has it now."""

    id: str
    body: str
    sent_at: float
    visible_at: float
    group: str = ""
    received: int = 0
    first_received_at: float = 0.0
    receipt: str = ""


@dataclass(frozen=True, slots=True)
class QueueSettings:
    """`dead` names the queue where a message goes that was received `most` times."""

    name: str
    visibility_s: float = 30.0
    retention_s: float = 345_600.0
    dead: str = ""
    most: int = 0


class Queue:
    """Messages by id, oldest first. A message is never changed, only replaced."""

    def __init__(self, settings: QueueSettings) -> None:
        self.settings = settings
        self.messages: dict[str, Message] = {}

    def visible(self, now: float) -> list[Message]:
        """Those that somebody may have now, of groups with little under way first."""
        waiting = [message for message in self.messages.values() if message.visible_at <= now]
        if len(waiting) < 2 or not any(message.group for message in waiting):
            return waiting
        busy = Counter(message.group for message in self.messages.values() if message.receipt and message.visible_at > now)
        return sorted(waiting, key=lambda message: busy[message.group] if message.group else 0)

    def has_visible(self, now: float) -> bool:
        """Whether somebody may have any now."""
        for message in self.messages.values():  # noqa: SIM110  (asked at every move of the world)
            if message.visible_at <= now:
                return True
        return False

    def next_at(self, now: float) -> float | None:
        """When the next message that cannot be seen yet can be."""
        return min((message.visible_at for message in self.messages.values() if message.visible_at > now), default=None)

    def expire(self, now: float) -> int:
        """What nobody has processed in time is gone for good."""
        over = [message.id for message in self.messages.values() if message.sent_at + self.settings.retention_s < now]
        for id in over:
            del self.messages[id]
        return len(over)


class Sqs:
    """`sent`, `deleted` and `expired` count for the law that every message is processed, dead or in flight."""

    meta = meta(
        send_message="SendMessage",
        send_message_batch="SendMessageBatch",
        receive_message="ReceiveMessage",
        delete_message="DeleteMessage",
        change_message_visibility="ChangeMessageVisibility",
        get_queue_attributes="GetQueueAttributes",
    )
    exceptions = Errors("QueueDoesNotExist", "ReceiptHandleIsInvalid", "InvalidMessageContents", "MessageNotInflight")

    def __init__(self, queues: Iterable[QueueSettings], clock: Clock) -> None:
        self.queues = {settings.name: Queue(settings) for settings in queues}
        self.watchers: list[Callable[[str, str], None]] = []
        """Told of every message that is put into a queue, by its name and body."""
        self.sent = dict.fromkeys(self.queues, 0)
        self.deleted = self.sent.copy()
        self.expired = self.sent.copy()
        self._clock = clock
        self._number = 0

    def send_message(self, **request: Any) -> dict[str, Any]:
        only("SendMessage", request, "QueueUrl", "MessageBody", "DelaySeconds", "MessageGroupId")
        queue, body = self._queue(request, "SendMessage"), request["MessageBody"]
        delay, group = request.get("DelaySeconds", 0), request.get("MessageGroupId", "")
        if not 0 <= delay <= _LONGEST_DELAY or ("MessageGroupId" in request and not _GROUP.match(group)) or not 0 < len(body.encode()) <= _LARGEST:
            raise self.exceptions.make("InvalidParameterValue", "a delay, group or body that cannot be", "SendMessage")
        if _ALLOWED.search(body):
            raise self.exceptions.make("InvalidMessageContents", "the body has characters that cannot be", "SendMessage")
        return {"MessageId": self.put(queue.settings.name, body, delay, group).id}

    def send_message_batch(self, **request: Any) -> dict[str, Any]:
        only("SendMessageBatch", request, "QueueUrl", "Entries")
        if not 0 < len(request["Entries"]) <= 10:
            raise self.exceptions.make("TooManyEntriesInBatchRequest", "one to ten entries", "SendMessageBatch")
        sent = [(entry["Id"], {name: value for name, value in entry.items() if name != "Id"}) for entry in request["Entries"]]
        return {"Successful": [{"Id": id, **self.send_message(QueueUrl=request["QueueUrl"], **entry)} for id, entry in sent]}

    def receive_message(self, **request: Any) -> dict[str, Any]:
        only("ReceiveMessage", request, "QueueUrl", "MaxNumberOfMessages", "VisibilityTimeout", "AttributeNames", "WaitTimeSeconds")
        queue = self._queue(request, "ReceiveMessage")
        found = self.receive(queue, request.get("MaxNumberOfMessages", 1), request.get("VisibilityTimeout"))
        return {"Messages": [_shown(message, request.get("AttributeNames", ())) for message in found]} if found else {}

    def delete_message(self, **request: Any) -> dict[str, Any]:
        only("DeleteMessage", request, "QueueUrl", "ReceiptHandle")
        queue = self._queue(request, "DeleteMessage")
        self.delete(queue, request["ReceiptHandle"])
        return {}

    def change_message_visibility(self, **request: Any) -> dict[str, Any]:
        only("ChangeMessageVisibility", request, "QueueUrl", "ReceiptHandle", "VisibilityTimeout")
        queue, seconds = self._queue(request, "ChangeMessageVisibility"), request["VisibilityTimeout"]
        message = queue.messages.get(request["ReceiptHandle"].partition("#")[0])
        if message is None or message.receipt != request["ReceiptHandle"]:
            raise self.exceptions.make("ReceiptHandleIsInvalid", "no such receipt", "ChangeMessageVisibility")
        if not 0 <= seconds <= _LONGEST_VISIBILITY:
            raise self.exceptions.make("InvalidParameterValue", "a visibility that cannot be", "ChangeMessageVisibility")
        queue.messages[message.id] = message._replace(visible_at=self._clock.seconds + seconds)
        return {}

    def get_queue_attributes(self, **request: Any) -> dict[str, Any]:
        only("GetQueueAttributes", request, "QueueUrl", "AttributeNames")
        queue, now = self._queue(request, "GetQueueAttributes"), self._clock.seconds
        hidden = [message for message in queue.messages.values() if message.visible_at > now]
        flying = sum(bool(message.receipt) for message in hidden)
        counts = {"": len(queue.messages) - len(hidden), "NotVisible": flying, "Delayed": len(hidden) - flying}
        names = {f"ApproximateNumberOfMessages{kind}": str(number) for kind, number in counts.items()}
        return {"Attributes": {name: value for name, value in names.items() if name in request["AttributeNames"] or "All" in request["AttributeNames"]}}

    # ── the world's own ──
    def put(self, queue: str, body: str, delay: float = 0, group: str = "") -> Message:
        """A message from whoever it is: our code, the bus, the state machine."""
        self._number += 1
        now = self._clock.seconds
        message = Message(f"m{self._number}", body, now, now + delay, group)
        self.queues[queue].messages[message.id] = message
        self.sent[queue] += 1
        for watcher in self.watchers:
            watcher(queue, body)
        return message

    def receive(self, queue: Queue, most: int, visibility_s: float | None = None) -> list[Message]:
        """Hands out up to `most`; those that were had too often go to the dead letters instead."""
        now, found = self._clock.seconds, list[Message]()
        for message in queue.visible(now):
            if len(found) == most:
                break
            if queue.settings.dead and message.received >= queue.settings.most:
                self._bury(queue, message)
            else:
                found.append(self._handed_out(queue, message, now, visibility_s))
        return found

    def take(self, queue: Queue, ids: Iterable[str]) -> list[Message]:
        """Hands out these and no others, dead ones buried."""
        now, found = self._clock.seconds, list[Message]()
        for id in ids:
            message = queue.messages[id]
            if queue.settings.dead and message.received >= queue.settings.most:
                self._bury(queue, message)
            else:
                found.append(self._handed_out(queue, message, now, None))
        return found

    def delete(self, queue: Queue, receipt: str) -> bool:
        """By the receipt of whoever has it, also of one who had it before: SQS takes either, most of the time."""
        gone = queue.messages.pop(receipt.partition("#")[0], None)
        self.deleted[queue.settings.name] += gone is not None
        return gone is not None

    def redrive(self, queue: str) -> int:
        """The dead letters of a queue go back to it, as new."""
        here, dead = self.queues[queue], self.queues[self.queues[queue].settings.dead]
        for message in dead.messages.values():
            here.messages[message.id] = message._replace(received=0, receipt="", visible_at=self._clock.seconds)
        moved = len(dead.messages)
        dead.messages = {}
        return moved

    def expire(self) -> None:
        for name, queue in self.queues.items():
            self.expired[name] += queue.expire(self._clock.seconds)

    def snapshot(self) -> Any:
        counts = (self.sent.copy(), self.deleted.copy(), self.expired.copy())
        return {name: queue.messages.copy() for name, queue in self.queues.items()}, counts, self._number

    def restore(self, taken: Any) -> None:
        messages, counts, self._number = taken
        self.sent, self.deleted, self.expired = (count.copy() for count in counts)
        for name, queue in self.queues.items():
            queue.messages = messages[name].copy()

    def _handed_out(self, queue: Queue, message: Message, now: float, visibility_s: float | None) -> Message:
        hidden_s = queue.settings.visibility_s if visibility_s is None else visibility_s
        times = message.received + 1
        first = message.first_received_at or now
        had = Message(message.id, message.body, message.sent_at, now + hidden_s, message.group, times, first, f"{message.id}#{times}")
        queue.messages[message.id] = had
        return had

    def _bury(self, queue: Queue, message: Message) -> None:
        del queue.messages[message.id]
        self.queues[queue.settings.dead].messages[message.id] = message._replace(receipt="", visible_at=self._clock.seconds)

    def _queue(self, request: dict[str, Any], operation: str) -> Queue:
        try:
            return self.queues[request["QueueUrl"].rpartition("/")[2]]
        except KeyError:
            raise self.exceptions.make("QueueDoesNotExist", "the specified queue does not exist", operation) from None


def _shown(message: Message, wanted: Iterable[str]) -> dict[str, Any]:
    attributes = attributes_of(message)
    named = {name: value for name, value in attributes.items() if name in wanted or "All" in wanted}
    body = {"MessageId": message.id, "ReceiptHandle": message.receipt, "Body": message.body}
    return {**body, "Attributes": named} if named else body


def attributes_of(message: Message) -> dict[str, str]:
    """As Lambda hands them over."""
    attributes = {
        "ApproximateReceiveCount": str(message.received),
        "SentTimestamp": str(int(message.sent_at * 1000)),
        "ApproximateFirstReceiveTimestamp": str(int(message.first_received_at * 1000)),
        "SenderId": "world",
    }
    return {**attributes, "MessageGroupId": message.group} if message.group else attributes


def record(message: Message, queue: str) -> dict[str, Any]:
    """One record of a Lambda's batch."""
    return {
        "messageId": message.id,
        "receiptHandle": message.receipt,
        "body": message.body,
        "attributes": attributes_of(message),
        "messageAttributes": {},
        "eventSource": "aws:sqs",
        "eventSourceARN": f"arn:aws:sqs:us-east-1:123456789012:{queue}",
    }


def settings_of(name: str, properties: dict[str, Any], dead: str) -> QueueSettings:
    """A queue as the template has it."""
    redrive = properties.get("RedrivePolicy") or {}
    redrive = json.loads(redrive) if isinstance(redrive, str) else redrive
    visibility, retention = float(properties.get("VisibilityTimeout", 30)), float(properties.get("MessageRetentionPeriod", 345_600))
    return QueueSettings(name, visibility, retention, dead, int(redrive.get("maxReceiveCount", 0)))
