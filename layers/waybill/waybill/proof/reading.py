"""Reads the facts of an order as the tables have them. What only a gateway, a mailbox or Step Functions could say is left unasked: the rules that need
it are silent here."""

from __future__ import annotations

from datetime import timedelta

from waybill.accounting.dynamodb import LEDGER, partition
from waybill.kernel.clock import Clock, instant, parse_instant
from waybill.kernel.errors import NotFound
from waybill.notifications.dynamodb import claims
from waybill.notifications.model import KINDS
from waybill.orders import codec, documents
from waybill.orders.store import ORDERS
from waybill.proof.facts import OrderFacts

_AT_REST = timedelta(hours=1)
"""Whatever follows from a change has followed by then, or rings an alarm of its own."""
_REMEMBERED = timedelta(days=80)
"""What has been told is forgotten after ninety days."""


def order_facts(order_id: str, clock: Clock) -> OrderFacts:
    """Everything of one order. Raises NotFound."""
    items = {item["sk"]: item for item in ORDERS.partition(codec.partition(order_id))}
    if codec.STATE not in items:
        raise NotFound(f"there is no order {order_id[:64]!r}")
    facts = OrderFacts(order_id, items)
    entries = [entry for item in items.values() for entry in item.get("history", ())]
    newest = max(parse_instant(entry["at"]) for entry in entries)
    age = clock() - newest
    told = [id for id, event in facts.events.items() if event["type"] in KINDS]
    return OrderFacts(
        order_id,
        items,
        journal=tuple(LEDGER.partition(partition(order_id))),
        documents=tuple(documents.all_of_order(order_id)),
        told=claims(told) if age < _REMEMBERED else None,
        at_rest=age > _AT_REST,
        now=instant(clock()),
    )
