"""The cheapest way to ship an order, found and proven.

The problem. Demands i want q_i units of w_i grams each; node n has a_in of them. Whole units x_in are chosen with

    Σ_n x_in = q_i,   0 ≤ x_in ≤ a_in,

so that the least is paid in total:

    Σ over nodes that ship anything [ G_n(Σ_i w_i x_in) + unit_n · Σ_i x_in ]  +  penalty · (nodes that ship − 1)

G_n is the node's tariff to this address with its handling per parcel: a rising staircase over weight. A demand may be spread
over nodes at will: it will be where no node has enough, or where that is cheaper. Where the nodes together hold less than q_i,
what they hold is shipped and the rest is reported short.

The method: branch and bound over the set S of nodes that ship.

- Every staircase lies above a straight line, G_n(w) ≥ b_n + s_n · w. So a plan over S costs at least Σ_S b_n plus, for each
  unit, the least `s_n · w_i + unit_n` among nodes that have it. Costs are scaled to keep these bounds in integers.
- Branch: the first demand that S cannot fill needs one more of its holders; each is tried, the cheapest first, and those
  tried before are barred from the later branches, so that each set is met once.
- A set that fills everything is solved exactly (`_Loading`). Nodes beyond it are tried only while what they could save in
  running cost outweighs their b_n.

Nodes and demands are sorted first: the same problem gives the same plan, in whatever order it was written down.
"""

from __future__ import annotations

from dataclasses import replace
from operator import mul, sub
from typing import NamedTuple

from waybill.kernel.errors import InvalidInput
from waybill.routing.model.loading import SCALE, Loading, Option, Stairs
from waybill.routing.model.problem import Plan, Problem, Rate, Share

VERSION = "1"
MOST_STEPS = 400_000
FEWER_NODES_AT_THE_SAME_COST = 1
INFINITE = float("inf")


def optimise(problem: Problem, *, runner_up: bool = False, most_steps: int = MOST_STEPS) -> Plan:
    """The cheapest plan. `runner_up` also proves the cheapest over any other set of nodes, at about twice the work.

    Raises InvalidInput for a quantity or weight that is not positive, a SKU or node named twice, or a load of thousands of parcels.
    """
    _check(problem)
    search = _Search(problem, 2 if runner_up else 1, most_steps)
    search.run()
    return search.plan()


def _check(problem: Problem) -> None:
    skus = {demand.sku for demand in problem.demands}
    nodes = {candidate.node for candidate in problem.candidates}
    if len(skus) != len(problem.demands) or len(nodes) != len(problem.candidates):
        raise InvalidInput("a SKU or a node is named twice")
    if any(demand.quantity <= 0 or demand.weight_g <= 0 for demand in problem.demands) or problem.split_penalty < 0:
        raise InvalidInput("quantities and weights are positive, the split penalty is not negative")


class _Kept(NamedTuple):
    """A loading: its scaled cost, its nodes as bits, and what each of them ships."""

    cost: int
    ships: int
    used: list[tuple[Option, list[int]]]


class _Search:
    """One search. `kept`: the cheapest sets of nodes found so far, at most `keep` of them."""

    def __init__(self, problem: Problem, keep: int, most_steps: int) -> None:
        self.problem = problem
        self.keep = keep
        self.penalty = problem.split_penalty * SCALE + FEWER_NODES_AT_THE_SAME_COST
        self.demands = sorted(problem.demands, key=lambda demand: demand.sku)
        self.candidates = sorted(problem.candidates, key=lambda candidate: candidate.node)
        self.weights = [demand.weight_g for demand in self.demands]
        self.kept: list[_Kept] = []
        self.limit: float = INFINITE
        self.options = self._options()
        self.loading = Loading(self.weights, self.quantities, most_steps)

    def _options(self) -> list[Option]:
        """The nodes that have anything, and in `quantities` what they have of each demand together."""
        skus = [(demand.sku, demand.quantity) for demand in self.demands]
        have = [[min(max(c.available.get(sku, 0), 0), quantity) for sku, quantity in skus] for c in self.candidates]
        totals = [sum(column) for column in zip(*have, strict=True)] or [0] * len(skus)
        self.quantities = [min(total, quantity) for total, (_, quantity) in zip(totals, skus, strict=True)]
        self.weight = sum(map(mul, self.quantities, self.weights))
        stairs = _Staircases(self.weight)
        return [
            Option(index, row, *stairs.of(c.rate, c.per_parcel), c.per_unit, self.weights)
            for index, (c, row) in enumerate(zip(self.candidates, have, strict=True))
            if any(row)
        ]

    def run(self) -> None:
        """Single nodes first; then sets, unless the two cheapest nodes there are could not beat what was found."""
        if not self.options:
            return
        wanted = [demand for demand, quantity in enumerate(self.quantities) if quantity]
        least = {d: min(option.run[d] for option in self.options if option.have[d]) for d in wanted}
        self.running = sum(self.quantities[d] * run for d, run in least.items())
        self._singles()
        if not self.kept:
            self._greedy()
        bases = sorted(option.base for option in self.options)
        if len(bases) > 1 and bases[0] + bases[1] + self.penalty + self.running < self.limit:
            self._sets()

    def _singles(self) -> None:
        units = sum(self.quantities)
        wanted = self.quantities
        found = [
            (option.stairs.prices[-1] + option.fixed + units * option.unit, option.index, option)
            for option in self.options
            if option.have == wanted
        ]
        for cost, _, option in sorted(found)[: self.keep]:
            self._keep(cost, [option], [wanted])

    def _greedy(self) -> None:
        """A plan to start from: always the node that takes most of the remaining weight for its base."""
        need, chosen, units, cost = self.quantities, [], [], -self.penalty
        while any(need):
            left = [option for option in self.options if option not in chosen]
            option = max(left, key=lambda option: (self._takes(option, need) / (option.base + 1), -option.index))
            row = list(map(min, need, option.have))
            weight = sum(map(mul, row, self.weights))
            cost += option.stairs.at(weight) + option.fixed + option.unit * sum(row) + self.penalty
            chosen.append(option)
            units.append(row)
            need = list(map(sub, need, row))
        self._keep(cost, chosen, units)

    def _takes(self, option: Option, need: list[int]) -> int:
        return sum(map(mul, map(min, need, option.have), self.weights))

    def _sets(self) -> None:
        self.options.sort(key=lambda option: (option.base, option.index))
        wanted = [demand for demand, quantity in enumerate(self.quantities) if quantity]
        self.holders = {demand: [option for option in self.options if option.have[demand]] for demand in wanted}
        self.rarest = sorted(wanted, key=lambda demand: len(self.holders[demand]))
        self._extend([], self.quantities, 0, -self.penalty)

    def _extend(self, chosen: list[Option], need: list[int], barred: int, fixed: int) -> None:
        """All sets that contain `chosen` and none of the barred. `fixed`: their bases and penalties."""
        self.loading.steps += 1
        if self.cut_off:
            return
        unfilled = next((demand for demand in self.rarest if need[demand] > 0), None)
        if unfilled is None:
            if len(chosen) > 1:
                self._solve(chosen)
            self._improve(chosen, barred, fixed)
            return
        for option in self.holders[unfilled]:
            if barred & option.bit:
                continue
            after = fixed + option.base + self.penalty
            if after + self.running >= self.limit:
                break
            barred |= option.bit
            self._extend([*chosen, option], list(map(sub, need, option.have)), barred, after)

    def _improve(self, chosen: list[Option], barred: int, fixed: int) -> None:
        """Adds a node to a set that fills everything, where what it saves in running cost may outweigh its base."""
        least = [min(option.run[d] for option in chosen if option.have[d]) if d in self.holders else 0 for d in range(len(self.weights))]
        bound = fixed + sum(map(mul, self.quantities, least))
        net = [(self._net(option, least), option.index, option) for option in self.options if not barred & option.bit]
        net.sort()
        saved = sum(cost for cost, _, _ in net if cost < 0)
        for cost, _, option in net:
            if bound + saved + max(cost, 0) >= self.limit:
                break
            barred |= option.bit
            saved -= min(cost, 0)
            self._extend([*chosen, option], [0] * len(least), barred, fixed + option.base + self.penalty)

    def _net(self, option: Option, least: list[int]) -> int:
        """What a further node adds at the least: its base and penalty, less all that it could save."""
        saved = 0
        for have, run, now in zip(option.have, option.run, least, strict=True):
            if have and run < now:
                saved += have * (now - run)
        return option.base + self.penalty - saved

    def _solve(self, chosen: list[Option]) -> None:
        found = self.loading.solve(chosen, self.penalty, self.limit)
        if found:
            self._keep(found[0], chosen, found[1])

    def _keep(self, cost: int, chosen: list[Option], units: list[list[int]]) -> None:
        """Of each set of nodes the cheapest loading."""
        ships = sum(option.bit for option in chosen)
        known = next((kept for kept in self.kept if kept.ships == ships), None)
        if known and known.cost <= cost:
            return
        self.kept = [kept for kept in self.kept if kept is not known]
        self.kept.append(_Kept(cost, ships, list(zip(chosen, units, strict=True))))
        self.kept.sort(key=lambda kept: kept.cost)
        del self.kept[self.keep :]
        if len(self.kept) == self.keep:
            self.limit = self.kept[-1].cost

    @property
    def cut_off(self) -> bool:
        return self.loading.steps > self.loading.most_steps

    def plan(self) -> Plan:
        short = {d.sku: d.quantity - q for d, q in zip(self.demands, self.quantities, strict=True) if q < d.quantity}
        proven, steps = not self.cut_off, self.loading.steps
        plans = [Plan(self._shares(kept.used), kept.cost // SCALE, short, proven, steps) for kept in self.kept]
        if not plans:
            return Plan((), 0, short, proven, steps)
        return replace(plans[0], runner_up=plans[1]) if len(plans) > 1 else plans[0]

    def _shares(self, used: list[tuple[Option, list[int]]]) -> tuple[Share, ...]:
        return tuple(self._share(option, row) for option, row in sorted(used, key=lambda pair: pair[0].index))

    def _share(self, option: Option, row: list[int]) -> Share:
        weight = sum(map(mul, row, self.weights))
        cost = option.stairs.at(weight) + option.fixed + option.unit * sum(row)
        taken = {demand.sku: units for demand, units in zip(self.demands, row, strict=True) if units}
        return Share(self.candidates[option.index].node, taken, weight, cost // SCALE)


class _Staircases:
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
