"""Stock that others will want more is priced: the optimiser weighs it, nobody pays it, and receipts tell the two apart."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bench import season
from bench.routing_orders import problem as larger
from tests.flow.life import an_order
from tests.flow.lived import life
from tests.routing import brute
from tests.routing.problems import limited, scarce, small
from waybill.bootstrap import clock as bootstrap_clock
from waybill.kernel.clock import instant
from waybill.kernel.errors import InvalidInput
from waybill.routing.model.decision import Site, Unrouted, asked, decide
from waybill.routing.model.optimiser import MOST_STEPS_PRICED, optimise
from waybill.routing.model.problem import Candidate, Demand, Problem, Rate
from waybill.routing.model.receipt import answer, folded, receipt, replay, unfolded
from waybill.routing.model.rules import BUILT_IN
from waybill.routing.model.scarcity import LOST, POLICY, Outlook, Prices, check, dearer_half, futures
from waybill.routing.model.season import learned
from waybill.routing.scarcity import keep, version
from waybill.routing.scarcity import prices as standing
from waybill.routing.transport import prices
from waybill.shop import store as shop

FLAT = Rate((1000,), (500,))


def test_the_least_of_cost_and_scarcity_together_is_found() -> None:
    for seed in range(400):
        problem = scarce(small(seed) if seed % 2 else limited(seed), seed)
        assert optimise(problem).total == (brute.cheapest(problem) or 0), seed


def test_highs_finds_no_lower_total() -> None:
    pytest.importorskip("highspy", reason="HiGHS is not installed")
    from tests.routing import highs

    for seed in range(12):
        problem = scarce(larger(seed, 1 + seed % 5, nodes=20), seed)
        assert optimise(problem).total == highs.cheapest(problem), seed


def test_prices_that_make_a_riddle_of_an_order_are_not_pondered_for_ever() -> None:
    draw, problem = random.Random(18), larger(18, 9, nodes=50, goods="bulky")
    priced = [replace(c, scarcity={sku: draw.randint(1, 1000) for sku in c.available if draw.random() < 0.3}) for c in problem.candidates]
    plan, unpriced, worth = optimise(replace(problem, candidates=tuple(priced))), optimise(problem), {c.node: c.scarcity for c in priced}
    assert plan.steps < 2 * MOST_STEPS_PRICED
    assert not plan.short
    weighed = sum(units * worth[share.node].get(sku, 0) for share in unpriced.shares for sku, units in share.units.items())
    assert plan.total <= unpriced.cost + weighed


def test_scarcity_is_weighed_and_not_paid() -> None:
    for seed in range(200):
        problem = scarce(small(seed), seed)
        plan, by_node = optimise(problem), {candidate.node: candidate for candidate in problem.candidates}
        for share in plan.shares:
            candidate = by_node[share.node]
            assert share.cost == candidate.rate.price(share.weight_g, candidate.per_parcel) + candidate.per_unit * sum(share.units.values())
            assert share.scarcity == sum(units * candidate.scarcity.get(sku, 0) for sku, units in share.units.items())
        assert plan.scarcity == sum(share.scarcity for share in plan.shares)


def test_a_price_spares_the_node_whose_stock_others_need() -> None:
    near = Candidate("near", {"A": 5}, Rate((1000,), (400,)))
    far = Candidate("far", {"A": 5}, FLAT)
    order = Problem((Demand("A", 1, 100),), (near, far))
    assert optimise(order).nodes == ("near",)
    spared = replace(order, candidates=(replace(near, scarcity={"A": 101}), far))
    assert (optimise(spared).nodes, optimise(spared).cost, optimise(spared).scarcity) == (("far",), 500, 0)


def test_a_receipt_keeps_the_prices_and_the_same_is_decided_from_it() -> None:
    sites = [Site("near", Rate((1000,), (400,)), scarcity={"A": 70}), Site("far", FLAT)]
    decision = decide(asked([Unrouted("1", "A", 1, 100)], sites, {"A": {"near": 5, "far": 5}}))
    kept = receipt(decision, at="2026-11-23T00:00:00.000Z", cause="route", tariffs={})
    assert kept["chosen"]["scarcity"] == 70 and kept["chosen"]["cost"] == 400
    assert kept["asked"]["scarcity"] == {"near": {"A": 70}}
    (flip,) = [flip for flip in kept["flips"] if "dearer" in flip]
    assert (flip["dearer"], flip["then"]) == (31, ["far"])
    stored = unfolded({**folded(kept), "n": 1})
    assert answer(replay(stored, BUILT_IN)) == answer(decision)


def test_over_a_season_the_prices_cost_at_most_half_of_what_each_orders_cheapest_plan_has_above_the_bound() -> None:
    pytest.importorskip("highspy", reason="HiGHS is not installed")
    rows = {row["policy"]: row for row in season.measure(seeds=1)}
    assert rows[season.PRICED]["of the myopic"] <= 0.5
    assert rows[season.PRICED]["units lost"] <= rows[season.MYOPIC]["units lost"]


def test_what_there_is_enough_of_has_no_price() -> None:
    pytest.importorskip("highspy", reason="HiGHS is not installed")
    costs = {(node, region): cost for node, region, cost in (("N", "R", 400.0), ("M", "R", 600.0))}
    assert prices(Outlook("A", {"N": 10_000, "M": 10_000}, {"R": 5.0}, costs), 2000) == {"N": 0.0, "M": 0.0}


def test_a_unit_of_the_near_node_is_worth_what_the_way_from_the_far_one_costs_more() -> None:
    pytest.importorskip("highspy", reason="HiGHS is not installed")
    costs = {("N", "R"): 400.0, ("M", "R"): 600.0}
    found = prices(Outlook("A", {"N": 5, "M": 10_000}, {"R": 200.0}, costs), 2000)
    assert found == {"N": pytest.approx(200.0), "M": 0.0}


def test_prices_are_never_negative_and_no_higher_than_a_lost_sale() -> None:
    pytest.importorskip("highspy", reason="HiGHS is not installed")
    for seed in range(20):
        draw = random.Random(seed)
        nodes, regions = [f"N{n}" for n in range(4)], [f"R{r}" for r in range(6)]
        stock = {node: draw.randint(0, 20) for node in nodes}
        demand = {region: draw.random() * 15 for region in regions}
        costs = {(node, region): draw.uniform(100, 900) for node in nodes for region in regions if draw.random() < 0.9}
        assert all(0 <= price <= 1000 for price in prices(Outlook("A", stock, demand, costs), 1000).values())


def test_the_same_outlook_has_the_same_futures() -> None:
    demand = {"R1": 3.0, "R2": 120.0, "R3": 0.0}
    assert futures(demand, 5, "A") == futures(demand, 5, "A")
    drawn = futures(demand, 2000, "A")
    assert all(abs(sum(each[region] for each in drawn) / 2000 - mean) <= 0.05 * mean for region, mean in demand.items())


def stands(made: Prices, until: str = "9999") -> None:
    shop.save(shop.POLICY, POLICY, {"on": True})
    keep(made, until, version())


def test_prices_that_were_made_spare_the_nodes_stock_until_they_are_too_old() -> None:
    with life(stock={("TEA", "reno"): 5, ("TEA", "columbus"): 5}) as the:
        now = bootstrap_clock.utc_now()

        def ships_from(name: str) -> list[str]:
            order_id = the.place(an_order(("TEA", 1)), key=name)
            the.settle()
            return [work["node"] for work in the.order(order_id)["fulfilment_orders"]]

        assert ships_from("unpriced") == ["columbus"]
        stands({"columbus": {"TEA": 5000}}, instant(now + timedelta(hours=1)))
        assert ships_from("priced") == ["reno"]
        stands({"columbus": {"TEA": 5000}}, instant(now - timedelta(hours=1)))
        assert ships_from("stale") == ["columbus"]


def test_what_was_sold_prices_the_stock_that_will_not_last_and_no_other() -> None:
    pytest.importorskip("highspy", reason="HiGHS is not installed")
    enough = {(sku, node): units for sku, units in (("TEA", 5), ("CUP", 1000)) for node in ("reno", "columbus")}
    with life(stock=enough) as the:
        shop.save(shop.POLICY, POLICY, {"on": True})
        the.place(an_order(("TEA", 2), ("CUP", 1)), key="sold")
        the.settle()
        assert the.world.handler("scarcity")({}, None) == {"orders": 1, "prices": 2}
        made = standing(instant(bootstrap_clock.utc_now()))
        assert {node: list(skus) for node, skus in made.items()} == {"columbus": ["TEA"], "reno": ["TEA"]}
        assert all(0 < skus["TEA"] < LOST for skus in made.values())


def test_turned_off_no_price_stands() -> None:
    with life() as the:
        now = instant(bootstrap_clock.utc_now())
        stands({"columbus": {"TEA": 5000}})
        assert standing(now) == {"columbus": {"TEA": 5000}}
        shop.save(shop.POLICY, POLICY, {"on": False})
        shop.forget()
        assert standing(now) == {}
        assert the.world.handler("scarcity")({}, None) == {"orders": 0, "prices": 0}
        shop.save(shop.POLICY, POLICY, {"on": True})
        shop.forget()
        assert standing(now) == {}


def test_of_two_rounds_at_once_the_one_that_is_done_first_stands() -> None:
    with life():
        shop.save(shop.POLICY, POLICY, {"on": True})
        seen = version()
        keep({"reno": {"TEA": 1}}, "9999", seen)
        keep({"reno": {"TEA": 2}}, "9999", seen)
        assert standing(instant(bootstrap_clock.utc_now())) == {"reno": {"TEA": 1}}
        assert version() == seen + 1


def test_more_prices_than_an_item_holds_are_cut_from_the_cheapest() -> None:
    assert dearer_half({"reno": {"TEA": 1, "POT": 9}, "columbus": {"TEA": 9, "CUP": 2}}) == {"columbus": {"TEA": 9}, "reno": {"POT": 9}}
    draw = random.Random(7)
    many = {f"N{node}": {f"{draw.getrandbits(64):x}": draw.randint(1, 2000) for _ in range(2_000)} for node in range(20)}
    with life():
        stands(many)
        kept = standing(instant(bootstrap_clock.utc_now()))
        left = [price for skus in kept.values() for price in skus.values()]
        assert left and min(left) >= sorted(price for skus in many.values() for price in skus.values())[-len(left)]


def test_an_order_of_more_than_parcels_carry_prices_nothing_and_stops_nothing() -> None:
    def kept(units: int) -> dict[str, Any]:
        decision = decide(asked([Unrouted("1", "A", units, 100)], [Site("near", FLAT)], {"A": {"near": 5}}))
        return unfolded({**folded(receipt(decision, at="2026-11-23T00:00:00.000Z", cause="route", tariffs={})), "n": 1})

    assert learned([kept(2), kept(200_000)]) == learned([kept(2)])


@pytest.mark.parametrize("policy", [{"on": 1}, {"days": 0}, {"days": 61}, {"lost": -1}, {"lost": 1.5}, {"of": True}])
def test_a_policy_that_cannot_be_obeyed_is_refused_by_its_field(policy: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput) as refused:
        check(policy)
    assert set(refused.value.fields) == set(policy)
