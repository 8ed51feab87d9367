"""Orders as the API shows them: JSON-able, money as decimal strings. Pure."""

from __future__ import annotations

from typing import Any

from waybill.kernel.money import decimal_string
from waybill.kernel.plain import plain
from waybill.orders.model import view
from waybill.orders.model.order import Line, Shipping
from waybill.orders.store import Record


def whole(record: Record) -> dict[str, Any]:
    """Everything of one order in one document."""
    order, state = record.order, record.state
    money = _money(order.currency)
    return {
        "id": order.id,
        "channel": order.channel,
        "external_reference": order.external_reference,
        "number": order.number or order.external_reference,
        "status": view.status(state, record.fulfilment_orders),
        "placed_at": order.placed_at,
        "received_at": state.history[0].at,
        "version": state.version,
        "currency": order.currency,
        "totals": totals(record),
        "customer": plain(record.customer),
        "lines": _lines(record),
        "shipping": _shipping(order.shipping),
        "holds": [plain(hold) for hold in state.holds],
        "tenders": [
            {"kind": tender.kind, "gateway": tender.gateway, "amount": money(tender.amount), "reference": tender.reference}
            for tender in order.tenders
        ],
        "fulfilment_orders": [fulfilment_order(item) for item in record.fulfilment_orders],
        "taxes": [{"title": tax.title, "rate": tax.rate, "amount": money(tax.amount)} for tax in order.taxes],
        "charges": [{"title": charge.title, "amount": money(charge.amount)} for charge in order.charges],
        "groups": [_said(plain(group)) for group in order.groups],
        "note": order.note,
        "attributes": order.attributes,
        "waiting_for": record.wait["state"] if record.wait and state.status in ("on_hold", "backordered") else None,
    }


def _shipping(shipping: Shipping) -> dict[str, Any]:
    said = {name: getattr(shipping, name) for name in ("method", "promise_days", "pickup_node", "ship_not_before")}
    return {name: value for name, value in said.items() if value or name not in ("pickup_node", "ship_not_before")}


def _said(group: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in group.items() if value or name != "ship_not_before"}


def totals(record: Record) -> dict[str, str]:
    """The sums, and how far the channel's total is from them."""
    order = record.order
    money = _money(order.currency)
    return {
        "lines": money(sum(line.unit_price * line.quantity for line in order.lines)),
        "discount": money(sum(line.discount for line in order.lines) + order.shipping.discount + order.taken_off),
        "shipping": money(order.shipping.amount),
        "fees": money(order.fees + order.on_top),
        "tax": money(order.tax),
        "total": money(order.total),
        "discrepancy": money(order.discrepancy),
    }


def row(item: dict[str, Any]) -> dict[str, Any]:
    """One line of a list, from the by_day index or a STATE item."""
    return {
        "id": item["pk"].removeprefix("ORDER#"),
        "channel": item["channel"],
        "external_reference": item["external_reference"],
        "status": item["status"],
        "received_at": item["placed"].partition("#")[0],
        "total": decimal_string(item["total"], item["currency"]),
        "currency": item["currency"],
        "skus": item["skus"],
    }


def timeline(record: Record) -> list[dict[str, Any]]:
    """The histories of all records of the order, merged by time; within one instant in the order of the flow."""
    entries = []
    for key, item in (record.others or {}).items():
        for entry in item.get("history", ()):
            entries.append({**entry, "record": key})
    return sorted(entries, key=lambda entry: (entry["at"], _FLOW.get(entry["record"].partition("#")[0], 9), entry["seq"]))


_FLOW = {"STATE": 1, "RSV": 0, "PAY": 0, "FO": 2, "REFUND": 3}


def fulfilment_order(item: dict[str, Any]) -> dict[str, Any]:
    """A stored fulfilment order without what only the table needs."""
    hidden = ("pk", "sk", "write_id", "lookup_pk", "lookup_sk", "history", "pickup", "schedule")
    shown = {name: value for name, value in item.items() if name not in hidden}
    if kept := item.get("schedule"):
        shown |= {"ship_not_before": kept["day"], "opens_at": kept["opens"]}
    known = item.get("pickup")
    return {**shown, "pickup": {"node": known["node"], "until": known.get("until") or None}} if known else shown


def _lines(record: Record) -> list[dict[str, Any]]:
    money = _money(record.order.currency)
    buckets = view.buckets(record.state, record.fulfilment_orders)

    def shown(line: Line) -> dict[str, Any]:
        return {
            "id": line.id,
            "sku": line.sku,
            "title": line.title,
            "quantity": line.quantity,
            "unit_price": money(line.unit_price),
            "discount": money(line.discount),
            "tax": money(line.tax),
            "total": money(line.net),
            "ships": line.ships,
            "quantities": buckets.get(line.id, {}),
            "attributes": line.attributes,
            "group": line.group,
        }

    return [shown(line) for line in record.order.lines]


def _money(currency: str) -> Any:
    return lambda minor: decimal_string(minor, currency)
