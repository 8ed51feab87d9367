"""No order of calls is left out that could end otherwise: held against trying them all."""

from __future__ import annotations

import random
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from proof.interleaving import every_order, some_orders
from waybill.aws import gate

Script = list[tuple[str, str]]
Cells = dict[str, str]


class ConditionalCheckFailedException(Exception):
    """A write that its condition forbids; as DynamoDB calls it, which is what it is known by."""


def step(cells: Cells, seen: str, kind: str, cell: str) -> str:
    """One call of somebody who has seen so much; answers what he has seen then. `claim` writes where nothing is, `swap` where what was seen last still is."""
    stands = cells.get(cell, "-")
    if kind == "read":
        return seen + stands[-4:]
    if kind == "claim" and stands != "-" or kind == "swap" and not seen.endswith(stands[-4:]):
        raise ConditionalCheckFailedException(stands[-4:])
    cells[cell] = seen
    return seen


def after(seen: str, refused: Exception) -> str:
    return f"{seen}!{refused}"


class Small:
    """A world that is a dictionary; it is its own dweller and its own judge."""

    def __init__(self) -> None:
        self.world, self.cells, self.broken, self.at_work = self, Cells(), list[str](), ""

    def snapshot(self) -> Cells:
        return dict(self.cells)

    def restore(self, taken: Cells) -> None:
        self.cells = dict(taken)

    def restart(self) -> None:
        pass

    def verdict(self, **given: Any) -> list[str]:
        return []

    def caller(self, name: str, script: Script) -> Callable[[], str]:
        """Reads and writes cells; what it writes tells what it has seen."""

        def work() -> str:
            seen = name
            for kind, cell in script:
                call, key = "dynamodb.GetItem" if kind == "read" else "dynamodb.PutItem", {"pk": {"S": cell}, "sk": {"S": ""}}
                try:
                    seen = gate.call(call, partial(step, self.cells, seen, kind, cell), TableName="T", Key=key)
                except ConditionalCheckFailedException as refused:
                    seen = after(seen, refused)
            return seen

        return work


def drawn(draw: random.Random, kinds: str = "read write claim swap", cells: str = "ab") -> Script:
    return [(draw.choice(kinds.split()), draw.choice(cells)) for _ in range(draw.randint(1, 3))]


def went(small: Small, works: list[Callable[[], str]]) -> set[str]:
    """The ends that are come to: what stands, and what each has seen."""
    return {each.broken[0] for each in every_order(small, small, works, lambda told: [end(small.cells, told.answers)])}


def end(cells: Cells, seen: list[str]) -> str:
    return str((sorted(cells.items()), sorted(seen)))


def all_ends(scripts: list[Script], names: str) -> set[str]:
    """Of every order, told plainly."""
    found, known = set[str](), set[str]()

    def tell(cells: Cells, seen: list[str], at: list[int]) -> None:
        moment = str((sorted(cells.items()), seen, at))
        if moment in known:
            return
        known.add(moment)
        left = [turn for turn, script in enumerate(scripts) if at[turn] < len(script)]
        for turn in left:
            now, saw = dict(cells), list(seen)
            try:
                saw[turn] = step(now, seen[turn], *scripts[turn][at[turn]])
            except ConditionalCheckFailedException as refused:
                saw[turn] = after(seen[turn], refused)
            tell(now, saw, [*at[:turn], at[turn] + 1, *at[turn + 1 :]])
        if not left:
            found.add(end(cells, seen))

    tell({}, list(names), [0] * len(scripts))
    return found


@pytest.mark.parametrize("seed", range(40))
def test_every_end_that_callers_can_come_to_is_come_to(seed: int) -> None:
    draw, small = random.Random(seed), Small()
    scripts = [drawn(draw) for _ in range(2 + seed % 2)]
    works = [small.caller("xyz"[number], script) for number, script in enumerate(scripts)]
    assert went(small, works) == all_ends(scripts, "xyz"[: len(scripts)])


@pytest.mark.parametrize("seed", range(40))
def test_of_those_who_do_the_same_it_does_not_matter_who_goes_first(seed: int) -> None:
    """While they have heard the same; another is among them, or is not."""
    draw, small = random.Random(seed), Small()
    same, other = drawn(draw), drawn(draw)
    alike, alone = small.caller("x", same), small.caller("y", other)
    scripts, names, works = [same, same, other], "xxy", [alike, alike, alone]
    if seed % 2:
        scripts, names, works = [same] * 3, "xxx", [alike] * 3
    assert went(small, works) == all_ends(scripts, names)


def test_of_those_who_were_refused_the_same_few_orders_are_told() -> None:
    small = Small()
    orders = every_order(small, small, [small.caller("x", [("read", "a"), ("claim", "b"), ("read", "b")])] * 3, lambda told: [])
    assert len(list(orders)) == 1


def test_what_is_drawn_is_among_them_and_the_same_again_for_the_same_seed() -> None:
    small = Small()
    scripts = [[("read", "a"), ("write", "a")]] * 2
    works = [small.caller(name, script) for name, script in zip("xy", scripts, strict=True)]

    def some(seed: int) -> list[list[int]]:
        return [each.turns for each in some_orders(small, small, works, lambda told: [], seed, 5)]

    assert some(1) == some(1) != some(2)
    assert {len(turns) for turns in some(1)} == {4}
