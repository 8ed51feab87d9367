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

    __slots__ = ("_above", "_floors", "base", "ends", "prices", "slope")

    def __init__(self, ends: list[int], prices: list[int]) -> None:
        self.ends = ends
        self.prices = scaled = [price * SCALE for price in prices]
        first, start = scaled[0], ends[0]
        slope = min([(price - first) // (end - start) for end, price in zip(ends[1:], scaled[1:])]) if len(ends) > 1 else 0  # noqa: B905 (innermost)
        if slope * start > first:
            slope = first // start
        self.slope = slope
        self._above = [price - slope * end for end, price in zip(ends, scaled)]  # noqa: B905 (innermost)
        self._floors: list[int] | None = None
        self.base = min(self._above)

    @property
    def floors(self) -> list[int]:
        """How far above the line it stays from each step on."""
        if self._floors is None:
            self._floors = list(accumulate(reversed(self._above), min))[::-1]
        return self._floors

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

    __slots__ = ("base", "bit", "fixed", "have", "index", "run", "slack", "stairs", "unit", "zone")

    def __init__(self, index: int, have: list[int], zone: Zone, fixed: int, unit: list[int]) -> None:
        self.index = index
        self.bit = 1 << index
        self.have = have
        self.zone = zone
        self.fixed = fixed * SCALE
        self.unit = unit

    def prepare(self, weights: list[int]) -> None:
        """For the search over sets of nodes, which few orders need."""
        self.stairs = self.zone.stairs
        self.base = self.stairs.base + self.fixed
        slope = self.stairs.slope
        self.run = [slope * weight + each for weight, each in zip(weights, self.unit, strict=True)]


class Zone:
    """What a whole order costs under a rate, `whole`, what the half of it does, `half`, and any load at least, `least`; its staircase once somebody asks.
    All scaled."""

    __slots__ = ("_most_g", "_per_parcel", "_rate", "half", "least", "stairs", "whole")

    def __init__(self, rate: Rate, most_g: int, per_parcel: int) -> None:
        self._rate, self._most_g, self._per_parcel = rate, most_g, per_parcel
        self.stairs: Stairs | None = None
        if most_g <= rate.breaks_g[-1]:
            prices, breaks = rate.prices, rate.breaks_g
            self.least = (min(prices) + per_parcel) * SCALE
            self.half = (min(prices[bisect_left(breaks, (most_g + 1) // 2) :]) + per_parcel) * SCALE
            self.whole = (min(prices[bisect_left(breaks, most_g) :]) + per_parcel) * SCALE
        else:
            stairs = self.built()
            self.least, self.half, self.whole = stairs.prices[0], stairs.at((most_g + 1) // 2), stairs.prices[-1]

    def built(self) -> Stairs:
        """Its staircase, from now on also under `stairs`."""
        if self.stairs is None:
            self.stairs = Stairs(*self._rate.steps(self._most_g, self._per_parcel))
        return self.stairs


class Zones:
    """Makes each distinct zone once: nodes in the same zone share their rate."""

    def __init__(self, most_g: int) -> None:
        self.most_g = most_g
        self.known: dict[tuple[int, int], Zone] = {}

    def of(self, rate: Rate, per_parcel: int) -> tuple[Zone, int]:
        """The zone, and what of the handling is not in it: where one parcel is enough, handling is a constant."""
        inside, outside = (0, per_parcel) if self.most_g <= rate.breaks_g[-1] else (per_parcel, 0)
        known = self.known.get((id(rate), inside))
        if known is None:
            known = self.known[id(rate), inside] = Zone(rate, self.most_g, inside)
        return known, outside
