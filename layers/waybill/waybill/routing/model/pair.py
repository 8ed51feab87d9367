"""Two nodes ship an order between them: who ships how much, exactly. The commonest split by far."""

from __future__ import annotations

from bisect import bisect_right
from itertools import accumulate
from operator import mul

from waybill.routing.model.stairs import Option


class Pair:
    """Two nodes: what one ships settles what the other does, so the cost of parcels is a staircase over the weight at the first.

    A partial loading costs at least the lowest stair that it can still reach, plus the least handling of what is left.
    """

    def __init__(self, a: Option, b: Option, weights: list[int], quantities: list[int], most_steps: int, whole: bool) -> None:
        self.whole = whole
        self.a, self.b = a, b
        self.quantities = quantities
        self.most_steps = most_steps
        self.steps = 0
        self.least = [max(0, q - have) for q, have in zip(quantities, b.have, strict=True)]
        spread = [min(q, have) - low for q, have, low in zip(quantities, a.have, self.least, strict=True)]
        self.free = sorted((d for d, units in enumerate(spread) if units), key=lambda d: -weights[d] * spread[d])
        self.spread = [spread[d] for d in self.free]
        self.each = [weights[d] for d in self.free]
        self.rest = [0, *accumulate(map(mul, reversed(self.spread), reversed(self.each)))][::-1]
        self.total = sum(map(mul, quantities, weights))
        self.start = sum(map(mul, self.least, weights))
        self.difference = [a.unit[d] - b.unit[d] for d in self.free]
        at_b = [q - low for q, low in zip(quantities, self.least, strict=True)]
        self.handling = a.fixed + b.fixed + sum(map(mul, self.least, a.unit)) + sum(map(mul, at_b, b.unit))
        saved = [min(0, each) * units for each, units in zip(self.difference, self.spread, strict=True)]
        self.saved = [0, *accumulate(reversed(saved))][::-1]
        self._stairs(self.start, self.start + self.rest[0])

    def _stairs(self, low: int, high: int) -> None:
        """`costs[i]` of both parcels together, for weights at the first node from `starts[i]` up to the next start."""
        at_a, at_b = self.a.stairs, self.b.stairs
        inside = {end + 1 for end in at_a.ends if low <= end < high} | {self.total - end for end in at_b.ends if low < self.total - end <= high}
        self.starts = [low, *sorted(inside - {low})]
        self.costs = [at_a.at(weight) + at_b.at(self.total - weight) for weight in self.starts]

    def solve(self, limit: float) -> tuple[int, list[list[int]]] | None:
        """The cheapest loading below `limit` where both ship something, and the units by node and demand."""
        self.limit, self.best = limit, None
        self.seen: list[dict[int, int]] = [{} for _ in range(len(self.free) + 1)]
        self.taken = [0] * len(self.free)
        if self._bound(0, self.start, self.handling) < limit:
            self._place(0, self.start, self.handling)
        return None if self.best is None else (int(self.limit), self._units(self.best))

    def _bound(self, depth: int, weight: int, handling: int) -> int:
        first = bisect_right(self.starts, weight) - 1
        last = bisect_right(self.starts, weight + self.rest[depth], first)
        return min(self.costs[first:last]) + handling + self.saved[depth]

    def _place(self, depth: int, weight: int, handling: int) -> None:
        self.steps += 1
        seen = self.seen[depth]
        if self.steps > self.most_steps or seen.get(weight, handling + 1) <= handling:
            return
        seen[weight] = handling
        if depth == len(self.free):
            if 0 < weight < self.total:
                self.limit, self.best = self._bound(depth, weight, handling), list(self.taken)
            return
        most = self.spread[depth]
        for units in range(most, -1, -most if self.whole else -1):
            then, cost = weight + units * self.each[depth], handling + units * self.difference[depth]
            if self._bound(depth + 1, then, cost) < self.limit:
                self.taken[depth] = units
                self._place(depth + 1, then, cost)

    def _units(self, taken: list[int]) -> list[list[int]]:
        at_a = list(self.least)
        for demand, units in zip(self.free, taken, strict=True):
            at_a[demand] += units
        return [at_a, [q - units for q, units in zip(self.quantities, at_a, strict=True)]]
