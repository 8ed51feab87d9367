"""Bundles in orders: taken apart when an order comes, told as bundles to the channel that sold them. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace

from waybill.kernel.money import allocate
from waybill.orders.model.order import Line, Order
from waybill.shop.bundles import Parts, least_part
from waybill.shop.model import Item

BUNDLE = "bundle"
"""The attribute of a part: {"line", "sku", "title", "quantity"} of the bundle as it was sold, and `each`, the units of this part in one."""


def exploded(order: Order, bundles: Mapping[str, Parts], items: Mapping[str, Item]) -> Order:
    """The order with a line for each part of its bundles. Their amounts are the bundle's to the cent, shared out by the parts' own prices."""
    lines = [part for line in order.lines for part in (_parts(line, bundles[line.sku], items) if line.sku in bundles else (line,))]
    return replace(order, lines=tuple(lines))


def as_sold(order: Order, before: Mapping[str, int], now: Mapping[str, int]) -> dict[str, int]:
    """Units of the channel's own lines that have become whole by what has happened `now`, after what happened `before`: {line: units} of our lines.
    A bundle counts when the last of its parts does."""
    told = {line.id: now[line.id] for line in order.lines if line.id in now and BUNDLE not in line.attributes}
    for sold, parts in _sold(order.lines).items():
        each, units = {part.id: part.attributes[BUNDLE]["each"] for part in parts}, Counter(before)
        earlier = least_part(each, units)
        units.update(now)
        whole = least_part(each, units) - earlier
        if whole:
            told[sold] = whole
    return told


def sold_there(placed: Order, before: Mapping[str, int], now: Mapping[str, int]) -> dict[str, int]:
    """Of units of lines as sold, those that the channel knows of: it has sold what was `placed`, and not what an edit of ours has put in."""
    known = Counter[str]()
    for line in placed.lines:
        bundle = line.attributes.get(BUNDLE)
        known[bundle["line"] if bundle else line.id] = bundle["quantity"] if bundle else line.quantity
    told = {line: min(count, max(0, known[line] - before.get(line, 0))) for line, count in now.items()}
    return {line: count for line, count in told.items() if count}


def _sold(lines: Iterable[Line]) -> dict[str, list[Line]]:
    sold: dict[str, list[Line]] = {}
    for line in lines:
        if BUNDLE in line.attributes:
            sold.setdefault(line.attributes[BUNDLE]["line"], []).append(line)
    return sold


def _parts(line: Line, parts: Parts, items: Mapping[str, Item]) -> Iterable[Line]:
    weights = [items[sku].price * each if sku in items else 0 for sku, each in parts.items()]
    weights = weights if all(weights) else [1] * len(weights)
    nets, taxes = allocate(line.net, weights), allocate(line.tax, weights)
    sold = {"line": line.id, "sku": line.sku, "title": line.title, "quantity": line.quantity}
    for number, ((sku, each), net, tax) in enumerate(zip(parts.items(), nets, taxes, strict=True), 1):
        quantity = line.quantity * each
        price = -(-net // quantity)
        yield Line(
            id=f"{line.id}.{number}",
            sku=sku,
            title=items[sku].title if sku in items else sku,
            quantity=quantity,
            unit_price=price,
            discount=price * quantity - net,
            tax=tax,
            ships=line.ships,
            attributes={**line.attributes, BUNDLE: {**sold, "each": each}},
            group=line.group,
        )
