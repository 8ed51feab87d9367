"""Where a random story takes its choices from: a seed, or the choices of another story. And how a story that fails becomes a short one."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from typing import TypeVar

T = TypeVar("T")


class EndOfStory(Exception):
    """The choices are used up."""


class Source:
    """Draws numbers and writes down what it drew. With `given` choices it tells these again, fitted to what there is, and ends after them."""

    def __init__(self, seed: int = 0, given: Sequence[int] | None = None) -> None:
        self._random = random.Random(seed)
        self._given = list(reversed(given)) if given is not None else None
        self.chosen: list[int] = []

    def number(self, among: int) -> int:
        """From 0 to `among` − 1. Raises EndOfStory."""
        if self._given is None:
            drawn = self._random.randrange(among)
        elif self._given:
            drawn = min(self._given.pop(), among - 1)
        else:
            raise EndOfStory
        self.chosen.append(drawn)
        return drawn

    def one(self, things: Sequence[T]) -> T:
        return things[self.number(len(things))]

    def often(self, in_a_thousand: int) -> bool:
        return self.number(1000) >= 1000 - in_a_thousand

    def weighted(self, weights: dict[T, int]) -> T:
        """One of the keys. The first is the simplest: a shortened story tends to it."""
        at = self.number(sum(weights.values()))
        for thing, weight in weights.items():
            at -= weight
            if at < 0:
                return thing
        raise AssertionError("weights are positive")


def shortened(choices: Sequence[int], fails: Callable[[Sequence[int]], bool], most: int = 400) -> list[int]:
    """A shorter story that still fails: pieces are left out, then numbers made small, for as long as `most` tellings allow."""
    best, tries = list(choices), 0
    size = max(1, len(best) // 2)
    while size and tries < most:
        at, shrunk = 0, False
        while at < len(best) and tries < most:
            shorter = best[:at] + best[at + size :]
            tries += 1
            if fails(shorter):
                best, shrunk = shorter, True
            else:
                at += size
        size = size if shrunk and size == 1 else size // 2
    for at in range(len(best)):
        if best[at] and tries < most:
            tries += 1
            simpler = [*best[:at], 0, *best[at + 1 :]]
            best = simpler if fails(simpler) else best
    return best
