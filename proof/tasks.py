"""What `make proof` tries, a piece at a time. Each piece answers what it tried and what did not hold."""

from __future__ import annotations

import time
import traceback
from collections import Counter
from collections.abc import Callable, Collection
from dataclasses import asdict, dataclass, field
from functools import partial
from typing import Any

from proof import malformed
from proof.planted import BUGS, found
from proof.races import RACES, run, wholly
from proof.soak import many
from proof.stage import staged
from proof.stories import STORIES
from proof.sweeping import swept
from waybill import proof

Tried = tuple[int, list[str]]
"""How many distinct worlds, schedules or inputs; and each that did not hold."""
PLANTED = "planted bugs"
FAULTS = ("one fault", "two faults", "three faults")


@dataclass
class Done:
    """A piece that was tried."""

    part: str
    name: str
    tried: int
    seconds: float
    broken: list[str] = field(default_factory=list)
    said: str = ""
    """How that came."""
    asked: dict[str, int] = field(default_factory=dict)
    """How often the rules of each number were asked meanwhile."""
    faults: dict[str, int] = field(default_factory=dict)
    """How often each kind struck: at different calls of different worlds, or as often as it was drawn in a soak."""

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True)
class Task:
    """One piece, of a part of the report; `also` are the parts of which it tries a piece besides."""

    part: str
    name: str
    work: Callable[[], Tried | list[Done]]
    also: tuple[str, ...] = ()


PARTS = {
    "races": "every order in which the calls of two and three callers can come, of the races that other systems have lost; every moment at which one can fall asleep",
    "races, drawn": "races of which there are too many orders to try all: some that are drawn from the seed",
    "one fault": "every life of an order, with one fault at every call of it: crash, timeout (before or after it was carried out), throttle, asked twice",
    "two faults": "the same with every second fault at every call after the first",
    "three faults": "the same with a third, at a share of the worlds that two leave, and wherever two have come back to a world that fewer leave",
    "planted bugs": "bugs that other systems have had, put in one at a time: each must be found",
    "malformed input": "spoilt documents at every parser and spoilt requests at every door: answered, explained, nothing lost, no fault of ours",
    "served document": "requests that the OpenAPI document allows and such as it forbids, of every operation (Schemathesis): each answer is one that it names",
    "soak": "a shop in which anything happens, from one seed: customers, clerks, nodes, carriers, clocks, faults at any call, messages late and twice",
}


def tasks(parts: Collection[str], seed: int, lives: int, inputs: int, share: float) -> list[Task]:
    """Everything of these parts. `share`: at which share of the worlds that two faults leave the third is tried; the first two are, at all."""
    every = [Task("races" if wholly(name) else "races, drawn", name, partial(_race, name, seed)) for name in RACES]
    every += [Task("planted bugs", name, partial(_bug, name)) for name in BUGS]
    most = max((number for number, part in enumerate(FAULTS, 1) if part in parts), default=1)
    every += [Task(FAULTS[most - 1], name, partial(_story, name, most, share if most == len(FAULTS) else 1.0, seed), FAULTS[: most - 1]) for name in STORIES]
    every += [Task("malformed input", f"at parsers, {n + 1}", partial(_parsers, inputs * 9 // 80, seed + n)) for n in range(8)]
    every += [Task("malformed input", f"at doors, {n + 1}", partial(_doors, inputs // 20, seed + n)) for n in range(2)]
    each = max(1, inputs // 33_000)
    every += [Task("served document", f"{each} requests of each kind, {n + 1}", partial(_documented, each, seed + n)) for n in range(2)]
    every += [Task("soak", f"seeds from {first}", partial(_soak, first, lives // 20)) for first in range(seed, seed + 20_000, 1000)]
    return [task for task in every if task.part in parts]


def planned(wanted: Collection[Task]) -> dict[str, int]:
    """How many pieces each part has."""
    return dict(Counter(part for task in wanted for part in (task.part, *task.also)))


def done(task: Task) -> list[Done]:
    """Tries it. What tries several parts at once answers one of each. What falls over has not held."""
    started = time.monotonic()
    proof.forget_asked()
    try:
        went = task.work()
    except Exception as problem:  # noqa: BLE001  (the other pieces are tried all the same)
        went = 0, ["it fell over: " + "".join(traceback.format_exception(problem, limit=-4))]
    pieces = went if isinstance(went, list) else [Done(task.part, task.name, went[0], round(time.monotonic() - started, 1), went[1][:20])]
    if task.part != PLANTED:
        pieces[-1].asked = proof.asked()
    return pieces


def _race(name: str, seed: int) -> Tried:
    told = list(run(name, seed=seed))
    return len(told), [line for each in told for line in each.broken]


def _bug(name: str) -> Tried:
    said = "\n".join(found(name))
    caught = any(f"{rule} " in said or f"{rule}:" in said for rule in BUGS[name].rules)
    return 1, [] if caught else [f"{name} was not found"]


def _story(name: str, most: int, share: float, seed: int) -> list[Done]:
    """A world with two faults is one with another after one fault: all numbers of faults are tried together."""
    found = swept(name, most=most, share=share, seed=seed)
    said = f"{len(found.seen):,} different worlds, {found.worlds:,} told to their end, {found.met:,} met one that was there"
    pieces = [
        Done(
            FAULTS[faults - 1], name, found.struck(faults), round(found.seconds[faults], 1),
            [str(each)[:2000] for each in found.broken if len(each.faults) == faults or not each.faults and faults == 1][:20],
            said if faults == most else "",
        )
        for faults in range(1, most + 1)
    ]  # fmt: skip
    pieces[-1].faults = dict(found.points)
    return pieces


def _parsers(inputs: int, seed: int) -> Tried:
    went = malformed.at_parsers(inputs, seed)
    return went.inputs, went.broken


def _doors(inputs: int, seed: int) -> Tried:
    went = malformed.at_doors(inputs, seed)
    return went.inputs, went.broken


def _documented(each: int, seed: int) -> Tried:
    from proof.documented import compared

    with staged(seed) as (the, asked):
        went = compared(the, asked, each, seed)
    return went.tried, [f"{what}: {how}" for what, how in went.broken.items()]


def _soak(first: int, lives: int) -> list[Done]:
    """Stories from a seed on, until so many orders have come to an end."""
    started, told = time.monotonic(), many(lives, first)
    seconds, broken = round(time.monotonic() - started, 1), [told.how] if told.how else []
    return [Done("soak", f"seeds from {first}", told.lives, seconds, broken, f"{told.stories} stories", faults=dict(told.faults))]
