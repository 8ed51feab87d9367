"""All waiting orders as one assignment problem, solved by column generation with HiGHS.

Each order takes exactly one plan; together they take no more than there is of each SKU at each node, and no node sends more parcels than it can.
The linear programme over the plans known so far prices stock and parcels; the exact optimiser then finds for each order the plan that is cheapest
at these prices, and plans that undercut join in, until none does. That proves a bound on what any assignment costs. The whole numbers come from a
mixed-integer programme over all plans found, to which the plans of first come, first served belong: so the total is never higher than theirs.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from waybill.routing.model.optimiser import optimise
from waybill.routing.model.pool import Pool, as_they_come, used
from waybill.routing.model.problem import Candidate, Plan, Problem, Rate, Share

MOST_ROUNDS = 40
_QUICK, _SURE = 300, 20_000
"""Steps of the optimiser while plans are collected, and when they are proven."""
_LITTLE = 0.0005
"""Rounds that gain less than this share of the cost are not worth their time."""
_EPSILON = 0.5
_SECONDS = 60.0
_NOBODY, _FOR_NOTHING = "", Rate((10**9,), (0,))
Tie = tuple[str, str]
"""(sku, node) of scarce stock, or ("", node) of parcels."""


@dataclass(frozen=True, slots=True)
class Assigned:
    """A plan for each order of the pool, in its order. `cost` and `came` (first come, first served) with what is lost; no assignment of the pool
    costs less than `bound`."""

    plans: tuple[Plan, ...]
    cost: int
    came: int
    bound: float
    rounds: int

    @property
    def gap(self) -> float:
        """By how much it could be dearer than the best, as a share of its cost."""
        return max(0.0, (self.cost - self.bound) / self.cost) if self.cost else 0.0


def assign(pool: Pool) -> Assigned:
    """The pool's best assignment, as far as it can be told."""
    came = as_they_come(pool)
    served = sum(map(pool.cost, came))
    ties = _ties(pool)
    if not ties:
        return Assigned(tuple(came), served, served, served, 0)
    columns = [_Columns(pool, number, plan) for number, plan in enumerate(came)]
    bound, rounds = float("-inf"), 0
    for steps in (_QUICK, _SURE):
        before = float("inf")
        for _ in range(MOST_ROUNDS):
            rounds, known = rounds + 1, sum(len(mine.plans) for mine in columns)
            total, worth, prices = _priced(pool, columns, ties)
            undercut = [mine.priced(prices, price, steps) for mine, price in zip(columns, worth, strict=True)]
            bound = max(bound, total + sum(min(0.0, each) for each in undercut))
            if sum(len(mine.plans) for mine in columns) == known or before - total < _LITTLE * total:
                break
            before = total
    plans = _whole(pool, columns, ties)
    cost = sum(map(pool.cost, plans))
    if cost > served:
        plans, cost = came, served
    return Assigned(tuple(plans), cost, served, min(bound, cost), rounds)


class _Columns:
    """The plans of one order that are known."""

    def __init__(self, pool: Pool, number: int, came: Plan) -> None:
        self.pool, self.problem, self.came = pool, pool.orders[number].problem, came
        self.plans: dict[tuple[Any, ...], Plan] = {}
        self.add(came)
        self.add(Plan((), 0, {demand.sku: demand.quantity for demand in self.problem.demands}))

    def add(self, plan: Plan) -> None:
        if self.pool.allows(plan, self.came):
            self.plans.setdefault(tuple((share.node, tuple(sorted(share.units.items()))) for share in plan.shares), plan)

    def priced(self, prices: Mapping[Tie, float], worth: float, steps: int) -> float:
        """Adds the plan that is cheapest at these prices; where units may stay unshipped, that is among what it may choose. Answers by how much any
        plan of the order could at most undercut what its plan is worth now (below zero); without end where so few steps prove nothing."""
        at = _at(self.problem, prices)
        plan = _without_lost(optimise(_with_nobody(at, self.pool.lost), steps)) if self.came.short else optimise(at, steps)
        taken = sum(prices.get((sku, share.node), 0.0) * units for share in plan.shares for sku, units in share.units.items())
        taken += sum(prices.get(("", share.node), 0.0) for share in plan.shares)
        paid = _paid(self.problem, plan)
        self.add(paid)
        if not plan.proven:
            return float("-inf")
        return self.pool.cost(paid) + taken - worth - (self.problem.split_penalty if self.came.short else 0)


def _paid(problem: Problem, plan: Plan) -> Plan:
    """What a plan really costs, without the prices at which it was found."""
    candidates = {candidate.node: candidate for candidate in problem.candidates}
    shares = tuple(replace(share, cost=_cost(candidates[share.node], share), scarcity=0) for share in plan.shares)
    cost = sum(share.cost for share in shares) + problem.split_penalty * max(0, len(shares) - 1)
    return Plan(shares, cost, plan.short, plan.proven)


def _cost(candidate: Candidate, share: Share) -> int:
    return candidate.rate.price(share.weight_g, candidate.per_parcel) + candidate.per_unit * sum(share.units.values())


def _at(problem: Problem, prices: Mapping[Tie, float]) -> Problem:
    """The same with stock and parcels at their prices. A parcel's stands as its handling: an order is one parcel here."""
    return replace(problem, candidates=tuple(_priced_candidate(candidate, prices) for candidate in problem.candidates))


def _with_nobody(problem: Problem, lost: int) -> Problem:
    """With nobody as a candidate, who takes what is left unshipped."""
    nobody = Candidate(_NOBODY, {demand.sku: demand.quantity for demand in problem.demands}, _FOR_NOTHING, 0, lost)
    return replace(problem, candidates=(*problem.candidates, nobody))


def _without_lost(plan: Plan) -> Plan:
    """What nobody takes is short."""
    lost = next((share for share in plan.shares if share.node == _NOBODY), None)
    if lost is None:
        return plan
    return replace(plan, shares=tuple(share for share in plan.shares if share.node != _NOBODY), short={**plan.short, **lost.units})


def _priced_candidate(candidate: Candidate, prices: Mapping[Tie, float]) -> Candidate:
    scarcity = {sku: round(price) for sku in candidate.available if (price := prices.get((sku, candidate.node), 0.0)) > _EPSILON}
    return replace(candidate, scarcity=scarcity, per_parcel=candidate.per_parcel + round(prices.get(("", candidate.node), 0.0)))


def _ties(pool: Pool) -> dict[Tie, int]:
    """What could run out: (sku, node) of which the orders together could want more than there is, and nodes that may be sent too much."""
    wanted: defaultdict[Tie, int] = defaultdict(int)
    for order in pool.orders:
        for candidate in order.problem.candidates:
            for demand in order.problem.demands:
                wanted[demand.sku, candidate.node] += min(demand.quantity, candidate.available.get(demand.sku, 0))
            wanted["", candidate.node] += 1
    there: dict[Tie, int] = {("", node): most for node, most in pool.parcels.items()}
    there |= {(sku, node): units for sku, at in pool.stock.items() for node, units in at.items()}
    return {tie: there.get(tie, 0) for tie, most in wanted.items() if (tie in there or tie[0]) and most > there.get(tie, 0)}


def _takes(plan: Plan) -> dict[Tie, int]:
    units, parcels = used([plan])
    return {**units, **{("", node): sent for node, sent in parcels.items()}}


def _priced(pool: Pool, columns: Sequence[_Columns], ties: Mapping[Tie, int]) -> tuple[float, list[float], dict[Tie, float]]:
    """(the least that the known plans cost when they may be mixed, what each order's plan is worth, prices)."""
    solver, _ = _programme(pool, columns, ties, whole=False)
    duals = list(solver.getSolution().row_dual)
    prices = {tie: max(0.0, -dual) for tie, dual in zip(ties, duals[len(columns) :], strict=True)}
    return solver.getObjectiveValue(), duals[: len(columns)], prices


def _whole(pool: Pool, columns: Sequence[_Columns], ties: Mapping[Tie, int]) -> list[Plan]:
    solver, owners = _programme(pool, columns, ties, whole=True)
    chosen: list[Plan] = [mine.came for mine in columns]
    for (number, plan), value in zip(owners, solver.getSolution().col_value, strict=True):
        if value > 0.5:
            chosen[number] = plan
    return chosen


def _programme(pool: Pool, columns: Sequence[_Columns], ties: Mapping[Tie, int], *, whole: bool) -> tuple[Any, list[tuple[int, Plan]]]:
    """A column a plan; a row an order, which takes one, then a row for each thing that could run out. Solved; and whose plan each column is."""
    import highspy
    import numpy as np

    row_of = {tie: len(columns) + place for place, tie in enumerate(ties)}
    owners = [(number, plan) for number, mine in enumerate(columns) for plan in mine.plans.values()]
    model = highspy.HighsLp()
    model.num_col_, model.num_row_ = len(owners), len(columns) + len(ties)
    model.col_cost_ = np.array([float(pool.cost(plan)) for _, plan in owners])
    most = 1.0 if whole else highspy.kHighsInf  # the rows say so already; a limit of its own would take its part of the prices
    model.col_lower_, model.col_upper_ = np.zeros(len(owners)), np.full(len(owners), most)
    model.row_lower_ = np.array([1.0] * len(columns) + [-highspy.kHighsInf] * len(ties))
    model.row_upper_ = np.array([1.0] * len(columns) + [float(units) for units in ties.values()])
    starts, index, values = [0], list[int](), list[float]()
    for number, plan in owners:
        index.append(number)
        values.append(1.0)
        for tie, units in _takes(plan).items():
            if tie in row_of:
                index.append(row_of[tie])
                values.append(float(units))
        starts.append(len(index))
    model.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    model.a_matrix_.start_, model.a_matrix_.index_ = np.array(starts), np.array(index)
    model.a_matrix_.value_ = np.array(values)
    if whole:
        model.integrality_ = [highspy.HighsVarType.kInteger] * len(owners)
    solver = _silent(highspy.Highs)
    solver.passModel(model)
    solver.run()
    return solver, owners


def _silent(make: Callable[[], Any]) -> Any:
    solver = make()
    solver.silent()
    solver.setOptionValue("time_limit", _SECONDS)
    solver.setOptionValue("mip_rel_gap", 0.0)
    return solver
