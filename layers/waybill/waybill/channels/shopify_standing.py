"""What has become of an order of Shopify since it was placed, read from any document that carries the whole of it."""

from __future__ import annotations

from collections import Counter

from waybill.channels.model.standing import Standing
from waybill.channels.reading import Body, moment, money, part, parts, quantity, text
from waybill.orders.model.order import Order

_LEFT = ("success", "open", "pending", "")
TAKEN = ("paid", "partially_paid", "partially_refunded", "refunded")
"""Words of `financial_status` for money that has been taken, some of it perhaps returned."""

_ADVICE = {"accept": "accept", "investigate": "review", "cancel": "cancel"}


def standing(body: Body, currency: str, order: Order) -> Standing:
    """Raises Malformed."""
    cancelled, refunds = text(body, "cancelled_at", limit=40), parts(body, "refunds")
    taken = text(body, "financial_status", limit=40).lower() in TAKEN
    return Standing(
        as_of=moment(body, "updated_at", default=""),
        cancelled=(text(body, "cancel_reason", limit=100) or "cancelled") if cancelled else "",
        removed=_removed(body, refunds),
        shipped=_shipped(body),
        paid=order.total - outstanding(body, currency) if taken else 0,
        refunded=_returned(refunds, currency) if "refunds" in body else None,
        risk=advice(body),
    )


def advice(body: Body) -> str:
    """What Shopify advises to do with the order; webhooks do not carry it, whoever asks for the order is told."""
    return _ADVICE.get(text(part(body, "risk"), "recommendation", limit=40).lower(), "")


def _returned(refunds: list[Body], currency: str) -> int:
    """Money given back, in the shop's currency. A transaction is in the buyer's: where that is another, the refund's own sets say what it is in ours."""
    total = 0
    for refund in refunds:
        paid = [raw for raw in parts(refund, "transactions") if raw.get("kind") == "refund" and raw.get("status") == "success"]
        if all(raw.get("currency", currency) == currency for raw in paid):
            total += sum(money(raw, "amount", currency) for raw in paid)
            continue
        total += sum(_ours(raw, name, currency) for raw in parts(refund, "refund_line_items") for name in ("subtotal_set", "total_tax_set"))
        total -= sum(_ours(raw, name, currency) for raw in parts(refund, "order_adjustments") for name in ("amount_set", "tax_amount_set"))
    return total


def _ours(raw: Body, name: str, currency: str) -> int:
    return money(part(part(raw, name), "shop_money"), "amount", currency)


def _removed(body: Body, refunds: list[Body]) -> dict[str, int]:
    """Units by line that were taken off before they left: those that a refund cancelled, and those that an edit removed."""
    cancelled, other = Counter[str](), Counter[str]()
    for refund in refunds:
        for raw in parts(refund, "refund_line_items"):
            which = cancelled if raw.get("restock_type") == "cancel" else other
            which[text(raw, "line_item_id", limit=64)] += quantity(raw)
    for raw in parts(body, "line_items"):
        id = text(raw, "id", limit=64)
        if raw.get("current_quantity") is not None:
            cancelled[id] = max(cancelled[id], quantity(raw) - quantity(raw, "current_quantity") - other[id])
    return {id: units for id, units in cancelled.items() if units > 0}


def _shipped(body: Body) -> dict[str, int]:
    left = Counter[str]()
    for fulfilment in parts(body, "fulfillments"):
        if text(fulfilment, "status", limit=40) in _LEFT:
            for raw in parts(fulfilment, "line_items"):
                left[text(raw, "id", limit=64)] += quantity(raw)
    return {id: units for id, units in left.items() if units}


def outstanding(body: Body, currency: str) -> int:
    """What is still to be paid of an order that is paid in part."""
    return money(body, "total_outstanding", currency) if text(body, "financial_status", limit=40).lower() == "partially_paid" else 0
