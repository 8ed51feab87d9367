"""Lines that stay together: a bundle's parts, or what a channel calls a group, as one demand of one unit that a node ships whole or not at all.

Where two groups, or a group and loose lines, want the same SKU of a node, groups are thought of first; a plan that is found keeps to what there is.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Protocol

from waybill.routing.model.problem import Candidate, Demand, Plan, Problem, Share

Groups = Mapping[str, Mapping[str, int]]
"""{name: {sku: units}}. A name begins with a sign that no SKU does."""
_SIGN = "\x1f"


class Line(Protocol):
    @property
    def sku(self) -> str: ...
    @property
    def quantity(self) -> int: ...
    @property
    def group(self) -> str: ...


def groups_of(lines: Iterable[Line]) -> Groups:
    found: dict[str, Counter[str]] = {}
    for line in lines:
        if line.group:
            found.setdefault(_SIGN + line.group, Counter())[line.sku] += line.quantity
    return found


def bound(problem: Problem, groups: Groups) -> Problem:
    """The problem with each group as a demand of its own."""
    weights = {demand.sku: demand.weight_g for demand in problem.demands}
    inside = Counter[str]()
    for units in groups.values():
        inside.update(units)
    loose = [replace(d, quantity=d.quantity - inside[d.sku]) for d in problem.demands if d.quantity > inside[d.sku]]
    whole = [Demand(name, 1, sum(weights[sku] * each for sku, each in units.items())) for name, units in groups.items()]
    return replace(problem, demands=(*loose, *whole), candidates=tuple(_bound(candidate, groups) for candidate in problem.candidates))


def loosened(problem: Problem, plan: Plan, groups: Groups) -> Plan:
    """A plan of the bound problem in units of SKUs, each node's parcel at what it really costs."""
    candidates = {candidate.node: candidate for candidate in problem.candidates}
    shares = tuple(_loosened(share, candidates[share.node], groups) for share in plan.shares)
    cost = sum(share.cost for share in shares) + problem.split_penalty * max(0, len(shares) - 1)
    runner_up = loosened(problem, plan.runner_up, groups) if plan.runner_up else None
    scarcity = sum(share.scarcity for share in shares)
    return replace(plan, shares=shares, cost=cost, short=_units(plan.short, groups), runner_up=runner_up, scarcity=scarcity)


def _bound(candidate: Candidate, groups: Groups) -> Candidate:
    left, available, scarcity = dict(candidate.available), dict[str, int](), dict(candidate.scarcity)
    for name, units in groups.items():
        if all(left.get(sku, 0) >= each for sku, each in units.items()):
            available[name] = 1
            left = {sku: have - units.get(sku, 0) for sku, have in left.items()}
        handling = candidate.per_unit * (sum(units.values()) - 1)
        if beside := handling + sum(candidate.scarcity.get(sku, 0) * each for sku, each in units.items()):
            scarcity[name] = beside
    return replace(candidate, available={**left, **available}, scarcity=scarcity)


def _loosened(share: Share, candidate: Candidate, groups: Groups) -> Share:
    units = _units(share.units, groups)
    cost = candidate.rate.price(share.weight_g, candidate.per_parcel) + candidate.per_unit * sum(units.values())
    return Share(share.node, units, share.weight_g, cost, sum(candidate.scarcity.get(sku, 0) * each for sku, each in units.items()))


def _units(quantities: Mapping[str, int], groups: Groups) -> dict[str, int]:
    total = Counter[str]()
    for name, quantity in quantities.items():
        for sku, each in groups.get(name, {name: 1}).items():
            total[sku] += each * quantity
    return dict(total)
