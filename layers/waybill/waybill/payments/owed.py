"""What an order's money must cover: the total, less what was cancelled, spread over its tenders."""

from __future__ import annotations

from collections.abc import Mapping

from waybill.kernel.money import allocate
from waybill.orders.model.counters import Counters
from waybill.orders.model.order import AT_A_GATEWAY, Line, Order


def due(order: Order, lines: Mapping[str, Counters]) -> int:
    """Minor units owed for what was not cancelled. Units of a line share its price and tax to the cent (I12)."""
    if lines and all(counters.ordered == counters.cancelled for counters in lines.values()):
        return 0
    return due_without(order, {line: counters.cancelled for line, counters in lines.items()})


def due_without(order: Order, cancelled: Mapping[str, int]) -> int:
    """The same, of units that were cancelled by line, some being left."""
    return max(0, order.total - sum(_cancelled_part(line, cancelled.get(line.id, 0), order.tax_included) for line in order.lines))


def shares(order: Order) -> list[int]:
    """What each tender must bear, in the order given: what the channel took is a fact, a gateway holds at most what is left."""
    left = order.total - sum(tender.amount for tender in order.tenders if tender.kind not in AT_A_GATEWAY)
    borne = []
    for tender in order.tenders:
        held = tender.kind in AT_A_GATEWAY
        share = min(tender.amount, max(0, left)) if held else tender.amount
        left -= share if held else 0
        borne.append(share)
    return borne


def _cancelled_part(line: Line, units: int, tax_included: bool) -> int:
    if not units:
        return 0
    whole = line.net + (0 if tax_included else line.tax)
    return sum(allocate(whole, [1] * line.quantity)[-units:]) if line.quantity else 0
