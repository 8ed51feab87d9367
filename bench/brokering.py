"""Many orders that wait for the same stock: assigned all at once, beside first come, first served."""

from __future__ import annotations

import random
import time
from dataclasses import replace
from typing import Any

from bench.routing_orders import problem
from waybill.routing.assignment import assign
from waybill.routing.model.pool import Pool, Waiting, as_they_come, broken
from waybill.routing.model.problem import Problem

_ANY = 10**6
_POOLS = ((50, 10, 500), (50, 10, _ANY), (200, 20, 500), (200, 20, _ANY))


def pool(seed: int, orders: int, nodes: int, extra: int = 500) -> Pool:
    """Orders of 1 to 5 lines out of a small range, half as much again in stock as they want, unevenly; half of the nodes have few hands."""
    draw = random.Random(f"pool {seed} {orders} {nodes}")
    waiting = [Waiting(f"ord_{number:04}", problem(seed * 10_000 + number, draw.choice((1, 1, 2, 3, 5)), nodes)) for number in range(orders)]
    skus = sorted({demand.sku for order in waiting for demand in order.problem.demands})
    wanted = {sku: sum(d.quantity for order in waiting for d in order.problem.demands if d.sku == sku) for sku in skus}
    stock = {sku: _spread(draw, wanted[sku] * 3 // 2, nodes) for sku in skus}
    waiting = [replace(order, problem=_with(order.problem, stock)) for order in waiting]
    parcels = {f"node-{n:02}": draw.randint(2 * orders // nodes, 5 * orders // nodes) for n in range(nodes) if draw.random() < 0.5}
    return Pool(waiting, stock, parcels, extra=extra)


def _spread(draw: random.Random, units: int, nodes: int) -> dict[str, int]:
    shares = [draw.paretovariate(1) for _ in range(nodes)]
    return {f"node-{n:02}": int(units * share / sum(shares)) + 1 for n, share in enumerate(shares)}


def _with(problem: Problem, stock: dict[str, dict[str, int]]) -> Problem:
    return replace(
        problem,
        candidates=tuple(replace(c, available={d.sku: stock[d.sku][c.node] for d in problem.demands}) for c in problem.candidates),
    )


def measure(seeds: int = 2) -> list[dict[str, Any]]:
    """A row a size and a limit of what an order may cost more than if each came by itself: mean cost an order (dollars, a unit that stays unshipped at 100) of either, the proven gap, orders worse served than the policy
    allows, and the seconds that the largest took."""
    return [_row(orders, nodes, extra, seeds) for orders, nodes, extra in _POOLS]


def _row(orders: int, nodes: int, extra: int, seeds: int) -> dict[str, Any]:
    came, cost, gap, worse, over, slowest = 0, 0, 0.0, 0, 0, 0.0
    for seed in range(seeds):
        this = pool(seed, orders, nodes, extra)
        started = time.perf_counter()
        found = assign(this)
        slowest = max(slowest, time.perf_counter() - started)
        came, cost, gap = came + found.came, cost + found.cost, max(gap, found.gap)
        over += len(broken(this, found.plans))
        worse += sum(not this.allows(plan, before) for plan, before in zip(found.plans, as_they_come(this), strict=True))
    each = seeds * orders * 100
    return {
        "orders": orders, "nodes": nodes, "dearer by at most $": extra / 100, "$ as they come": came / each, "$ all at once": cost / each, "saved": f"{1 - cost / came:.1%}",
        "gap": f"{gap:.2%}", "worse served": worse, "limits broken": over, "slowest s": slowest,
    }  # fmt: skip
