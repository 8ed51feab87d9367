"""A channel that speaks EDI hears by 856 of each part of its orders that has left: carton by carton, under SSCC and tracking number."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from waybill.edi import partner as partners
from waybill.edi.model import ship_notice
from waybill.edi.model.record import Kept
from waybill.edi.model.ship_notice import Pack, ShipNotice
from waybill.edi.model.shipping_order import number_of
from waybill.edi.sending import Letter, Sending
from waybill.fulfilment.model.fulfilment_order import FulfilmentOrder, Package
from waybill.fulfilment.service import find, load
from waybill.kernel.errors import InvalidInput, NotFound
from waybill.kernel.events import Event
from waybill.orders.store import Record
from waybill.shop import store as shop


@dataclass(frozen=True, slots=True)
class Notices:
    """`shipped` is told of every `fulfilment_order.shipped` of a channel whose settings name an `edi`; the same one again writes nothing."""

    sending: Sending

    def shipped(self, record: Record, event: Event) -> None:
        to = partners.of_channel(record.order.channel)
        if ship_notice.KIND in to.documents:
            self._send(to, record, event)

    def again(self, kept: Kept) -> Kept:
        """What could not be written, after its cause was repaired."""
        fo_id, _, event_id = kept.cause.partition("/")
        record, work = load(fo_id)
        entry = next(entry for entry in work.history if f"{fo_id}:{entry.seq}" == event_id)
        event = Event(event_id, entry.type, entry.at, record.order.id, entry.data)
        return self._send(partners.partner(kept.node), record, event)

    def _send(self, to: partners.Partner, record: Record, event: Event) -> Kept:
        fo_id = event.data["fo_id"]
        cause = f"{fo_id}/{event.id}"
        try:
            letter = Letter(ship_notice.KIND, fo_id, ship_notice.write(_notice(record, find(record, fo_id), event)))
        except InvalidInput as problem:
            return self.sending.park(to, cause, ship_notice.KIND, fo_id, problem)
        return self.sending.send(to, cause, [letter])


def _notice(record: Record, work: FulfilmentOrder, event: Event) -> ShipNotice:
    order, skus = record.order, {line.id: line.sku for line in record.order.lines}
    left = {package["n"] for package in event.data["packages"]}
    gone = [package for package in work.packages if package.n in left]
    part = int(event.data.get("part", 0))
    to: Mapping[str, Any] = asdict(record.customer.address_of(work.group))
    return ShipNotice(
        number=number_of(work.id) + (f"-{part}" if part else ""),
        shipped=event.time[:10],
        time=event.time[11:16].replace(":", ""),
        packs=tuple(_pack(order.external_reference, skus, package) for package in gone),
        carrier=_carrier(gone[0].carrier) if gone else "",
        source=work.node,
        ship_to={name: str(value or "") for name, value in to.items() if isinstance(value, str)},
    )


def _pack(order: str, skus: Mapping[str, str], package: Package) -> Pack:
    units = dict[str, int]()
    for line, count in package.lines.items():
        units[skus[line]] = units.get(skus[line], 0) + count
    return Pack(order, units, package.sscc, package.tracking_number)


def _carrier(id: str) -> str:
    try:
        return shop.carrier(id).name
    except NotFound:
        return id
