"""A season of orders on stock that has to last: the prices of scarcity beside the cheapest plan of each order and the simple rules.

Each season is drawn from its seed: nodes and regions on a map, SKUs of unlike popularity, stock that lies not quite where it will be wanted.
Nobody knows the orders beforehand; what is expected comes from an earlier season of the same kind and from this one so far. The bound knows all orders: it is the linear
relaxation of shipping them all in the best way, so no policy can cost less. What counts is the cost above it.
"""

from __future__ import annotations

import random
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import accumulate
from math import hypot
from typing import Any

from waybill.routing.model.drain import drain
from waybill.routing.model.optimiser import optimise
from waybill.routing.model.problem import Candidate, Demand, Plan, Problem, Rate
from waybill.routing.model.scarcity import Outlook, Prices, Sale, by_node, expected, share_of_a_parcel
from waybill.routing.transport import prices

SEEDS = 30
PRICED, MYOPIC = "scarcity prices", "each order's cheapest"
LOST = 4_000
"""Minor units that a unit costs which nobody can ship."""
_NODES, _REGIONS, _SKUS, _ORDERS, _SOLVES = 8, 25, 10, 1_200, 60
_SIZES = (1, 1, 1, 1, 1, 1, 2, 2, 3, 5)
_ONE_PRICE = 10**6


@dataclass(frozen=True, slots=True)
class Order:
    """Units by SKU, to a region."""

    region: str
    units: dict[str, int]


@dataclass(frozen=True, slots=True)
class Season:
    """`parcels` and `handling` by (node, region): minor units of a parcel, and of each unit in it."""

    stock: dict[str, dict[str, int]]
    parcels: dict[tuple[str, str], int]
    handling: dict[tuple[str, str], int]
    orders: list[Order]
    earlier: list[Order]


def season(
    seed: int, orders: int = _ORDERS, regions: int = _REGIONS, skus: int = _SKUS, nodes: int = _NODES, sizes: tuple[int, ...] = _SIZES
) -> Season:
    draw = random.Random(f"season {seed}")
    at = {name: (draw.random(), draw.random()) for name in [*(f"N{n}" for n in range(nodes)), *(f"R{r:02}" for r in range(regions))]}
    names = [name for name in at if name.startswith("N")]
    places = [name for name in at if name.startswith("R")]
    away = {(n, r): hypot(at[n][0] - at[r][0], at[n][1] - at[r][1]) for n in names for r in places}
    popular = [draw.paretovariate(1.2) for _ in places]
    wanted = [draw.paretovariate(1.0) for _ in range(skus)]
    now, earlier = ([_order(draw, places, popular, wanted, sizes) for _ in range(orders)] for _ in range(2))
    parcels = {pair: 400 + 150 * int(8 * distance) for pair, distance in away.items()}
    return Season(_stock(draw, now, names, away, skus), parcels, {pair: 20 + int(60 * distance) for pair, distance in away.items()}, now, earlier)


def _order(draw: random.Random, regions: list[str], popular: list[float], wanted: list[float], sizes: tuple[int, ...]) -> Order:
    units = Counter[str]()
    for _ in range(draw.choice(sizes)):
        units[f"S{draw.choices(range(len(wanted)), wanted)[0]:02}"] += 1
    return Order(draw.choices(regions, popular)[0], dict(units))


def _stock(draw: random.Random, orders: list[Order], nodes: list[str], away: dict[tuple[str, str], float], skus: int) -> dict[str, dict[str, int]]:
    """A tenth more than is wanted, three fifths of it near to whom wants it, the rest anywhere."""
    stock = {}
    for sku in (f"S{number:02}" for number in range(skus)):
        at, anywhere = Counter(dict.fromkeys(nodes, 0)), list(accumulate(draw.random() for _ in nodes))
        for order in orders:
            for _ in range(order.units.get(sku, 0)):
                near = min(nodes, key=lambda node, region=order.region: away[node, region])
                at[near if draw.random() < 0.6 else draw.choices(nodes, cum_weights=anywhere)[0]] += 1
        for _ in range(sum(at.values()) // 10):
            at[draw.choice(nodes)] += 1
        stock[sku] = dict(at)
    return stock


Choice = Callable[[Problem, Order], Plan]
Pricing = Callable[[dict[str, dict[str, int]], int], Prices]
"""Of the stock that is left, after so many orders."""


def played(this: Season, choose: Choice, price: Pricing | None = None) -> tuple[int, int]:
    """(cost with what was lost, units lost) of a policy over the season. `price`: asked again every few orders."""
    stock, cost, lost = {sku: dict(at) for sku, at in this.stock.items()}, 0, 0
    scarce: Prices = {}
    for number, order in enumerate(this.orders):
        if price and number % max(1, len(this.orders) // _SOLVES) == 0:
            scarce = price(stock, number)
        plan = choose(_problem(this, order, stock, scarce), order)
        for share in plan.shares:
            for sku, units in share.units.items():
                stock[sku][share.node] -= units
        gone = sum(plan.short.values())
        cost, lost = cost + sum(share.cost for share in plan.shares) + LOST * gone, lost + gone
    return cost, lost


def _problem(this: Season, order: Order, stock: dict[str, dict[str, int]], scarce: Prices) -> Problem:
    demands = tuple(Demand(sku, units, 1) for sku, units in order.units.items())
    candidates = tuple(
        Candidate(
            node,
            {sku: stock[sku][node] for sku in order.units},
            Rate((_ONE_PRICE,), (this.parcels[node, order.region],)),
            0,
            this.handling[node, order.region],
            scarce.get(node, {}),
        )
        for node in next(iter(this.stock.values()))
    )
    return Problem(demands, candidates)


def pricing(this: Season) -> Pricing:
    """Prices for the stock that is left, by what an earlier season sold and this one has so far."""

    def price(stock: dict[str, dict[str, int]], gone: int) -> Prices:
        known = [*this.earlier, *this.orders[:gone]]
        sales = [Sale(order.region, sku, units, sum(order.units.values())) for order in known for sku, units in order.units.items()]
        shares, demand = share_of_a_parcel(sales), expected(sales, (len(this.orders) - gone) / len(known))
        found = {}
        for sku, at in stock.items():
            costs = {pair: this.handling[pair] + shares.get(sku, 1.0) * this.parcels[pair] for pair in this.parcels}
            found[sku] = prices(Outlook(sku, at, demand.get(sku, {}), costs), LOST)
        return by_node(found)

    return price


def policies(this: Season) -> dict[str, tuple[Choice, Any]]:
    def by(sort: Callable[[str, Order], Any]) -> Choice:
        return lambda problem, order: drain(problem, sorted((c.node for c in problem.candidates), key=lambda node: (sort(node, order), node)))

    return {
        PRICED: (lambda problem, order: optimise(problem), pricing(this)),
        MYOPIC: (lambda problem, order: optimise(problem), None),
        "fewest splits": (lambda problem, order: optimise(replace(problem, split_penalty=10**6)), None),
        "nearest": (by(lambda node, order: this.parcels[node, order.region]), None),
        "priority": (by(lambda node, order: node), None),
    }


def bound(this: Season) -> float:
    """What the season costs at the least, all orders being known: a linear programme."""
    import highspy

    solver = highspy.Highs()
    solver.silent()
    nodes = list(next(iter(this.stock.values())))
    taken: dict[tuple[str, str], list[Any]] = {}
    for order in this.orders:
        ships = {node: solver.addVariable(0, 1, this.parcels[node, order.region]) for node in nodes}
        for sku, units in order.units.items():
            each = {node: solver.addVariable(0, units, this.handling[node, order.region]) for node in nodes}
            lost = solver.addVariable(0, units, LOST)
            solver.addConstr(sum(each.values()) + lost == units)
            for node in nodes:
                solver.addConstr(each[node] <= units * ships[node])
                taken.setdefault((sku, node), []).append(each[node])
    for (sku, node), variables in taken.items():
        solver.addConstr(sum(variables) <= this.stock[sku][node])

    solver.run()
    return float(solver.getObjectiveValue())


def measure(seeds: int = SEEDS, say: Callable[[str], None] = lambda text: None) -> list[dict[str, Any]]:
    """A row a policy: its mean cost an order above the bound (dollars), that as a share of what each order's cheapest plan has above it, in how
    many seasons it was better than those, and units lost."""
    totals: dict[str, list[float]] = {}
    lost = Counter[str]()
    started = time.perf_counter()
    for seed in range(seeds):
        this = season(seed)
        least = bound(this)
        for name, (choose, price) in policies(this).items():
            cost, gone = played(this, choose, price)
            totals.setdefault(name, []).append(cost - least)
            lost[name] += gone
        say(f"  season {seed + 1} of {seeds}, {time.perf_counter() - started:.0f} s")
    myopic = sum(totals[MYOPIC])
    return [
        {
            "policy": name,
            "$ above the bound": sum(excess) / seeds / _ORDERS / 100,
            "of the myopic": sum(excess) / myopic,
            "better in": sum(mine < theirs for mine, theirs in zip(excess, totals[MYOPIC], strict=True)),
            "units lost": lost[name],
        }
        for name, excess in totals.items()
    ]


def seconds_to_price(regions: int = 100, nodes: int = 50, skus: int = 100, orders: int = 5_000) -> float:
    """How long one round of prices takes for a large shop, with orders of five lines."""
    this = season(0, orders, regions, skus, nodes, (5,))
    price, started = pricing(this), time.perf_counter()
    price(this.stock, 0)
    return time.perf_counter() - started


if __name__ == "__main__":
    for row in measure(int(sys.argv[1]) if len(sys.argv) > 1 else SEEDS, print):
        print(row)
