"""A few random stories of a shop; `make soak` tells as many as one likes."""

from __future__ import annotations

import pytest

from proof.soak import soak
from proof.source import shortened


@pytest.mark.parametrize("seed", range(3))
def test_whatever_happens_in_a_shop_the_rules_hold(seed: int) -> None:
    went = soak(seed, steps=1200)
    assert went.placed
    assert went.broken == [], f"seed {seed}: {went.broken[:5]}"


def test_a_story_that_fails_is_told_shortly() -> None:
    assert shortened(list(range(100)), lambda choices: 7 in choices and 70 in choices, most=500) == [7, 70]
