"""Every order in which the calls of two or three callers can come: each caller is a thread that stops before each call until it is its turn.

A schedule is whose turn it is, call by call. All schedules are tried from the same snapshot, each told anew from its beginning. Of those that
differ only in the order of calls that do not concern each other, one is told to its end (sleep sets, Godefroid 1996); no schedule is left out
that could end otherwise, and of twins few are begun (partial order reduction, Flanagan and Godefroid 2005). What is too much for that is drawn from a seed, and said to be.
"""

from __future__ import annotations

import itertools
import random
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from proof.commuting import Call, call_of
from proof.faults import Crash
from proof.judging import Judge
from proof.living import Dweller
from proof.world import World
from waybill.aws import gate

_MOST_S = 30.0


@dataclass
class Told:
    """One schedule: who went when and called what, what each came to, and what is broken then."""

    turns: list[int]
    calls: list[str]
    answers: list[Any] = field(default_factory=list)
    doubled: int = 0
    """How many mails may have left twice."""
    broken: list[str] = field(default_factory=list)


@dataclass
class _Node:
    """A moment of a schedule: who could go, whose turn need not be tried (`asleep`), whose must be, whose was. `alike`: who has not begun, and in
    whose place somebody goes who has not begun the same."""

    calls: dict[int, Call]
    alike: dict[int, int]
    asleep: set[int]
    wanted: set[int] = field(default_factory=set)
    tried: list[int] = field(default_factory=list)

    @property
    def left(self) -> list[int]:
        return [turn for turn in self.calls if turn in self.wanted and turn not in self.asleep and turn not in self.tried]

    def want(self, turn: int) -> None:
        self.wanted.add(self.alike.get(turn, turn))

    @property
    def call(self) -> Call:
        return self.calls[self.tried[-1]]

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
        self._dies = False
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
        if not self._dies:
            self.before = call
            self._stopped.release()
            self._turn.acquire()
        if self._dies:
            raise Crash("told no further")

    def go(self) -> None:
        """Until its next call."""
        self._turn.release()
        if not self._stopped.acquire(timeout=_MOST_S):
            raise TimeoutError(f"a caller does not come back from {self.before.name}")

    def end(self) -> None:
        """At once, without its next call."""
        self._dies = True
        while not self.ended:
            self.go()


_BEGINS = Call("", True, frozenset())


class _Turns:
    """The watcher that stops each caller; whoever is no caller passes. Whose call it is, the world knows at each."""

    def __init__(self, callers: Sequence[_Caller], world: World) -> None:
        self._callers, self._world = set(callers), world

    def around(self, name: str, thunk: Callable[[], Any], detail: dict[str, Any]) -> Any:
        caller = threading.current_thread()
        if caller in self._callers:
            who = self._world.at_work
            caller.pause(call_of(name, detail))
            self._world.at_work = who
        return thunk()


def every_order(the: Dweller, judge: Judge, works: Sequence[Callable[[], Any]], then: Callable[[Told], list[str]], most: int = 20_000) -> Iterator[Told]:
    """Tells every schedule of `works` from here. `then` settles what is left and says what is wrong; the rules are asked besides. The world is as it
    was when the iterator ends."""
    start, path = the.world.snapshot(), list[_Node]()
    for _ in range(most):
        yield from _judged(the, judge, _tell(the, works, partial(_along, works, path)), then)
        the.world.restore(start)
        _turn_round(path)
        while path and not path[-1].left:
            path.pop()
        if not path:
            return
    raise AssertionError(f"more than {most} schedules")


def some_orders(the: Dweller, judge: Judge, works: Sequence[Callable[[], Any]], then: Callable[[Told], list[str]], seed: int, many: int) -> Iterator[Told]:
    """Tells so many schedules, drawn from a seed; the same one more than once, if need be."""
    start, draw = the.world.snapshot(), random.Random(seed)
    for _ in range(many):
        yield from _judged(the, judge, _tell(the, works, lambda depth, calls: draw.choice(list(calls))), then)
        the.world.restore(start)


def every_sleep(the: Dweller, judge: Judge, work: Callable[[], Any], meanwhile: Callable[[], Any], then: Callable[[Told], list[str]]) -> Iterator[Told]:
    """`work` is frozen before each of its calls in turn, which is the last that is told; `meanwhile` happens, then it wakes and goes on."""
    start = the.world.snapshot()
    for asleep_before in itertools.count(1):
        told = Told([], [])
        judge.broken.clear()
        the.world.restart()
        with _called(the, [work]) as (caller,):
            for _ in range(asleep_before):
                caller.go()
                told.calls.append(caller.before.name)
            if caller.ended:
                return
            meanwhile()
            while not caller.ended:
                caller.go()
        told.answers = [caller.answer]
        yield from _judged(the, judge, told, then)
        the.world.restore(start)


def one_by_one(the: Dweller, judge: Judge, works: Sequence[Callable[[], Any]], then: Callable[[Told], list[str]], before: tuple[int, ...] = ()) -> Iterator[Told]:
    """Every order of works that are done wholly one after another; each beginning of orders is told once."""
    if len(before) == len(works):
        yield from _judged(the, judge, Told(list(before), []), then)
        return
    start, broken = the.world.snapshot(), list(judge.broken)
    for turn in range(len(works)):
        if turn not in before:
            works[turn]()
            yield from one_by_one(the, judge, works, then, (*before, turn))
            _back(the, start)
            judge.broken[:] = broken


def some_one_by_one(the: Dweller, judge: Judge, works: Sequence[Callable[[], Any]], then: Callable[[Told], list[str]], seed: int, many: int) -> Iterator[Told]:
    """So many of these orders, drawn from a seed."""
    start, draw = the.world.snapshot(), random.Random(seed)
    for _ in range(many):
        turns = draw.sample(range(len(works)), len(works))
        for turn in turns:
            works[turn]()
        yield from _judged(the, judge, Told(turns, []), then)
        _back(the, start)


def _back(the: Dweller, start: Any) -> None:
    """A function that is warm would remember calls that now never were, such as how many a channel has made."""
    the.world.restore(start)
    the.world.restart()


def _judged(the: Dweller, judge: Judge, told: Told | None, then: Callable[[Told], list[str]]) -> Iterator[Told]:
    if told is not None:
        told.broken = [*then(told), *map(str, judge.verdict(faults=told.doubled))]
        yield told
    judge.broken.clear()


def _tell(the: Dweller, works: Sequence[Callable[[], Any]], choose: Callable[[int, dict[int, Call]], int | None]) -> Told | None:
    """One schedule, by whoever chooses the turns. None where nobody need go on: it is another's twin."""
    told = Told([], [])
    the.world.restart()  # what is warm may not differ from one telling to the next
    with _called(the, works) as callers:
        for caller in callers:
            caller.go()
        while calls := {number: caller.before for number, caller in enumerate(callers) if not caller.ended}:
            turn = choose(len(told.turns), calls)
            if turn is None:
                return None
            told.turns.append(turn)
            told.calls.append(f"{turn}:{calls[turn].name}")
            callers[turn].go()
    told.answers = [caller.answer for caller in callers]
    return told


@contextmanager
def _called(the: Dweller, works: Sequence[Callable[[], Any]]) -> Iterator[list[_Caller]]:
    """Callers at their beginning. Whoever has not come to his end when the block is left comes to none."""
    callers = [_Caller(work) for work in works]
    with gate.watching(_Turns(callers, the.world)):
        for caller in callers:
            caller.start()
        try:
            yield callers
        finally:
            for caller in callers:
                caller.end()
            the.world.at_work = ""


def _along(works: Sequence[Callable[[], Any]], path: list[_Node], depth: int, calls: dict[int, Call]) -> int | None:
    """The turn of the path; at its last moment the next that was not tried; beyond it the path goes on with anybody who does not sleep."""
    if depth == len(path):
        fresh = calls.keys() - {node.tried[-1] for node in path}
        alike = {turn: min(other for other in fresh if works[other] is works[turn]) for turn in fresh}
        node = _Node({turn: call for turn, call in calls.items() if alike.get(turn, turn) == turn}, alike, path[-1].sleepers() if path else set())
        node.wanted = set([turn for turn in node.calls if turn not in node.asleep][:1])
        path.append(node)
    node = path[depth]
    if depth == len(path) - 1:
        if not node.left:
            return None
        node.tried.append(node.left[0])
    return node.tried[-1]


def _turn_round(path: list[_Node]) -> None:
    """Of each two calls that concern each other and could have come the other way round, the later one's caller is to be tried first."""
    gone = [node for node in path if node.tried]
    before: list[set[int]] = []
    for node in gone:
        before.append(_meet(gone[: len(before)], before, node.tried[-1], node.call))
    for turn, call in (path[-1].calls if len(gone) < len(path) else {}).items():
        _meet(gone, before, turn, call)


def _meet(gone: list[_Node], before: list[set[int]], turn: int, call: Call) -> set[int]:
    """The moments of a schedule that must come before this call."""
    found = set[int]()
    for moment in reversed(range(len(gone))):
        earlier = gone[moment]
        if moment in found or earlier.tried[-1] != turn and earlier.call.apart_from(call):
            continue
        if earlier.tried[-1] != turn:
            earlier.want(turn)
        found |= {moment} | before[moment]
    return found
