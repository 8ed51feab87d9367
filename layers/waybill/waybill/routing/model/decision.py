"""One routing decision: which nodes are asked, what the optimiser answers, and the receipt from which anybody can check it.

A site may be barred (it is closed, it has just rejected this very work) or merely doubtful (it would be late, it rejected an
earlier part of the order). Doubtful sites are asked only where the others cannot ship everything: first the late ones.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from waybill.routing.model.optimiser import VERSION, optimise
from waybill.routing.model.problem import Candidate, Demand, Plan, Problem, Rate

LATE, REJECTED_BEFORE = "late", "rejected_before"
CLOSED, REJECTED, NO_STOCK, NO_CARRIER = "closed", "rejected", "no_stock", "no_carrier"
ADDRESS = "address"
_MORE_AND_MORE = (frozenset[str](), frozenset({LATE}), frozenset({LATE, REJECTED_BEFORE}))

Available = Mapping[str, Mapping[str, int]]
"""Units this order may take: {sku: {node: units}}."""

Split = dict[str, dict[str, int]]
"""Units by node and line, or by line and node."""


@dataclass(frozen=True, slots=True)
class Unrouted:
    """Units of one line that want a node."""

    line: str
    sku: str
    quantity: int
    weight_g: int


@dataclass(frozen=True, slots=True)
class Site:
    """A node as this order sees it. `barred`: why it cannot be asked; `doubts`: why it should not be, if there are others."""

    node: str
    rate: Rate
    distance_km: int = 0
    per_parcel: int = 0
    per_unit: int = 0
    barred: str = ""
    doubts: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Decision:
    """`shares` {node: {line: units}} is what is to be shipped from where; `short` {line: units} what nobody can ship."""

    lines: tuple[Unrouted, ...]
    problem: Problem
    plan: Plan
    shares: Split
    short: dict[str, int]
    ruled_out: dict[str, str]
    distances: dict[str, int]

    def by_line(self) -> Split:
        """{line: {node: units}}, as reservations are kept."""
        turned: Split = {}
        for node, lines in self.shares.items():
            for line, units in lines.items():
                turned.setdefault(line, {})[node] = units
        return turned


def decide(
    lines: Iterable[Unrouted],
    sites: Iterable[Site],
    available: Available,
    *,
    split_penalty: int = 0,
    held: Mapping[str, Mapping[str, int]] | None = None,
) -> Decision:
    """The cheapest plan over the sites that may be asked. `held` {line: {node: units}}: where lines of the same SKU are
    interchangeable, each keeps what is reserved for it."""
    wanted, known = tuple(sorted(lines, key=lambda line: line.line)), sorted(sites, key=lambda site: site.node)
    demands = _demands(wanted)
    for allowed in _MORE_AND_MORE:
        asked = [site for site in known if not site.barred and site.doubts <= allowed]
        problem = Problem(demands, tuple(_candidates(asked, demands, available)), split_penalty)
        plan = optimise(problem)
        if not plan.short:
            break
    shares = _by_node(wanted, plan, held or {})
    routed = Counter[str]()
    for units in shares.values():
        routed.update(units)
    short = {line.line: line.quantity - routed[line.line] for line in wanted if routed[line.line] < line.quantity}
    ruled_out = _ruled_out(known, problem)
    return Decision(wanted, problem, plan, shares, short, ruled_out, {site.node: site.distance_km for site in known})


def marked(sites: Iterable[Site], nodes: Collection[str], *, bar: str = "", doubt: str = "") -> list[Site]:
    """The sites, those of these nodes barred for a reason, or doubtful for one."""
    doubts = frozenset({doubt} if doubt else ())
    return [replace(site, barred=site.barred or bar, doubts=site.doubts | doubts) if site.node in nodes else site for site in sites]


def receipt(decision: Decision, *, at: str, cause: str, tariffs: Mapping[str, str]) -> dict[str, Any]:
    """Why it was decided so: JSON-able, the same for the same decision, no personal data. `tariffs`: version by carrier."""
    plan = decision.plan
    return {
        "at": at,
        "cause": cause,
        "optimiser": VERSION,
        "tariffs": dict(sorted(tariffs.items())),
        "lines": [[line.line, line.sku, line.quantity, line.weight_g] for line in decision.lines],
        "problem": decision.problem.to_dict(),
        "distance_km": dict(sorted(decision.distances.items())),
        "alone": alone(decision.problem),
        "ruled_out": dict(sorted(decision.ruled_out.items())),
        "chosen": plan.to_dict(),
        "runner_up": plan.runner_up.to_dict() if plan.runner_up else None,
        "shares": decision.shares,
        "short": decision.short,
    }


def replay(kept: Mapping[str, Any]) -> Plan:
    """The plan that the problem in a receipt leads to, worked out anew."""
    return optimise(Problem.from_dict(kept["problem"]))


def alone(problem: Problem) -> dict[str, int | None]:
    """By candidate, what it would cost to ship everything from there; None where it has not everything."""
    weight = sum(demand.quantity * demand.weight_g for demand in problem.demands)
    units = sum(demand.quantity for demand in problem.demands)
    has_all = {c.node: all(c.available.get(d.sku, 0) >= d.quantity for d in problem.demands) for c in problem.candidates}
    return {c.node: c.rate.price(weight, c.per_parcel) + units * c.per_unit if has_all[c.node] else None for c in problem.candidates}


def _demands(lines: tuple[Unrouted, ...]) -> tuple[Demand, ...]:
    quantities, weights = Counter[str](), {}
    for line in lines:
        quantities[line.sku] += line.quantity
        weights[line.sku] = line.weight_g
    return tuple(Demand(sku, quantity, weights[sku]) for sku, quantity in quantities.items())


def _candidates(sites: list[Site], demands: tuple[Demand, ...], available: Available) -> Iterable[Candidate]:
    weight = sum(demand.quantity * demand.weight_g for demand in demands)
    short_rates = {site.rate: site.rate.up_to(weight) for site in sites}
    for site in sites:
        have = {demand.sku: available.get(demand.sku, {}).get(site.node, 0) for demand in demands}
        stock = {sku: units for sku, units in have.items() if units > 0}
        if stock:
            yield Candidate(site.node, stock, short_rates[site.rate], site.per_parcel, site.per_unit)


def _ruled_out(sites: list[Site], problem: Problem) -> dict[str, str]:
    asked = {candidate.node for candidate in problem.candidates}
    return {site.node: site.barred or ", ".join(sorted(site.doubts)) or NO_STOCK for site in sites if site.node not in asked}


def _by_node(lines: tuple[Unrouted, ...], plan: Plan, held: Mapping[str, Mapping[str, int]]) -> Split:
    """Hands the plan's units out to the lines: to each first where its reservation is, then in order."""
    left = {share.node: dict(share.units) for share in plan.shares}
    open_units = {line.line: line.quantity for line in lines}
    shares: Split = {node: {} for node in left}
    for most in (lambda line, node: held.get(line, {}).get(node, 0), lambda line, node: open_units[line]):
        for line in lines:
            for node, units in left.items():
                taken = min(most(line.line, node), units.get(line.sku, 0), open_units[line.line])
                if taken:
                    shares[node][line.line] = shares[node].get(line.line, 0) + taken
                    units[line.sku] -= taken
                    open_units[line.line] -= taken
    return shares
