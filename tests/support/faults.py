"""Faults at the gate: crash before or after the n-th outside call, lose its answer, or only write down what was called."""

from __future__ import annotations

import os
import traceback
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


class EveryCrash:
    """Crashes before and after every call of one life, each in a process of its own that shares the life up to there (fork).

    The life itself goes on undisturbed; `points` lists what was tried, `failures` what did not survive.
    """

    def __init__(self, wanted: Callable[[int], bool]) -> None:
        self.wanted = wanted
        self.calls = 0
        self.points: list[str] = []
        self.failures: list[str] = []
        self.here = ""

    def around(self, name: str, thunk: Callable[[], Any], detail: dict[str, Any]) -> Any:
        number = self.calls
        self.calls += 1
        if not self.here and self.wanted(number):
            for moment in (BEFORE, AFTER):
                if self._is_child(f"{moment} call {number}, {name}"):
                    if moment == AFTER:
                        thunk()
                    raise Crash(self.here)
        return thunk()

    def _is_child(self, point: str) -> bool:
        reader, writer = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(reader)
            self.here, self._writer = point, writer
            return True
        os.close(writer)
        with os.fdopen(reader) as answer:
            problem = answer.read()
        _, status = os.waitpid(child, 0)
        self.points.append(point)
        if problem or status:
            self.failures.append(f"crash {point}:\n{problem or f'the process ended with {status}'}")
        return False

    def told(self, tell: Callable[[], Any]) -> Any:
        """Runs the life; what breaks it in a child is told to the parent."""
        try:
            return tell()
        except BaseException as problem:  # also a crash that no caller survives: a child must never go on as the test run
            failed = problem
            self.finish(lambda: _raise(failed))
            raise

    def finish(self, judge: Callable[[], Any]) -> None:
        """After the life: a child judges its world, tells its parent and is gone; the parent goes on."""
        if not self.here:
            return
        problem = ""
        try:
            judge()
        except BaseException:  # a child has nobody to raise to
            problem = traceback.format_exc(limit=-4)
        os.write(self._writer, problem.encode())
        os._exit(0)


def _raise(problem: BaseException) -> None:
    raise problem
