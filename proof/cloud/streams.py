"""DynamoDB streams as Lambda hears them: in order, in batches, filtered, tried again, halved, and at last put aside."""

from __future__ import annotations

import base64
import json
from typing import Any, NamedTuple

from proof.cloud.bus import Pattern
from proof.cloud.tables import Change, Kept, Table


class Consumer(NamedTuple):
    """One function's reading of one stream. `position` is the number of the next change; `most` how many it is given now: halved when it fails."""

    table: str
    function: str
    filters: tuple[Pattern, ...]
    batch: int
    retries: int
    position: int = 0
    most: int = 0
    tried: int = 0

    @property
    def name(self) -> str:
        return f"{self.table}→{self.function}"

    def heard(self, changes: int) -> Consumer:
        return self._replace(position=self.position + changes, most=0, tried=0)

    def failed(self, given: int, done: int) -> tuple[Consumer, bool]:
        """What it hears next, and whether the first of those was put aside. `done` were processed before the one that failed."""
        if done:
            return self._replace(position=self.position + done, most=0, tried=0), False
        if self.tried >= self.retries:
            return self._replace(position=self.position + 1, most=0, tried=0), True
        return self._replace(most=max(1, given // 2), tried=self.tried + 1), False


def record(change: Change, table: Table) -> dict[str, Any]:
    """One record of a Lambda's batch."""
    kind = "INSERT" if change.old is None else "REMOVE" if change.new is None else "MODIFY"
    named: Any = change.new if change.new is not None else change.old
    body: dict[str, Any] = {
        "ApproximateCreationDateTime": change.at,
        "Keys": {name: named[name] for name in table.key_names},
        "SequenceNumber": f"{change.number + 1:021d}",
        "SizeBytes": 0,
        "StreamViewType": table.view,
    }
    if change.new is not None:
        body["NewImage"] = _wire(change.new)
    if change.old is not None and table.view == "NEW_AND_OLD_IMAGES":
        body["OldImage"] = _wire(change.old)
    told = {"eventID": f"{table.name}-{change.number}", "eventName": kind, "eventVersion": "1.1", "eventSource": "aws:dynamodb", "awsRegion": "us-east-1"}
    by = {"userIdentity": {"type": "Service", "principalId": "dynamodb.amazonaws.com"}} if change.expired else {}
    return {**told, **by, "dynamodb": body, "eventSourceARN": f"arn:aws:dynamodb:us-east-1:123456789012:table/{table.name}/stream/1"}


def wanted(consumer: Consumer, records: list[dict[str, Any]]) -> list[dict[str, Any]]:
    filters = consumer.filters
    return [each for each in records if any(pattern.matches(each) for pattern in filters)] if filters else records


def _wire(item: Kept) -> dict[str, Any]:
    """Bytes come as base64 in a stream."""
    return json.loads(json.dumps(item, default=lambda value: base64.b64encode(value).decode())) if item.binary else item
