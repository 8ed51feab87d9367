"""The routing problem by trying everything: slow, short, and written from the definition alone."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

from waybill.routing.model.problem import Candidate, Problem, Rate


def cheapest(problem: Problem, node_sets: bool = False) -> int | dict[frozenset[str], int] | None:
    """The least total cost of shipping all that there is to ship; None where nothing is available at all.

    `node_sets`: the least by each set of nodes that ship instead.
    """
    by_set: dict[frozenset[str], int] = {}
    for loads in product(*(list(_spreads(problem, demand)) for demand in problem.demands)):
        units = {c.node: [load[n] for load in loads] for n, c in enumerate(problem.candidates)}
        used = frozenset(node for node, row in units.items() if any(row))
        cost = sum(_parcel(c, units[c.node], problem) for c in problem.candidates if c.node in used)
        cost += problem.split_penalty * (len(used) - 1)
        if used and len(used) <= (problem.most_nodes or len(used)):
            by_set[used] = min(cost, by_set.get(used, cost))
    return by_set if node_sets else min(by_set.values(), default=None)


def _spreads(problem: Problem, demand) -> Iterator[tuple[int, ...]]:
    have = [max(0, c.available.get(demand.sku, 0)) for c in problem.candidates]
    if problem.whole:
        have = [demand.quantity if units >= demand.quantity else 0 for units in have]
    wanted = min(demand.quantity, sum(have))
    for units in product(*(range(min(h, wanted) + 1) for h in have)):
        if sum(units) == wanted and not (problem.whole and len([u for u in units if u]) > 1):
            yield units


def _parcel(candidate: Candidate, row: list[int], problem: Problem) -> int:
    weight = sum(units * demand.weight_g for units, demand in zip(row, problem.demands, strict=True))
    full, rest = divmod(weight, candidate.rate.breaks_g[-1])
    parcels = full + (rest > 0)
    price = full * step_price(candidate.rate, candidate.rate.breaks_g[-1]) + (step_price(candidate.rate, rest) if rest else 0)
    scarcity = sum(units * candidate.scarcity.get(demand.sku, 0) for units, demand in zip(row, problem.demands, strict=True))
    return price + parcels * candidate.per_parcel + sum(row) * candidate.per_unit + scarcity


def step_price(rate: Rate, weight_g: int) -> int:
    """The cheapest price at this weight or declared heavier."""
    return min(price for end, price in zip(rate.breaks_g, rate.prices, strict=True) if end >= weight_g)
