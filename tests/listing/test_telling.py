"""A channel is told what it does not know, and no more."""

from __future__ import annotations

import random

from waybill.listing.model.telling import Manner, number, shown, to_tell

_MANNER = Manner(most=999, near=20, step=10)


def test_a_number_is_the_sum_of_the_open_nodes_less_what_is_held_back() -> None:
    assert number([4, 3], 2, _MANNER) == 5


def test_a_number_is_never_negative_and_never_above_what_the_channel_may_be_shown() -> None:
    assert number([1, -4], 2, _MANNER) == 0
    assert number([], 0, _MANNER) == 0
    assert number([5_000], 2, _MANNER) == 999


def test_what_never_runs_out_is_shown_as_the_most() -> None:
    assert number([3, None], 50, _MANNER) == 999


def test_a_channel_that_was_never_told_is_told_also_zero() -> None:
    assert to_tell(0, shown(None, 3), _MANNER) == 0


def test_a_channel_is_not_told_what_it_shows() -> None:
    assert all(to_tell(units, units, _MANNER) is None for units in range(100))


def test_a_channel_hears_no_echo_of_its_own_sale() -> None:
    for units in range(1, 100):
        assert to_tell(units - 1, shown(units, 1), _MANNER) is None


def test_near_zero_every_unit_is_told_and_far_from_it_only_steps() -> None:
    assert to_tell(19, 20, _MANNER) == 19
    assert to_tell(95, 100, _MANNER) is None
    assert to_tell(90, 100, _MANNER) == 90
    assert to_tell(20, 25, _MANNER) == 20


def test_however_it_sells_a_channel_never_shows_a_step_too_much_and_is_exact_near_zero() -> None:
    draw = random.Random(7)
    for _ in range(200):
        units = draw.randrange(200)
        shows: int | None = None
        for _ in range(100):
            own, others = draw.randrange(2), draw.randrange(-3, 4)
            units = max(units - own - others, 0)
            shows = shown(shows, own)
            told = to_tell(units, shows, _MANNER)
            shows = shows if told is None else told
            assert shows is not None and abs(shows - units) < _MANNER.step
            assert shows == units or min(shows, units) > _MANNER.near
