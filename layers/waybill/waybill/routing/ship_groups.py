"""Ship groups: what goes to another address is decided by itself, as if it were an order of its own. Of an order with one address nothing is different."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from waybill.orders.model.order import Order
from waybill.orders.store import Record


def first(order: Order, units: Mapping[str, int]) -> dict[str, int]:
    """Of units by line those of the first ship group that has any."""
    return next(iter(parted(order, units)), {})


def parted(order: Order, units: Mapping[str, int]) -> list[dict[str, int]]:
    """Units by line, each ship group's own; the order's first."""
    if not order.groups:
        return [dict(units)] if units else []
    in_group = {line.id: line.group for line in order.lines}
    found = [{line: count for line, count in units.items() if in_group.get(line, "") == group} for group in ("", *(each.id for each in order.groups))]
    return [part for part in found if part]


def kept_for(record: Record, day: str) -> Record:
    """The order as if it were not to be shipped before this day, "" for at once, whatever it says itself. Not to be saved."""
    shipping = replace(record.order.shipping, ship_not_before=day)
    return replace(record, order=replace(record.order, shipping=shipping, groups=tuple(replace(each, ship_not_before=day) for each in record.order.groups)))


def seen(record: Record, lines: Iterable[str]) -> Record:
    """The order as nodes, rules and carriers see it for these lines of one group: with its address, its promise and its lines alone. Not to be saved."""
    if not record.order.groups:
        return record
    group = record.order.group_of(lines)
    there = record.seen_by(group)
    return replace(there, order=replace(there.order, lines=tuple(line for line in there.order.lines if line.group == group)))
