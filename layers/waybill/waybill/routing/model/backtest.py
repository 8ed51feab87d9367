"""A rule set tried on decisions that were taken: what it would have decided, and whether that is good enough to let it stand.

Each decision is asked again with what was known then. What an earlier difference would have left in stock for a later order is not
played on: the receipts say what there was.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from waybill.kernel.errors import InvalidInput
from waybill.kernel.plain import plain
from waybill.routing.model.decision import LATE, Decision, decide
from waybill.routing.model.receipt import question
from waybill.routing.model.rules import RuleSet

Receipt = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Result:
    """What one decision comes to. `cost` in minor units without penalties, `km` over all parcels' ways, `late`: nodes from which it would
    arrive after the promise, `unshipped`: units without a node."""

    nodes: tuple[str, ...]
    cost: int
    km: int
    late: int
    unshipped: int

    @classmethod
    def of(cls, decision: Decision) -> Result:
        sites, used = {site.node: site for site in decision.asked.sites}, decision.plan.shares
        return cls(
            decision.plan.nodes,
            sum(share.cost for share in used),
            sum(sites[share.node].distance_km for share in used),
            sum(LATE in sites[share.node].doubts for share in used),
            sum(decision.short.values()),
        )


@dataclass(frozen=True, slots=True)
class Compared:
    """One order under both rule sets."""

    order_id: str
    at: str
    before: Result
    after: Result

    @property
    def differs(self) -> bool:
        return self.before != self.after


@dataclass(frozen=True, slots=True)
class Totals:
    """Sums over many orders. `cost`, `km`, `splits`, `late` count those that both rule sets ship whole, so that who ships less is not
    praised for it; `breaches`: days on which a node sends more parcels than it can."""

    cost: int = 0
    splits: int = 0
    km: int = 0
    late: int = 0
    unshipped: int = 0
    breaches: int = 0


@dataclass(frozen=True, slots=True)
class Limits:
    """How much worse a rule set may be, and on how many decisions it must have been tried. Percents of what was before."""

    least_orders: int = 20
    least_shadow: int = 5
    cost_percent: int = 1
    splits_percent: int = 5
    km_percent: int = 10
    late: int = 0
    unshipped: int = 0
    breaches: int = 0

    @classmethod
    def of(cls, policy: Mapping[str, Any]) -> Limits:
        """From the shop's policy `routing_gate`. Raises InvalidInput for what is no limit."""
        known = {each.name for each in fields(cls)}
        for name, value in policy.items():
            if name not in known or isinstance(value, bool) or not isinstance(value, int) or value < 0:
                raise InvalidInput(f"the policy routing_gate: {name} is unknown or no whole number", fields={name: "unknown or not a number"})
        return cls(**policy)


@dataclass(frozen=True, slots=True)
class Report:
    """`refused`: why the gate does not let it through, in words; empty where it does."""

    orders: int
    before: Totals
    after: Totals
    rows: tuple[Compared, ...] = field(default=(), repr=False)
    refused: tuple[str, ...] = ()

    @property
    def passed(self) -> bool:
        return not self.refused

    def to_dict(self) -> dict[str, Any]:
        """Without the rows."""
        told = {"orders": self.orders, "different": sum(row.differs for row in self.rows), "passed": self.passed, "refused": list(self.refused)}
        return {**told, "before": plain(self.before), "after": plain(self.after)}


def tried(receipts: Iterable[tuple[str, Receipt]], before: RuleSet, after: RuleSet, capacity: Mapping[str, int], limits: Limits) -> Report:
    """The report on (order id, receipt) pairs. `capacity`: parcels that a node sends a day, by node; not named, not limited."""
    rows = tuple(_compared(order_id, kept, before, after) for order_id, kept in receipts)
    whole = [row for row in rows if not row.before.unshipped and not row.after.unshipped]
    sums = tuple(_totals(rows, whole, side, capacity) for side in ("before", "after"))
    report = Report(len(rows), *sums, rows)
    return Report(len(rows), *sums, rows, tuple(_refusals(report, limits, limits.least_orders)))


def in_shadow(report: Report, limits: Limits) -> tuple[str, ...]:
    """The same judgement of decisions that were taken while the rule set ran in the shadow of the active one."""
    return tuple(_refusals(report, limits, limits.least_shadow))


def _compared(order_id: str, kept: Receipt, before: RuleSet, after: RuleSet) -> Compared:
    asked = question(kept)
    return Compared(order_id, kept["at"], Result.of(decide(asked, before)), Result.of(decide(asked, after)))


def _totals(rows: Iterable[Compared], whole: list[Compared], side: str, capacity: Mapping[str, int]) -> Totals:
    both = [getattr(row, side) for row in whole]
    sent: Counter[tuple[str, str]] = Counter()
    for row in rows:
        sent.update((node, row.at[:10]) for node in getattr(row, side).nodes)
    return Totals(
        sum(result.cost for result in both),
        sum(max(0, len(result.nodes) - 1) for result in both),
        sum(result.km for result in both),
        sum(result.late for result in both),
        sum(getattr(row, side).unshipped for row in rows),
        sum(parcels > capacity[node] for (node, _), parcels in sent.items() if node in capacity),
    )


def _refusals(report: Report, limits: Limits, least: int) -> Iterable[str]:
    if report.orders < least:
        yield f"tried on {report.orders} decisions; {least} are needed"
    for name in ("cost", "splits", "km"):
        before, after, most = getattr(report.before, name), getattr(report.after, name), getattr(limits, f"{name}_percent")
        if after * 100 > before * (100 + most):
            yield f"{name}: {after} instead of {before} is more than {most} % worse"
    for name in ("late", "unshipped", "breaches"):
        before, after, most = getattr(report.before, name), getattr(report.after, name), getattr(limits, name)
        if after > before + most:
            yield f"{name}: {after} instead of {before}" + (f", more than {most} worse" if most else "")
