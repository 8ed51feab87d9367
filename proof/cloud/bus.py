"""EventBridge in memory: the template's rules, each sending what matches to its queues."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from proof.cloud.clock import Clock
from proof.cloud.service import Errors, NotHereError, meta, only
from proof.cloud.sqs import Sqs

_MOST_ENTRIES = 10
_LARGEST = 256 * 1024


@dataclass(frozen=True, slots=True)
class Rule:
    name: str
    pattern: dict[str, Any]
    queues: tuple[str, ...]

    @property
    def types(self) -> list[str]:
        return self.pattern["detail-type"]


class Bus:
    """`published` counts the events that came, for the law that none is lost on its way to a queue."""

    meta = meta(put_events="PutEvents")
    exceptions = Errors("InternalException")

    def __init__(self, rules: list[Rule], queues: Sqs, clock: Clock) -> None:
        self.rules = rules
        self.published = 0
        self._queues, self._clock = queues, clock

    def put_events(self, **request: Any) -> dict[str, Any]:
        only("PutEvents", request, "Entries")
        entries = request["Entries"]
        size = sum(len(entry["Detail"].encode()) + len(entry["DetailType"]) + len(entry["Source"]) for entry in entries)
        if not 0 < len(entries) <= _MOST_ENTRIES or size > _LARGEST:
            raise self.exceptions.make("ValidationException", f"{len(entries)} entries of {size} bytes", "PutEvents")
        return {"FailedEntryCount": 0, "Entries": [self._put(entry) for entry in entries]}

    def _put(self, entry: dict[str, Any]) -> dict[str, str]:
        only("an entry", entry, "EventBusName", "Source", "DetailType", "Detail")
        self.published += 1
        id = f"e{self.published}"
        event = {
            "version": "0", "id": id, "detail-type": entry["DetailType"], "source": entry["Source"], "account": "123456789012",
            "time": self._clock.now().isoformat(timespec="seconds").replace("+00:00", "Z"), "region": "us-east-1", "resources": [],
            "detail": json.loads(entry["Detail"]),
        }  # fmt: skip
        text = ""
        for rule in self.rules:
            if entry["DetailType"] in rule.types and matches(rule.pattern, event):
                text = text or json.dumps(event, separators=(",", ":"))
                for queue in rule.queues:
                    self._queues.put(queue, text)
        return {"EventId": id}

    def snapshot(self) -> Any:
        return self.published

    def restore(self, taken: Any) -> None:
        self.published = taken


def matches(pattern: Any, value: Any) -> bool:
    """EventBridge's and Lambda's filter language, as far as the template uses it: nesting, values, `exists`."""
    if not isinstance(pattern, dict):
        return any(_one(option, value) for option in pattern)
    known = value if isinstance(value, dict) else {}
    for name, inner in pattern.items():
        if not matches(inner, known.get(name)):
            return False
    return True


def _one(option: Any, value: Any) -> bool:
    if isinstance(option, dict):
        if option.keys() != {"exists"}:
            raise NotHereError(f"the filter {option}")
        return (value is not None) == option["exists"]
    return option == value if not isinstance(value, list) else option in value
