"""The smallest changes that would turn a decision: a node of the plan a little dearer, or with a few units less."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from waybill.routing.model.optimiser import optimise
from waybill.routing.model.problem import Plan, Problem, Share


def flips(problem: Problem, plan: Plan, *, priced: bool) -> list[dict[str, Any]]:
    """For each node of the plan:

    {"node", "units": {sku: n}}    n units less there and the plan can no more be carried out
    {"node", "dearer": m, "then"}  m minor units more for each parcel of it, and another plan, over `then`, costs less; m − 1 are not enough.
                                   Only where `priced`: costs decide, and another plan could ship as much.
    """
    available = {candidate.node: candidate.available for candidate in problem.candidates}
    found: list[dict[str, Any]] = []
    for share in plan.shares:
        found.append({"node": share.node, "units": {sku: available[share.node][sku] - units + 1 for sku, units in share.units.items()}})
        if priced and plan.proven:
            found += _dearer(problem, plan, share)
    return found


def _dearer(problem: Problem, plan: Plan, share: Share) -> list[dict[str, Any]]:
    """The cost of each plan is a straight line over what a parcel of the node costs more, and the least of all of them bends down: so from
    where the plan without the node undercuts ours, each better plan found leads to a smaller change, until there is none."""
    without = optimise(replace(problem, candidates=tuple(c for c in problem.candidates if c.node != share.node)))
    if not without.proven or sum(without.short.values()) > sum(plan.short.values()):
        return []
    parcels = _parcels(problem, share.node, plan)
    more, then = (without.total - plan.total) // parcels + 1, without
    while more > 1:
        other = optimise(_with_dearer(problem, share.node, more - 1))
        if not other.proven or other.total >= plan.total + parcels * (more - 1):
            break
        fewer = parcels - _parcels(problem, share.node, other)
        before = other.total - _parcels(problem, share.node, other) * (more - 1)
        more, then = (before - plan.total) // fewer + 1, other
    return [{"node": share.node, "dearer": more, "then": list(then.nodes)}]


def _with_dearer(problem: Problem, node: str, more: int) -> Problem:
    changed = [replace(c, per_parcel=c.per_parcel + more) if c.node == node else c for c in problem.candidates]
    return replace(problem, candidates=tuple(changed))


def _parcels(problem: Problem, node: str, plan: Plan) -> int:
    weight = next((share.weight_g for share in plan.shares if share.node == node), 0)
    largest = next(c.rate.breaks_g[-1] for c in problem.candidates if c.node == node)
    return -(-weight // largest)
