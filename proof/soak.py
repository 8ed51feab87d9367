"""A shop in which anything happens: customers, clerks, nodes, carriers, a gateway that is down for a while, clocks, faults at any call, messages in any
order and more than once, indexes that lag. All from one seed; the rules are asked all the while, and in the end whether everything came about.

    python -m proof.soak [lives] [seed] [steps]
"""

from __future__ import annotations

import gc
import itertools
import multiprocessing
import os
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from proof.everybody import STOCK, Everybody
from proof.faults import FAULTS, READS, doubles, strike
from proof.judging import Judge
from proof.living import Dweller, living
from proof.quick import quick
from proof.scheduler import InOrder
from proof.source import EndOfStory, Source, shortened
from proof.sweeping import no_garbage
from waybill.aws import gate

STEPS = 2500
"""How much is done in a story until everything comes to rest."""
_STEPS_A_LIFE = 10
"""About what it takes: a story that need not be long is as long; where that was too little, one more is told."""
_SAY_EVERY_S = 10


class FromSource:
    """The scheduler of a soak: any move, any messages."""

    most = 10

    def __init__(self, source: Source) -> None:
        self.source = source

    def next(self, moves: list[Any]) -> Any:
        return self.source.one(moves)

    def batch(self, ids: Sequence[str], most: int) -> Sequence[str]:
        size = 1 + self.source.number(min(len(ids), most)) if len(ids) > 1 else len(ids)
        start = self.source.number(len(ids) - size + 1) if len(ids) > size else 0
        return ids[start : start + size]


@dataclass
class _Faults:
    """Strikes a call now and then: `every` is how many calls lie between, on average; 0 for never."""

    source: Source
    every: int
    struck: Counter[str] = field(default_factory=Counter)
    doubled: int = 0
    _left: int = 0
    _before: str = ""

    def begin(self) -> _Faults:
        self._left = 1 + self.source.number(2 * self.every) if self.every else 0
        return self

    def around(self, name: str, thunk: Callable[[], Any], detail: dict[str, Any]) -> Any:
        self._left -= 1
        if self._left:
            self._before = name
            return thunk()
        fault = self.source.one(FAULTS)
        self.begin()
        if name in READS and fault in ("asked twice", "timeout after", "crash after"):
            fault = "throttle"
        self.struck[fault] += 1
        self.doubled += doubles(fault, name, self._before)
        self._before = name
        return strike(fault, name, thunk)


@dataclass
class Soaked:
    """How a story went: orders placed, by what became of them; what is broken; the steps it was to have, and the choices that tell it again."""

    steps: int = STEPS
    placed: int = 0
    became: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    broken: list[str] = field(default_factory=list)
    choices: list[int] = field(default_factory=list)
    acts: list[str] = field(default_factory=list)

    @property
    def lives(self) -> int:
        """Orders that came to an end."""
        return self.became["completed"] + self.became["cancelled"]


def soak(seed: int = 0, given: Sequence[int] | None = None, steps: int = STEPS) -> Soaked:
    """One story."""
    with _uncollected():
        return _told(seed, given, steps)


def _told(seed: int, given: Sequence[int] | None, steps: int) -> Soaked:
    source, went = Source(seed, given), Soaked(steps)
    lag, faults = [0], _Faults(source, 0)
    with living(dict(STOCK), FromSource(source), seed, lambda: lag[0]) as the, quick():
        shop = Everybody(the, source, went)
        with suppress(EndOfStory):
            shop.open()
        judge = Judge(the)
        try:
            lag[0], faults.every = source.one((0, 0, 1, 4)), source.one((0, 0, 150, 40))
            with gate.watching(faults.begin()):
                for step in range(steps):
                    shop.act()
                    if step == steps // 2:
                        went.broken += map(str, judge.verdict(at_rest=False))
                    if went.broken:
                        break
        except EndOfStory:  # a story that is cut short is asked where it ends: what breaks under way may be whole again at rest
            went.broken += map(str, judge.verdict(at_rest=False))
        lag[0], went.faults, went.choices = 0, faults.struck, list(source.chosen)
        with _sober(the):
            shop.come_to_rest()
            went.broken += map(str, judge.verdict(faults=faults.doubled, struck=True, dead_allowed=bool(faults.every)))
            went.broken += [f"I24 {queue}: {depth} are dead again" for queue, depth in the.world.dead_letters().items()]
            went.became.update(shop.statuses())
        judge.close()
    went.broken = list(dict.fromkeys(went.broken))
    return went


@contextmanager
def _uncollected() -> Iterator[None]:
    """Nothing is looked through for garbage while a story is told: afterwards, once, what the story has left, which is all that is young."""
    with no_garbage():
        gc.disable()
        try:
            yield
        finally:
            gc.collect(0)
            gc.enable()


@contextmanager
def _sober(the: Dweller) -> Iterator[None]:
    """Nothing is drawn any more: everything happens in order, as many messages at once as the template allows, and everybody answers."""
    the.gateway.down = False
    the.world.scheduler, the.world.most_at_once = InOrder(), FromSource.most
    for table in the.world.cloud.dynamodb.tables.values():
        table.catch_up()
    yield


def short_story(seed: int, went: Soaked, most: int = 300) -> list[int]:
    """The shortest story found that breaks one of the same rules."""
    rules = {line.split(" ", 1)[0] for line in went.broken}
    return shortened(went.choices, lambda choices: bool(rules & {line.split(" ", 1)[0] for line in soak(seed, choices).broken}), most)


@dataclass
class Many:
    """Stories from a seed on, until so many orders have come to an end; the first that breaks a rule is the last, told at length by `how`."""

    stories: int = 0
    seconds: float = 0.0
    became: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    how: str = ""

    @property
    def lives(self) -> int:
        return self.became["completed"] + self.became["cancelled"]

    def add(self, seed: int, went: Soaked, seconds: float) -> None:
        self.stories += 1
        self.seconds += seconds
        self.became.update(went.became)
        self.faults.update(went.faults)
        if went.broken:
            self.how = at_length(seed, went)

    def __str__(self) -> str:
        spent = f"{self.seconds:.0f} s of CPU, {1000 * self.seconds / self.lives:.1f} ms a life" if self.lives else "none"
        return f"{self.lives} lives in {self.stories} stories, {spent}: {dict(self.became)}; {self.faults.total()} faults: {dict(self.faults)}"


def many(lives: int, seed: int) -> Many:
    """In this process. The last story is as long as what is missing."""
    told = Many()
    while told.lives < lives and not told.how:
        told.add(*_one(seed, min(STEPS, _STEPS_A_LIFE * (lives - told.lives))))
        seed += 1
    return told


def at_length(seed: int, went: Soaked, most: int = 150) -> str:
    """What is broken, and what tells it again: the whole story by its seed and steps, and the shortest one that was found."""
    short = short_story(seed, went, most)
    told = soak(seed, short)
    again = f"seed {seed} (make soak LIVES=1 SEED={seed} STEPS={went.steps}):"
    return "\n  ".join((again, *went.broken[:10], f"in {len(short)} choices, soak({seed}, {short}):", *told.acts, *told.broken[:10]))


def _one(seed: int, steps: int) -> tuple[int, Soaked, float]:
    started = time.process_time()
    went = soak(seed, steps=steps)
    if not went.broken:  # only a story that fails is told again
        went.choices, went.acts = [], []
    return seed, went, time.process_time() - started


def main(lives: int = 1000, seed: int = 0, steps: int = STEPS) -> int:
    """Soaks on all cores until so many orders have come to an end, and says how far it is. Answers 1 for a broken rule, with the seed and a short story."""
    told, said, begun = Many(), 0.0, time.monotonic()
    with multiprocessing.get_context("fork").Pool(len(os.sched_getaffinity(0))) as pool:
        for one in pool.imap_unordered(partial(_one, steps=steps), itertools.islice(itertools.count(seed), max(1, lives))):
            told.add(*one)
            if told.lives >= lives or told.how:
                break
            if time.monotonic() - begun > said + _SAY_EVERY_S:
                said = time.monotonic() - begun
                print(f"  {said:.0f} s: {told.lives} of {lives} lives in {told.stories} stories", flush=True)
        pool.terminate()
    print(told.how or told)
    return 1 if told.how else 0


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
