"""What an edit asks for, and the order that comes of it. Pure: amounts in minor units, nothing is looked up."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from waybill.kernel.errors import IllegalTransition, InvalidInput
from waybill.orders.model.order import Address, Line, Order, Shipping, Surcharge, Tender

BUNDLE = "bundle"
"""The attribute of a bundle's part (`channels.exploding`)."""


@dataclass(frozen=True, slots=True)
class ToShip:
    """Another way to ship, or another price of it; None stays as it is. A tax that is not said goes with the amount. `pickup_node`: the store at which it is
    fetched, "" where it is sent."""

    method: str | None = None
    amount: int | None = None
    tax: int | None = None
    promise_days: int | None = None
    pickup_node: str | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """One edit. `add`: new lines, bundles taken apart; `lines` {line as sold: units wanted from now on};
    `payment`: what bears money that comes on top (its amount is worked out); `bill_to`, `ship_to`, `note`: None stays."""

    add: tuple[Line, ...] = ()
    lines: Mapping[str, int] = field(default_factory=dict)
    surcharges: tuple[Surcharge, ...] = ()
    shipping: ToShip = ToShip()
    ship_to: Address | None = None
    bill_to: Address | None = None
    note: str | None = None
    payment: Tender | None = None


Cancelled = Mapping[str, int]
"""Units by line that were cancelled before: they are in the line's quantity, and not wanted."""


def surcharge(title: str, gross: int, tax_percent: tuple[int, int]) -> Surcharge:
    """So much with its tax: the net is worked out, half up. `tax_percent` as a fraction, 20 percent being (20, 1). Negative: a discount."""
    over, under = tax_percent
    net = half_up(abs(gross) * 100 * under, 100 * under + over)
    net = -net if gross < 0 else net
    return Surcharge(title, net, gross - net)


def edited(order: Order, change: Change, cancelled: Cancelled) -> Order:
    """The order as it would stand, tenders apart. Raises InvalidInput naming the field, IllegalTransition where nothing would be left of it."""
    lines = _set(order, change.lines, cancelled)
    for line in change.add:
        lines = _added(lines, line)
    shipping = _shipped(order.shipping, change.shipping)
    note = order.note if change.note is None else change.note
    after = replace(order, lines=tuple(lines), shipping=shipping, surcharges=(*order.surcharges, *change.surcharges), note=note)
    after = replace(after, total=order.total + after.computed_total - order.computed_total)
    return checked(order, after, cancelled)


def checked(before: Order, after: Order, cancelled: Cancelled) -> Order:
    """The same order, if it can be. Raises as `edited`."""
    if not any(line.quantity > cancelled.get(line.id, 0) for line in after.lines if line.ships):
        raise IllegalTransition("nothing would be left of the order: cancel it whole")
    if after.total < 0:
        raise InvalidInput("more would be taken off than the order is worth", fields={"surcharges": "more than the order is worth"})
    return replace(after, edits=before.edits + 1)


def restored(now: Order, then: Order) -> Order:
    """What stood `then`, tenders apart. Lines that came since stay, with no units: what has happened to them is told by their ids."""
    known = {line.id for line in then.lines}
    since = tuple(emptied(line) for line in now.lines if line.id not in known)
    same = {name: getattr(then, name) for name in ("shipping", "surcharges", "note", "total")}
    return replace(now, lines=(*then.lines, *since), **same)


def emptied(line: Line) -> Line:
    return _scaled(line, 0) if line.quantity else line


def units(order: Order, cancelled: Cancelled) -> dict[str, tuple[str, int]]:
    """SKU and units wanted, by line as sold: a bundle is one."""
    found: dict[str, tuple[str, int]] = {}
    for line in order.lines:
        sold = line.attributes.get(BUNDLE)
        wanted = line.quantity - cancelled.get(line.id, 0)
        found.setdefault(sold["line"] if sold else line.id, (sold["sku"], wanted // sold["each"]) if sold else (line.sku, wanted))
    return found


def as_sold(order: Order) -> Order:
    """With each bundle as one line, as limits count and price it."""
    lines: dict[str, Line] = {}
    for line in order.lines:
        sold = line.attributes.get(BUNDLE)
        id = sold["line"] if sold else line.id
        if not sold:
            lines[id] = line
        elif id not in lines:
            quantity = line.quantity // sold["each"]
            parts = [part for part in order.lines if part.attributes.get(BUNDLE, {}).get("line") == id]
            net = sum(part.net for part in parts)
            lines[id] = Line(id, sold["sku"], sold["title"], quantity, net // quantity if quantity else 0)
    return replace(order, lines=tuple(line for line in lines.values() if line.quantity))


def half_up(amount: int, of: int) -> int:
    """amount / of, not negative, to the nearest, half upwards."""
    return (2 * amount + of) // (2 * of)


def _set(order: Order, wanted: Mapping[str, int], cancelled: Cancelled) -> list[Line]:
    known = units(order, cancelled)
    if unknown := {f"lines.{line}"[:100]: "the order has no such line" for line in wanted if line not in known}:
        raise InvalidInput("the order has not these lines", fields=unknown)
    return [_resized(line, wanted, cancelled) for line in order.lines]


def _resized(line: Line, wanted: Mapping[str, int], cancelled: Cancelled) -> Line:
    sold = line.attributes.get(BUNDLE)
    id, each = (sold["line"], sold["each"]) if sold else (line.id, 1)
    if id not in wanted:
        return line
    field = f"lines.{id}"[:100]
    quantity = wanted[id] * each + cancelled.get(line.id, 0)
    if quantity and not line.quantity:
        raise InvalidInput(f"line {id} is out of the order: add it anew, or undo the edit", fields={field: "has no units any more"})
    if sold and cancelled.get(line.id):
        raise InvalidInput(f"parts of the bundle {id} were cancelled", fields={field: "parts of it were cancelled"})
    after = _scaled(line, quantity)
    return replace(after, attributes={**line.attributes, BUNDLE: {**sold, "quantity": wanted[id]}}) if sold else after


def _scaled(line: Line, quantity: int) -> Line:
    """Discount and tax of the whole line go with its units."""
    if not line.quantity or quantity == line.quantity:
        return line
    discount, tax = (half_up(amount * quantity, line.quantity) for amount in (line.discount, line.tax))
    return replace(line, quantity=quantity, discount=discount, tax=tax)


def _added(lines: list[Line], line: Line) -> list[Line]:
    """The line that is the same grows; else the new one comes last, as a bundle's parts always do."""
    for place, known in enumerate(lines):
        if _is_the_same(known, line):
            grown = replace(known, quantity=known.quantity + line.quantity, discount=known.discount + line.discount, tax=known.tax + line.tax)
            return [*lines[:place], grown, *lines[place + 1 :]]
    return [*lines, line]


def _is_the_same(known: Line, line: Line) -> bool:
    alike = (known.sku, known.unit_price, known.ships) == (line.sku, line.unit_price, line.ships)
    return alike and BUNDLE not in known.attributes and known.attributes == line.attributes


def _shipped(now: Shipping, asked: ToShip) -> Shipping:
    amount = now.amount if asked.amount is None else asked.amount
    tax = asked.tax
    if tax is None:
        tax = half_up(now.tax * amount, now.amount) if now.amount else now.tax
    return replace(
        now,
        method=now.method if asked.method is None else asked.method,
        pickup_node=now.pickup_node if asked.pickup_node is None else asked.pickup_node,
        amount=amount,
        discount=min(now.discount, amount),
        tax=tax,
        promise_days=now.promise_days if asked.promise_days is None else asked.promise_days,
    )


def lines_touched(before: Order, after: Order, cancelled: Cancelled) -> list[dict[str, Any]]:
    """What differs by line as sold: {"line", "sku", "before", "after"}, units wanted."""
    was, now = units(before, cancelled), units(after, cancelled)
    ids: Iterable[str] = dict.fromkeys((*was, *now))
    rows = [(id, (now.get(id) or was[id])[0], was.get(id, ("", 0))[1], now.get(id, ("", 0))[1]) for id in ids]
    return [{"line": id, "sku": sku, "before": a, "after": b} for id, sku, a, b in rows if a != b]
