"""That worlds which are told on only once are the same indeed: nothing that a sweep without this would find is missed."""

from __future__ import annotations

from contextlib import ExitStack
from typing import Any
from unittest.mock import patch

import pytest

from proof.exploring import Exploration
from proof.faults import CRASHES
from proof.planted import BUGS
from proof.stories import STORIES
from proof.sweeping import swept
from waybill.aws import batch

_SMALL = "cancelled-on-hold"


def test_worlds_told_to_their_ends_come_to_nothing_that_was_not_met() -> None:
    all_of_them, told_once = swept(_SMALL, pruned=False), swept(_SMALL)
    assert all_of_them.worlds == told_once.struck(1) + 1
    assert all_of_them.seen == told_once.seen
    assert told_once.worlds * 5 < all_of_them.worlds


@pytest.mark.parametrize("bug", ["random gateway key", "forgetful consumer"])
def test_worlds_told_to_their_ends_say_of_a_bug_what_is_said_of_those_told_once(bug: str) -> None:
    story = {"random gateway key": "declined", "forgetful consumer": _SMALL}[bug]
    with ExitStack() as stack:
        BUGS[bug].plant(stack)
        every = swept(story, CRASHES, pruned=False)
    with ExitStack() as stack:
        BUGS[bug].plant(stack)
        once = swept(story, CRASHES)
    assert _said(once) == _said(every) != set()
    assert any(rule in line for rule in BUGS[bug].rules for line in _said(once))


def test_what_two_faults_show_and_one_does_not_is_found() -> None:
    """A worker that takes an order at the door for done when it comes for the third time."""
    handled = batch._handled

    def gives_up(record: dict[str, Any], handle: Any) -> bool:
        third = record["eventSourceARN"].endswith("IntakeQueue") and record["attributes"]["ApproximateReceiveCount"] == "3"
        return third or handled(record, handle)

    with patch.object(batch, "_handled", gives_up):
        assert swept(_SMALL, CRASHES).failures == []
        found = swept(_SMALL, CRASHES, most=2, enough=1).failures
    assert found
    assert found[0].count(" and crash") == 1


def test_the_same_story_is_explored_the_same_way() -> None:
    first, second = swept(_SMALL, CRASHES), swept(_SMALL, CRASHES)
    assert (first.seen, first.struck(1), first.struck(2)) == (second.seen, second.struck(1), second.struck(2))


def test_a_share_is_a_share_and_says_so() -> None:
    whole, half = swept(_SMALL, CRASHES, most=2), swept(_SMALL, CRASHES, most=2, share=0.5, seed=3)
    assert half.struck(1) == whole.struck(1)
    assert whole.struck(1) < half.struck(2) < whole.struck(2)


def test_a_world_that_never_comes_to_an_end_is_not_taken_for_one_that_was_met() -> None:
    """A worker that fails for ever, and whose messages nobody buries."""
    story = STORIES[_SMALL]
    with patch.object(Exploration, "_step", lambda self, point, faults: point):
        assert any("goes round in a circle" in each for each in swept(story).failures)


def _said(tried: Exploration) -> set[str]:
    return {line for failure in tried.failures for line in failure.splitlines()[1:]}
