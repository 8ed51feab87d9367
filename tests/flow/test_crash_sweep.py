"""One order's whole life, and a crash before and after every single outside call of it: redelivery finishes what was begun, once.

On moto: `make test` tries a share of some lives, for `tests/proof/test_faults.py` tries every one that leaves a world of its own, of every life, in a world in memory;
`make sweep` tries all of them here too, at every call of every life, those that must come to the same included.
"""

from __future__ import annotations

import pytest

from tests.flow.stories import STORIES
from tests.flow.sweeping import swept

SOME = {"delivered": 8, "shopify": 20, "split-merged": 20, "short-rerouted": 20, "cancellation-declined": 20, "edited-undone": 20}
"""Lives that together use all that a cloud can do, and at every how manyth call of theirs a process dies."""
SLICES = 4


@pytest.mark.parametrize("story", SOME)
def test_no_crash_in_an_order_s_life_loses_or_doubles_anything(story: str):
    _survives(story, every=SOME[story], offset=list(STORIES).index(story))


@pytest.mark.sweep
@pytest.mark.timeout(900)
@pytest.mark.parametrize("part", range(SLICES))
@pytest.mark.parametrize("story", STORIES)
def test_no_crash_at_any_call_loses_or_doubles_anything(story: str, part: int):
    _survives(story, every=SLICES, offset=part, distinct=False)


def _survives(story: str, **points: int | bool) -> None:
    crashes = swept(story, **points)
    assert crashes.points
    assert not crashes.failures, f"{len(crashes.failures)} of {len(crashes.points)} crashes:\n" + "\n".join(crashes.failures)
