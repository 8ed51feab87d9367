"""One routing decision: which rule applies, which nodes it asks, and what the optimiser answers.

A site may be barred (it is closed, it has just rejected this very work) or merely doubtful (it would be late, it rejected an
earlier part of the order). Doubtful sites are asked only where the others cannot ship everything: first the late ones.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from waybill.routing.model.drain import drain, ranked
from waybill.routing.model.groups import bound, groups_of, loosened
from waybill.routing.model.optimiser import optimise
from waybill.routing.model.problem import Candidate, Demand, Plan, Problem, Rate
from waybill.routing.model.rules import BUILT_IN, BY_GROUP, BY_ITEM, NEVER, Rule, RuleSet

LATE, REJECTED_BEFORE = "late", "rejected_before"
CLOSED, REJECTED, NO_STOCK, NO_CARRIER, BY_RULE = "closed", "rejected", "no_stock", "no_carrier", "rule"
ADDRESS, BY_A_PERSON, TOO_OFTEN, NOT_FOR_CHANNEL = "address", "person", "too_often", "channel"
FETCHED_ELSEWHERE = "pickup"
"""Its customer comes to another node: barred, or asked only for what that one has not."""
_MORE_AND_MORE = (frozenset[str](), frozenset({LATE, FETCHED_ELSEWHERE}), frozenset({LATE, FETCHED_ELSEWHERE, REJECTED_BEFORE}))

Available = Mapping[str, Mapping[str, int]]
"""Units this order may take: {sku: {node: units}}."""

Held = Mapping[str, Mapping[str, int]]
"""What is reserved for the order already: {line: {node: units}}."""

Split = dict[str, dict[str, int]]
"""Units by node and line, or by line and node."""


@dataclass(frozen=True, slots=True)
class Unrouted:
    """Units of one line that want a node. `value`: minor units that the customer pays for them, before tax; `group`: what it is to stay together
    with, empty for nothing."""

    line: str
    sku: str
    quantity: int
    weight_g: int
    value: int = 0
    group: str = ""


@dataclass(frozen=True, slots=True)
class Site:
    """A node as this order sees it. `barred`: why it cannot be asked; `doubts`: why it should not be, if there are others. `leaves`: the day on which
    a parcel would; `within`: the days that a carrier may take then to keep the promise (0: none was made, -1: too late). `scarcity` by SKU: minor
    units that one is worth there to orders still to come."""

    node: str
    rate: Rate
    distance_km: int = 0
    per_parcel: int = 0
    per_unit: int = 0
    barred: str = ""
    doubts: frozenset[str] = frozenset()
    kind: str = ""
    country: str = ""
    region: str = ""
    tags: tuple[str, ...] = ()
    priority: int = 0
    leaves: str = ""
    within: int = 0
    scarcity: Mapping[str, int] = field(default_factory=dict)

    def facts(self, *, has_all: bool) -> dict[str, Any]:
        """What rules may ask of it (`conditions.NODE_FIELDS`)."""
        names = ("node", "kind", "country", "region", "tags", "priority", "distance_km")
        handling = {"handling_per_parcel": self.per_parcel, "handling_per_unit": self.per_unit}
        return {**{name: getattr(self, name) for name in names}, **handling, "in_time": LATE not in self.doubts, "has_all": has_all}


@dataclass(frozen=True, slots=True)
class Asked:
    """Everything that a decision is made from: the same is decided from the same. `order` holds what rules may ask of the order
    (`conditions.ORDER_FIELDS`)."""

    lines: tuple[Unrouted, ...]
    sites: tuple[Site, ...]
    available: Available
    held: Held = field(default_factory=dict)
    order: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Decision:
    """`shares` {node: {line: units}} is what is to be shipped from where; `short` {line: units} what nobody can ship. `tried`: the rules
    that came before `rule`, each with the units that it could not ship."""

    asked: Asked
    problem: Problem
    plan: Plan
    shares: Split
    short: dict[str, int]
    ruled_out: dict[str, str]
    rules: RuleSet
    routing: str
    rule: Rule
    tried: tuple[tuple[str, int], ...] = ()

    @property
    def lines(self) -> tuple[Unrouted, ...]:
        return self.asked.lines

    def by_line(self) -> Split:
        """{line: {node: units}}, as reservations are kept."""
        turned: Split = {}
        for node, lines in self.shares.items():
            for line, units in lines.items():
                turned.setdefault(line, {})[node] = units
        return turned


def asked(
    lines: Iterable[Unrouted], sites: Iterable[Site], available: Available, held: Held | None = None, order: Mapping[str, Any] | None = None
) -> Asked:
    """In the one order in which the same things are always written. `available` is cut to these lines and sites."""
    wanted, known = tuple(sorted(lines, key=lambda line: line.line)), tuple(sorted(sites, key=lambda site: site.node))
    nodes, skus = [site.node for site in known], sorted({line.sku for line in wanted})
    there = {sku: {node: units for node in nodes if (units := available.get(sku, {}).get(node, 0)) > 0} for sku in skus}
    return Asked(wanted, known, there, held or {}, order or {})


def decide(asked: Asked, rules: RuleSet = BUILT_IN) -> Decision:
    """What the order's rules lead to: the first rule that ships everything; where none does, the one that ships most."""
    asked = replace(asked, order=rules.asked_for(asked.order)) if asked.order else asked
    routing = rules.for_order(asked.order) if asked.order else rules.routings[-1]
    tried: list[tuple[str, int]] = []
    best: Decision | None = None
    for rule in routing.chain():
        found = replace(_by_rule(asked, rule), rules=rules, routing=routing.name, tried=tuple(tried))
        if not found.short:
            return found
        units = sum(found.short.values())
        if best is None or units < sum(best.short.values()):
            best = found
        tried.append((rule.name, units))
    assert best is not None
    return replace(best, tried=tuple(tried))


def marked(sites: Iterable[Site], nodes: Collection[str], *, bar: str = "", doubt: str = "") -> list[Site]:
    """The sites, those of these nodes barred for a reason, or doubtful for one."""
    doubts = frozenset({doubt} if doubt else ())
    return [replace(site, barred=site.barred or bar, doubts=site.doubts | doubts) if site.node in nodes else site for site in sites]


def alone(problem: Problem) -> dict[str, int | None]:
    """By candidate, what it would cost to ship everything from there; None where it has not everything."""
    weight = sum(demand.quantity * demand.weight_g for demand in problem.demands)
    units = sum(demand.quantity for demand in problem.demands)
    has_all = {c.node: all(c.available.get(d.sku, 0) >= d.quantity for d in problem.demands) for c in problem.candidates}
    return {c.node: c.rate.price(weight, c.per_parcel) + units * c.per_unit if has_all[c.node] else None for c in problem.candidates}


def _by_rule(asked: Asked, rule: Rule) -> Decision:
    demands = _demands(asked.lines)
    allowed = _allowed(asked, rule, demands)
    whole, most_nodes = _limits(asked, rule)
    for doubts in _MORE_AND_MORE:
        sites = [site for site in allowed if not site.barred and site.doubts <= doubts]
        problem = Problem(demands, tuple(_candidates(sites, demands, asked.available, rule.keep)), rule.split_penalty, most_nodes, whole)
        plan = _planned(problem, rule, sites, asked.lines)
        if not plan.short:
            break
    shares = _by_node(asked.lines, plan, asked.held)
    routed = Counter[str]()
    for units in shares.values():
        routed.update(units)
    short = {line.line: line.quantity - routed[line.line] for line in asked.lines if routed[line.line] < line.quantity}
    return Decision(asked, problem, plan, shares, short, _ruled_out(asked.sites, allowed, problem), BUILT_IN, "", rule)


def _planned(problem: Problem, rule: Rule, sites: list[Site], lines: tuple[Unrouted, ...]) -> Plan:
    groups = groups_of(lines) if rule.split == BY_GROUP else {}
    asked = bound(problem, groups) if groups else problem
    plan = optimise(asked) if isinstance(rule.pick, str) else drain(asked, _order(rule.pick, sites, asked))
    return loosened(problem, plan, groups) if groups else plan


def _allowed(asked: Asked, rule: Rule, demands: tuple[Demand, ...]) -> list[Site]:
    """The sites that the rule lets in, barred ones among them."""
    if not rule.nodes:
        return list(asked.sites)

    def has_all(site: Site) -> bool:
        return all(asked.available.get(d.sku, {}).get(site.node, 0) - rule.keep >= d.quantity for d in demands)

    facts = [(site, site.facts(has_all=has_all(site))) for site in asked.sites]
    return [site for site, known in facts if all(condition.holds(known) for condition in rule.nodes)]


def _limits(asked: Asked, rule: Rule) -> tuple[bool, int]:
    """(each SKU from one node, at most so many nodes)."""
    never = rule.split == NEVER or sum(line.value for line in asked.lines) < rule.split_from
    return rule.split == BY_ITEM, 1 if never else rule.most_nodes


def _order(sorts: tuple[str, ...], sites: list[Site], problem: Problem) -> list[str]:
    """The candidates as the sorts of a rule rank them."""
    by_name = {site.node: site for site in sites}
    units = {c.node: sum(min(d.quantity, c.available.get(d.sku, 0)) for d in problem.demands) for c in problem.candidates}

    def worth(node: str, sort: str) -> int:
        return units[node] if sort == "most_units" else by_name[node].facts(has_all=False)[sort]

    def by(sort: str) -> Any:
        name, backwards = sort.removeprefix("-"), sort.startswith("-") != (sort.removeprefix("-") == "most_units")
        return lambda node: -worth(node, name) if backwards else worth(node, name)

    return ranked(units, [by(sort) for sort in sorts])


def _demands(lines: tuple[Unrouted, ...]) -> tuple[Demand, ...]:
    quantities, weights = Counter[str](), {}
    for line in lines:
        quantities[line.sku] += line.quantity
        weights[line.sku] = line.weight_g
    return tuple(Demand(sku, quantity, weights[sku]) for sku, quantity in quantities.items())


def _candidates(sites: list[Site], demands: tuple[Demand, ...], available: Available, keep: int) -> Iterable[Candidate]:
    weight = sum(demand.quantity * demand.weight_g for demand in demands)
    short_rates = {site.rate: site.rate.up_to(weight) for site in sites}
    for site in sites:
        have = {demand.sku: available.get(demand.sku, {}).get(site.node, 0) - keep for demand in demands}
        stock = {sku: units for sku, units in have.items() if units > 0}
        if stock:
            yield Candidate(site.node, stock, short_rates[site.rate], site.per_parcel, site.per_unit, site.scarcity)


def _ruled_out(sites: Iterable[Site], allowed: list[Site], problem: Problem) -> dict[str, str]:
    candidates, let_in = {candidate.node for candidate in problem.candidates}, {site.node for site in allowed}
    return {
        site.node: site.barred or (BY_RULE if site.node not in let_in else ", ".join(sorted(site.doubts)) or NO_STOCK)
        for site in sites
        if site.node not in candidates
    }


def _by_node(lines: tuple[Unrouted, ...], plan: Plan, held: Held) -> Split:
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
