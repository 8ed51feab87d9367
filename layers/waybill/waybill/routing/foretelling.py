"""Where an order would ship from if it were routed now, and what that would cost. Nothing is written."""

from __future__ import annotations

from dataclasses import dataclass

from waybill.orders.store import Record
from waybill.routing.model.claim import Claim
from waybill.routing.model.decision import REJECTED_BEFORE, Decision, asked, decide, marked
from waybill.routing.model.standing import doubtful_nodes, forgiven_at
from waybill.routing.ports import Rules, Sites, Stock


@dataclass(frozen=True, slots=True)
class Foretelling:
    stock: Stock
    shop: Sites
    rules: Rules

    def __call__(self, record: Record) -> tuple[list[str], int] | None:
        """The nodes, and minor units of what shipping costs from there, splits not weighed; None where nobody could ship all of it."""
        units = {line: known.unrouted + known.backordered for line, known in record.state.lines.items()}
        lines = self.shop.lines(record, units)
        claim = self.stock.claim(record.order.id).not_at_work(record.fulfilment_orders)
        there = claim.added_to(self.stock.free(sorted({line.sku for line in lines}), record.order.channel), lines)
        sites = marked(self.shop.sites(record), doubtful_nodes(record.fulfilment_orders, forgiven_at(record.state.holds)), doubt=REJECTED_BEFORE)
        held = Claim(claim.held).held
        decision = decide(asked(lines, sites, there, held, self.shop.facts(record)), self.rules.active())
        return None if decision.short or not decision.lines else (sorted(decision.shares), cost(decision))


def cost(decision: Decision) -> int:
    """Each node's parcel at its rate, with the handling of its units."""
    weights = {line.line: line.weight_g for line in decision.lines}
    sites = {site.node: site for site in decision.asked.sites}
    total = 0
    for node, lines in decision.shares.items():
        site, weight = sites[node], sum(units * weights[line] for line, units in lines.items())
        total += site.rate.price(weight, site.per_parcel) + sum(lines.values()) * site.per_unit
    return total
