"""What the shop's policies have to say of an order that comes (A6, A11, A12): findings, each held for a person, none repaired or refused."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from waybill.channels.checks import by_group
from waybill.channels.imported import Finding, Imported
from waybill.orders.model import destinations, limits, risk
from waybill.orders.model.order import Order


def screened(imported: Imported, sold: Order, policy: Callable[[str], Mapping[str, Any]]) -> Imported:
    """The order with what limits, destinations and risk add to its findings. `sold`: the same with its bundles whole, as the limits count and
    price it; a destination may be closed to a part. `policy` answers one by its name."""
    order, customer = imported.order, imported.customer
    unwanted = [(group, reason) for group, part in by_group(order) for reason in destinations.unwanted(part, customer.address_of(group), policy(destinations.POLICY))]
    found = [
        *(Finding("manual", reason) for reason in limits.beyond(sold, policy(limits.POLICY))),
        *(Finding("address", f"{reason} (ship group {group})" if group else reason) for group, reason in unwanted),
        *(Finding("fraud", reason) for reason in risk.doubts(order, policy(risk.POLICY))),
    ]
    return replace(imported, findings=(*imported.findings, *found))
