"""Twenty thousand lives of orders in random stories of a shop, in eight pieces; `make soak` tells as many as one likes."""

from __future__ import annotations

from collections.abc import Iterator
from multiprocessing import get_context
from multiprocessing.pool import Pool

import pytest

from proof.quick import quick
from proof.soak import STEPS, Many, Soaked, many, soak
from proof.source import shortened

LIVES = 2500
"""Orders that come to an end, completed or cancelled, in each piece."""
APART = 100
"""How many seeds are between one piece and the next: more than its stories need."""


@pytest.fixture(scope="module")
def fresh() -> Iterator[Pool]:
    """A process that has done nothing else: in one that has run thousands of tests a life costs more."""
    with get_context("spawn").Pool(1) as pool:
        yield pool


@pytest.mark.timeout(600)  # a piece takes a minute where others are at work, and one that fails is told shortly besides
@pytest.mark.parametrize("piece", range(8))
def test_whatever_happens_in_a_shop_the_rules_hold(piece: int, fresh: Pool) -> None:
    told = fresh.apply(many, (LIVES, piece * APART))
    assert not told.how, told.how
    assert told.lives >= LIVES
    assert told.stories <= APART


def test_a_story_is_the_same_whenever_it_is_told() -> None:
    first, _, second = soak(7, steps=150), soak(8, steps=150), soak(7, steps=150)
    again = soak(7, first.choices)
    assert first.choices == second.choices
    assert first.acts == second.acts == again.acts
    assert first.became == second.became == again.became
    assert first.placed


def test_a_reader_remembers_nothing_of_another_world() -> None:
    with quick():
        from waybill.fulfilment import codec

        kept = codec.work_from  # as a module keeps it that is loaded now
        item = {"pk": "ORDER#ord_1", "sk": "FO#1", "write_id": "w1", "id": "fo_1-1", "order_id": "ord_1", "node": "reno", "status": "accepted", "since": "", "version": 1}
        item |= {"lines": {}, "packages": [], "history": [{"seq": 1, "type": "x", "at": "", "actor": ""}]}
        assert kept(item) is kept(item)
    with quick():
        assert kept({**item, "node": "columbus"}).node == "columbus"


def test_a_rule_that_breaks_is_said_with_what_tells_it_again(monkeypatch: pytest.MonkeyPatch) -> None:
    def breaks(seed: int, given: list[int] | None = None, steps: int = STEPS) -> Soaked:
        choices = list(given) if given is not None else [3, 7, 1]
        return Soaked(broken=["I9 ord_1: paid twice"] if 7 in choices else [], choices=choices, acts=["an order"])

    monkeypatch.setattr("proof.soak.soak", breaks)
    told = many(LIVES, 40)
    assert isinstance(told, Many)
    assert f"SEED=40 STEPS={STEPS}" in told.how
    assert "I9 ord_1: paid twice" in told.how
    assert "soak(40, [7])" in told.how


def test_a_story_that_fails_is_told_shortly() -> None:
    assert shortened(list(range(100)), lambda choices: 7 in choices and 70 in choices, most=500) == [7, 70]
