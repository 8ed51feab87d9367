"""A parcel that was lost is sent again: an order of its own that costs nothing and names what it stands for. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from waybill.kernel.ids import order_id
from waybill.orders.model.holds import CLAIM, Hold
from waybill.orders.model.order import Customer, Order, Shipping
from waybill.orders.model.state import State, noted, place_hold, received

REPLACES = "replaces"
"""Attribute of such an order: {"order", "fulfilment_order", "package", "reason"}. Its channel knows nothing of it."""
RESHIPPED = "order.reshipped"


def is_replacement(order: Order) -> bool:
    return REPLACES in order.attributes


def replacement(order: Order, units: Mapping[str, int], group: str, name: str, what: dict[str, Any], at: str) -> Order:
    """These units again, under the reference of the order and `name`, so that it happens once. Nobody pays for it."""
    way, reference = order.ships_by(group), f"{order.external_reference}-{name}"
    lines = tuple(
        replace(line, quantity=units[line.id], unit_price=0, discount=0, tax=0, group="") for line in order.lines if units.get(line.id)
    )
    return Order(
        id=order_id(order.channel, reference),
        channel=order.channel,
        external_reference=reference,
        placed_at=at,
        currency=order.currency,
        lines=lines,
        shipping=Shipping(method=way.method, promise_days=way.promise_days, pickup_node="" if group else order.shipping.pickup_node),
        tenders=(),
        total=0,
        number=order.number or order.external_reference,
        attributes={REPLACES: {"order": order.id, **what}},
    )


def customer_of(customer: Customer, group: str) -> Customer:
    """The same person, at the address that the parcel went to."""
    return replace(customer, ship_to=customer.address_of(group), groups={})


def begun(new: Order, at: str, actor: str) -> State:
    """Where the replacement starts."""
    data = {"channel": new.channel, "total": 0, "currency": new.currency, "held": False, "external_reference": new.external_reference}
    return received(new.id, {line.id: line.quantity for line in new.lines if line.ships}, at, actor, data)


def reshipped(state: State, new: Order, what: Mapping[str, Any], carrier: str, number: str, at: str, actor: str) -> State:
    """The order whose parcel it was says so, and somebody is to claim its worth of the carrier."""
    told = noted(state, RESHIPPED, at, actor, {"order": new.id, "fo_id": what["fulfilment_order"], "package": what["package"], "reason": what["reason"]})
    reason = f"claim it of {carrier}: parcel {number} ({what['reason']})"
    return place_hold(told, Hold(f"{CLAIM}-{number}"[:100], CLAIM, reason[:200], at, actor, ()), at, actor)
