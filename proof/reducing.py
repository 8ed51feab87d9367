"""Which schedules are told, so that none is left out that could end otherwise.

Of those that differ only in the order of calls that do not concern each other one is told to its end (sleep sets, Godefroid 1996), and few of their twins are
begun (source sets, Abdulla, Aronis, Jonsson and Sagonas 2014). A write that its condition has forbidden has only looked. Of callers who do the same,
have been answered the same and have changed nothing, whichever goes first stands for the others.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from proof.commuting import Call


class Caller(Protocol):
    """One who stands before a call, or has ended. `did` is his last call as it went, `heard` what his calls were answered."""

    work: Callable[[], Any]
    before: Call
    did: Call
    heard: list[Any]
    ended: bool


@dataclass
class _Node:
    """A moment of a schedule: who could go, whose turn need not be tried (`asleep`), whose must be, whose was. `alike`: in whose place somebody goes
    who is like him. A call that was tried stands here as it went."""

    calls: dict[int, Call]
    alike: dict[int, int]
    asleep: set[int] = field(default_factory=set)
    wanted: set[int] = field(default_factory=set)
    tried: list[int] = field(default_factory=list)

    @property
    def left(self) -> list[int]:
        return [turn for turn in self.calls if turn in self.wanted and turn not in self.asleep and turn not in self.tried]

    @property
    def call(self) -> Call:
        return self.calls[self.tried[-1]]

    def want(self, turns: Sequence[int]) -> None:
        """One of these."""
        those = [self.alike[turn] for turn in turns]
        if not self.wanted.union(self.asleep).intersection(those):
            self.wanted.add(those[0])

    def went(self, callers: Sequence[Caller]) -> None:
        """The turn tried last was had."""
        self.calls[self.tried[-1]] = callers[self.tried[-1]].did

    def sleepers(self) -> list[int]:
        """After the turn tried last: whoever could have gone before it to the same end."""
        return [turn for turn in {*self.asleep, *self.tried[:-1]} if self.calls[turn].apart_from(self.call)]


class Search:
    """Goes through the schedules, the deepest turn that is left first."""

    def __init__(self) -> None:
        self._path = list[_Node]()
        self._before = list[set[int]]()
        """Which moments must come before each that was looked at."""

    def turn(self, depth: int, callers: Sequence[Caller]) -> int | None:
        """The turn of the path; at its last moment the next that was not tried; beyond it the path goes on with anybody who does not sleep. None where all
        have ended, or all sleep who have not."""
        if depth:
            self._path[depth - 1].went(callers)
        if depth == len(self._path):
            if all(caller.ended for caller in callers):
                return None
            self._path.append(self._moment(callers))
        node = self._path[depth]
        if depth == len(self._path) - 1:
            if not node.left:
                return None
            node.tried.append(node.left[0])
        return node.tried[-1]

    def goes_on(self) -> bool:
        """Whether there is another schedule after the one that was told."""
        self._turn_round()
        while self._path and not self._path[-1].left:
            self._path.pop()
        del self._before[max(0, len(self._path) - 1) :]
        return bool(self._path)

    def _moment(self, callers: Sequence[Caller]) -> _Node:
        """Where one sleeps, all who are like him do; the call before which he sleeps is known from when it was tried."""
        left = [turn for turn, caller in enumerate(callers) if not caller.ended]
        alike = {turn: next(other for other in left if _alike(callers[other], callers[turn])) for turn in left}
        node = _Node({turn: callers[turn].before for turn in left if alike[turn] == turn}, alike)
        for turn in self._path[-1].sleepers() if self._path else ():
            node.asleep.add(alike[turn])
            node.calls[alike[turn]] = self._path[-1].calls[turn]
        node.wanted.update([turn for turn in node.calls if turn not in node.asleep][:1])
        return node

    def _turn_round(self) -> None:
        """Of each two calls that concern each other and could have come the other way round, what must come before the later one is to be tried first: one
        who could begin that, unless one of those was or will be tried there, or sleeps."""
        gone = [node for node in self._path if node.tried]
        before = self._before
        for late in range(len(before), len(gone)):
            for moment in _meet(gone, before, late):
                first = {each for each in range(moment + 1, late + 1) if moment not in before[each] or each == late}
                gone[moment].want([gone[each].tried[-1] for each in sorted(first) if not before[each] & first])


def _alike(one: Caller, other: Caller) -> bool:
    return one.work is other.work and one.heard == other.heard


def _meet(gone: list[_Node], before: list[set[int]], late: int) -> list[int]:
    """The moments whose calls and this one could have come the other way round. `before`, the moments that must come before each, is told it too."""
    found, met = set[int](), list[int]()
    turn, call = gone[late].tried[-1], gone[late].call
    for moment in reversed(range(late)):
        earlier = gone[moment]
        if moment in found or earlier.tried[-1] != turn and earlier.call.apart_from(call):
            continue
        if earlier.tried[-1] != turn:
            met.append(moment)
        found |= {moment} | before[moment]
    before.append(found)
    return met
