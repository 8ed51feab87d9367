"""Who decides what happens next. One that draws writes down what it chose: the same choices are the same story."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import NamedTuple, Protocol


class Move(NamedTuple):
    """A thing that could happen now: a `stream`'s consumer hears, a `queue`'s function polls, an execution makes a `step`."""

    kind: str
    what: str


class Scheduler(Protocol):
    most: int
    """Messages to one invocation, at most; 0 where the world says."""

    def next(self, moves: list[Move]) -> Move: ...
    def batch(self, ids: Sequence[str], most: int) -> Sequence[str]: ...


class InOrder:
    """One after another, the oldest message first."""

    most = 0

    def __init__(self) -> None:
        self.turn = 0

    def next(self, moves: list[Move]) -> Move:
        self.turn += 1
        return moves[self.turn % len(moves)]

    def batch(self, ids: Sequence[str], most: int) -> Sequence[str]:
        return ids[:most]


class First:
    """Always the first of the moves: it remembers nothing, so what comes next depends on the world alone."""

    most = 0

    def next(self, moves: list[Move]) -> Move:
        return moves[0]

    def batch(self, ids: Sequence[str], most: int) -> Sequence[str]:
        return ids[:most]


class Drawn:
    """Any of the moves, any of the messages, in any order and number. `chosen` is the story, to be told again by `Again`."""

    most = 10

    def __init__(self, seed: int) -> None:
        self._draw = random.Random(seed)
        self.chosen: list[int] = []

    def next(self, moves: list[Move]) -> Move:
        return moves[self._one(len(moves))]

    def batch(self, ids: Sequence[str], most: int) -> Sequence[str]:
        size = min(len(ids), 1 + self._one(most))
        start = self._one(len(ids) - size + 1)
        return ids[start : start + size]

    def _one(self, among: int) -> int:
        self.chosen.append(self._draw.randrange(among) if among > 1 else 0)
        return self.chosen[-1]


class Again(Drawn):
    """The same choices again; where they end or do not fit, the first of what there is."""

    def __init__(self, chosen: Sequence[int]) -> None:
        super().__init__(0)
        self._left = list(reversed(chosen))

    def _one(self, among: int) -> int:
        self.chosen.append(min(self._left.pop() if self._left else 0, among - 1))
        return self.chosen[-1]
