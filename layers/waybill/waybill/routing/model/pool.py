"""Orders that wait together for the same stock and the same hands: what they want, what there is, and who would get what if each were served
as it came. Pure; `routing.assignment` does better.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from waybill.routing.model.optimiser import optimise
from waybill.routing.model.problem import Candidate, Plan, Problem

Stock = Mapping[str, Mapping[str, int]]
"""Units that the orders of the pool may take: {sku: {node: units}}."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """An order of the pool. `problem`: who may serve it, each candidate with what this order alone could take there."""

    order_id: str
    problem: Problem


@dataclass(frozen=True, slots=True)
class Pool:
    """`orders`, the oldest first. `parcels` {node: parcels that it can still send}; a node that is not there can send any number.

    `lost`: minor units that a unit costs which stays unshipped. `extra`: minor units that an order may cost more than if each were served as it
    came; and in no case are fewer of its units shipped than then.
    """

    orders: Sequence[Waiting]
    stock: Stock
    parcels: Mapping[str, int] = field(default_factory=dict)
    lost: int = 10_000
    extra: int = 500

    def cost(self, plan: Plan) -> int:
        return plan.cost + self.lost * sum(plan.short.values())

    def allows(self, plan: Plan, came: Plan) -> bool:
        """Whether an order may be served so, that would have been served as `came`."""
        return sum(plan.short.values()) <= sum(came.short.values()) and (plan.cost <= came.cost + self.extra or not came.shares)


def as_they_come(pool: Pool) -> list[Plan]:
    """The oldest first, each its cheapest plan of what those before it have left."""
    left, parcels, plans = {sku: dict(at) for sku, at in pool.stock.items()}, dict(pool.parcels), list[Plan]()
    for order in pool.orders:
        plan = optimise(within(order.problem, lambda sku, node: left.get(sku, {}).get(node, 0), lambda node: parcels.get(node, 1) > 0))
        for share in plan.shares:
            for sku, units in share.units.items():
                left[sku][share.node] -= units
            if share.node in parcels:
                parcels[share.node] -= 1
        plans.append(plan)
    return plans


def within(problem: Problem, units: Callable[[str, str], int], open_to: Callable[[str], bool]) -> Problem:
    """The problem cut to what is left of the stock, `units(sku, node)`, at nodes that are `open_to` more."""
    return replace(problem, candidates=tuple(_cut(c, units) for c in problem.candidates if open_to(c.node)))


def used(plans: Iterable[Plan]) -> tuple[Counter[tuple[str, str]], Counter[str]]:
    """Units by (sku, node), and parcels by node, of many plans."""
    units, parcels = Counter[tuple[str, str]](), Counter[str]()
    for plan in plans:
        for share in plan.shares:
            parcels[share.node] += 1
            units.update({(sku, share.node): number for sku, number in share.units.items()})
    return units, parcels


def broken(pool: Pool, plans: Sequence[Plan]) -> list[str]:
    """Every limit of the pool that these plans overstep, in words."""
    units, parcels = used(plans)
    over = [f"{sku} at {node}: {taken} of {pool.stock.get(sku, {}).get(node, 0)}" for (sku, node), taken in sorted(units.items())
            if taken > pool.stock.get(sku, {}).get(node, 0)]
    return over + [f"{node}: {sent} parcels of {pool.parcels[node]}" for node, sent in sorted(parcels.items()) if sent > pool.parcels.get(node, sent)]


def _cut(candidate: Candidate, units: Callable[[str, str], int]) -> Candidate:
    return replace(candidate, available={sku: min(have, max(0, units(sku, candidate.node))) for sku, have in candidate.available.items()})
