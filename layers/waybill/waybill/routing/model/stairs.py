"""Staircases over weight, and nodes as the search sees them. The innermost part of the optimiser, so it is written for speed."""

from __future__ import annotations

from bisect import bisect_left
from itertools import accumulate

from waybill.routing.model.problem import Rate

INFINITE = float("inf")
SCALE = 1 << 16
"""Costs inside the search are minor units times this, so that costs per gram are integers too."""


class Stairs:
    """A rising staircase over weight and the straight line below it: `price(w) ≥ base + slope · w`, `base ≥ 0`. All scaled."""

    __slots__ = ("base", "ends", "floors", "prices", "slope")

    def __init__(self, ends: list[int], prices: list[int]) -> None:
        self.ends = ends
        self.prices = [price * SCALE for price in prices]
        first, start = self.prices[0], ends[0]
        rises = [(price - first) // (end - start) for end, price in zip(ends, self.prices, strict=True) if end > start]
        self.slope = slope = min(rises, default=0)
        if slope * start > first:
            self.slope = slope = first // start
        above_line = [price - slope * end for end, price in zip(ends, self.prices, strict=True)]
        self.floors = list(accumulate(reversed(above_line), min))[::-1]
        self.base = self.floors[0]

    def added(self, reached: list[tuple[int, int]], least: int, most: int, limit: float) -> list[tuple[int, int]]:
        """What this staircase, loaded with `least` to `most` grams, adds to (weight, cost) pairs: those worth keeping."""
        first, last = bisect_left(self.ends, least), bisect_left(self.ends, most)
        steps = [(min(most, self.ends[i]), self.prices[i]) for i in range(first, last + 1)]
        sums = [(weight + more, cost + price) for weight, cost in reached for more, price in steps if cost + price < limit]
        kept: list[tuple[int, int]] = []
        for weight, cost in sorted(sums, key=lambda each: (-each[0], each[1])):
            if not kept or cost < kept[-1][1]:
                kept.append((weight, cost))
        return kept

    def at(self, weight_g: int) -> int:
        """The price of a load, scaled."""
        return self.prices[bisect_left(self.ends, weight_g)]


class Option:
    """A node as the search sees it. `have[i]` units of demand i; `unit[i]` what one of them costs beside the parcel and `run[i]` the least that it
    adds in all (scaled)."""

    __slots__ = ("base", "bit", "fixed", "have", "index", "run", "slack", "stairs", "unit")

    def __init__(self, index: int, have: list[int], stairs: Stairs, fixed: int, unit: list[int]) -> None:
        self.index = index
        self.bit = 1 << index
        self.have = have
        self.stairs = stairs
        self.fixed = fixed * SCALE
        self.unit = unit
        self.base = stairs.base + self.fixed

    def prepare(self, weights: list[int]) -> None:
        """For the search over sets of nodes, which few orders need."""
        slope = self.stairs.slope
        self.run = [slope * weight + each for weight, each in zip(weights, self.unit, strict=True)]


class Staircases:
    """Builds each distinct staircase once: nodes in the same zone share their rate."""

    def __init__(self, most_g: int) -> None:
        self.most_g = most_g
        self.built: dict[tuple[int, int], Stairs] = {}

    def of(self, rate: Rate, per_parcel: int) -> tuple[Stairs, int]:
        """The staircase, and what of the handling is not in it: where one parcel is enough, handling is a constant."""
        one_parcel = self.most_g <= rate.breaks_g[-1]
        inside, outside = (0, per_parcel) if one_parcel else (per_parcel, 0)
        known = self.built.get((id(rate), inside))
        if known is None:
            known = self.built[id(rate), inside] = Stairs(*rate.steps(self.most_g, inside))
        return known, outside
