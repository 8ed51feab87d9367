"""Malformed input at every parser and at every door: each is answered, in time to come by a person if not at once; nothing is a fault of ours, and
nothing that was answered 2xx is lost.

    python -m proof.malformed [inputs] [seed]
"""

from __future__ import annotations

import random
import sys
import time
import warnings
from collections import Counter
from dataclasses import dataclass, field

from proof.judging import Judge
from proof.knocking import Knocks
from proof.living import Dweller
from proof.losing import Kept
from proof.parsers import parsers
from proof.requests import Asked
from proof.stage import staged
from waybill.kernel.errors import InvalidInput

AT_PARSERS = 0.85
"""This part of the inputs goes to the parsers themselves, the rest through the doors, where each costs more."""
_ROUND = 1000
_FAULTS = (ValueError, TypeError, KeyError, AttributeError, IndexError, ArithmeticError, RecursionError, AssertionError, OSError, LookupError)


@dataclass
class Went:
    """What was tried, by parser or route; how the doors answered; what was broken, each with the seed and number that tell it again."""

    seed: int
    tried: Counter[str] = field(default_factory=Counter)
    answers: Counter[str] = field(default_factory=Counter)
    broken: list[str] = field(default_factory=list)

    @property
    def inputs(self) -> int:
        return self.tried.total()

    def add(self, other: Went) -> None:
        self.tried.update(other.tried)
        self.answers.update(other.answers)
        self.broken += other.broken


def at_parsers(inputs: int, seed: int) -> Went:
    """Spoilt documents read by who reads them: they are understood, or it is InvalidInput, which names the field where the whole can be read."""
    draw, went, known = random.Random(seed), Went(seed), parsers()
    weights = [6 if each.name.startswith("order of") else 1 for each in known]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # openpyxl's, of files that are damaged
        for number, parser in enumerate(draw.choices(known, weights, k=inputs)):
            document = parser.spoil(draw)
            went.tried[parser.name] += 1
            try:
                parser.read(document)
            except InvalidInput as problem:
                if parser.by_field and not problem.fields and isinstance(document, dict):
                    went.broken.append(f"{parser.name}, seed {seed}, input {number}: refused without naming a field: {problem.message}")
            except _FAULTS as fault:
                went.broken.append(f"{parser.name}, seed {seed}, input {number}: {fault!r}")
    return went


def at_doors(inputs: int, seed: int) -> Went:
    """Spoilt requests of every route, in a world in which everything has happened once."""
    with staged(seed) as (the, asked):
        return knocked(the, asked, inputs, seed)


def knocked(the: Dweller, asked: list[Asked], inputs: int, seed: int) -> Went:
    """The same in a world that stands; it is afterwards as it was. Now and then all comes to rest, every rule is asked, and it is looked whether anything
    is lost."""
    went, judge, knocks = Went(seed), Judge(the), Knocks(the, asked, random.Random(seed))
    start = the.world.snapshot()
    while went.inputs < inputs:
        kept, before = Kept(the), went.inputs
        for _ in range(min(_ROUND, inputs - went.inputs)):
            knock = knocks.knock()
            went.tried[knock.route] += 1
            went.answers[f"{knock.status // 100}xx"] += 1
            kept.answered(knock)
            went.broken += [f"{knock.told}, seed {seed}, input {went.inputs - 1}: {each}" for each in knock.broken]
        the.settle()
        found = [*kept.lost(), *map(str, judge.verdict(struck=True, dead_allowed=True))]
        went.broken += [f"seed {seed}, inputs {before} to {went.inputs}: {each}" for each in found]
        judge.broken.clear()
        judge.doorkeeper.broken.clear()
        the.world.restore(start)
        the.world.restart()
    judge.close()
    return went


def main(inputs: int = 20_000, seed: int = 1) -> int:
    """Tries so many. Answers 1 for anything broken."""
    started = time.monotonic()
    went = at_parsers(int(inputs * AT_PARSERS), seed)
    went.add(at_doors(inputs - went.inputs, seed))
    print(
        f"{went.inputs} inputs at {len(went.tried)} parsers and routes in {time.monotonic() - started:.0f} s, answers {dict(went.answers)}: {len(went.broken)} broken"
    )
    print(*went.broken[:20], sep="\n")
    return 1 if went.broken else 0


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
