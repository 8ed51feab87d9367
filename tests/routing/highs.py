"""The routing problem as a mixed-integer programme for HiGHS, written from the definition alone. Needs `highspy`."""

from __future__ import annotations

from waybill.routing.model.problem import Problem


def cheapest(problem: Problem) -> int | None:
    """The least total (cost and scarcity) of shipping all that there is, None where the limits of the problem allow no plan. Exact: the gap is closed to
    below half a minor unit."""
    import highspy

    solver = highspy.Highs()
    solver.silent()
    solver.setOptionValue("mip_rel_gap", 0.0)
    solver.setOptionValue("mip_abs_gap", 0.4)
    total = sum(demand.quantity * demand.weight_g for demand in problem.demands)
    cost, loads, used = 0, {}, []
    for candidate in problem.candidates:
        ends, prices = candidate.rate.steps(total, candidate.per_parcel)
        units = {d.sku: _units(solver, problem, d, max(0, candidate.available.get(d.sku, 0))) for d in problem.demands}
        steps = [solver.addBinary() for _ in ends]
        ships = solver.addBinary()
        solver.addConstr(sum(steps) == ships)
        weight = sum(demand.weight_g * units[demand.sku] for demand in problem.demands)
        solver.addConstr(weight <= sum(end * step for end, step in zip(ends, steps, strict=True)))
        cost += sum(price * step for price, step in zip(prices, steps, strict=True))
        cost += sum((candidate.per_unit + candidate.scarcity.get(sku, 0)) * each for sku, each in units.items())
        loads[candidate.node] = units
        used.append(ships)
    for demand in problem.demands:
        have = [max(0, c.available.get(demand.sku, 0)) for c in problem.candidates]
        there_is = sum(units for units in have if not problem.whole or units >= demand.quantity)
        solver.addConstr(sum(units[demand.sku] for units in loads.values()) == min(demand.quantity, there_is))
    if problem.most_nodes:
        solver.addConstr(sum(used) <= problem.most_nodes)
    solver.minimize(cost + problem.split_penalty * sum(used))
    if solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
        return None
    nodes = sum(round(solver.val(ships)) for ships in used)
    return round(solver.getObjectiveValue()) - problem.split_penalty * min(1, nodes)


def _units(solver, problem: Problem, demand, available: int):
    """How many units of a demand a node ships: any number, or all and none."""
    if not problem.whole:
        return solver.addIntegral(0, available)
    return demand.quantity * solver.addIntegral(0, 1 if available >= demand.quantity else 0)
