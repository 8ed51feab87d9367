"""Lines that stay together ship from one node, the cheapest way that there is then."""

from __future__ import annotations

import random
from dataclasses import replace
from itertools import product

from waybill.routing.model.decision import Decision, Site, Unrouted, asked, decide
from waybill.routing.model.problem import Rate
from waybill.routing.model.receipt import answer, folded, receipt, replay, unfolded
from waybill.routing.model.rules import BUILT_IN, BY_GROUP, Rule, RuleSet

TOGETHER = RuleSet((replace(BUILT_IN.routings[0], rules=(Rule("together", split=BY_GROUP),)),))
SITES = [Site("N1", Rate((5000,), (400,)), per_unit=10), Site("N2", Rate((5000,), (500,)), per_unit=20), Site("N3", Rate((5000,), (900,)))]


def decided(lines: list[Unrouted], available: dict[str, dict[str, int]], rules: RuleSet = TOGETHER) -> Decision:
    return decide(asked(lines, SITES, available), rules)


def test_a_group_ships_from_one_node_where_lines_alone_would_be_split() -> None:
    lines = [Unrouted("1", "A", 1, 100, group="g"), Unrouted("2", "B", 1, 100, group="g")]
    available = {"A": {"N1": 1, "N3": 1}, "B": {"N2": 1, "N3": 1}}
    assert decided(lines, available).shares == {"N3": {"1": 1, "2": 1}}
    loose = [replace(line, group="") for line in lines]
    cheaper = {**available, "A": {"N1": 1}, "B": {"N2": 1}}
    assert decided(loose, cheaper).shares == {"N1": {"1": 1}, "N2": {"2": 1}}
    assert sum(decided(lines, cheaper).short.values()) == 2


def test_what_a_plan_with_groups_costs_is_money_and_nothing_else() -> None:
    lines = [Unrouted("1", "A", 2, 100, group="g"), Unrouted("2", "B", 1, 100, group="g"), Unrouted("3", "C", 1, 100)]
    found = decided(lines, {"A": {"N1": 2}, "B": {"N1": 1}, "C": {"N1": 1}})
    assert (found.plan.cost, found.plan.scarcity, found.plan.shares[0].units) == (400 + 4 * 10, 0, {"A": 2, "B": 1, "C": 1})


def test_no_node_gives_more_than_it_has_to_groups_and_lines_of_the_same_goods() -> None:
    for seed in range(300):
        draw = random.Random(seed)
        lines = [
            Unrouted(str(n), draw.choice("ABC"), draw.randint(1, 2), 100, group=draw.choice(("", "g", "h"))) for n in range(draw.randint(1, 5))
        ]
        available = {sku: {site.node: draw.randint(0, 4) for site in SITES} for sku in "ABC"}
        found = decided(lines, available)
        for node, shipped in found.shares.items():
            for sku in "ABC":
                taken = sum(units for line, units in shipped.items() if lines[int(line)].sku == sku)
                assert taken <= available[sku][node], seed
        for group in ("g", "h"):
            mine = {line.line for line in lines if line.group == group}
            whole = [node for node, shipped in found.shares.items() if mine & shipped.keys()]
            if not mine & found.short.keys() and not _shared(lines):
                assert len(whole) <= 1, seed


def _shared(lines: list[Unrouted]) -> bool:
    """Whether goods of a group are wanted outside of it too: then which unit is whose is only a name."""
    return len({(line.sku, line.group) for line in lines}) > len({line.sku for line in lines})


def test_the_cheapest_way_of_keeping_groups_together_is_found() -> None:
    for seed in range(200):
        draw = random.Random(seed)
        skus = draw.sample("ABCD", draw.randint(2, 4))
        lines = [Unrouted(str(n), sku, 1, 100, group=("g" if n < 2 else str(n))) for n, sku in enumerate(skus)]
        available = {sku: {site.node: draw.randint(0, 1) for site in SITES} for sku in skus}
        best = min((_cost(ways) for ways in product(range(3), repeat=len(skus) - 1) if _possible(ways, skus, available)), default=None)
        found = decided(lines, available)
        assert (None if found.short else found.plan.cost) == best, seed


def _nodes(ways: tuple[int, ...]) -> list[int]:
    return [ways[0], *ways]


def _possible(ways: tuple[int, ...], skus: list[str], available: dict[str, dict[str, int]]) -> bool:
    return all(available[sku][SITES[n].node] for sku, n in zip(skus, _nodes(ways), strict=True))


def _cost(ways: tuple[int, ...]) -> int:
    used = _nodes(ways)
    return sum(SITES[n].rate.prices[0] for n in set(used)) + sum(SITES[n].per_unit for n in used)


def test_a_receipt_with_groups_is_replayed() -> None:
    lines = [Unrouted("1", "A", 1, 100, group="g"), Unrouted("2", "B", 1, 100, group="g")]
    found = decided(lines, {"A": {"N1": 1, "N3": 1}, "B": {"N2": 1, "N3": 1}})
    kept = unfolded({**folded(receipt(found, at="2026-11-23T00:00:00.000Z", cause="route", tariffs={})), "n": 1})
    assert answer(replay(kept, TOGETHER)) == answer(found)
