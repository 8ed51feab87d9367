"""A node that packs and ships by its own means tells us afterwards: which parcels have left, under whose numbers, and what was short.

Whatever is not in a parcel was short. Each step may be repeated, from any point: what has left once is not told to leave again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from waybill.aws.tables import WriteConflict, commit, create
from waybill.fulfilment.buying import track_item
from waybill.fulfilment.model import fulfilment_order as verbs
from waybill.fulfilment.model.buying import used
from waybill.fulfilment.model.fulfilment_order import FulfilmentOrder, Package
from waybill.fulfilment.model.machine import LEFT
from waybill.fulfilment.model.packing import pack
from waybill.fulfilment.model.tariff import TARE_G
from waybill.fulfilment.service import Fulfilment, load
from waybill.kernel.errors import InvalidInput
from waybill.orders.store import ORDERS, Record
from waybill.shop import store as shop

_UNKNOWN_WEIGHT_G = 500
_MOST_G = 70_000


@dataclass(frozen=True, slots=True)
class Parcel:
    """Units by SKU. `carrier`: an id of ours, or a SCAC. `weight_g`: 0 where nobody has told it."""

    units: Mapping[str, int]
    tracking_number: str = ""
    carrier: str = ""
    service: str = ""
    sscc: str = ""
    weight_g: int = 0


@dataclass(frozen=True, slots=True)
class Away:
    """What nodes tell that nobody here has packed for."""

    fulfilment: Fulfilment

    def left(self, fo_id: str, parcels: Sequence[Parcel], actor: str, node: str) -> FulfilmentOrder:
        """These parcels have left, and with them all that ever will; without any it ships nothing of it.

        Raises NotFound for another node's work, InvalidInput for goods that were not asked of it, IllegalTransition where it may ship nothing any more.
        """
        record, work = load(fo_id, node)
        if work.status in LEFT and parcels:
            return self.fulfilment.ship(fo_id, actor, node)[1]
        if not parcels:
            return self._nothing(work, actor, node)
        packages = _packages(record, work, parcels)
        if work.status == "cancellation_requested":
            record, work = self.fulfilment.cancellation_answered(fo_id, _missing(work, packages), "it has left", actor, node)
        self._take_numbers(work, packages)
        if work.packages:
            self.fulfilment.left_without(fo_id, lambda now, seen: _packages(now, seen, parcels), actor, node)
            return self._gone(fo_id, actor, node)
        if short := _missing(work, packages):
            self.fulfilment.accept(fo_id, actor, node)
            self.fulfilment.short(fo_id, short, "NOT_IN_STOCK", actor, node)
        self.fulfilment.changed(fo_id, node, lambda now, seen, at: (_packed(seen, packages, at, actor), now.state))
        return self._gone(fo_id, actor, node)

    def _gone(self, fo_id: str, actor: str, node: str) -> FulfilmentOrder:
        """All that is in a parcel leaves; where nothing stays that could, it has left already."""
        work = load(fo_id, node)[1]
        return self.fulfilment.ship(fo_id, actor, node)[1] if work.staying() else work

    def _nothing(self, work: FulfilmentOrder, actor: str, node: str) -> FulfilmentOrder:
        if work.status in ("rejected", "cancelled"):
            return work
        if work.status == "cancellation_requested":
            return self.fulfilment.cancellation_accepted(work.id, actor, node)[1]
        return self.fulfilment.reject(work.id, "NOT_IN_STOCK", [], actor, node)[1]

    @staticmethod
    def _take_numbers(work: FulfilmentOrder, packages: Sequence[Package]) -> None:
        for package in packages:
            if not package.tracking_number:
                continue
            try:
                commit(create(ORDERS, track_item(work, package)))
            except WriteConflict as conflict:
                if conflict.old is None or conflict.old["fo_id"] != work.id:
                    message = f"another order's parcel has the tracking number {package.tracking_number}"
                    raise InvalidInput(message, fields={"tracking_number": "used before"}) from None


def _missing(work: FulfilmentOrder, packages: Sequence[Package]) -> dict[str, int]:
    """Units by line that are in no parcel. Where it was asked to leave some out, these are they as far as they go: nobody seeks them elsewhere."""
    left = {line: at_node.quantity - sum(each.lines.get(line, 0) for each in packages) for line, at_node in work.lines.items()}
    return {line: units for line, units in left.items() if units}


def _packed(work: FulfilmentOrder, packages: tuple[Package, ...], at: str, actor: str) -> FulfilmentOrder:
    """All three at once: nobody here has seen them happen one by one."""
    return used(pack(verbs.pick(verbs.accept(work, at, actor), {}, at, actor), packages, at, actor))


def _packages(record: Record, work: FulfilmentOrder, parcels: Sequence[Parcel]) -> tuple[Package, ...]:
    """All its packages, as these parcels say: those that have left already as they are, and of those that we have packed the ones under their numbers. By SKU as by
    line: where two lines are of one SKU, the first is served first."""
    gone = tuple(package for package in work.packages if package.left)
    numbers, known = {package.tracking_number for package in gone}, {package.tracking_number: package for package in work.staying()}
    told = [parcel for parcel in parcels if not parcel.tracking_number or parcel.tracking_number not in numbers]
    skus = {line.id: line.sku for line in record.order.lines}
    left, goods = {line: at_node.quantity - at_node.shipped for line, at_node in work.lines.items()}, shop.items(list(skus.values()))
    made, next_n = list[Package](), 1 + max((package.n for package in work.packages), default=0)
    for parcel in told:
        lines = dict[str, int]()
        for sku, units in parcel.units.items():
            lines |= _of_lines(work, skus, left, sku, units)
        if ours := known.get(parcel.tracking_number):
            made.append(replace(ours, lines=lines))
            continue
        weight = parcel.weight_g or TARE_G + sum(units * (goods[sku].weight_g if sku in goods else _UNKNOWN_WEIGHT_G) for sku, units in parcel.units.items())
        carrier, name = _carrier(parcel.carrier)
        said = (min(weight, _MOST_G), carrier, parcel.service, parcel.service or name)
        made.append(Package(next_n, lines, *said, tracking_number=parcel.tracking_number, sscc=parcel.sscc, labelled_by_node=True))
        next_n += 1
    return (*gone, *made)


def _of_lines(work: FulfilmentOrder, skus: Mapping[str, str], left: dict[str, int], sku: str, units: int) -> dict[str, int]:
    taken = dict[str, int]()
    for line in work.lines:
        count = min(left[line], units) if skus.get(line) == sku else 0
        if count:
            taken[line], left[line], units = count, left[line] - count, units - count
    if units:
        raise InvalidInput(f"{units} more of {sku} than were asked of {work.node}", fields={f"units.{sku[:64]}": "more than were asked for"})
    return taken


def _carrier(code: str) -> tuple[str, str]:
    """(our id of it, its name); what we do not know is called as they call it."""
    for each in shop.carriers():
        if code and code.upper() in (each.id.upper(), str(each.settings.get("scac", "")).upper()):
            return each.id, each.name
    return code.lower(), code
