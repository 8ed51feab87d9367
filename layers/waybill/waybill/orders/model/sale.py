"""What part of an order's money goes with which units, so that parcels and refunds sum to the order to the cent (I12).

A line's units stand in a row, each with its own price to the cent (`kernel.money.allocate` over equal weights). Parcels take
them from the front, in the order in which they left; cancelled units are at the end and are never taken. What belongs to the
order as a whole (shipping, fees, lines that need no parcel) follows the value that has left, cumulated, as a share of what was
ordered: so that what is cancelled later changes no share. Once nothing is left that could leave the order is `closed`, and the
whole of it is due: the rest goes with the last parcel, or with the cancellation that leaves nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from waybill.orders.model.counters import Counters
from waybill.orders.model.order import Line, Order

Quantities = Mapping[str, int]
"""Units by line id."""


@dataclass(frozen=True, slots=True)
class Sold:
    """Amounts in minor units. `goods` and `shipping` are before discount; all but `tax` are without tax.

    `total` = goods − discounts + shipping + fees + tax + difference.
    """

    goods: int = 0
    discounts: int = 0
    shipping: int = 0
    fees: int = 0
    tax: int = 0
    difference: int = 0

    @property
    def total(self) -> int:
        return self.goods - self.discounts + self.shipping + self.fees + self.tax + self.difference

    def __add__(self, other: Sold) -> Sold:
        return Sold(*(getattr(self, name) + getattr(other, name) for name in Sold.__slots__))

    def __sub__(self, other: Sold) -> Sold:
        return Sold(*(getattr(self, name) - getattr(other, name) for name in Sold.__slots__))


@dataclass(frozen=True, slots=True)
class Row:
    """A line's money: `gross` is unit price × quantity, `discount` and `tax` for the whole line. `live` units are not cancelled."""

    quantity: int
    live: int
    gross: int
    discount: int
    tax: int
    ships: bool = True


@dataclass(frozen=True, slots=True)
class Sale:
    """An order's money as the books see it. `whole` is what belongs to no line; `tax_included`: prices contain the tax."""

    rows: Mapping[str, Row]
    whole: Sold
    tax_included: bool = False

    def parcel(self, before: Quantities, lines: Quantities, last: bool = False) -> Sold:
        """The money of a parcel of `lines`, `before` having left already; the `last` one closes the order. Parcels in a row sum to the order."""
        after = {line: before.get(line, 0) + lines.get(line, 0) for line in self.rows}
        return self.up_to(after, last) - self.up_to(before)

    def rest(self, gone: Quantities) -> Sold:
        """What is due beside the parcels that have left, once nothing more will."""
        return self.up_to(gone, True) - self.up_to(gone)

    def up_to(self, gone: Quantities, closed: bool = False) -> Sold:
        """All the money of the units that have left; `closed`: and of what belongs to no unit, these being all that leave."""
        taken = {line: min(gone.get(line, 0), row.quantity) for line, row in self.rows.items() if row.ships}
        with_goods = sum((self.units(self.rows[line], count) for line, count in taken.items()), Sold())
        sold = with_goods + (self._beside() if closed else self._share(taken))
        return sold + Sold(discounts=min(0, sold.total)) if closed else sold  # a discount takes no more than there is

    def units(self, row: Row, count: int) -> Sold:
        """The money of the first `count` units of a line."""
        gross = first_units(row.gross, row.quantity, count)
        net = first_units(row.gross - row.discount, row.quantity, count)
        if self.tax_included:
            tax = first_units(row.tax, row.quantity, count)
            return Sold(goods=gross - tax, discounts=gross - net, tax=tax)
        tax = first_units(row.gross - row.discount + row.tax, row.quantity, count) - net
        return Sold(goods=gross, discounts=gross - net, tax=tax)

    def _beside(self) -> Sold:
        """The amounts of the whole order, and the lines that need no parcel."""
        return sum((self.units(row, row.live) for row in self.rows.values() if not row.ships), self.whole)

    def _share(self, taken: Quantities) -> Sold:
        whole, ordered = self._beside(), {line: row.quantity for line, row in self.rows.items() if row.ships}
        part, all_of_it = self._value(taken), self._value(ordered)
        if not all_of_it:
            part, all_of_it = sum(taken.values()), sum(ordered.values())
        return Sold(*(_portion(getattr(whole, name), part, all_of_it) for name in Sold.__slots__))

    def _value(self, units: Quantities) -> int:
        rows = ((self.rows[line], count) for line, count in units.items())
        return sum(max(0, first_units(row.gross - row.discount, row.quantity, count)) for row, count in rows)


def sale_of(order: Order, lines: Mapping[str, Counters]) -> Sale:
    """The money of an order by line; `total − Σ parts`, where the channel's sums did not reconcile, as a difference."""
    tax_in_shipping = order.shipping.tax if order.tax_included else 0
    whole = Sold(
        discounts=-sum(each.net for each in order.surcharges if each.gross < 0),
        shipping=order.shipping.amount - order.shipping.discount - tax_in_shipping,
        fees=order.fees + sum(each.net for each in order.surcharges if each.gross >= 0),
        tax=order.shipping.tax + sum(each.tax for each in order.surcharges),
        difference=order.discrepancy,
    )
    return Sale({line.id: _row(line, lines.get(line.id)) for line in order.lines}, whole, order.tax_included)


def _row(line: Line, counters: Counters | None) -> Row:
    live = line.quantity - (counters.cancelled if counters else 0)
    return Row(line.quantity, live, line.unit_price * line.quantity, line.discount, line.tax, ships=line.ships and counters is not None)


def first_units(amount: int, quantity: int, count: int) -> int:
    """What the first `count` of `quantity` units bear of an amount: Σ of `allocate(amount, [1] * quantity)[:count]`."""
    if not quantity:
        return 0
    each, residue = divmod(abs(amount), quantity)
    part = each * count + min(count, residue)
    return -part if amount < 0 else part


def _portion(amount: int, part: int, whole: int) -> int:
    portion = abs(amount) * part // whole if whole else 0
    return -portion if amount < 0 else portion
