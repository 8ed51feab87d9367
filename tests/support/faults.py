"""Faults at the gate: crash before or after the n-th outside call, lose its answer, or only write down what was called."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.support.world import Crash

BEFORE, AFTER = "before", "after"


@dataclass
class Recorder:
    """Writes down every call: name and parameters."""

    calls: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    def around(self, name: str, thunk: Callable[[], Any], detail: dict[str, Any]) -> Any:
        self.calls.append((name, detail))
        return thunk()


@dataclass
class CrashAt:
    """The process dies before or after the call of this number (from 0), once."""

    number: int
    moment: str
    seen: int = 0
    struck: str = ""

    def around(self, name: str, thunk: Callable[[], Any], detail: dict[str, Any]) -> Any:
        here = self.seen == self.number
        self.seen += 1
        if here and self.moment == BEFORE:
            self.struck = name
            raise Crash(f"before {name}")
        answer = thunk()
        if here:
            self.struck = name
            raise Crash(f"after {name}")
        return answer
