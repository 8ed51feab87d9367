"""A share of all worlds with one fault in them, in every story; `make proof` tries them all, and those with two."""

from __future__ import annotations

import pytest

from proof.faults import FAULTS
from proof.stories import STORIES
from proof.sweeping import swept

_SHARE = 0.04


@pytest.mark.parametrize("story", STORIES)
def test_no_fault_at_any_call_loses_or_doubles_anything(story: str) -> None:
    forks = swept(story, FAULTS, shares=(_SHARE,), seed=list(STORIES).index(story))
    assert forks.tried
    assert not forks.failures, f"{len(forks.failures)} of {forks.tried.total()} worlds:\n" + "\n".join(forks.failures)
