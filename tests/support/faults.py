"""Faults at the gate: crash before or after the n-th outside call, lose its answer, or only write down what was called."""

from __future__ import annotations

import gc
import os
import traceback
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from tests.support.world import Crash

BEFORE, AFTER = "before", "after"
READS = frozenset(
    """dynamodb.BatchGetItem dynamodb.GetItem dynamodb.Query s3.GetObject secretsmanager.GetSecretValue
    fake.retrieve fake.refunds woocommerce.order woocommerce.notes""".split()
)
"""Calls that change nothing."""


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

    With `invocation` (which one is at work, by number) a crash that leaves the same world as another is tried once: nothing but the
    calls leaves the process, so after one call is before the next of the same invocation, and after a mere read is before it.
    `wanted` picks points by number. The life itself goes on undisturbed; `points` lists what was tried, `failures` what did not
    survive. In a child `here` is its point and `cut_off` the last change that was made before the crash.
    """

    def __init__(self, wanted: Callable[[int], bool] = lambda number: True, invocation: Callable[[], int] | None = None) -> None:
        self.wanted = wanted
        self.invocation = invocation
        self.calls = 0
        self.points: list[str] = []
        self.failures: list[str] = []
        self.here = ""
        self.cut_off = ""
        self._possible = 0
        self._last_invocation = -1

    def around(self, name: str, thunk: Callable[[], Any], detail: dict[str, Any]) -> Any:
        number = self.calls
        self.calls += 1
        for moment in () if self.here else self._moments(name):
            self._possible += 1
            if self.wanted(self._possible - 1) and self._is_child(f"{moment} call {number}, {name}"):
                self._crash(moment, name, thunk)
        answer = thunk()
        if not self.here and name not in READS:
            self.cut_off = name
        return answer

    def _crash(self, moment: str, name: str, thunk: Callable[[], Any]) -> None:
        if moment == AFTER:
            self.cut_off = name if name not in READS else self.cut_off
            with suppress(Exception):  # a refusal is an answer too
                thunk()
        raise Crash(self.here)

    def _moments(self, name: str) -> list[str]:
        if self.invocation is None:
            return [BEFORE, AFTER]
        begins = self.invocation() != self._last_invocation
        self._last_invocation = self.invocation()
        return [BEFORE] * begins + [AFTER] * (name not in READS)

    def _is_child(self, point: str) -> bool:
        reader, writer = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(reader)
            gc.disable()
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
        gc.freeze()  # a collection would touch, and so copy, every page that a child shares
        try:
            return tell()
        except BaseException as problem:  # also a crash that no caller survives: a child must never go on as the test run
            failed = problem
            self.finish(lambda: _raise(failed))
            raise
        finally:
            gc.unfreeze()

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
