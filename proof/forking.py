"""A story told with a fault at every call of it, and with a second one at every call after that: each in a process of its own that shares the
story up to there.

Nothing but calls leaves a process. So a crash after a call is a crash before the next of the same invocation, and after a mere read it is one
before it: of those that leave the same world one is tried.
"""

from __future__ import annotations

import gc
import json
import os
import random
import traceback
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

from proof.faults import CRASHES, READS, TWICE, strike


class Forks:
    """A watcher of the gate. `faults` are the kinds to try, `most` how many in one story; of the points of the n-th fault a share of `shares[n-1]`
    is tried, drawn from `seed`. In the end `tried` counts worlds by the kinds of fault in them, `failures` says which did not survive."""

    def __init__(
        self, invocation: Callable[[], int], faults: Sequence[str] = CRASHES, most: int = 1, shares: Sequence[float] = (1.0, 1.0, 1.0), seed: int = 0, enough: int = 0
    ) -> None:
        self.faults, self.most, self.shares = faults, most, shares
        self.tried: Counter[str] = Counter()
        self.failures: list[str] = []
        self.enough = enough
        """After so many failures no further world is made; 0: all are."""
        self.struck: list[str] = []
        """The faults of this process's own story."""
        self.doubled = 0
        """How many of them struck a mail that had left."""
        self._draw = random.Random(seed)
        self._invocation, self._last, self._number = invocation, -1, 0
        self._writer, self._before = -1, ""

    def around(self, name: str, thunk: Callable[[], Any], detail: dict[str, Any]) -> Any:
        number, first = self._number, self._invocation() != self._last
        self._number, self._last = number + 1, self._invocation()
        if len(self.struck) < self.most and not 0 < self.enough <= len(self.failures):
            for fault in self.faults:
                if self._differs(fault, name, first) and self._draw.random() < self.shares[len(self.struck)] and self._is_child():
                    self.struck.append(f"{fault} call {number}, {name}")
                    self.doubled += doubles(fault, name, self._before)
                    return strike(fault, name, thunk)
        self._before = name
        return thunk()

    def told(self, tell: Callable[[], Any], judge: Callable[[], Any]) -> Any:
        """Runs the story. What breaks it in a child is told to the parent, with what the judge says; a child never comes back from `finish`."""
        gc.collect()
        gc.freeze()  # a collection would touch, and so copy, every page that a child shares
        gc.disable()
        try:
            return tell()
        except BaseException as problem:  # also a crash that no caller survives: a child must never go on as the test run
            self.finish(judge, problem)
            raise
        finally:
            gc.enable()
            gc.unfreeze()

    def finish(self, judge: Callable[[], Any], problem: BaseException | None = None) -> None:
        """After the story: a child judges its world, tells its parent what it and its own children found, and is gone."""
        if not self.struck:
            return
        said = traceback.format_exception(problem, limit=-4) if problem else []
        try:
            judge()
        except BaseException as broken:  # noqa: BLE001  (a child has nobody to raise to)
            said += traceback.format_exception(broken, limit=-4)
        if said:
            self.failures.append(f"{' and '.join(self.struck)}:\n{''.join(said)}")
        self.tried[" + ".join(each.partition(" call ")[0] for each in self.struck)] += 1
        with os.fdopen(self._writer, "w") as parent:
            json.dump([self.tried, self.failures[:20]], parent)
        os._exit(0)

    @staticmethod
    def _differs(fault: str, name: str, first: bool) -> bool:
        if fault == "crash before":
            return first
        return name not in READS if fault in ("crash after", "timeout after", "asked twice") else True

    def _is_child(self) -> bool:
        reader, writer = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(reader)
            if self._writer >= 0:
                os.close(self._writer)
            self._writer, self.tried, self.failures = writer, Counter(), []
            return True
        os.close(writer)
        with os.fdopen(reader) as answer:
            said = answer.read()
        _, status = os.waitpid(child, 0)
        if status or not said:
            self.failures.append(f"the process ended with {status}")
        else:
            tried, failures = json.loads(said)
            self.tried.update(tried)
            self.failures += failures
        return False


def doubles(fault: str, name: str, before: str) -> bool:
    """Whether a mail may leave once more for it: it has left, and nobody could write that down."""
    return name == TWICE and fault in ("crash after", "timeout after", "asked twice") or before == TWICE and fault in ("crash before", "timeout before", "throttle")
