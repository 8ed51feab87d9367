"""The transport problem of a SKU, solved by HiGHS: what each node's stock is worth to demand still to come."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from waybill.routing.model.scarcity import Outlook, futures

FUTURES = 10


def prices(outlook: Outlook, lost: float, times: int = FUTURES) -> dict[str, float]:
    """{node: minor units that one more unit there would save}, the mean over so many futures. `lost`: what a unit costs that nobody can ship.

    Raises RuntimeError where HiGHS finds no optimum, which these problems always have.
    """
    total: dict[str, float] = {}
    for demand in futures(outlook.demand, times, outlook.sku):
        for node, price in _duals(replace(outlook, demand=demand), lost).items():
            total[node] = total.get(node, 0.0) + price / times
    return total


def _duals(outlook: Outlook, lost: float) -> dict[str, float]:
    """Stock and demand that there is none of take no part."""
    nodes = sorted(node for node, units in outlook.stock.items() if units > 0)
    regions = sorted(region for region, units in outlook.demand.items() if units > 0)
    if not nodes or not regions:
        return {}
    duals = list(_solved(outlook, nodes, regions, lost).getSolution().row_dual)
    return {node: max(0.0, -duals[row]) for row, node in enumerate(nodes)}


def _solved(outlook: Outlook, nodes: list[str], regions: list[str], lost: float) -> Any:
    """A row a node, then a row a region; a column a pair, then one a region for what nobody ships."""
    import highspy
    import numpy as np

    pairs = [(n, r) for n in range(len(nodes)) for r in range(len(regions))]
    model = highspy.HighsLp()
    columns, rows = len(pairs) + len(regions), len(nodes) + len(regions)
    demand = [float(outlook.demand[region]) for region in regions]
    model.num_col_, model.num_row_ = columns, rows
    model.col_cost_ = np.array([min(lost, outlook.costs.get((nodes[n], regions[r]), lost)) for n, r in pairs] + [lost] * len(regions), dtype=float)
    model.col_lower_, model.col_upper_ = np.zeros(columns), np.full(columns, highspy.kHighsInf)
    model.row_lower_ = np.array([-highspy.kHighsInf] * len(nodes) + demand)
    model.row_upper_ = np.array([float(outlook.stock[node]) for node in nodes] + demand)
    starts = [2 * column for column in range(len(pairs))] + [2 * len(pairs) + extra for extra in range(len(regions) + 1)]
    index = [row for n, r in pairs for row in (n, len(nodes) + r)] + [len(nodes) + r for r in range(len(regions))]
    model.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    model.a_matrix_.start_, model.a_matrix_.index_ = np.array(starts), np.array(index)
    model.a_matrix_.value_ = np.ones(len(index))
    solver = highspy.Highs()
    solver.silent()
    solver.passModel(model)
    solver.run()
    if solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
        raise RuntimeError(f"HiGHS did not solve the outlook of {outlook.sku}: {solver.getModelStatus()}")
    return solver
