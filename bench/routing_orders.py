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


GOODS = {"parcels": (60, 120, 180, 250, 350, 450, 600, 800, 1200, 2000), "bulky": (90, 240, 450, 800, 1500, 4000)}
"""What units weigh. Bulky orders of many lines are several parcels whoever ships them."""
_QUANTITIES = {"parcels": (1, 1, 1, 1, 1, 1, 1, 2, 2, 3), "bulky": (1, 1, 1, 2, 3)}


def problem(seed: int, lines: int, nodes: int = 50, goods: str = "parcels") -> Problem:
    """An order of so many lines. How much of the range a node has differs from order to order: 15 to 80 %."""
    draw = random.Random(f"{seed}/{lines}/{nodes}")
    fill = draw.choice((0.15, 0.3, 0.5, 0.8))
    demands = tuple(Demand(f"SKU-{i:02}", draw.choice(_QUANTITIES[goods]), draw.choice(GOODS[goods])) for i in range(lines))
    candidates = tuple(_node(draw, n, demands, fill) for n in range(nodes))
    return Problem(demands, candidates, split_penalty=draw.choice((0, 0, 100)))


def _node(draw: random.Random, number: int, demands: tuple[Demand, ...], fill: float) -> Candidate:
    stock = {d.sku: draw.choice((1, 2, 3, 8, 30)) for d in demands if draw.random() < fill}
    zone = draw.choice(tuple(RATES))
    return Candidate(f"node-{number:02}", stock, RATES[zone], draw.choice((80, 110, 150, 220)), draw.choice((20, 35, 60)))
