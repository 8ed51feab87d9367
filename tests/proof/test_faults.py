"""Every world with one crash in it, in every story, and a share of those with another fault; `make proof` tries them all, and a share of those with two."""

from __future__ import annotations

import pytest

from proof.faults import CRASHES, FAULTS
from proof.stories import STORIES
from proof.sweeping import swept

_SHARE = 0.02
_OTHERS = tuple(fault for fault in FAULTS if fault not in CRASHES)


@pytest.mark.parametrize("story", STORIES)
def test_no_crash_at_any_call_loses_or_doubles_anything(story: str) -> None:
    forks = swept(story)
    assert forks.tried.total() > 20
    assert not forks.failures, f"{len(forks.failures)} of {forks.tried.total()} worlds:\n" + "\n".join(forks.failures)


@pytest.mark.parametrize("story", STORIES)
def test_no_other_fault_loses_or_doubles_anything(story: str) -> None:
    forks = swept(story, _OTHERS, shares=(_SHARE,), seed=list(STORIES).index(story))
    assert forks.tried
    assert not forks.failures, f"{len(forks.failures)} of {forks.tried.total()} worlds:\n" + "\n".join(forks.failures)
