"""One order's whole life, and a crash before and after every single outside call of it: redelivery finishes what was begun, once.

`make test` tries every crash of the delivered order's life that leaves a world of its own, and every fifth of the other lives';
`make sweep` tries all of them, at every call of every life, those that must come to the same included.
"""

from __future__ import annotations

import pytest

from tests.flow.stories import STORIES
from tests.flow.sweeping import swept

EVERY = {"delivered": 1}
_OTHERS = 5
SLICES = 4


@pytest.mark.parametrize("story", STORIES)
def test_no_crash_in_an_order_s_life_loses_or_doubles_anything(story: str):
    _survives(story, every=EVERY.get(story, _OTHERS), offset=list(STORIES).index(story))


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
