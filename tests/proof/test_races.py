"""Every order in which the calls of two callers can come."""

from __future__ import annotations

import pytest

from proof.races import KNOWN, RACES, run


@pytest.mark.parametrize("name", [name for name in RACES if name not in KNOWN])
def test_a_race_has_one_winner_in_whatever_order_the_calls_come(name: str) -> None:
    told = list(run(name))
    broken = [each for each in told if each.broken]
    assert len(told) > 1
    assert not broken, f"{len(broken)} of {len(told)}: {broken[0].calls} {broken[0].broken}"
