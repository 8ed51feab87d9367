"""What of an edit could not stand: beyond the shop's limits, to where it does not send, goods that are not there."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

from waybill.channels import checks
from waybill.editing.model.change import as_sold
from waybill.editing.ports import Stock
from waybill.inventory.orders_table import demand_of
from waybill.kernel.errors import InvalidInput, StockUnavailable
from waybill.orders import addresses
from waybill.orders.model import destinations, limits
from waybill.orders.model.order import Address, Order
from waybill.orders.store import Record

_FIGURES = re.compile(r"[0-9.]+")
Policies = Callable[[str], Mapping[str, Any]]


def refuse_beyond(before: Order, after: Order, policy: Policies) -> None:
    """Raises InvalidInput for what goes beyond the shop's limits and did not before; of an order that was beyond them, for more of it."""
    known = policy(limits.POLICY)
    was, now = as_sold(before), as_sold(after)
    earlier = limits.beyond(was, known)
    new = [reason for reason in limits.beyond(now, known) if reason not in earlier]
    if not _is_more(was, now):
        alike = {_FIGURES.sub("", reason) for reason in earlier}
        new = [reason for reason in new if _FIGURES.sub("", reason) not in alike]
    if new:
        raise InvalidInput(f"beyond the shop's limits: {'; '.join(new)}"[:1000], fields={"limits": new[0][:200]})


def _is_more(was: Order, now: Order) -> bool:
    units = {line.id: line.quantity for line in was.lines}
    return now.total > was.total or any(line.quantity > units.get(line.id, 0) for line in now.lines)


def refuse_undeliverable(order: Order, ship_to: Address, phone: str, policy: Policies) -> None:
    """Raises InvalidInput for an address to which nothing could be sent, or to which the shop does not send."""
    found = [finding.reason for finding in checks.deliverable(order, ship_to, policy(addresses.POLICY), phone)]
    found += destinations.unwanted(order, ship_to, policy(destinations.POLICY))
    if found:
        raise InvalidInput(f"nothing is sent there: {'; '.join(found)}"[:1000], fields={"ship_to": found[0][:200]})


def stocked(before: Record, after: Record, stock: Stock) -> tuple[Mapping[str, Any], ...]:
    """Each SKU of which other units are wanted: how many more, and how many are sellable now beyond what the order has. Raises StockUnavailable,
    naming the lines, where there are too few of what comes on top; what the order waits for already it may wait for."""
    was, now = _wanted(before), _wanted(after)
    more = {sku: now[sku] - was[sku] for sku in sorted({*was, *now}) if now[sku] != was[sku]}
    growing = [sku for sku, units in more.items() if units > 0]
    sellable = {sku: sum(at.values()) for sku, at in (stock.available(growing, after.order.channel) if growing else {}).items()}
    lacked, lacks = _missing(before), _missing(after)
    rows = []
    for sku, units in more.items():
        free = sellable.get(sku, 0)
        short = max(0, lacks[sku] - free) - max(0, lacked[sku] - free)
        rows.append({"sku": sku, "more": units, "sellable": free if units > 0 else None, "enough": short <= 0})
    short_of = [row["sku"] for row in rows if not row["enough"]]
    if short_of:
        fields = {f"lines.{line.id}"[:100]: f"{sellable.get(line.sku, 0)} of {line.sku} can be had" for line in after.order.lines if line.sku in short_of}
        raise StockUnavailable(f"not enough stock of {', '.join(short_of)}", fields=fields)
    return tuple(rows)


def _wanted(record: Record) -> Counter[str]:
    return _summed((want.sku, want.quantity) for want in demand_of(record).wanted)


def _missing(record: Record) -> Counter[str]:
    return _summed((want.sku, want.quantity) for want in demand_of(record).missing)


def _summed(units: Any) -> Counter[str]:
    total = Counter[str]()
    for sku, count in units:
        total[sku] += count
    return total
