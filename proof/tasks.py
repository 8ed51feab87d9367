"""What `make proof` tries, a piece at a time. Each piece answers what it tried and what did not hold."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from functools import partial
from typing import Any

from proof import malformed
from proof.faults import CRASHES, FAULTS
from proof.planted import BUGS, found
from proof.races import RACES, run, wholly
from proof.soak import many
from proof.stories import STORIES
from proof.sweeping import swept

Tried = tuple[int, list[str]]
"""How many distinct worlds, schedules or inputs; and each that did not hold."""


@dataclass(frozen=True)
class Task:
    """One piece, of a part of the report."""

    part: str
    name: str
    work: Callable[[], Tried]


@dataclass
class Done:
    """A piece that was tried."""

    part: str
    name: str
    tried: int
    seconds: float
    broken: list[str] = field(default_factory=list)

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)


PARTS = {
    "races": "every order in which the calls of two and three callers can come, of the races that other systems have lost; every moment at which one can fall asleep",
    "races, drawn": "races of which there are too many orders to try all: some that are drawn from the seed",
    "one fault": "every life of an order, with one fault at every call of it: crash, timeout (before or after it was carried out), throttle, asked twice",
    "two faults": "the same with a second crash after the first, at a share of all pairs",
    "planted bugs": "bugs that other systems have had, put in one at a time: each must be found",
    "malformed input": "spoilt documents at every parser and spoilt requests at every door: answered, explained, nothing lost, no fault of ours",
    "soak": "a shop in which anything happens, from one seed: customers, clerks, nodes, carriers, clocks, faults at any call, messages late and twice",
}


def tasks(seed: int, lives: int, inputs: int, pairs: float) -> list[Task]:
    """Everything, the longest first within a part. `pairs`: which share of all pairs of crashes is tried."""
    every = [Task("races" if wholly(name) else "races, drawn", name, partial(_race, name, seed)) for name in RACES]
    every += [Task("planted bugs", name, partial(_bug, name)) for name in BUGS]
    every += [Task("one fault", name, partial(_story, name, FAULTS, 1, (1.0, 1.0, 1.0), seed)) for name in STORIES]
    every += [Task("two faults", name, partial(_story, name, CRASHES, 2, (1.0, pairs, 1.0), seed)) for name in STORIES]
    every += [Task("malformed input", f"at parsers, {n + 1}", partial(_parsers, inputs * 7 // 80, seed + n)) for n in range(8)]
    every += [Task("malformed input", f"at doors, {n + 1}", partial(_doors, inputs // 80, seed + n)) for n in range(8)]
    every += [Task("soak", f"seeds from {first}", partial(_soak, first, lives // 20)) for first in range(seed, seed + 20_000, 1000)]
    return every


def done(task: Task) -> Done:
    """Tries it."""
    started = time.monotonic()
    tried, broken = task.work()
    return Done(task.part, task.name, tried, round(time.monotonic() - started, 1), broken[:20])


def _race(name: str, seed: int) -> Tried:
    told = list(run(name, seed=seed))
    return len(told), [line for each in told for line in each.broken]


def _bug(name: str) -> Tried:
    said = "\n".join(found(name))
    caught = any(f"{rule} " in said or f"{rule}:" in said for rule in BUGS[name].rules)
    return 1, [] if caught else [f"{name} was not found"]


def _story(name: str, faults: tuple[str, ...], most: int, shares: tuple[float, float, float], seed: int) -> Tried:
    forks = swept(name, faults, most=most, shares=shares, seed=seed)
    return forks.tried.total(), forks.failures


def _parsers(inputs: int, seed: int) -> Tried:
    went = malformed.at_parsers(inputs, seed)
    return went.inputs, went.broken


def _doors(inputs: int, seed: int) -> Tried:
    went = malformed.at_doors(inputs, seed)
    return went.inputs, went.broken


def _soak(first: int, lives: int) -> Tried:
    """Stories from a seed on, until so many orders have come to an end."""
    told = many(lives, first)
    return told.lives, [told.how] if told.how else []
