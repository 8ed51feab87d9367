"""Where an order's stock is reserved: at the nodes from which the rules would ship it. The planner port of the inventory context,
which does not know routing; `bootstrap` brings the two together."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

from waybill.orders.store import Record
from waybill.routing.model.decision import REJECTED_BEFORE, Available, Split, asked, decide, marked
from waybill.routing.model.rules import FILL_OR_KILL
from waybill.routing.model.standing import doubtful_nodes, forgiven_at
from waybill.routing.ports import Rules, Sites


class Wanted(Protocol):
    """Units of a line that no reservation covers yet (`inventory.model.plan.Wanted`)."""

    @property
    def line(self) -> str: ...
    @property
    def quantity(self) -> int: ...


def fill_or_kill(shop: Sites, rules: Rules) -> Callable[[Record], bool]:
    """Whether the routing of an order says that it is cancelled where stock does not suffice."""
    return lambda record: rules.active().for_order(shop.facts(record)).fill == FILL_OR_KILL


@dataclass(frozen=True, slots=True)
class Planner:
    """`planner(record, wanted, available)` → {line: {node: units}}; None where the open nodes have not all that is wanted."""

    shop: Sites
    rules: Rules

    def __call__(self, record: Record, wanted: Iterable[Wanted], available: Available) -> Split | None:
        units: Mapping[str, int] = {want.line: want.quantity for want in wanted}
        doubtful = doubtful_nodes(record.fulfilment_orders, forgiven_at(record.state.holds))
        sites = marked(self.shop.sites(record), doubtful, doubt=REJECTED_BEFORE)
        question = asked(self.shop.lines(record, units), sites, available, order=self.shop.facts(record))
        decision = decide(question, self.rules.active())
        return None if decision.short else decision.by_line()
