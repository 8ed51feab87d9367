"""Cases of other systems that touch routing, replayed through the optimiser.

Not replayed, and why: sm-16 of split_minimality sells what no node has; routing ships what is there, and what is not waits with
the order and not at a node. sp-06 of sourcing_priority asks only that a SKU in other letters cause no crash: here it is short,
for SKUs are case-sensitive.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from waybill.routing.model.drain import drain, ranked
from waybill.routing.model.optimiser import optimise
from waybill.routing.model.problem import Candidate, Demand, Problem, Rate

CASES = Path(__file__).resolve().parents[3] / "shared" / "cases"
WITHOUT_BACKORDERS = [f"sm-{n:02}" for n in (1, 2, 4, 5, 7, 8, 10, 11, 12, 14)]


def _cases(name: str) -> dict[str, Any]:
    path = CASES / name
    if not path.exists():
        pytest.skip(f"the published cases are not here: {path.name}")
    return {case["id"]: case for case in json.loads(path.read_text())["cases"]}


@pytest.mark.parametrize("id", WITHOUT_BACKORDERS)
def test_an_order_ships_in_the_fewest_parcels_that_can_hold_it_or_is_short(id):
    case = _cases("split_minimality.json")[id]
    expected = case["expect"]
    plan = optimise(_problem(case))
    if "error" in expected:
        assert sorted(plan.short) == expected["skus_named"]
    else:
        assert sum(sum(share.units.values()) for share in plan.shares) == expected["units"]
        assert not plan.short
        assert len(plan.shares) == expected.get("parcels", expected.get("fewest_possible_parcels"))


def test_all_cases_of_split_minimality_are_replayed_or_named():
    assert set(_cases("split_minimality.json")) == {*WITHOUT_BACKORDERS, "sm-16"}


@pytest.mark.parametrize("id", ["sp-01", "sp-02", "sp-03", "sp-05"])
def test_nodes_in_a_fixed_priority_are_what_rising_handling_gives(id):
    """In half units, for the source sells by measure."""
    case = _cases("sourcing_priority.json")[id]
    nodes = case["given"]["priority"]
    plan = optimise(_problem(case, nodes, units=2, handling=1))
    assert (not plan.short) == case["expect"]["shippable"]
    for take in case["expect"]["takes"]:
        assert plan.units(take["sku"]).get(take["node"], 0) == float(take["take"]) * 2


@pytest.mark.parametrize("id", ["sp-01", "sp-02", "sp-03", "sp-05"])
def test_nodes_drained_in_their_priority_give_what_the_source_gives(id):
    case = _cases("sourcing_priority.json")[id]
    nodes = case["given"]["priority"]
    problem = _problem(case, nodes, units=2)
    plan = drain(problem, [node for node in nodes if node in {candidate.node for candidate in problem.candidates}])
    assert (not plan.short) == case["expect"]["shippable"]
    for take in case["expect"]["takes"]:
        assert plan.units(take["sku"]).get(take["node"], 0) == float(take["take"]) * 2


@pytest.mark.parametrize("id", ["rr-01", "rr-02", "rr-04", "rr-05"])
def test_an_ordered_list_of_rankings_reduces_the_nodes_to_the_same_one(id):
    case = _cases("ranking_reducer.json")[id]
    given = case["given"]
    first = next(iter(ranked(given["candidate_nodes"], [ranking.get for ranking in given["rules"]])), None)
    assert first == case["expect"]["node"]


def test_a_sku_in_other_letters_is_another_sku():
    case = _cases("sourcing_priority.json")["sp-06"]
    assert optimise(_problem(case, case["given"]["priority"])).short == {"sku-1": 15}


def _problem(case: dict[str, Any], nodes: list[str] | None = None, units: int = 1, handling: int = 0) -> Problem:
    """One price for every parcel; handling of a unit that rises from node to node; only what can be sold is available."""
    levels = [level for level in case["given"]["stock_levels"] if level.get("sellable", True)]
    names = nodes or sorted({level["node"] for level in levels})
    available: dict[str, dict[str, int]] = {node: {} for node in names}
    for level in levels:
        if level["node"] in available:
            available[level["node"]][level["sku"]] = int(float(level["on_hand"]) * units)
    demands = tuple(Demand(line["sku"], int(line["quantity"]) * units, 100) for line in case["when"]["lines"])
    rate = Rate((10**6,), (0 if handling else 1,))
    return Problem(demands, tuple(Candidate(node, available[node], rate, 0, n * handling) for n, node in enumerate(names)))
