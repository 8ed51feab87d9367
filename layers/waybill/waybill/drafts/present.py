"""A draft as JSON. Amounts are decimal strings."""

from __future__ import annotations

from typing import Any

from waybill.drafts.looking import Looked
from waybill.drafts.model.pricing import is_currency, wanted
from waybill.kernel.money import decimal_string
from waybill.orders.model.order import Order


def row(looked: Looked) -> dict[str, Any]:
    """As it stands in a list."""
    draft = looked.draft
    shown = {
        "id": draft.id,
        "number": looked.body["number"],
        "status": draft.status,
        "channel": draft.channel,
        "version": draft.version,
        "changed_at": draft.changed_at,
        "changed_by": draft.changed_by,
        "units": sum(line.quantity for line in looked.order.lines),
        "totals": _totals(looked.order),
    }
    more = {"expires_on": draft.expires_on, "order_id": draft.order_id}
    return {**shown, **{name: value for name, value in more.items() if value}}


def whole(looked: Looked) -> dict[str, Any]:
    """With all that was said, what lacks, and what there is."""
    draft, order = looked.draft, looked.order
    needed = wanted(order)
    return {
        **row(looked),
        "draft": dict(draft.said),
        "lines": [_line(looked, place) for place in range(len(order.lines))],
        "lacks": [{"field": at, "message": what} for at, what in looked.lacks.items()],
        "findings": [{"kind": finding.kind, "reason": finding.reason} for finding in looked.findings],
        "stock": [
            {"sku": sku, "wanted": needed[sku], "sellable": units, "kept": looked.kept.get(sku, 0)} for sku, units in sorted(looked.sellable.items())
        ],
        "kept_until": looked.kept_until or None,
        "allowed": draft.allowed,
        "log": [{"at": at, "actor": actor, "verb": verb} for at, actor, verb in draft.log],
        "links": {"self": f"/v1/drafts/{draft.id}", **({"order": f"/v1/orders/{draft.order_id}"} if draft.order_id else {})},
    }


def _line(looked: Looked, place: int) -> dict[str, Any]:
    order, line = looked.order, looked.order.lines[place]
    money = {"unit_price": line.unit_price, "discount": line.discount, "net": line.net, "tax": line.tax}
    return {"id": line.id, "sku": line.sku, "title": line.title, "quantity": line.quantity, **_amounts(order, money)}


def _totals(order: Order) -> dict[str, Any]:
    money = {
        "goods": sum(line.net for line in order.lines),
        "shipping": order.shipping.amount - order.shipping.discount,
        "fees": order.fees,
        "tax": order.tax,
        "total": order.total,
    }
    return {"currency": order.currency, **_amounts(order, money)}


def _amounts(order: Order, money: dict[str, int]) -> dict[str, str]:
    """Nothing where nobody knows yet in which currency."""
    return {name: decimal_string(amount, order.currency) for name, amount in money.items()} if is_currency(order.currency) else {}
