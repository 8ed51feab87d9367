"""The brokering run: orders whose shipping method has time wait for it, and are shared out over nodes, stock and hands all at once.

A run only says to whom what is allotted. Each order is then routed by its own commit like any other, with what was allotted as all that it sees, so
its receipt is replayed like any other; where things have changed meanwhile, as if there were no run. A run that dies leaves the others in the pool.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from waybill.aws.logs import count, logger
from waybill.kernel.clock import Clock, instant
from waybill.kernel.errors import InvalidInput
from waybill.kernel.ids import digest
from waybill.routing.model.decision import Decision
from waybill.routing.model.pool import Pool, Waiting
from waybill.routing.model.problem import Plan
from waybill.routing.model.rules import CHEAPEST
from waybill.routing.service import Routing

POLICY = "brokering"
"""{"methods": shipping methods whose orders wait for the next run, "extra": minor units that one may cost more than if each came by itself}."""
MOST_ORDERS, EXTRA = 300, 500
_MOST_METHODS, _MOST_EXTRA = 50, 10**6
Allotted = dict[str, dict[str, int]]


class Waits(Protocol):
    """The pool (`pool_table`)."""

    def waiting(self, most: int) -> list[str]: ...
    def leave(self, order_id: str) -> None: ...
    def keep_run(self, run: dict[str, Any]) -> None: ...


class Found(Protocol):
    """What came of a pool (`assignment.Assigned`)."""

    @property
    def plans(self) -> tuple[Plan, ...]: ...
    @property
    def cost(self) -> int: ...
    @property
    def came(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Brokering:
    """`parcels(node, day)`: those that a node can still send on a day; None for any number."""

    routing: Routing
    pool: Waits
    assign: Callable[[Pool], Found]
    parcels: Callable[[str, str], int | None]
    policy: Callable[[], Mapping[str, Any]]
    clock: Clock

    def run(self) -> dict[str, int]:
        """Answers how many orders waited, how many were routed as allotted and how many by themselves."""
        at, waiting = instant(self.clock()), self.pool.waiting(MOST_ORDERS)
        held = self.routing.held_by(waiting)
        asked = {order_id: decision for order_id in waiting if (decision := self.routing.wish(order_id, held)) is not None}
        pooled = [order_id for order_id, decision in asked.items() if decision.rule.pick == CHEAPEST and decision.problem.demands]
        found = self.assign(self._pool([(order_id, asked[order_id]) for order_id in pooled])) if pooled else None
        allotted = dict(zip(pooled, (found.plans if found else ()), strict=True))
        left = [order_id for order_id in allotted if not self._as_allotted(order_id, asked[order_id], allotted[order_id], at)]
        late = [order_id for order_id in left if not self._as_allotted(order_id, asked[order_id], allotted[order_id], at)]
        for order_id in (*late, *(id for id in waiting if id not in allotted)):
            self.routing.release_now(order_id)
        for order_id in waiting:
            self.pool.leave(order_id)
        told = {"waited": len(waiting), "as_allotted": len(allotted) - len(late), "by_themselves": len(waiting) - len(allotted) + len(late)}
        if waiting:
            self.pool.keep_run({"at": at, **told, "cost": found.cost if found else 0, "as_they_come": found.came if found else 0})
        count("OrdersBrokered", told["as_allotted"])
        logger.info("brokered", **told)
        return told

    def _pool(self, asked: list[tuple[str, Decision]]) -> Pool:
        stock: dict[str, dict[str, int]] = {}
        parcels: dict[str, int] = {}
        for _, decision in asked:
            for sku, nodes in decision.asked.available.items():
                for node, units in nodes.items():
                    there = stock.setdefault(sku, {})
                    there[node] = max(there.get(node, 0), units)
            for site in decision.asked.sites:
                if site.node not in parcels and (left := self.parcels(site.node, site.leaves)) is not None:
                    parcels[site.node] = left
        return Pool([Waiting(id, decision.problem) for id, decision in asked], stock, parcels, extra=self.policy().get("extra", EXTRA))

    def _as_allotted(self, order_id: str, decision: Decision, plan: Plan, at: str) -> bool:
        """`keep` of the rule stays, so it is allotted on top."""
        share: Allotted = {}
        for node in plan.shares:
            for sku, units in node.units.items():
                share.setdefault(sku, {})[node.node] = units + decision.rule.keep
        return not plan.short and self.routing.allotted(order_id, share, f"run-{digest(at, length=8)}")


def check(policy: Mapping[str, Any]) -> None:
    """Raises InvalidInput for a policy that cannot be obeyed."""
    wrong = dict.fromkeys(policy.keys() - {"methods", "extra"}, "is unknown; there are methods, extra")
    methods, extra = policy.get("methods", []), policy.get("extra", EXTRA)
    if not isinstance(methods, list) or len(methods) > _MOST_METHODS or not all(isinstance(each, str) and each for each in methods):
        wrong["methods"] = "is a list of shipping methods"
    if isinstance(extra, bool) or not isinstance(extra, int) or not 0 <= extra <= _MOST_EXTRA:
        wrong["extra"] = f"is a whole number from 0 to {_MOST_EXTRA}"
    if wrong:
        raise InvalidInput("; ".join(f"{name} {what}" for name, what in wrong.items()), fields=wrong)

