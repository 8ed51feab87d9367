"""Cases of other systems that touch routing, replayed through the optimiser and the reducer.

sp-06 of sourcing_priority asks only that a SKU in other letters cause no crash: here it is short, for SKUs are case-sensitive.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.published import cases
from waybill.routing.model.drain import drain, ranked
from waybill.routing.model.optimiser import optimise
from waybill.routing.model.problem import Candidate, Demand, Plan, Problem, Rate

BACKORDERED = {"sm-16": "what no node has waits with the order, and not as a parcel of a node"}
OTHER_LETTERS = "sp-06"


@pytest.mark.parametrize("case", cases("split_minimality", BACKORDERED))
def test_an_order_ships_in_the_fewest_parcels_that_can_hold_it_or_is_short(case: dict[str, Any]) -> None:
    expected = case["expect"]
    plan = optimise(_problem(case))
    if "error" in expected:
        assert sorted(plan.short) == expected["skus_named"]
    else:
        assert sum(sum(share.units.values()) for share in plan.shares) == expected["units"]
        assert not plan.short
        assert len(plan.shares) == expected.get("parcels", expected.get("fewest_possible_parcels"))


@pytest.mark.parametrize("case", cases("sourcing_priority"))
def test_nodes_in_a_fixed_priority_are_what_rising_handling_gives(case: dict[str, Any]) -> None:
    _as_the_source_takes(case, optimise(_problem(case, case["given"]["priority"], units=2, handling=1)))


@pytest.mark.parametrize("case", cases("sourcing_priority"))
def test_nodes_drained_in_their_priority_give_what_the_source_gives(case: dict[str, Any]) -> None:
    nodes = case["given"]["priority"]
    problem = _problem(case, nodes, units=2)
    _as_the_source_takes(case, drain(problem, [node for node in nodes if node in {candidate.node for candidate in problem.candidates}]))


@pytest.mark.parametrize("case", cases("ranking_reducer"))
def test_an_ordered_list_of_rankings_reduces_the_nodes_to_the_same_one(case: dict[str, Any]) -> None:
    given = case["given"]
    first = next(iter(ranked(given["candidate_nodes"], [ranking.get for ranking in given["rules"]])), None)
    assert first == case["expect"]["node"]


def _as_the_source_takes(case: dict[str, Any], plan: Plan) -> None:
    """In half units, for the source sells by measure."""
    if case["id"] == OTHER_LETTERS:
        assert plan.short == {line["sku"]: int(line["quantity"]) * 2 for line in case["when"]["lines"]}
        return
    assert (not plan.short) == case["expect"]["shippable"]
    for take in case["expect"]["takes"]:
        assert plan.units(take["sku"]).get(take["node"], 0) == float(take["take"]) * 2


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
