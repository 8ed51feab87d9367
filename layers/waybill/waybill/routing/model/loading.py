"""Given which nodes ship: who ships how much, exactly. The innermost part of the optimiser, so it is written for speed."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from itertools import accumulate
from operator import mul

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
    """A node as the search sees it. `have[i]` units of demand i; `run[i]` the least that one of them adds there (scaled)."""

    __slots__ = ("base", "bit", "fixed", "have", "index", "run", "slack", "stairs", "unit")

    def __init__(self, index: int, have: list[int], stairs: Stairs, fixed: int, unit: int) -> None:
        self.index = index
        self.bit = 1 << index
        self.have = have
        self.stairs = stairs
        self.fixed = fixed * SCALE
        self.unit = unit * SCALE
        self.base = stairs.base + self.fixed

    def prepare(self, weights: list[int]) -> None:
        """For the search over sets of nodes, which few orders need."""
        slope, each = self.stairs.slope, self.unit
        self.run = [slope * weight + each for weight in weights]


class Loading:
    """Branch and bound over one demand and node at a time; every node of the set ships at least one unit.

    A partial loading costs at least, for each node, the lowest point of its staircase (above its line) from the weight it
    has already, plus the running cost of what is placed, plus the least running cost of what is not.
    """

    def __init__(self, weights: list[int], quantities: list[int], most_steps: int) -> None:
        self.weights = weights
        self.quantities = quantities
        self.steps = 0
        self.most_steps = most_steps
        self.total = sum(map(mul, quantities, weights))

    def solve(self, chosen: list[Option], penalty: int, limit: float) -> tuple[int, list[list[int]]] | None:
        """The cheapest loading that costs less than `limit` (scaled), and the units by node and demand; None if none does."""
        if len(chosen) == 2:
            return self._pair(chosen[0], chosen[1], penalty, limit)
        self.chosen = chosen
        self.limit = limit
        self.best: list[list[int]] | None = None
        self.seen: dict[tuple[int, ...], int] = {}
        self.units = [[0] * len(self.weights) for _ in chosen]
        self.loads = [0] * len(chosen)
        running = penalty * (len(chosen) - 1) + sum(option.fixed for option in chosen)
        free, running = self._forced(running)
        self.free = sorted(free, key=lambda demand: -self.weights[demand] * self.quantities[demand])
        self.order = [self._cheapest_first(demand) for demand in self.free]
        self.rest = self._least_running()
        floors = [option.stairs.floors[self._step(n)] for n, option in enumerate(chosen)]
        if sum(floors) + running + self.rest[0] < limit:
            self._look_ahead()
            self._demand(0, floors, running)
        return None if self.best is None else (int(self.limit), self.best)

    def _pair(self, a: Option, b: Option, penalty: int, limit: float) -> tuple[int, list[list[int]]] | None:
        pair = Pair(a, b, self.weights, self.quantities, self.most_steps - self.steps)
        found = pair.solve(limit - penalty)
        self.steps += pair.steps
        return (found[0] + penalty, found[1]) if found else None

    def _forced(self, running: int) -> tuple[list[int], int]:
        """Places what only one node can ship; the demands that leave a choice, and the running cost so far."""
        free = []
        for demand, quantity in enumerate(self.quantities):
            holders = [n for n, option in enumerate(self.chosen) if option.have[demand]]
            if len(holders) > 1:
                free.append(demand)
            elif quantity:
                self._put(holders[0], demand, quantity)
                running += quantity * self.chosen[holders[0]].run[demand]
        return free, running

    def _cheapest_first(self, demand: int) -> list[tuple[int, int]]:
        """(node, what the nodes after it could take) for one demand, by running cost."""
        holders = [n for n, option in enumerate(self.chosen) if option.have[demand]]
        holders.sort(key=lambda n: self.chosen[n].run[demand])
        after, slots = 0, []
        for n in reversed(holders):
            slots.append((n, after))
            after += self.chosen[n].have[demand]
        return slots[::-1]

    def _least_running(self) -> list[int]:
        """`rest[d]`: the least running cost of the free demands from the d-th on, filling the cheapest nodes first."""
        rest = [0]
        for demand, slots in zip(reversed(self.free), reversed(self.order), strict=True):
            left, cost = self.quantities[demand], 0
            for n, _ in slots:
                taken = min(left, self.chosen[n].have[demand])
                cost += taken * self.chosen[n].run[demand]
                left -= taken
            rest.append(rest[-1] + cost)
        return rest[::-1]

    def _look_ahead(self) -> None:
        """From each free demand on: the grams that each node may still get, and the least handling that is still to come."""
        self.reach, self.handling = [[0] * len(self.chosen)], [0]
        for demand, slots in zip(reversed(self.free), reversed(self.order), strict=True):
            weight, left, cost = self.weights[demand], self.quantities[demand], 0
            reach = list(self.reach[-1])
            for n, _ in sorted(slots, key=lambda slot: self.chosen[slot[0]].unit):
                option = self.chosen[n]
                taken = min(left, option.have[demand])
                reach[n] += weight * option.have[demand]
                cost += taken * option.unit
                left -= taken
            self.reach.append(reach)
            self.handling.append(self.handling[-1] + cost)
        self.reach.reverse()
        self.handling.reverse()

    def _hopeless(self, depth: int, running: int) -> bool:
        """Whether the stairs themselves, as if what is left could be cut anywhere, cost too much already."""
        handling = running - sum([option.stairs.slope * load for option, load in zip(self.chosen, self.loads, strict=True)])
        reached = [(0, handling + self.handling[depth])]
        for option, load, more in zip(self.chosen, self.loads, self.reach[depth], strict=True):
            reached = option.stairs.added(reached, load, load + more, self.limit)
        return not any(weight >= self.total for weight, _ in reached)

    def _demand(self, depth: int, floors: list[int], running: int) -> None:
        state = (depth, *self.loads)
        if self.seen.get(state, running + 1) <= running:
            return
        self.seen[state] = running
        if depth == len(self.free):
            self._complete(running)
        elif not self._hopeless(depth, running):
            self._share(depth, 0, self.quantities[self.free[depth]], floors, running)

    def _share(self, depth: int, slot: int, left: int, floors: list[int], running: int) -> None:
        """Tries every number of units of one demand at one node, the most first, and goes on to the next node."""
        demand, slots = self.free[depth], self.order[depth]
        n, after = slots[slot]
        option = self.chosen[n]
        each, floor = option.run[demand], floors[n]
        for units in range(min(left, option.have[demand]), max(0, left - after) - 1, -1):
            self.steps += 1
            if self.steps > self.most_steps:
                return
            self._put(n, demand, units)
            floors[n] = option.stairs.floors[self._step(n)]
            then = running + units * each
            if sum(floors) + then + self.rest[depth + 1] < self.limit:
                if left == units or slot + 1 == len(slots):
                    self._demand(depth + 1, floors, then)
                else:
                    self._share(depth, slot + 1, left - units, floors, then)
            self._put(n, demand, -units)
        floors[n] = floor

    def _complete(self, running: int) -> None:
        cost = running
        for n, option in enumerate(self.chosen):
            if not self.loads[n]:
                return
            cost += option.stairs.at(self.loads[n]) - option.stairs.slope * self.loads[n]
        if cost < self.limit:
            self.limit = cost
            self.best = [list(row) for row in self.units]

    def _put(self, n: int, demand: int, units: int) -> None:
        self.units[n][demand] += units
        self.loads[n] += units * self.weights[demand]

    def _step(self, n: int) -> int:
        return bisect_left(self.chosen[n].stairs.ends, self.loads[n])


class Pair:
    """Two nodes: what one ships settles what the other does, so the cost of parcels is a staircase over the weight at the first.

    A partial loading costs at least the lowest stair that it can still reach, plus the least handling of what is left.
    """

    def __init__(self, a: Option, b: Option, weights: list[int], quantities: list[int], most_steps: int) -> None:
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
        self.units_left = [0, *accumulate(reversed(self.spread))][::-1]
        self.total = sum(map(mul, quantities, weights))
        self.start = sum(map(mul, self.least, weights))
        self.difference = a.unit - b.unit
        units = sum(self.least)
        self.handling = a.fixed + b.fixed + units * a.unit + (sum(quantities) - units) * b.unit
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
        return min(self.costs[first:last]) + handling + min(0, self.difference) * self.units_left[depth]

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
        for units in range(self.spread[depth], -1, -1):
            then, cost = weight + units * self.each[depth], handling + units * self.difference
            if self._bound(depth + 1, then, cost) < self.limit:
                self.taken[depth] = units
                self._place(depth + 1, then, cost)

    def _units(self, taken: list[int]) -> list[list[int]]:
        at_a = list(self.least)
        for demand, units in zip(self.free, taken, strict=True):
            at_a[demand] += units
        return [at_a, [q - units for q, units in zip(self.quantities, at_a, strict=True)]]
