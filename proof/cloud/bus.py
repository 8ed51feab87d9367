"""EventBridge in memory: the template's rules, each sending what matches to its queues."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from proof.cloud.clock import Clock
from proof.cloud.service import Errors, NotHereError, meta, only
from proof.cloud.sqs import Sqs

_MOST_ENTRIES = 10
_LARGEST = 256 * 1024


class Pattern:
    """EventBridge's and Lambda's filter language, as far as the template uses it: nesting, values, `exists`."""

    def __init__(self, said: dict[str, Any]) -> None:
        self._tests = list(_tests(said, ()))

    def matches(self, value: Any) -> bool:
        for path, values, exists in self._tests:
            here = value
            for name in path:
                here = here.get(name) if isinstance(here, dict) else None
            if here in values or (here is not None) in exists or (isinstance(here, list) and any(each in here for each in values)):
                continue
            return False
        return True


def _tests(said: dict[str, Any], path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], list[Any], list[bool]]]:
    """Where to look, what may stand there, and whether that something or nothing does is enough."""
    for name, inner in said.items():
        if isinstance(inner, dict):
            yield from _tests(inner, (*path, name))
            continue
        asked = [option for option in inner if isinstance(option, dict)]
        if any(option.keys() != {"exists"} for option in asked):
            raise NotHereError(f"the filter {inner}")
        yield (*path, name), [option for option in inner if not isinstance(option, dict)], [option["exists"] for option in asked]


@dataclass(frozen=True, slots=True)
class Rule:
    name: str
    types: tuple[str, ...]
    pattern: Pattern
    queues: tuple[str, ...]


class Bus:
    """`published` counts the events that came, for the law that none is lost on its way to a queue."""

    meta = meta(put_events="PutEvents")
    exceptions = Errors("InternalException")

    def __init__(self, rules: list[Rule], queues: Sqs, clock: Clock) -> None:
        self.published = 0
        self._queues, self._clock = queues, clock
        self._rules: dict[str, list[Rule]] = {}
        for rule in rules:
            self.add(rule)

    def add(self, rule: Rule) -> None:
        """One more, after the others."""
        for type in rule.types:
            self._rules.setdefault(type, []).append(rule)

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
        for rule in self._rules.get(entry["DetailType"], ()):
            if rule.pattern.matches(event):
                text = text or json.dumps(event, separators=(",", ":"))
                for queue in rule.queues:
                    self._queues.put(queue, text)
        return {"EventId": id}

    def snapshot(self) -> Any:
        return self.published

    def restore(self, taken: Any) -> None:
        self.published = taken
