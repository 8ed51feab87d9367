"""Packing: the cheapest service that keeps the promise, a number, a label and a slip for each parcel; then the record says so."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from waybill.aws.tables import commit
from waybill.fulfilment import buying, papers, rates
from waybill.fulfilment.model import fulfilment_order as verbs
from waybill.fulfilment.model.fulfilment_order import FulfilmentOrder, Package
from waybill.fulfilment.service import load, save
from waybill.kernel.clock import Clock, instant, parse_instant
from waybill.kernel.errors import Conflict, IllegalTransition
from waybill.orders.model.state import refuse_held
from waybill.orders.store import Record
from waybill.shop import store as shop
from waybill.shop.places import distance_km, locate

_UNKNOWN_WEIGHT_G = 500
_MOST_TRIES = 4
Printer = Callable[[Record, FulfilmentOrder, Package], dict[str, bytes]]
"""Prints the documents of a package: {"label.pdf": …, "label.zpl": …, "packing-slip.pdf": …}."""


@dataclass(frozen=True, slots=True)
class Packing:
    """The use cases of `functions/labels`."""

    clock: Clock
    print: Printer

    def pack(self, fo_id: str, wanted: list[dict[str, Any]], actor: str, node: str = "") -> tuple[Record, FulfilmentOrder]:
        """Packs what was picked. `wanted`: packages as {"lines": {line: units}, "weight_g"}; empty: one with everything.

        First the numbers, then the papers, and with one write the record says packed; all numbers and bytes are deterministic, so
        that a retry makes the same. Raises InvalidInput, IllegalTransition.
        """
        at = instant(self.clock())
        attempt = 0
        for _ in range(_MOST_TRIES):
            record, work = load(fo_id, node)
            if work.packages and work.status not in ("cancelled", "rejected"):
                return record, work
            if record.state.cancelled:
                raise IllegalTransition(f"{fo_id}: the order is cancelled")
            refuse_held(record.state, "ship")
            packed = self._packed(record, work, wanted, at, actor, attempt)
            if not buying.numbers_are_ours(packed):
                attempt += 1
                continue
            self._print(record, packed)
            try:
                commit(save(packed))
            except Conflict:
                continue
            return record, packed
        raise Conflict(f"{fo_id} is being changed by many at once; try again")

    def _packed(self, record: Record, work: FulfilmentOrder, wanted: list[dict[str, Any]], at: str, actor: str, attempt: int) -> FulfilmentOrder:
        """The record that follows."""
        verbs.MACHINE.after(work.status, "pack")
        packages = _described(record, work, wanted)
        verbs.refuse_misfit(work, packages)
        return verbs.pack(work, self._carried(record, work, packages, attempt), at, actor)

    def _print(self, record: Record, packed: FulfilmentOrder) -> None:
        for package in packed.packages:
            papers.keep(packed, package.n, self.print(record, packed, package))

    @staticmethod
    def _carried(record: Record, work: FulfilmentOrder, packages: tuple[Package, ...], attempt: int) -> tuple[Package, ...]:
        """Each package with the cheapest service that keeps the promise."""
        node, carriers = shop.node(work.node), shop.carriers()
        away = distance_km(locate(node.place), locate(record.customer.address_of(work.group)))
        within = work.within or record.order.ships_by(work.group).promise_days
        offers = [rates.cheapest(carriers, away, package.weight_g, within) for package in packages]
        return buying.labelled(work, packages, offers, attempt)


def _described(record: Record, work: FulfilmentOrder, wanted: list[dict[str, Any]]) -> tuple[Package, ...]:
    described = wanted or [{"lines": work.units()}]
    weights = _unit_weights(record)
    return tuple(
        Package(n, each["lines"], each["weight_g"] if "weight_g" in each else _weight(each["lines"], weights)) for n, each in enumerate(described, 1)
    )


def _unit_weights(record: Record) -> dict[str, int]:
    known = shop.items([line.sku for line in record.order.lines])
    return {line.id: known[line.sku].weight_g if line.sku in known else _UNKNOWN_WEIGHT_G for line in record.order.lines}


def _weight(lines: dict[str, int], weights: dict[str, int]) -> int:
    return rates.TARE_G + sum(units * weights.get(line, _UNKNOWN_WEIGHT_G) for line, units in lines.items())


def printer(record: Record, work: FulfilmentOrder, package: Package) -> dict[str, bytes]:
    """The real printer: label as PDF and ZPL, packing slip as PDF. Loads what draws only here."""
    from waybill.fulfilment.printing.label import Label, Slip
    from waybill.fulfilment.printing.label_pdf import pdf as label_pdf
    from waybill.fulfilment.printing.packing_slip import pdf as slip_pdf
    from waybill.fulfilment.printing.zpl import zpl

    node, order = shop.node(work.node), record.order
    number, count = order.number or order.external_reference, len(work.packages)
    lines = {line.id: line for line in order.lines}
    label = Label(
        ship_from=node.place,
        ship_to=record.customer.address_of(work.group),
        carrier=shop.carrier(package.carrier).name,
        service=package.service_name,
        tracking_number=package.tracking_number,
        weight_g=package.weight_g,
        reference=number,
        package=package.n,
        packages=count,
    )
    slip = Slip(
        order_number=number,
        date=parse_instant(work.since).date().isoformat(),
        node_name=node.name,
        ship_to=record.customer.address_of(work.group),
        lines=tuple((lines[line].sku, lines[line].title, units) for line, units in package.lines.items()),
        package=package.n,
        packages=count,
        note=order.note,
    )
    return {"label.pdf": label_pdf(label), "label.zpl": zpl(label), "packing-slip.pdf": slip_pdf(slip)}
