"""Every order in which the calls of two or three callers can come: each caller is a greenlet that stops before each call until it is its turn.

A schedule is whose turn it is, call by call. All schedules are tried from the same snapshot, each told anew from its beginning. Of those that must end
alike one is told (`reducing`). What is too much for that is drawn from a seed, and said to be.
"""

from __future__ import annotations

import itertools
import pickle
import random
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from greenlet import getcurrent, greenlet

from proof.commuting import Call, call_of
from proof.faults import Crash
from proof.judging import Judge
from proof.living import Dweller
from proof.reducing import Search
from proof.world import World
from waybill.aws import gate


@dataclass
class Told:
    """One schedule: who went when and called what, what each came to, and what is broken then."""

    turns: list[int]
    calls: list[str]
    answers: list[Any] = field(default_factory=list)
    doubled: int = 0
    """How many mails may have left twice."""
    broken: list[str] = field(default_factory=list)


class _Caller(greenlet):
    """Does its work, and stops before each call of it. Whoever has made it lets it go."""

    def __init__(self, work: Callable[[], Any]) -> None:
        super().__init__()
        self.work = work
        self._dies = False
        self.before = self.did = _BEGINS
        self.heard = list[Any]()
        """What its calls were answered: who does the same and has heard the same stands at the same point."""
        self.ended = False
        self.answer: Any = None

    def run(self) -> None:
        try:
            self.answer = self.work()
        except (Exception, Crash) as problem:  # noqa: BLE001  (what a caller comes to is for the judge)
            self.answer = problem
        self.ended = True

    def pause(self, call: Call) -> None:
        if not self._dies:
            self.before = call
            self.parent.switch()
        if self._dies:
            raise Crash("told no further")

    def calls(self, thunk: Callable[[], Any]) -> Any:
        """The call before which it stood."""
        self.did = self.before
        try:
            answer = thunk()
        except Exception as problem:
            self.did = self.before.refused(problem)
            self._hears((type(problem).__name__, str(problem), vars(problem)))
            raise
        self._hears(answer)
        return answer

    def go(self) -> None:
        """Until its next call."""
        self.switch()

    def end(self) -> None:
        """At once, without its next call."""
        self._dies = True
        while not self.ended:
            self.go()

    def _hears(self, answer: Any) -> None:
        """As it is now. Who has changed something is like nobody, and so is who has heard what cannot be written down."""
        try:
            self.heard.append(pickle.dumps(answer) if self.did.reads else object())
        except (pickle.PicklingError, TypeError, AttributeError):
            self.heard.append(object())


_BEGINS = Call("", True, frozenset())


class _Turns:
    """The watcher that stops each caller; whoever is no caller passes. Whose call it is, the world knows at each."""

    def __init__(self, world: World) -> None:
        self._world = world

    def around(self, name: str, thunk: Callable[[], Any], detail: dict[str, Any]) -> Any:
        caller = getcurrent()
        if not isinstance(caller, _Caller):
            return thunk()
        who = self._world.at_work
        caller.pause(call_of(name, detail))
        self._world.at_work = who
        return caller.calls(thunk)


def every_order(the: Dweller, judge: Judge, works: Sequence[Callable[[], Any]], then: Callable[[Told], list[str]], most: int = 20_000) -> Iterator[Told]:
    """Tells every schedule of `works` from here. `then` settles what is left and says what is wrong; the rules are asked besides. The world is as it
    was when the iterator ends."""
    start, search = the.world.snapshot(), Search()
    for _ in range(most):
        yield from _judged(the, judge, _tell(the, works, search.turn), then)
        the.world.restore(start)
        if not search.goes_on():
            return
    raise AssertionError(f"more than {most} schedules")


def some_orders(the: Dweller, judge: Judge, works: Sequence[Callable[[], Any]], then: Callable[[Told], list[str]], seed: int, many: int) -> Iterator[Told]:
    """Tells so many schedules, drawn from a seed; the same one more than once, if need be."""
    start, draw = the.world.snapshot(), random.Random(seed)
    for _ in range(many):
        yield from _judged(the, judge, _tell(the, works, partial(_any, draw)), then)
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


def _tell(the: Dweller, works: Sequence[Callable[[], Any]], choose: Callable[[int, list[_Caller]], int | None]) -> Told | None:
    """One schedule, by whoever chooses the turns. None where somebody has not come to his end and nobody need go on: it is another's twin."""
    told = Told([], [])
    the.world.restart()  # what is warm may not differ from one telling to the next
    with _called(the, works) as callers:
        for caller in callers:
            caller.go()
        while (turn := choose(len(told.turns), callers)) is not None:
            told.turns.append(turn)
            told.calls.append(f"{turn}:{callers[turn].before.name}")
            callers[turn].go()
        if not all(caller.ended for caller in callers):
            return None
    told.answers = [caller.answer for caller in callers]
    return told


@contextmanager
def _called(the: Dweller, works: Sequence[Callable[[], Any]]) -> Iterator[list[_Caller]]:
    """Callers at their beginning. Whoever has not come to his end when the block is left comes to none."""
    callers = [_Caller(work) for work in works]
    with gate.watching(_Turns(the.world)):
        try:
            yield callers
        finally:
            for caller in callers:
                caller.end()
            the.world.at_work = ""


def _any(draw: random.Random, depth: int, callers: list[_Caller]) -> int | None:
    left = [turn for turn, caller in enumerate(callers) if not caller.ended]
    return draw.choice(left) if left else None
