"""Small routing problems of every kind: rates that fall with weight, too small for the load, ties, nothing in stock."""

from __future__ import annotations

import random
from dataclasses import replace

from waybill.routing.model.problem import Candidate, Demand, Problem, Rate

_SHAPES = ((1, 4), (2, 4), (3, 3), (4, 2), (5, 2), (3, 4))


def small(seed: int) -> Problem:
    """Few enough possibilities to try them all."""
    draw = random.Random(seed)
    lines, nodes = draw.choice(_SHAPES)
    most = 2 if nodes == 4 else 3
    demands = tuple(Demand(f"S{i}", draw.randint(1, most), draw.choice((1, 50, 100, 333, 500, 1000, 2500))) for i in range(lines))
    rates = [_rate(draw) for _ in range(2)]
    candidates = tuple(
        Candidate(
            f"N{n}",
            {demand.sku: draw.choice((0, 0, 1, 2, 3, 5)) for demand in demands},
            draw.choice(rates),
            draw.choice((0, 50, 100, 300)),
            draw.choice((0, 0, 10, 50)),
        )
        for n in range(nodes)
    )
    return Problem(demands, candidates, draw.choice((0, 0, 100, 400)))


def limited(seed: int) -> Problem:
    """The same with limits: whole demands, few nodes, or both."""
    problem = small(seed)
    draw = random.Random(-seed - 1)
    return replace(problem, most_nodes=draw.choice((0, 1, 2, 2, 3)), whole=draw.random() < 0.5)


def shuffled(problem: Problem, seed: int) -> Problem:
    """The same problem, written down in another order."""
    draw = random.Random(seed)
    demands, candidates = list(problem.demands), list(problem.candidates)
    draw.shuffle(demands)
    draw.shuffle(candidates)
    return replace(problem, demands=tuple(demands), candidates=tuple(candidates))


def _rate(draw: random.Random) -> Rate:
    breaks = tuple(sorted(draw.sample(range(50, 4000, 50), draw.randint(1, 5))))
    prices = [draw.randint(1, 1500) for _ in breaks]
    return Rate(breaks, tuple(sorted(prices) if draw.random() < 0.8 else prices))


def scarce(problem: Problem, seed: int) -> Problem:
    """The same, some of its stock priced for orders still to come."""
    draw = random.Random(seed)
    candidates = tuple(
        replace(candidate, scarcity={sku: draw.choice((0, 5, 40, 300)) for sku in candidate.available if draw.random() < 0.6})
        for candidate in problem.candidates
    )
    return replace(problem, candidates=candidates)
