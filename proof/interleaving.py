"""Every order in which the calls of two or three callers can come: each caller is a thread that stops before each call until it is its turn.

A schedule is whose turn it is, call by call. All schedules are tried from the same snapshot, each told anew from its beginning. Of those that
differ only in the order of calls that do not concern each other, one is told to its end (sleep sets, Godefroid 1996).
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from proof.faults import READS, Crash
from proof.judging import Judge
from proof.living import Dweller
from waybill.aws import gate

_MOST_S = 30.0


@dataclass(frozen=True, slots=True)
class Call:
    """What a caller is about to do: its name, whether it only looks, and what it concerns: partitions of tables, or a service as a whole."""

    name: str
    reads: bool
    concerns: frozenset[tuple[str, str]]

    def apart_from(self, other: Call) -> bool:
        """Whether it makes no difference which of the two comes first."""
        if self.reads and other.reads:
            return True
        return not any(a[0] == b[0] and (a[1] == b[1] or "*" in (a[1], b[1])) for a in self.concerns for b in other.concerns)


@dataclass
class Told:
    """One schedule: who went when and called what, what each came to, and what is broken then."""

    turns: list[int]
    calls: list[str]
    answers: list[Any] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)


@dataclass
class _Node:
    """A moment of a schedule: who could go, whose turn need not be tried (`asleep`), whose was."""

    calls: dict[int, Call]
    asleep: set[int]
    tried: list[int] = field(default_factory=list)

    @property
    def left(self) -> list[int]:
        return [turn for turn in self.calls if turn not in self.asleep and turn not in self.tried]

    def sleepers(self) -> set[int]:
        """After the turn tried last: whoever could have gone before it to the same end."""
        turn = self.tried[-1]
        waiting = (self.asleep | set(self.tried[:-1])) & self.calls.keys()
        return {other for other in waiting if other != turn and self.calls[other].apart_from(self.calls[turn])}


class _Caller(threading.Thread):
    """Does its work, and stops before each call of it."""

    def __init__(self, work: Callable[[], Any]) -> None:
        super().__init__(daemon=True)
        self._work = work
        self._turn, self._stopped = threading.Semaphore(0), threading.Semaphore(0)
        self.before = _BEGINS
        self.ended = False
        self.answer: Any = None

    def run(self) -> None:
        self._turn.acquire()
        try:
            self.answer = self._work()
        except (Exception, Crash) as problem:  # noqa: BLE001  (what a caller comes to is for the judge)
            self.answer = problem
        self.ended = True
        self._stopped.release()

    def pause(self, call: Call) -> None:
        self.before = call
        self._stopped.release()
        self._turn.acquire()

    def go(self) -> None:
        """Until its next call."""
        self._turn.release()
        if not self._stopped.acquire(timeout=_MOST_S):
            raise TimeoutError(f"a caller does not come back from {self.before.name}")


_BEGINS = Call("", True, frozenset())


class _Turns:
    """The watcher that stops each caller; whoever is no caller passes."""

    def __init__(self, callers: Sequence[_Caller]) -> None:
        self._callers = set(callers)

    def around(self, name: str, thunk: Callable[[], Any], detail: dict[str, Any]) -> Any:
        caller = threading.current_thread()
        if caller in self._callers:
            caller.pause(_call(name, detail))
        return thunk()


def every_order(the: Dweller, judge: Judge, works: Sequence[Callable[[], Any]], then: Callable[[Told], list[str]], most: int = 20_000) -> Iterator[Told]:
    """Tells every schedule of `works` from here. `then` settles what is left and says what is wrong; the rules are asked besides. The world is as it
    was when the iterator ends."""
    start, path = the.world.snapshot(), list[_Node]()
    for _ in range(most):
        judge.broken.clear()
        the.world.restart()  # what is warm may not differ from one telling to the next
        told = _tell(works, path)
        if told is not None:
            told.broken = [*then(told), *map(str, judge.verdict())]
            yield told
        the.world.restore(start)
        while path and not path[-1].left:
            path.pop()
        if not path:
            return
    raise AssertionError(f"more than {most} schedules")


def _tell(works: Sequence[Callable[[], Any]], path: list[_Node]) -> Told | None:
    """One schedule, along the path and then on; the path is what was chosen. None where it is another's twin: it is cut short."""
    told, callers = Told([], []), [_Caller(work) for work in works]
    with gate.watching(_Turns(callers)):
        for caller in callers:
            caller.start()
            caller.go()
        twin = False
        while calls := {number: caller.before for number, caller in enumerate(callers) if not caller.ended}:
            depth = len(told.turns)
            if not twin and depth >= len(path):
                path.append(_Node(calls, path[-1].sleepers() if path else set()))
                twin = not path[-1].left
            turn = next(iter(calls)) if twin else _chosen(path, depth)
            told.turns.append(turn)
            told.calls.append(f"{turn}:{calls[turn].name}")
            callers[turn].go()
    told.answers = [caller.answer for caller in callers]
    return None if twin else told


def _chosen(path: list[_Node], depth: int) -> int:
    """The turn of the path; at its last moment the next that was not tried."""
    node = path[depth]
    if depth == len(path) - 1 and node.left:
        node.tried.append(node.left[0])
    return node.tried[-1]


def _call(name: str, detail: dict[str, Any]) -> Call:
    service = name.partition(".")[0]
    if service != "dynamodb":
        return Call(name, name in READS, frozenset({(service, "*")}))
    if "TransactItems" in detail:
        puts = [next(iter(each.values())) for each in detail["TransactItems"]]
        return Call(name, False, frozenset((put["TableName"], (put.get("Item") or put["Key"])["pk"]["S"]) for put in puts))
    if "RequestItems" in detail:
        keys = [(table, key["pk"]["S"]) for table, wanted in detail["RequestItems"].items() for key in wanted["Keys"]]
        return Call(name, True, frozenset(keys))
    key = detail.get("Item") or detail.get("Key")
    values = detail.get("ExpressionAttributeValues", {})
    of = key["pk"]["S"] if key else values[":p"]["S"] if "IndexName" not in detail and ":p" in values else "*"
    return Call(name, name in READS, frozenset({(detail["TableName"], of)}))
