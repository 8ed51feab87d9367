"""Nodes drained in a fixed order: each gives what it can of what is still wanted. Simple and predictable, and seldom the cheapest."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from waybill.routing.model.problem import Candidate, Plan, Problem, Share


def drain(problem: Problem, order: Sequence[str]) -> Plan:
    """A plan that takes the candidates in `order`, within the limits of the problem."""
    by_name = {candidate.node: candidate for candidate in problem.candidates}
    if problem.most_nodes == 1 or not problem.demands:
        return _alone(problem, [by_name[node] for node in order])
    left, shares = {demand.sku: demand.quantity for demand in problem.demands}, list[Share]()
    for node in order:
        if problem.most_nodes and len(shares) == problem.most_nodes:
            break
        units = _given(by_name[node], left, whole=problem.whole)
        if units:
            shares.append(_share(problem, by_name[node], units))
            left = {sku: quantity - units.get(sku, 0) for sku, quantity in left.items()}
    return _plan(problem, shares, {sku: quantity for sku, quantity in left.items() if quantity})


def ranked(nodes: Iterable[str], sorts: Sequence[Callable[[str], Any]]) -> list[str]:
    """The first sort that tells two nodes apart decides; where none does, the name. A sort that answers None has no opinion of a node: it
    stands behind those of which there is one."""
    return sorted(nodes, key=lambda node: (*((value is None, value or 0) for value in (sort(node) for sort in sorts)), node))


def _alone(problem: Problem, candidates: list[Candidate]) -> Plan:
    wanted = {demand.sku: demand.quantity for demand in problem.demands}
    for candidate in candidates:
        if all(candidate.available.get(sku, 0) >= quantity for sku, quantity in wanted.items()) and wanted:
            return _plan(problem, [_share(problem, candidate, wanted)], {})
    return _plan(problem, [], wanted)


def _given(candidate: Candidate, left: dict[str, int], *, whole: bool) -> dict[str, int]:
    have = {sku: min(quantity, candidate.available.get(sku, 0)) for sku, quantity in left.items()}
    return {sku: units for sku, units in have.items() if units > 0 and (units == left[sku] or not whole)}


def _share(problem: Problem, candidate: Candidate, units: dict[str, int]) -> Share:
    weight = sum(units.get(demand.sku, 0) * demand.weight_g for demand in problem.demands)
    cost = candidate.rate.price(weight, candidate.per_parcel) + candidate.per_unit * sum(units.values())
    return Share(candidate.node, units, weight, cost)


def _plan(problem: Problem, shares: list[Share], short: dict[str, int]) -> Plan:
    cost = sum(share.cost for share in shares) + problem.split_penalty * max(0, len(shares) - 1)
    return Plan(tuple(sorted(shares, key=lambda share: share.node)), cost, short, proven=False)
