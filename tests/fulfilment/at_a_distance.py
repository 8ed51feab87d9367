"""What is taken to send one parcel so many kilometres, by carriers with tables of their own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from waybill.fulfilment.carriers import tables
from waybill.fulfilment.choice import choose
from waybill.fulfilment.contents import Plan
from waybill.fulfilment.model.fulfilment_order import Package
from waybill.fulfilment.model.tariff import Box, Lane
from waybill.fulfilment.ports import Offer, Parcel, Sending
from waybill.orders.model.order import Address
from waybill.shop.model import Carrier, Place

DAY = "2026-11-23"
_SENDING = Sending(Place("", "", "", "", "", "US"), Address(country="US"), (), DAY)


@dataclass(frozen=True)
class _Away:
    carrier: Carrier
    km: int
    calls: bool = False

    @property
    def id(self) -> str:
        return self.carrier.id

    def offers(self, sending: Sending) -> list[Offer]:
        priced = tables.own(self.carrier)
        return [
            Offer(self.id, quote.service, quote.service_name, quote.price, priced.currency, quote.days, place)
            for place, parcel in enumerate(sending.parcels)
            for quote in priced.quotes(Lane(self.km, DAY), Box(parcel.weight_g))
        ]


def offers(carriers: Sequence[Carrier], km: int, grams: int, promise: int = 0) -> tuple[Offer, ...]:
    """The one that is taken first. Raises InvalidInput where nobody takes it."""
    plan, away = Plan((Package(1, {"1": 1}, grams),)), [_Away(carrier, km) for carrier in carriers]
    return choose([plan], away, _SENDING, lambda package: Parcel(package.weight_g), promise, lambda *_: True).offers[0]  # type: ignore[arg-type]
