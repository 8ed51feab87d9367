"""A carrier whose price list we have: nobody is called, the label is our own. `fulfilment.ports.Carrier`, offline."""

from __future__ import annotations

from waybill.fulfilment.carriers import tables
from waybill.fulfilment.model.numbers import tracking_number
from waybill.fulfilment.model.tariff import Box
from waybill.fulfilment.ports import Bought, Offer, Parcel, Sending
from waybill.shop.model import Carrier


class TariffCarrier:
    """`calls` nobody: what is bought here is a number of ours, and giving it back is a matter of our own record."""

    calls = False

    def __init__(self, carrier: Carrier) -> None:
        self.id, self._carrier = carrier.id, carrier

    def offers(self, sending: Sending) -> list[Offer]:
        tariff = tables.on(self._carrier, sending.leaves)
        lane = tables.lane(sending.sender, sending.recipient, sending.leaves, sending.residential)
        return [
            Offer(self.id, quote.service, quote.service_name, quote.price, tariff.currency, quote.days, place, tariff.version, quote.made_of)
            for place, parcel in enumerate(sending.parcels)
            for quote in tariff.quotes(lane, box(parcel))
        ]

    def buy(self, sending: Sending, offer: Offer, key: str) -> Bought:
        return Bought(tracking_number(self.id, key), "", offer.price, offer.currency)

    def found(self, offer: Offer, key: str) -> Bought | None:
        return None

    def void(self, shipment: str, key: str) -> bool:
        return True


def box(parcel: Parcel) -> Box:
    """A parcel as a price list sees it."""
    lengths = (parcel.length_mm, parcel.width_mm, parcel.height_mm)
    return Box(parcel.weight_g, lengths, any(goods.hazard for goods in parcel.goods))
