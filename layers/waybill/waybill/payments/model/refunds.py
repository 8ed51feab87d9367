"""A granted refund: the decision to return money, apart from the money itself. Pure.

A refund of units is what these units bore of the order, cumulated with what was refunded before: so that however the units of a line
come back, their refunds sum to the line to the cent. A refund of everything is what was sold less what was refunded before.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from waybill.kernel.errors import InvalidInput
from waybill.kernel.events import Entry, appended
from waybill.kernel.machine import Machine
from waybill.orders.model.counters import Counters
from waybill.orders.model.order import Order
from waybill.orders.model.sale import Sold, sale_of
from waybill.payments.model.allocation import Portion

ALL = -1
"""Of shipping: whatever is left of it."""

MACHINE = Machine(
    "refund",
    "proposed",
    {
        ("proposed", "approve"): "granted",
        ("proposed", "reject"): "rejected",
        ("granted", "pay"): "paid",
        ("granted", "fail"): "failed",
        ("paid", "fail"): "failed",
        ("failed", "pay"): "paid",
        ("failed", "retry"): "granted",
        ("failed", "credit"): "paid",
        ("failed", "reject"): "rejected",
    },
)
_SAID = {("failed", "retry"): "refund.retried", ("failed", "reject"): "refund.withdrawn", ("failed", "credit"): "refund.credited"}
"""Where it is not the new status that is told: the books know a granted refund already."""
LIVE = ("proposed", "granted", "paid", "failed")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked for, in minor units: units by line, `shipping` (or ALL), `goodwill` on top, `fee` kept back; or `everything`."""

    lines: Mapping[str, int] = field(default_factory=dict)
    shipping: int = 0
    goodwill: int = 0
    fee: int = 0
    everything: bool = False


@dataclass(frozen=True, slots=True)
class Refund:
    """The record. `sold` is the part of the sale that is taken back, `shipping` what of it is shipping with its tax."""

    order_id: str
    number: int
    status: str
    currency: str
    lines: Mapping[str, int]
    sold: Sold
    shipping: int
    goodwill: int
    fee: int
    portions: tuple[Portion, ...]
    reason: str
    asked_by: str
    key: str
    digest: str
    version: int = 0
    history: tuple[Entry, ...] = ()

    @property
    def amount(self) -> int:
        return self.sold.total + self.goodwill - self.fee

    @property
    def id(self) -> str:
        """`ord_ab12/refund1`."""
        return f"{self.order_id}/refund{self.number}"

    @property
    def credited(self) -> bool:
        """What no gateway would pay went back as store credit."""
        return any(entry.type == "refund.credited" for entry in self.history)

    @property
    def askers(self) -> tuple[str, ...]:
        """Who asks for the money of each tender, the newest attempt last: the refund itself, then `ord_ab12/refund1/2` …"""
        again = sum(entry.type == "refund.retried" for entry in self.history)
        return (self.id, *(f"{self.id}/{attempt}" for attempt in range(2, again + 2)))


@dataclass(frozen=True, slots=True)
class Taken:
    """What a refund takes back: units, the part of the sale they are, and the two amounts beside it."""

    lines: Mapping[str, int]
    sold: Sold
    shipping: int
    goodwill: int
    fee: int

    @property
    def amount(self) -> int:
        return self.sold.total + self.goodwill - self.fee


@dataclass(frozen=True, slots=True)
class Refundable:
    """What may still be returned: units of each line, minor units of the shipping, and of all `money` that was taken."""

    units: Mapping[str, int]
    shipping: int
    money: int
    everything: bool


def left(order: Order, lines: Mapping[str, Counters], before: Iterable[Refund], money: int) -> Refundable:
    """What no refund before has taken; `everything`: all that was not cancelled has left."""
    earlier = [refund for refund in before if refund.status in LIVE]
    gone, rows = _units(earlier), sale_of(order, lines).rows
    units = {line.id: _may(line.id, order, lines) - gone.get(line.id, 0) for line in order.lines}
    shipping = _shipping_paid(order) - sum(refund.shipping for refund in earlier)
    return Refundable(units, shipping, money, all(row.live == _may(line, order, lines) for line, row in rows.items()))


def taken_back(order: Order, lines: Mapping[str, Counters], before: Iterable[Refund], wanted: Wanted) -> Taken:
    """What a refund takes back. Raises InvalidInput for units or shipping that are not there."""
    earlier = [refund for refund in before if refund.status in LIVE]
    return _everything(order, lines, earlier) if wanted.everything else _parts(order, lines, earlier, wanted)


def _everything(order: Order, lines: Mapping[str, Counters], earlier: list[Refund]) -> Taken:
    """All that was paid and is not yet returned, whatever it was returned for."""
    sale, gone = sale_of(order, lines), _units(earlier)
    live = {line: row.live for line, row in sale.rows.items()}
    if any(units != _may(line, order, lines) for line, units in live.items()):
        raise InvalidInput("everything can be refunded once everything has left", fields={"everything": "not all has left"})
    done = sum((refund.sold for refund in earlier), Sold())
    units = {line: quantity - gone.get(line, 0) for line, quantity in live.items() if quantity > gone.get(line, 0)}
    beside = sum(refund.goodwill - refund.fee for refund in earlier)
    shipping = _shipping_paid(order) - sum(refund.shipping for refund in earlier)
    return Taken(units, sale.up_to(live, closed=True) - done, shipping, -beside, 0)


def _parts(order: Order, lines: Mapping[str, Counters], earlier: list[Refund], wanted: Wanted) -> Taken:
    sale, gone, part = sale_of(order, lines), _units(earlier), Sold()
    for line, quantity in wanted.lines.items():
        already = gone.get(line, 0)
        _refuse_units(order, lines, line, quantity, already)
        part += sale.units(sale.rows[line], already + quantity) - sale.units(sale.rows[line], already)
    returned = sum(refund.shipping for refund in earlier)
    shipping = _shipping_paid(order) - returned if wanted.shipping == ALL else wanted.shipping
    taken = Taken(dict(wanted.lines), part + _shipping(order, returned, shipping), shipping, wanted.goodwill, wanted.fee)
    if taken.amount <= 0:
        raise InvalidInput("nothing would be refunded", fields={"lines": "name units, shipping or an amount"})
    return taken


def _units(refunds: Iterable[Refund]) -> dict[str, int]:
    units: dict[str, int] = {}
    for refund in refunds:
        for line, quantity in refund.lines.items():
            units[line] = units.get(line, 0) + quantity
    return units


def _may(line: str, order: Order, lines: Mapping[str, Counters]) -> int:
    """Units of a line that may come back: those that have left, or all of a line that needs no parcel."""
    counters = lines.get(line)
    return counters.shipped + counters.delivered if counters else order.line(line).quantity


def _refuse_units(order: Order, lines: Mapping[str, Counters], line: str, quantity: int, gone: int) -> None:
    if line not in {known.id for known in order.lines}:
        raise InvalidInput(f"the order has no line {line[:64]!r}", fields={f"lines.{line[:64]}": "unknown"})
    left = _may(line, order, lines) - gone
    if not 0 < quantity <= left:
        raise InvalidInput(f"line {line}: {left} units may be refunded, not {quantity}", fields={f"lines.{line}": "more than has left"})


def _shipping_paid(order: Order) -> int:
    """What the customer paid for shipping, its tax included."""
    return order.shipping.amount - order.shipping.discount + (0 if order.tax_included else order.shipping.tax)


def _shipping(order: Order, returned: int, wanted: int) -> Sold:
    """The next `wanted` of it as net and tax; cumulated, so that all parts together are all of it."""
    paid, tax = _shipping_paid(order), order.shipping.tax
    if not 0 <= wanted <= paid - returned:
        raise InvalidInput(f"of the shipping {paid - returned} minor units may be refunded, not {wanted}", fields={"shipping": "more than was paid"})
    if not wanted:
        return Sold()
    part = tax * (returned + wanted) // paid - tax * returned // paid
    return Sold(shipping=wanted - part, tax=part)


def told(refund: Refund, verb: str, at: str, actor: str, **data: Any) -> Refund:
    """The refund after a verb of its machine; the same status again changes nothing. Raises IllegalTransition."""
    after = replace(refund, status=MACHINE.after(refund.status, verb))
    return _told(after, _SAID.get((refund.status, verb), f"refund.{after.status}"), at, actor, data)


def opened(refund: Refund, at: str, actor: str) -> Refund:
    """A new one, as `proposed` or `granted` as it is."""
    return _told(refund, f"refund.{refund.status}", at, actor, {})


def _told(refund: Refund, type: str, at: str, actor: str, data: dict[str, Any]) -> Refund:
    said = {"refund": refund.number, "amount": refund.amount, "currency": refund.currency, **data}
    return replace(refund, history=appended(refund.history, type, at, actor, said))
