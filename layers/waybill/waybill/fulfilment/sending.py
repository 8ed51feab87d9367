"""What carriers are asked about the work of a node: from where to where, on which day it leaves, and the goods in each parcel."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from waybill.fulfilment.contents import Goods as Known
from waybill.fulfilment.model import customs, dangerous
from waybill.fulfilment.model.fulfilment_order import FulfilmentOrder, Package
from waybill.fulfilment.ports import Goods, Offer, Parcel, Sending
from waybill.kernel.clock import parse_instant
from waybill.orders.model.order import Order
from waybill.orders.store import Record
from waybill.shop import store as shop
from waybill.shop.calendar import leaves_on
from waybill.shop.model import Node


@dataclass(frozen=True, slots=True)
class Asked:
    """`sending` is without its parcels; `within`: days that a carrier may take, 0 for any, negative where it is too late already."""

    sending: Sending
    within: int
    order: Order
    known: Known

    @classmethod
    def of(cls, record: Record, work: FulfilmentOrder, known: Known, at: datetime) -> Asked:
        node, order, there = shop.node(work.node), record.order, record.customer.address_of(work.group)
        leaves = leaves_on(node, at).isoformat()
        reference = order.number or order.external_reference
        sending = Sending(node.place, there, (), leaves, order.currency, reference, residential=not there.company)
        return cls(sending, _within(record, work, node, at), order, known)

    def parcel(self, package: Package) -> Parcel:
        """A package as a carrier is told of it."""
        lengths = (package.length_mm, package.width_mm, package.height_mm)
        return Parcel(package.weight_g, *lengths, tuple(self._goods(line, units) for line, units in sorted(package.lines.items())))

    def takes(self, offer: Offer, parcel: Parcel) -> bool:
        """Whether a service of the shop's own table takes the dangerous goods in a parcel; who is called has been told, and decides himself."""
        skus = {goods.sku for goods in parcel.goods if goods.hazard}
        service = next((each for carrier in shop.carriers() if carrier.id == offer.carrier for each in carrier.services if each.id == offer.service), None)
        if not skus or service is None:
            return True
        return dangerous.takes(service.hazards, self.known.hazards(line for line, sku in self.known.skus.items() if sku in skus))

    def refuse_unknown(self) -> None:
        """Raises InvalidInput naming the SKUs of which the border that lies between asks what the shop does not know."""
        if self.sending.crosses_a_border:
            goods = [self._goods(line, 1) for line in self.known.skus]
            customs.refuse_unknown((each.sku, each.origin, each.hs_code) for each in goods)

    def _goods(self, line: str, units: int) -> Goods:
        item, sold = self.known.items.get(line), next(each for each in self.order.lines if each.id == line)
        hazard = f"{item.hazard.un} {item.hazard.hazard_class}" if item and item.hazard else ""
        value = sold.net // sold.quantity if sold.quantity else 0
        return Goods(sold.sku, sold.title, units, self.known.weight_g(line), value, item.origin if item else "", item.hs_code if item else "", hazard)


def _within(record: Record, work: FulfilmentOrder, node: Node, at: datetime) -> int:
    """What routing has left for the way, less the days by which the node packs later than it could have."""
    if work.within <= 0:
        return work.within or record.order.ships_by(work.group).promise_days
    left = work.within - max(0, (leaves_on(node, at) - leaves_on(node, parse_instant(work.since))).days)
    return left if left > 0 else -1
