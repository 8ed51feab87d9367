"""Routing one order, provably cheapest: CPU time of the optimiser, beside HiGHS on the same orders in the same run.

    python -m bench.routing [orders per row]

HiGHS comes from `pip install highspy`; where it is missing its columns stay empty. Every optimum that it finds is compared.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import Any

from bench.routing_orders import problem
from waybill.routing.model.optimiser import optimise
from waybill.routing.model.problem import Problem

_ROWS = [
    ("1 line", (1,), 20),
    ("1 to 5 lines", (1, 2, 3, 4, 5), 20),
    ("5 lines", (5,), 20),
    ("1 to 10 lines", tuple(range(1, 11)), 10),
    ("10 lines", (10,), 8),
    ("12 lines", (12,), 0),
]
"""Name, lines, and how many of the orders HiGHS is asked about too."""


def measure(orders: int = 300) -> list[dict[str, Any]]:
    """A row an order size and kind of goods; times in milliseconds over 50 nodes. `proven`: optima proven, out of `orders`."""
    return [_row(name, lines, asked, goods, orders) for goods in ("parcels", "bulky") for name, lines, asked in _ROWS]


def _row(name: str, lines: tuple[int, ...], asked: int, goods: str, orders: int) -> dict[str, Any]:
    problems = [problem(seed, lines[seed % len(lines)], goods=goods) for seed in range(orders)]
    timed = [_timed(optimise, each) for each in problems]
    times = sorted(taken for taken, _ in timed)
    row = {
        "orders": f"{name}, {goods}",
        "p50_ms": times[len(times) // 2],
        "p99_ms": times[len(times) * 99 // 100],
        "worst_ms": times[-1],
        "proven": sum(plan.proven for _, plan in timed),
        "of": orders,
    }
    return {**row, **_beside_highs(list(zip(problems, timed, strict=True))[:asked])}


def _beside_highs(cases: list[tuple[Problem, tuple[float, Any]]]) -> dict[str, Any]:
    try:
        import highspy  # noqa: F401 (only whether it is there)

        from tests.routing import highs
    except ImportError:
        return {}
    solved = [(*_timed(highs.cheapest, each), *ours) for each, ours in cases]
    if not solved:
        return {}
    theirs, mine = sorted(each[0] for each in solved), sorted(each[2] for each in solved)
    middle = len(solved) // 2
    return {
        "highs_p50_ms": theirs[middle],
        "times_faster": theirs[middle] / mine[middle],
        "equal": sum(cost == plan.cost for _, cost, _, plan in solved),
        "compared": len(solved),
    }


def _timed(solve: Callable[[Problem], Any], each: Problem) -> tuple[float, Any]:
    start = time.process_time()
    answer = solve(each)
    return (time.process_time() - start) * 1000, answer


def main(orders: int = 300) -> list[dict[str, Any]]:
    """Prints the table and answers its rows."""
    print(f"{'50 nodes':24}{'p50 ms':>9}{'p99 ms':>9}{'worst':>9}{'proven':>10}{'HiGHS p50':>11}{'ratio':>8}{'equal':>8}")
    rows = measure(orders)
    for row in rows:
        line = f"{row['orders']:24}{row['p50_ms']:9.2f}{row['p99_ms']:9.2f}{row['worst_ms']:9.2f}{row['proven']:>6}/{row['of']}"
        if "compared" in row:
            line += f"{row['highs_p50_ms']:11.1f}{row['times_faster']:7.0f}×{row['equal']:>5}/{row['compared']}"
        print(line)
    return rows


if __name__ == "__main__":
    main(*map(int, sys.argv[1:2]))
