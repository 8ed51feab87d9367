"""Given which nodes ship: who ships how much, exactly. The innermost part of the optimiser, so it is written for speed."""

from __future__ import annotations

from bisect import bisect_left
from itertools import accumulate
from operator import floordiv

SCALE = 1 << 16
"""Costs inside the search are minor units times this, so that costs per gram are integers too."""


class Stairs:
    """A rising staircase over weight and the straight line below it: `price(w) ≥ base + slope · w`, `base ≥ 0`. All scaled."""

    __slots__ = ("base", "ends", "floors", "prices", "slope")

    def __init__(self, ends: list[int], prices: list[int]) -> None:
        self.ends = ends
        self.prices = [price * SCALE for price in prices]
        chord = (self.prices[-1] - self.prices[0]) // ends[-1]
        through_the_origin = min(map(floordiv, self.prices, ends))
        self.slope = slope = min(chord, through_the_origin)
        above_line = [price - slope * end for end, price in zip(ends, self.prices, strict=True)]
        self.floors = list(accumulate(reversed(above_line), min))[::-1]
        self.base = self.floors[0]

    def at(self, weight_g: int) -> int:
        """The price of a load, scaled."""
        return self.prices[bisect_left(self.ends, weight_g)]


class Option:
    """A node as the search sees it. `have[i]` units of demand i; `run[i]` the least that one of them adds there (scaled)."""

    __slots__ = ("base", "bit", "fixed", "have", "index", "run", "stairs", "unit")

    def __init__(self, index: int, have: list[int], stairs: Stairs, fixed: int, unit: int, weights: list[int]) -> None:
        self.index = index
        self.bit = 1 << index
        self.have = have
        self.stairs = stairs
        self.fixed = fixed * SCALE
        self.unit = unit * SCALE
        self.base = stairs.base + self.fixed
        slope, each = stairs.slope, self.unit
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

    def solve(self, chosen: list[Option], penalty: int, limit: float) -> tuple[int, list[list[int]]] | None:
        """The cheapest loading that costs less than `limit` (scaled), and the units by node and demand; None if none does."""
        self.chosen = chosen
        self.limit = limit
        self.best: list[list[int]] | None = None
        self.units = [[0] * len(self.weights) for _ in chosen]
        self.loads = [0] * len(chosen)
        running = penalty * (len(chosen) - 1) + sum(option.fixed for option in chosen)
        free, running = self._forced(running)
        self.free = sorted(free, key=lambda demand: -self.weights[demand] * self.quantities[demand])
        self.order = [self._cheapest_first(demand) for demand in self.free]
        self.rest = self._least_running()
        floors = [option.stairs.floors[self._step(n)] for n, option in enumerate(chosen)]
        if sum(floors) + running + self.rest[0] < limit:
            self._demand(0, floors, running)
        return None if self.best is None else (int(self.limit), self.best)

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

    def _demand(self, depth: int, floors: list[int], running: int) -> None:
        if depth == len(self.free):
            self._complete(running)
        else:
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
