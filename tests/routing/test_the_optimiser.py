"""The optimiser against trying everything, against HiGHS, and by its rules."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.routing_orders import problem as order
from tests.routing import brute
from tests.routing.problems import limited, shuffled, small
from waybill.kernel.errors import InvalidInput
from waybill.routing.model.optimiser import optimise
from waybill.routing.model.problem import Candidate, Demand, Plan, Problem, Rate

FLAT = Rate((1_000_000,), (500,))


def test_no_plan_is_cheaper_than_the_one_found():
    for seed in range(1500):
        problem = small(seed)
        by_set = brute.cheapest(problem, node_sets=True)
        plan = optimise(problem)
        assert plan.cost == min(by_set.values(), default=0), seed
        assert plan.proven
        if by_set:
            assert by_set[frozenset(plan.nodes)] == plan.cost, seed


def test_no_plan_within_the_limits_of_a_rule_is_cheaper_and_where_there_is_none_nothing_ships():
    none = 0
    for seed in range(2500):
        problem = limited(seed)
        by_set = brute.cheapest(problem, node_sets=True)
        plan = optimise(problem)
        assert plan.cost == min(by_set.values(), default=0), seed
        assert plan.proven and len(plan.nodes) <= (problem.most_nodes or len(plan.nodes))
        if by_set:
            assert by_set[frozenset(plan.nodes)] == plan.cost, seed
            assert not problem.whole or all(len(plan.units(demand.sku)) <= 1 for demand in problem.demands)
        else:
            none += 1
            assert not plan.shares and plan.short == {demand.sku: demand.quantity for demand in problem.demands}
    assert none > 100, "limits that nothing can keep are among them"


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 2**32))
def test_no_plan_is_cheaper_whatever_the_problem(seed):
    problem = small(seed)
    assert optimise(problem).cost == (brute.cheapest(problem) or 0)


@pytest.mark.parametrize(
    ("lines", "orders", "goods"), [(1, 10, "parcels"), (3, 10, "bulky"), (5, 10, "parcels"), (7, 3, "bulky"), (10, 2, "parcels")]
)
def test_highs_finds_nothing_cheaper_over_fifty_nodes(lines, orders, goods):
    pytest.importorskip("highspy", reason="the solver to compare with is not installed")
    from tests.routing import highs

    for seed in range(orders):
        problem = order(seed, lines, goods=goods)
        assert optimise(problem).cost == highs.cheapest(problem), seed


@pytest.mark.parametrize(("most_nodes", "whole"), [(2, False), (3, True), (0, True), (1, False)])
def test_highs_finds_nothing_cheaper_within_the_limits_of_a_rule(most_nodes, whole):
    pytest.importorskip("highspy", reason="the solver to compare with is not installed")
    from tests.routing import highs

    for seed in range(4):
        problem = replace(order(seed, 5), most_nodes=most_nodes, whole=whole)
        plan = optimise(problem)
        assert (plan.cost if plan.shares else None) == highs.cheapest(problem), seed


@pytest.mark.parametrize("lines", [2, 5, 12])
def test_large_orders_are_proven_too_and_their_plans_add_up(lines):
    for seed in range(15):
        problem = order(seed, lines)
        plan = optimise(problem)
        assert plan.proven
        _is_sound(problem, plan)


def test_every_plan_ships_what_there_is_and_no_more_and_costs_what_it_says():
    for seed in range(400):
        problem = small(seed)
        plan = optimise(problem)
        _is_sound(problem, plan)
        if plan.runner_up:
            _is_sound(problem, plan.runner_up)
            assert plan.runner_up.cost >= plan.cost
            assert plan.runner_up.nodes != plan.nodes


def test_the_same_problem_has_the_same_plan_in_whatever_order_it_is_written():
    for seed in range(200):
        problem = small(seed)
        assert optimise(shuffled(problem, seed)) == optimise(problem)
        assert Problem.from_dict(json.loads(json.dumps(problem.to_dict()))).to_dict() == problem.to_dict()
        assert optimise(Problem.from_dict(problem.to_dict())) == optimise(problem)


def test_among_equals_fewer_nodes_ship():
    one = Candidate("z", {"A": 1, "B": 1}, Rate((1000,), (800,)))
    two = [Candidate("a", {"A": 1}, Rate((1000,), (400,))), Candidate("b", {"B": 1}, Rate((1000,), (400,)))]
    plan = optimise(Problem((Demand("A", 1, 100), Demand("B", 1, 100)), (one, *two)))
    assert plan.nodes == ("z",)


def test_a_quantity_is_split_where_that_is_cheaper_than_one_heavy_parcel():
    rate = Rate((1000, 2000), (300, 1000))
    plan = optimise(Problem((Demand("A", 2, 1000),), (Candidate("a", {"A": 2}, rate), Candidate("b", {"A": 2}, rate))))
    assert (plan.nodes, plan.cost) == (("a", "b"), 600)


def test_the_split_penalty_keeps_orders_together():
    rate = Rate((1000, 2000), (300, 1000))
    candidates = (Candidate("a", {"A": 2}, rate), Candidate("b", {"A": 2}, rate))
    assert optimise(Problem((Demand("A", 2, 1000),), candidates, split_penalty=401)).nodes == ("a",)


def test_what_is_not_there_is_short_and_the_rest_is_routed():
    plan = optimise(Problem((Demand("A", 5, 100), Demand("B", 1, 100)), (Candidate("a", {"A": 3}, FLAT),)))
    assert plan.short == {"A": 2, "B": 1}
    assert plan.units("A") == {"a": 3}


def test_nothing_anywhere_is_an_empty_plan():
    plan = optimise(Problem((Demand("A", 1, 100),), (Candidate("a", {"A": 0}, FLAT), Candidate("b", {"A": -4}, FLAT))))
    assert (plan.shares, plan.cost, plan.short) == ((), 0, {"A": 1})


def test_no_demand_is_an_empty_plan():
    assert optimise(Problem((), (Candidate("a", {}, FLAT),))).shares == ()


def test_a_load_beyond_the_tariff_is_several_parcels_with_handling_for_each():
    rate = Rate((1000, 2000), (300, 500))
    plan = optimise(Problem((Demand("A", 5, 1000),), (Candidate("a", {"A": 5}, rate, per_parcel=10, per_unit=1),)))
    assert plan.cost == 2 * (500 + 10) + (300 + 10) + 5


@pytest.mark.parametrize(
    "problem",
    [
        Problem((Demand("A", 0, 100),), ()),
        Problem((Demand("A", 1, 0),), ()),
        Problem((Demand("A", 1, 100), Demand("A", 1, 100)), ()),
        Problem((Demand("A", 1, 100),), (Candidate("a", {}, FLAT), Candidate("a", {}, FLAT))),
        Problem((Demand("A", 1, 100),), (), split_penalty=-1),
        Problem((Demand("A", 10**9, 10**6),), (Candidate("a", {"A": 10**9}, FLAT),)),
    ],
)
def test_nonsense_is_refused(problem):
    with pytest.raises(InvalidInput):
        optimise(problem)


@pytest.mark.parametrize("rate", [((), ()), ((100,), ()), ((200, 100), (1, 2)), ((100, 100), (1, 2)), ((0,), (1,)), ((100,), (-1,))])
def test_a_rate_has_rising_breaks_and_a_price_for_each(rate):
    with pytest.raises(InvalidInput):
        Rate(*rate)


def test_a_search_that_is_cut_off_still_answers_a_whole_plan_and_says_so():
    problem = order(3, 12)
    plan = optimise(problem, most_steps=5)
    assert not plan.proven
    _is_sound(problem, plan)
    assert plan.cost >= optimise(problem).cost


def _is_sound(problem: Problem, plan: Plan) -> None:
    candidates = {candidate.node: candidate for candidate in problem.candidates}
    cost = problem.split_penalty * (len(plan.shares) - 1) if plan.shares else 0
    for share in plan.shares:
        candidate = candidates[share.node]
        weight = sum(share.units.get(demand.sku, 0) * demand.weight_g for demand in problem.demands)
        assert weight == share.weight_g > 0
        assert all(0 < units <= candidate.available[sku] for sku, units in share.units.items())
        assert share.cost == candidate.rate.price(weight, candidate.per_parcel) + candidate.per_unit * sum(share.units.values())
        cost += share.cost
    assert cost == plan.cost
    for demand in problem.demands:
        there_is = sum(max(0, candidate.available.get(demand.sku, 0)) for candidate in problem.candidates)
        assert sum(plan.units(demand.sku).values()) == min(demand.quantity, there_is)
        assert plan.short.get(demand.sku, 0) == max(0, demand.quantity - there_is)
