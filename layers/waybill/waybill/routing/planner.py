"""Where an order's stock is reserved: at the nodes from which the rules would ship it. The planner port of the inventory context,
which does not know routing; `bootstrap` brings the two together."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

from waybill.inventory.ports import NOTHING_WITHOUT_IT, REST_IS_CANCELLED, REST_WAITS
from waybill.orders.store import Record
from waybill.routing import ship_groups
from waybill.routing.model.decision import REJECTED_BEFORE, Available, Decision, Split, asked, decide, marked
from waybill.routing.model.rules import FILL_ALL, FILL_ALL_AVAILABLE, FILL_OR_KILL, WAIT
from waybill.routing.model.standing import doubtful_nodes, forgiven_at
from waybill.routing.ports import Rules, Sites


class Wanted(Protocol):
    """Units of a line that no reservation covers yet (`inventory.model.plan.Wanted`)."""

    @property
    def line(self) -> str: ...
    @property
    def quantity(self) -> int: ...


_IN_PARTS = (FILL_ALL, FILL_ALL_AVAILABLE)


def fill(shop: Sites, rules: Rules) -> Callable[[Record], str]:
    """What the routing of an order says of it where stock does not suffice (`model.rules.FILLS`)."""
    return lambda record: rules.active().for_order(shop.facts(record)).fill


def killed(fill: Callable[[Record], str]) -> Callable[[Record], bool]:
    """Whether an order of which nothing has gone to a node is cancelled rather than waits. One that takes what there is does so where there is nothing."""
    return lambda record: fill(record) in (FILL_OR_KILL, FILL_ALL_AVAILABLE)


def rest(fill: Callable[[Record], str]) -> Callable[[Record], str]:
    """What becomes of the units that an order lacks, as stock calls it."""
    return lambda record: _REST[fill(record)]


_REST = {WAIT: NOTHING_WITHOUT_IT, FILL_OR_KILL: NOTHING_WITHOUT_IT, FILL_ALL: REST_WAITS, FILL_ALL_AVAILABLE: REST_IS_CANCELLED}


@dataclass(frozen=True, slots=True)
class Planner:
    """`planner(record, wanted, available)` → {line: {node: units}}; None where the open nodes have not all that is wanted, but what they have of it
    for an order that ships in parts."""

    shop: Sites
    rules: Rules

    def __call__(self, record: Record, wanted: Iterable[Wanted], available: Available) -> Split | None:
        """Each ship group by itself, out of what those before it have left."""
        left, plan = available, Split()
        for units in ship_groups.parted(record.order, {want.line: want.quantity for want in wanted}):
            decision = self._decided(record, units, left)
            if decision.short and self.rules.active().for_order(decision.asked.order).fill not in _IN_PARTS:
                return None
            plan |= decision.by_line()
            left = _less(left, decision)
        return plan

    def _decided(self, record: Record, units: Mapping[str, int], available: Available) -> Decision:
        doubtful = doubtful_nodes(record.fulfilment_orders, forgiven_at(record.state.holds))
        seen = ship_groups.seen(record, units)
        sites = marked(self.shop.sites(seen), doubtful, doubt=REJECTED_BEFORE)
        return decide(asked(self.shop.lines(seen, units), sites, available, order=self.shop.facts(seen)), self.rules.active())


def _less(available: Available, decision: Decision) -> Available:
    """What is left when the nodes have shipped what was decided."""
    skus, left = {line.line: line.sku for line in decision.lines}, {sku: dict(nodes) for sku, nodes in available.items()}
    for node, lines in decision.shares.items():
        for line, units in lines.items():
            left[skus[line]][node] -= units
    return left
