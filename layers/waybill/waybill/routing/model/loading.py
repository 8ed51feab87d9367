"""Given which nodes ship: who ships how much, exactly."""

from __future__ import annotations

from bisect import bisect_left
from operator import mul

from waybill.routing.model.pair import Pair
from waybill.routing.model.stairs import Option


class Loading:
    """Branch and bound over one demand and node at a time; every node of the set ships at least one unit.

    A partial loading costs at least, for each node, the lowest point of its staircase (above its line) from the weight it
    has already, plus the running cost of what is placed, plus the least running cost of what is not.
    """

    def __init__(self, weights: list[int], quantities: list[int], most_steps: int, whole: bool) -> None:
        self.whole = whole
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
        pair = Pair(a, b, self.weights, self.quantities, self.most_steps - self.steps, self.whole)
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
            for n, _ in sorted(slots, key=lambda slot, demand=demand: self.chosen[slot[0]].unit[demand]):
                option = self.chosen[n]
                taken = min(left, option.have[demand])
                reach[n] += weight * option.have[demand]
                cost += taken * option.unit[demand]
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
        most = min(left, option.have[demand])
        for units in range(most, max(0, left - after) - 1, -most if self.whole and most else -1):
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
