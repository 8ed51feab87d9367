"""Seeded orders to route: four zones' worth of parcel tariffs, 50 nodes over the United States, stock here and there."""

from __future__ import annotations

import random

from waybill.routing.model.problem import Candidate, Demand, Problem, Rate

_BREAKS = (113, 227, 454, 907, 1361, 1814, 2268, 2722, 3629, 4536, 6804, 9072, 13608, 18144, 22680, 31751)
_ZONE = {zone: (520 + 35 * zone, 14 + 9 * zone) for zone in range(1, 9)}
"""By zone: what the lightest parcel costs, and the hundredths of a cent that each further gram adds."""


def _rate(zone: int) -> Rate:
    first, per_gram = _ZONE[zone]
    return Rate(_BREAKS, tuple(first + end * per_gram // 400 for end in _BREAKS))


RATES = {zone: _rate(zone) for zone in _ZONE}


def problem(seed: int, lines: int, nodes: int = 50) -> Problem:
    """An order of so many lines. How much of the range a node has differs from order to order: 15 to 80 %."""
    draw = random.Random(f"{seed}/{lines}/{nodes}")
    fill = draw.choice((0.15, 0.3, 0.5, 0.8))
    demands = tuple(
        Demand(f"SKU-{i:02}", draw.choice((1, 1, 1, 2, 3)), draw.choice((90, 240, 450, 800, 1500, 4000))) for i in range(lines)
    )
    candidates = tuple(_node(draw, n, demands, fill) for n in range(nodes))
    return Problem(demands, candidates, split_penalty=draw.choice((0, 0, 100)))


def _node(draw: random.Random, number: int, demands: tuple[Demand, ...], fill: float) -> Candidate:
    stock = {d.sku: draw.choice((1, 2, 3, 8, 30)) for d in demands if draw.random() < fill}
    zone = draw.choice(tuple(RATES))
    return Candidate(f"node-{number:02}", stock, RATES[zone], draw.choice((80, 110, 150, 220)), draw.choice((20, 35, 60)))
