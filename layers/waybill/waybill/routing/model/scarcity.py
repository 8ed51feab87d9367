"""What a unit of stock is worth at its node to orders still to come. Pure; `routing.transport` solves.

The cheapest plan of an order may take the last unit of a node that the next orders need more. So the shop's stock and the demand that it expects
are brought together in a transport problem, for each SKU

    least Σ cost_nr · x_nr + lost · u_r      Σ_r x_nr ≤ stock_n,   Σ_n x_nr + u_r = demand_r,   x, u ≥ 0

over nodes n and demand regions r. The price of the constraint on stock_n says by how much everything would become cheaper with one unit more
there: what taking it costs the others. The optimiser adds it to what it pays. Orders of many lines are taken apart into their units, of which
each bears its share of a parcel: so a season of a hundred regions stays a small problem a SKU, whatever the orders look like.

What is expected will not come exactly so. Prices from the expectation alone are too sure of themselves; they are the mean of those of a few
futures drawn around it.
"""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import exp, sqrt
from typing import Any

from waybill.kernel.errors import InvalidInput

POLICY = "scarcity"
"""{"on": true, "days": how far to look ahead, "lost": minor units that a unit costs which cannot be shipped}."""
DAYS, LOST = 14, 2_000
_MOST_DAYS, _MOST_LOST = 60, 10**7
_MANY = 50

Prices = dict[str, dict[str, int]]
"""Minor units by node and SKU, none of them zero."""


@dataclass(frozen=True, slots=True)
class Outlook:
    """One SKU: units at each node, units expected in each region, and what one costs from where to where, in minor units."""

    sku: str
    stock: Mapping[str, int]
    demand: Mapping[str, float]
    costs: Mapping[tuple[str, str], float]


@dataclass(frozen=True, slots=True)
class Sale:
    """Units of one SKU that a region has bought, in an order of so many units in all."""

    region: str
    sku: str
    units: int
    of: int


def expected(sales: Iterable[Sale], share: float) -> dict[str, dict[str, float]]:
    """{sku: {region: units}}: what was sold, times `share`, the time to look ahead over the time looked back on."""
    found: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for sale in sales:
        found[sale.sku][sale.region] += sale.units
    return {sku: {region: units * share for region, units in regions.items()} for sku, regions in found.items()}


def share_of_a_parcel(sales: Iterable[Sale]) -> dict[str, float]:
    """By SKU, how much of a parcel one unit bears: as many units as an order has share it evenly."""
    units, parcels = Counter[str](), defaultdict[str, float](float)
    for sale in sales:
        units[sale.sku] += sale.units
        parcels[sale.sku] += sale.units / sale.of
    return {sku: parcels[sku] / count for sku, count in units.items() if count}


def futures(demand: Mapping[str, float], times: int, seed: str) -> list[dict[str, int]]:
    """So many futures around what is expected of each region, each buyer coming by himself (Poisson); the same for the same seed."""
    draw = random.Random(seed)
    return [{region: _drawn(draw, units) for region, units in sorted(demand.items())} for _ in range(times)]


def _drawn(draw: random.Random, mean: float) -> int:
    if mean > _MANY:
        return max(0, round(draw.gauss(mean, sqrt(mean))))
    none, count, left = exp(-mean), 0, draw.random()
    while left > none:
        left *= draw.random()
        count += 1
    return count


def check(policy: Mapping[str, Any]) -> None:
    """Raises InvalidInput for a policy that cannot be obeyed."""
    wrong = dict.fromkeys(policy.keys() - {"on", "days", "lost"}, "is unknown; there are on, days, lost")
    if not isinstance(policy.get("on", False), bool):
        wrong["on"] = "is true or false"
    for name, most in (("days", _MOST_DAYS), ("lost", _MOST_LOST)):
        value = policy.get(name, 1)
        if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= most:
            wrong[name] = f"is a whole number from 1 to {most}"
    if wrong:
        raise InvalidInput("; ".join(f"{name} {what}" for name, what in wrong.items()), fields=wrong)


def by_node(prices: Mapping[str, Mapping[str, float]]) -> Prices:
    """From {sku: {node: price}}, rounded; a price below half a minor unit is none."""
    turned: defaultdict[str, dict[str, int]] = defaultdict(dict)
    for sku, nodes in sorted(prices.items()):
        for node, price in nodes.items():
            if round(price) > 0:
                turned[node][sku] = round(price)
    return dict(turned)


def dearer_half(prices: Prices) -> Prices:
    """The half of them that weighs most, by node and SKU where they are equal."""
    ranked = sorted(((price, node, sku) for node, skus in prices.items() for sku, price in skus.items()), key=lambda each: (-each[0], *each[1:]))
    kept: defaultdict[str, dict[str, int]] = defaultdict(dict)
    for price, node, sku in ranked[: len(ranked) // 2]:
        kept[node][sku] = price
    return dict(kept)
