"""What an order holds beyond what it still wants: units that were cancelled after they had been reserved."""

from __future__ import annotations

import json

from waybill.kernel.ids import digest
from waybill.orders.store import Record
from waybill.routing.model.claim import Claim
from waybill.routing.ports import Stock


def given_back(stock: Stock, record: Record, claim: Claim) -> bool:
    """Gives it back, of what no node has begun with. False where there is nothing."""
    unrouted, surplus = record.state.unrouted(), dict[str, dict[str, int]]()
    for line, nodes in sorted(claim.held.items()):
        over = sum(nodes.values()) - unrouted.get(line, 0)
        for node, units in sorted(nodes.items()):
            if over > 0:
                surplus.setdefault(node, {})[line] = min(over, units)
                over -= units
    for node, lines in sorted(surplus.items()):
        cause = "surplus-" + digest(record.order.id, str(claim.epoch), node, json.dumps(lines, sort_keys=True))
        stock.move(record.order.id, node, lines, {}, cause)
    return bool(surplus)
