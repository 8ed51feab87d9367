"""All that wait as one assignment problem: never dearer than first come, first served, and nobody worse off than the policy allows."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import pytest

from bench.brokering import pool
from waybill.routing.assignment import assign
from waybill.routing.model.optimiser import optimise
from waybill.routing.model.pool import Pool, Waiting, as_they_come, broken
from waybill.routing.model.problem import Candidate, Demand, Problem, Rate

pytest.importorskip("highspy", reason="HiGHS is not installed")
POOLS = [pool(seed, 12 + 3 * seed, 4 + seed % 4, extra=(0, 200, 10**6)[seed % 3]) for seed in range(12)]


def order(name: str, near: int, far: int) -> Waiting:
    """One unit of A; a parcel from `near` or from `far` costs so much."""
    candidates = tuple(Candidate(node, {"A": 1}, Rate((1000,), (price,))) for node, price in (("near", near), ("far", far)))
    return Waiting(name, Problem((Demand("A", 1, 100),), candidates))


@pytest.mark.parametrize("this", POOLS)
def test_all_at_once_is_never_dearer_and_oversteps_no_limit(this: Pool) -> None:
    found = assign(this)
    assert found.cost == sum(map(this.cost, found.plans)) <= found.came == sum(map(this.cost, as_they_come(this)))
    assert found.bound <= found.cost + 1e-6
    assert broken(this, found.plans) == broken(this, as_they_come(this)) == []


@pytest.mark.parametrize("this", POOLS)
def test_no_order_is_worse_served_than_the_policy_allows(this: Pool) -> None:
    for plan, came in zip(assign(this).plans, as_they_come(this), strict=True):
        assert sum(plan.short.values()) <= sum(came.short.values())
        assert not came.shares or plan.cost <= came.cost + this.extra


@pytest.mark.parametrize("this", POOLS)
def test_what_a_plan_says_that_it_costs_it_costs(this: Pool) -> None:
    for waiting, plan in zip(this.orders, assign(this).plans, strict=True):
        units = {share.node: share.units for share in plan.shares}
        fixed = replace(
            waiting.problem,
            candidates=tuple(replace(c, available=units[c.node]) for c in waiting.problem.candidates if c.node in units),
        )
        assert optimise(fixed).cost == plan.cost and plan.scarcity == 0


def test_the_last_unit_goes_to_whom_the_other_way_is_dearest() -> None:
    this = Pool([order("first", 400, 450), order("second", 400, 900)], {"A": {"near": 1, "far": 1}})
    assert [plan.nodes for plan in as_they_come(this)] == [("near",), ("far",)]
    found = assign(this)
    assert [plan.nodes for plan in found.plans] == [("far",), ("near",)]
    assert (found.came, found.cost, found.gap) == (1300, 850, 0)


def test_what_an_order_may_cost_more_is_the_policys_to_say() -> None:
    orders = [order("first", 400, 450), order("second", 400, 900)]
    assert assign(Pool(orders, {"A": {"near": 1, "far": 1}}, extra=49)).cost == 1300
    assert assign(Pool(orders, {"A": {"near": 1, "far": 1}}, extra=50)).cost == 850


def test_parcels_that_a_node_can_send_are_shared_out_like_stock() -> None:
    this = Pool([order("first", 400, 450), order("second", 400, 900)], {"A": {"near": 9, "far": 9}}, {"near": 1})
    assert [plan.nodes for plan in assign(this).plans] == [("far",), ("near",)]


def test_the_best_of_all_assignments_is_found() -> None:
    """Beside every way of serving a few orders of one unit."""
    for seed in range(40):
        prices = [((seed * 7 + n * 13) % 17 * 40 + 100, (seed * 5 + n * 11) % 19 * 40 + 100) for n in range(5)]
        this = Pool([order(str(n), *each) for n, each in enumerate(prices)], {"A": {"near": 2, "far": 2}}, extra=10**6)
        best = min(
            sum((prices[n][where] if where < 2 else this.lost) for n, where in enumerate(ways))
            for ways in product((0, 1, 2), repeat=5)
            if ways.count(0) <= 2 and ways.count(1) <= 2
        )
        found = assign(this)
        served = {n for n, plan in enumerate(as_they_come(this)) if plan.shares}
        if all(found.plans[n].shares for n in served) and best == sum(map(this.cost, found.plans)):
            continue
        assert found.cost >= best, seed
        assert all(found.plans[n].shares for n in served), seed


def test_where_there_is_enough_for_all_each_has_its_cheapest() -> None:
    this = Pool([order("first", 400, 450), order("second", 400, 900)], {"A": {"near": 9, "far": 9}})
    assert assign(this).plans == tuple(as_they_come(this))
