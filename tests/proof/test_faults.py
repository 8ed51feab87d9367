"""Every life of an order, with one fault at every call of it: each life with a crash, a timeout before or after, throttling or an answer that is lost, by turns; some with two faults.
`make proof` tries all kinds in each, all pairs, and threes."""

from __future__ import annotations

import pytest

from proof.exploring import Exploration
from proof.faults import CRASHES, FAULTS
from proof.stories import STORIES
from proof.sweeping import swept

_TURNS = (*((kind,) for kind in FAULTS if kind not in CRASHES), CRASHES)
"""A crash before a call differs from one after the call before it at the first of a function alone: both are one turn."""
_PAIRED = ("declined", "cancelled-on-hold", "cancelled-backordered")


@pytest.mark.parametrize("number, story", list(enumerate(STORIES)))
def test_no_fault_at_any_call_loses_or_doubles_anything(number: int, story: str) -> None:
    """Lives that begin alike stand beside each other: what they have in common is struck by every kind."""
    tried = swept(story, _TURNS[number % len(_TURNS)])
    assert tried.struck(1) > 20
    assert not tried.failures, _told(tried)


@pytest.mark.parametrize("story", _PAIRED)
def test_no_two_faults_at_any_calls_lose_or_double_anything(story: str) -> None:
    tried = swept(story, most=2)
    assert tried.struck(2) > 10_000
    assert not tried.failures, _told(tried)


def _told(tried: Exploration) -> str:
    return f"{len(tried.failures)} worlds:\n" + "\n".join(tried.failures[:20])
