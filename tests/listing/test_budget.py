"""Units held back from channels that learn late: as few as keep what is oversold within the budget."""

from __future__ import annotations

import random

import pytest

from bench import oversell
from waybill.listing.model.budget import Pace, held_back, oversold


@pytest.mark.parametrize(("mean", "held"), [(0.01, 0), (0.5, 1), (3.0, 2), (3.0, 7), (40.0, 30), (40.0, 55), (900.0, 930)])
def test_what_is_expected_to_be_oversold_is_what_draws_come_to(mean: float, held: int) -> None:
    draw, times, total = random.Random(1), 20_000, 0
    for _ in range(times):
        units, at = 0, draw.expovariate(1)
        while at < mean:
            units, at = units + 1, at + draw.expovariate(1)
        total += max(0, units - held)
        if mean > 500 and _ > 2_000:
            times = _ + 1
            break
    assert oversold(mean, held) == pytest.approx(total / times, rel=0.1, abs=0.02)


def test_expectation_is_exact_to_the_last_digit_however_large_the_mean() -> None:
    for mean in (0.1, 7.0, 250.0, 40_000.0):
        assert oversold(mean, 0) == pytest.approx(mean, rel=1e-12)
        for held in (1, int(mean), int(mean * 2) + 3):
            step = oversold(mean, held) - oversold(mean, held + 1)
            assert 0 <= step <= 1, (mean, held)


@pytest.mark.parametrize("seed", range(50))
def test_no_fewer_units_would_keep_the_budget(seed: int) -> None:
    draw = random.Random(seed)
    pace, budget = Pace(10 ** draw.uniform(-6, 1), draw.uniform(1, 600), draw.uniform(1, 5_000)), 10 ** draw.uniform(-4, -1)
    held = held_back(pace, budget)
    assert oversold(pace.rate * pace.window, held) <= budget * pace.cycle
    assert held == 0 or oversold(pace.rate * pace.window, held - 1) > budget * pace.cycle


def test_what_is_slower_or_sells_faster_is_held_back_more_and_never_less() -> None:
    for rate in (0.001, 0.01, 0.1, 1.0):
        backs = [held_back(Pace(rate, window, 100), 0.01) for window in (0, 1, 10, 100, 1000)]
        assert backs == sorted(backs)
    backs = [held_back(Pace(rate, 60, 100), 0.01) for rate in (0, 0.001, 0.01, 0.1, 1.0)]
    assert backs == sorted(backs) and backs[0] == 0


def test_without_a_budget_nothing_may_be_oversold_that_can_be_foreseen() -> None:
    assert oversold(6.0, held_back(Pace(0.1, 60, 100), 0)) < 1e-9


def test_a_budget_keeps_its_promise_and_sells_no_less_than_the_same_number_for_all_that_keeps_it_too() -> None:
    rows = {row["held back"]: row for row in oversell.measure(seeds=1)}
    budget = rows["by budget"]
    fixed = max(row["sold"] for name, row in rows.items() if row["within"] and name != "by budget")
    assert budget["within"] and budget["sold"] >= fixed
