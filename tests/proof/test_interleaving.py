"""No order of calls is left out that could end otherwise: held against trying them all."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from proof.interleaving import every_order, some_orders
from waybill.aws import gate


class Small:
    """A world that is a dictionary; it is its own dweller and its own judge."""

    def __init__(self) -> None:
        self.world, self.cells, self.broken, self.at_work = self, dict[str, str](), list[str](), ""

    def snapshot(self) -> dict[str, str]:
        return dict(self.cells)

    def restore(self, taken: dict[str, str]) -> None:
        self.cells = dict(taken)

    def restart(self) -> None:
        pass

    def verdict(self, **given: Any) -> list[str]:
        return []

    def caller(self, name: str, steps: list[tuple[str, str]]) -> Callable[[], Any]:
        """Reads and writes cells; what it writes tells what it has read."""

        def work() -> None:
            seen = name
            for kind, cell in steps:
                key = {"pk": {"S": cell}, "sk": {"S": ""}}
                if kind == "read":
                    seen += gate.call("dynamodb.GetItem", lambda cell=cell: self.cells.get(cell, "-"), TableName="T", Key=key)
                else:
                    said = seen
                    gate.call("dynamodb.PutItem", lambda cell=cell, said=said: self.cells.update({cell: said}), TableName="T", Item=key)

        return work


def drawn(draw: random.Random, callers: int) -> list[list[tuple[str, str]]]:
    return [[(draw.choice(("read", "write")), draw.choice("abc")) for _ in range(draw.randint(1, 3))] for _ in range(callers)]


def ends(small: Small, schedules: Iterator[Any]) -> set[str]:
    return {each.broken[0] for each in schedules}


def all_orders(small: Small, scripts: list[list[tuple[str, str]]], names: str) -> set[str]:
    """Every one of them, told plainly."""
    turns = [number for number, script in enumerate(scripts) for _ in script]
    found = set[str]()
    for order in set(itertools.permutations(turns)):
        cells, seen, at = dict[str, str](), list(names), [0] * len(scripts)
        for turn in order:
            kind, cell = scripts[turn][at[turn]]
            at[turn] += 1
            if kind == "read":
                seen[turn] += cells.get(cell, "-")
            else:
                cells[cell] = seen[turn]
        found.add(str(sorted(cells.items())))
    return found


@pytest.mark.parametrize("seed", range(40))
def test_every_end_that_callers_can_come_to_is_come_to(seed: int) -> None:
    draw, small = random.Random(seed), Small()
    scripts = drawn(draw, 2 + seed % 2)
    works = [small.caller("xyz"[number], script) for number, script in enumerate(scripts)]
    went = ends(small, every_order(small, small, works, lambda told: [str(sorted(small.cells.items()))]))
    assert went == all_orders(small, scripts, "xyz")


@pytest.mark.parametrize("seed", range(20))
def test_of_those_who_do_the_same_it_does_not_matter_who_begins(seed: int) -> None:
    draw, small = random.Random(seed), Small()
    (script,) = drawn(draw, 1)
    work = small.caller("x", script)
    went = ends(small, every_order(small, small, [work] * 3, lambda told: [str(sorted(small.cells.items()))]))
    assert went == all_orders(small, [script] * 3, "xxx")


def test_what_is_drawn_is_among_them_and_the_same_again_for_the_same_seed() -> None:
    small = Small()
    scripts = [[("read", "a"), ("write", "a")]] * 2
    works = [small.caller(name, script) for name, script in zip("xy", scripts, strict=True)]

    def some(seed: int) -> list[list[int]]:
        return [each.turns for each in some_orders(small, small, works, lambda told: [], seed, 5)]

    assert some(1) == some(1) != some(2)
    assert {len(turns) for turns in some(1)} == {4}
