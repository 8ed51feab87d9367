"""The cheapest way to ship an order, found and proven.

The problem. Demands i want q_i units of w_i grams each; node n has a_in of them. Whole units x_in are chosen with

    Σ_n x_in = q_i,   0 ≤ x_in ≤ a_in,

so that the least is paid in total:

    Σ over nodes that ship anything [ G_n(Σ_i w_i x_in) + Σ_i unit_in · x_in ]  +  penalty · (nodes that ship − 1)

G_n is the node's tariff to this address with its handling per parcel: a rising staircase over weight; unit_in its handling of a unit and, where
the shop prices it, what that unit is worth there to orders still to come (`scarcity`). A demand may be spread
over nodes at will: it will be where no node has enough, or where that is cheaper. Where the nodes together hold less than q_i,
what they hold is shipped and the rest is reported short. A rule may ask for more: at most so many nodes, each demand whole from one
(then x_in is 0 or q_i).

The method: branch and bound over the set S of nodes that ship, all in scaled integers.

- Every staircase lies above a straight line, G_n(w) ≥ b_n + s_n · w. So a plan over S costs at least Σ_S b_n plus, for each
  unit, the least `s_n · w_i + unit_in` among nodes that have it. Prices of the units (`prices`) give a second, closer bound.
- An order that one node can ship, and that no two nodes could ship for less than it, is done: most are.
- Branch: the first demand that S cannot fill needs one more of its holders; each is tried, the closest to its price first, and
  those tried before are barred from the later branches, so that each set is met once. Nodes beyond a set that fills everything
  are tried only while what they could save in running cost outweighs their b_n.
- Sets that fill everything are first loaded in the obvious way, which gives a good plan early, and then, the most promising
  first, solved exactly (`Loading`, and for two nodes `Pair`) unless their bound says that they cannot be better.

Nodes and demands are sorted first: the same problem gives the same plan, in whatever order it was written down. Among plans of
equal cost the one with fewer nodes is taken.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from operator import attrgetter, mul, sub
from typing import NamedTuple

from waybill.kernel.errors import InvalidInput
from waybill.routing.model.loading import Loading
from waybill.routing.model.prices import priced
from waybill.routing.model.problem import Candidate, Plan, Problem, Share
from waybill.routing.model.stairs import INFINITE, SCALE, Option, Zones

VERSION = "5"
MOST_STEPS = 400_000
MOST_STEPS_PRICED = 5_000
"""Prices that differ by more than a parcel costs make many sets of nodes nearly as good as the best. They are estimates: it is enough
to answer no worse than the cheapest plan without them, from which a search that was cut off is begun again."""
FEWER_NODES_AT_THE_SAME_COST = 1


def optimise(problem: Problem, most_steps: int = 0) -> Plan:
    """The cheapest plan, and as its runner-up the cheapest over other nodes that the search has come by. `most_steps`: 0 for as many as such a
    problem deserves; a plan that they do not suffice to prove says so.

    Raises InvalidInput for a quantity or weight that is not positive, a SKU or node named twice, or a load of thousands of parcels.
    """
    _check(problem)
    weighed = not most_steps and any([candidate.scarcity for candidate in problem.candidates])
    plan = _searched(problem, most_steps or (MOST_STEPS_PRICED if weighed else MOST_STEPS))
    if plan.proven or not weighed:
        return plan
    cheapest = _searched(replace(problem, candidates=tuple(replace(each, scarcity={}) for each in problem.candidates)), MOST_STEPS)
    return _searched(problem, MOST_STEPS_PRICED, cheapest)


def _searched(problem: Problem, most_steps: int, start: Plan | None = None) -> Plan:
    search = _Search(problem, most_steps)
    if start and start.shares:
        search.start(start)
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
    """One search. `kept`: the cheapest plan found so far and the next cheapest over other nodes."""

    def __init__(self, problem: Problem, most_steps: int) -> None:
        self.problem = problem
        self.penalty = problem.split_penalty * SCALE + FEWER_NODES_AT_THE_SAME_COST
        self.demands = sorted(problem.demands, key=attrgetter("sku"))
        self.candidates = sorted(problem.candidates, key=attrgetter("node"))
        self.weights = [demand.weight_g for demand in self.demands]
        self.kept: list[_Kept] = []
        self.limit: float = INFINITE
        self.options = self._options()
        self.most = min(problem.most_nodes or len(self.options), len(self.options))
        self.loading = Loading(self.weights, self.quantities, most_steps, problem.whole)

    def _options(self) -> list[Option]:
        """The nodes that have anything, and in `quantities` what they have of each demand together."""
        row, wanted = _whole if self.problem.whole else _row, [(demand.sku, demand.quantity) for demand in self.demands]
        rows = [row(candidate.available.get, wanted) for candidate in self.candidates]
        totals = [sum(column) for column in zip(*rows, strict=True)] or [0] * len(self.demands)
        self.quantities = [min(total, demand.quantity) for total, demand in zip(totals, self.demands, strict=True)]
        self.weight = sum(map(mul, self.quantities, self.weights))
        zones = Zones(self.weight)
        self.handling: dict[int, list[int]] = {}
        zone, each = zones.of, self._each
        return [
            Option(index, row, *zone(candidate.rate, candidate.per_parcel), each(candidate))
            for index, (candidate, row) in enumerate(zip(self.candidates, rows, strict=True))
            if any(row)
        ]

    def _each(self, candidate: Candidate) -> list[int]:
        """What a unit of each demand costs there beside its parcel (scaled): its handling, and its scarcity."""
        if candidate.scarcity:
            return [(candidate.per_unit + candidate.scarcity.get(demand.sku, 0)) * SCALE for demand in self.demands]
        known = self.handling.get(candidate.per_unit)
        if known is None:
            known = self.handling[candidate.per_unit] = [candidate.per_unit * SCALE] * len(self.demands)
        return known

    def start(self, plan: Plan) -> None:
        """A plan that is known beforehand: only cheaper ones are looked for."""
        at = {self.candidates[option.index].node: option for option in self.options}
        used = [(at[share.node], [share.units.get(demand.sku, 0) for demand in self.demands]) for share in plan.shares]
        cost = self.penalty * (len(used) - 1) + sum([self._cost(option, row) for option, row in used])
        self._keep(cost, [option for option, _ in used], [row for _, row in used])

    def run(self) -> None:
        """Single nodes first; then sets, unless the two cheapest nodes there are could not beat what was found."""
        if not self.options:
            return
        self._singles()
        if self.most > 1 and self._may_be_split() and self._least_of_two() < self.limit:
            for option in self.options:
                option.prepare(self.weights)
            if not self.kept:
                self._greedy()
            self._sets()

    def _singles(self) -> None:
        wanted = self.quantities
        able = [option for option in self.options if option.have == wanted]
        each = {id(option.unit): sum(map(mul, wanted, option.unit)) for option in able}
        found = [(option.zone.whole + option.fixed + each[id(option.unit)], option.index, option) for option in able]
        for cost, _, option in sorted(found)[:2]:
            self._keep(cost, [option], [wanted])

    def _may_be_split(self) -> bool:
        """False where two nodes, one of which carries half of it or more, cost as much as the best plan of one node, and so do three. Leaves out the
        nodes whose cheapest parcel does so together with the cheapest of any other; False where the rest do not suffice."""
        parcels = [option.zone.least + option.fixed for option in self.options]
        cheapest = min(parcels)
        heavier = min([option.zone.half + option.fixed for option in self.options])
        if min(heavier + cheapest + self.penalty, 3 * cheapest + 2 * self.penalty) >= self.limit:
            return False
        most = self.limit - self.penalty - cheapest
        if max(parcels) < most:
            return True
        self.options = [option for option, parcel in zip(self.options, parcels, strict=True) if parcel < most]
        return len(self.options) > 1 and list(map(min, map(sum, zip(*[option.have for option in self.options], strict=True)), self.quantities)) == self.quantities

    def _least_of_two(self) -> int:
        """The same, closer: what is in the parcels has to be carried too."""
        zones = {id(option.zone): option.zone.built() for option in self.options}
        bases = sorted([zones[id(option.zone)].base + option.fixed for option in self.options])
        running = self.weight * min([stairs.slope for stairs in zones.values()])
        units = sum(self.quantities) * min(map(min, {id(option.unit): option.unit for option in self.options}.values()))
        return bases[0] + bases[1] + self.penalty + running + units

    def _greedy(self) -> None:
        """A plan to start from: always the node that takes most of the remaining weight for its base."""
        need, chosen, units, cost = self.quantities, [], [], -self.penalty
        while any(need):
            left = [option for option in self.options if option not in chosen]
            option = max(left, key=lambda option: (self._takes(option, need) / (option.base + 1), -option.index))
            row = list(map(min, need, option.have))
            cost += self._cost(option, row) + self.penalty
            chosen.append(option)
            units.append(row)
            need = list(map(sub, need, row))
        if len(chosen) <= self.most:
            self._keep(cost, chosen, units)

    def _takes(self, option: Option, need: list[int]) -> int:
        return sum(map(mul, map(min, need, option.have), self.weights))

    def _sets(self) -> None:
        self.wanted = [demand for demand, quantity in enumerate(self.quantities) if quantity]
        self.running, self.bound = priced(self.options, self.quantities, self.penalty)
        self.options = [option for option in self.options if self.bound + option.slack < self.limit]
        self.options.sort(key=lambda option: (option.slack, option.index))
        self.holders = {demand: [option for option in self.options if option.have[demand]] for demand in self.wanted}
        self.rarest = sorted(self.wanted, key=lambda demand: len(self.holders[demand]))
        self.found: list[tuple[int, int, list[Option]]] = []
        self._extend([], self.quantities, 0, self.bound, self.running - self.penalty)
        for least, _, chosen in sorted(self.found):
            if self.cut_off:
                break
            if least < self.limit:
                self._solve(chosen)

    def _extend(self, chosen: list[Option], need: list[int], barred: int, bound: int, paid: int) -> None:
        """All sets that contain `chosen` and none of the barred. None of them costs less than `bound`, which the prices say, nor
        than `paid`, which is their bases and the least that running could cost anywhere."""
        self.loading.steps += 1
        if self.cut_off:
            return
        unfilled = next((demand for demand in self.rarest if need[demand] > 0), None)
        if unfilled is None:
            self._filled(chosen, barred, bound, paid)
            return
        if len(chosen) == self.most:
            return
        for option in self.holders[unfilled]:
            if barred & option.bit:
                continue
            if bound + option.slack >= self.limit:
                break
            if paid + option.base + self.penalty < self.limit:
                barred |= option.bit
                after = list(map(sub, need, option.have))
                self._extend([*chosen, option], after, barred, bound + option.slack, paid + option.base + self.penalty)

    def _filled(self, chosen: list[Option], barred: int, bound: int, paid: int) -> None:
        """Notes a set that fills everything, to be solved, and adds nodes to it where what they save in running may outweigh their base."""
        least = [min([o.run[d] for o in chosen if o.have[d]]) if self.quantities[d] else 0 for d in range(len(self.weights))]
        closed = paid - self.running + sum(map(mul, self.quantities, least))
        if len(chosen) > 1 and closed < self.limit:
            self.found.append((closed, len(self.found), chosen))
            self._fill(chosen)
        if len(chosen) == self.most:
            return
        left = [option for option in self.options if not barred & option.bit and bound + option.slack < self.limit]
        net = sorted([(self._net(option, least), option.index, option) for option in left])
        saved = sum([cost for cost, _, _ in net if cost < 0])
        for cost, _, option in net:
            if closed + saved + max(cost, 0) >= self.limit:
                break
            barred |= option.bit
            saved -= min(cost, 0)
            further = paid + option.base + self.penalty
            if bound + option.slack < self.limit and further < self.limit:
                self._extend([*chosen, option], [0] * len(least), barred, bound + option.slack, further)

    def _net(self, option: Option, least: list[int]) -> int:
        """What a further node adds at the least: its base and penalty, less all that it could save."""
        saved = 0
        for have, run, now in zip(option.have, option.run, least, strict=True):
            if have and run < now:
                saved += have * (now - run)
        return option.base + self.penalty - saved

    def _fill(self, chosen: list[Option]) -> None:
        """The obvious loading, each unit where it runs cheapest: soon good enough to spare most sets from being solved."""
        rows = [[0] * len(self.weights) for _ in chosen]
        for demand in self.wanted:
            left = self.quantities[demand]
            for n in sorted(range(len(chosen)), key=lambda n: chosen[n].run[demand]):
                rows[n][demand] = taken = min(left, chosen[n].have[demand])
                left -= taken
        loads = [sum(map(mul, row, self.weights)) for row in rows]
        if all(loads):
            cost = self.penalty * (len(chosen) - 1)
            for option, row, load in zip(chosen, rows, loads, strict=True):
                cost += option.stairs.at(load) + option.fixed + sum(map(mul, row, option.unit))
            if cost < self.limit:
                self._keep(cost, chosen, rows)

    def _solve(self, chosen: list[Option]) -> None:
        found = self.loading.solve(chosen, self.penalty, self.limit)
        if found:
            self._keep(found[0], chosen, found[1])

    def _keep(self, cost: int, chosen: list[Option], units: list[list[int]]) -> None:
        """Of each set of nodes the cheapest loading."""
        ships = sum([option.bit for option in chosen])
        others = [kept for kept in self.kept if kept.ships != ships or kept.cost <= cost]
        self.kept = sorted([*others, _Kept(cost, ships, list(zip(chosen, units, strict=True)))], key=lambda kept: kept.cost)[:2]
        self.limit = self.kept[0].cost

    @property
    def cut_off(self) -> bool:
        return self.loading.steps > self.loading.most_steps

    def plan(self) -> Plan:
        short = {d.sku: d.quantity - q for d, q in zip(self.demands, self.quantities, strict=True) if q < d.quantity}
        proven, steps = not self.cut_off, self.loading.steps
        plans = [self._plan(kept, short, proven) for kept in self.kept]
        if not plans:
            return Plan((), 0, {demand.sku: demand.quantity for demand in self.demands}, proven, steps)
        return replace(plans[0], runner_up=plans[1]) if len(plans) > 1 else plans[0]

    def _plan(self, kept: _Kept, short: dict[str, int], proven: bool) -> Plan:
        shares = self._shares(kept.used)
        scarcity = sum([share.scarcity for share in shares])
        return Plan(shares, kept.cost // SCALE - scarcity, short, proven, self.loading.steps, scarcity=scarcity)

    def _shares(self, used: list[tuple[Option, list[int]]]) -> tuple[Share, ...]:
        return tuple(self._share(option, row) for option, row in sorted(used, key=lambda pair: pair[0].index))

    def _cost(self, option: Option, row: list[int]) -> int:
        return option.zone.built().at(sum(map(mul, row, self.weights))) + option.fixed + sum(map(mul, row, option.unit))

    def _share(self, option: Option, row: list[int]) -> Share:
        weight, candidate, cost = sum(map(mul, row, self.weights)), self.candidates[option.index], self._cost(option, row)
        taken = {demand.sku: units for demand, units in zip(self.demands, row, strict=True) if units}
        scarcity = sum([units * candidate.scarcity.get(sku, 0) for sku, units in taken.items()]) if candidate.scarcity else 0
        return Share(candidate.node, taken, weight, cost // SCALE - scarcity, scarcity)


def _row(there: Callable[[str, int], int], wanted: list[tuple[str, int]]) -> list[int]:
    """Units that a node has, by demand and no more than is wanted."""
    have = [units if (units := there(sku, 0)) < quantity else quantity for sku, quantity in wanted]
    return have if not have or min(have) >= 0 else [max(0, units) for units in have]


def _whole(there: Callable[[str, int], int], wanted: list[tuple[str, int]]) -> list[int]:
    """The same, all that is wanted or none."""
    return [quantity if there(sku, 0) >= quantity else 0 for sku, quantity in wanted]
