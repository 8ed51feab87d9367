"""What a parcel costs: every service of every carrier by zone and weight, and the cheapest that keeps the promise. Pure, light."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass

from waybill.kernel.errors import InvalidInput
from waybill.shop.model import Carrier, Service

TARE_G = 80
"""What the packing material of a parcel weighs, unless a node has weighed it."""


@dataclass(frozen=True, slots=True)
class Offer:
    """One way to send a parcel. `price` in minor units of the carrier's currency."""

    carrier: str
    service: str
    service_name: str
    price: int
    currency: str
    delivery_days: int
    zone: int


def zone(carrier: Carrier, distance_km: int) -> int:
    """The zone of a distance: `zones_km[i]` is the farthest of zone i + 1; beyond the last one it is the last zone."""
    return min(bisect_left(carrier.zones_km, distance_km), len(carrier.zones_km) - 1) + 1


def offers(carriers: Iterable[Carrier], distance_km: int, weight_g: int) -> list[Offer]:
    """Every service that takes this weight this far, cheapest first; equal prices by speed, then by name."""
    found = [
        Offer(carrier.id, service.id, service.name, price, carrier.currency, service.delivery_days[at], at)
        for carrier in carriers
        for at in (zone(carrier, distance_km),)
        for service in carrier.services
        for price in _price(service, at, weight_g)
    ]
    return sorted(found, key=lambda offer: (offer.price, offer.delivery_days, offer.carrier, offer.service))


def cheapest(carriers: Iterable[Carrier], distance_km: int, weight_g: int, promise_days: int = 0) -> Offer:
    """The cheapest offer within the promise (0: none was made, negative: it is too late); where none keeps it, the fastest. Raises InvalidInput where
    no carrier takes such a parcel there."""
    known = offers(carriers, distance_km, weight_g)
    if not known:
        raise InvalidInput(f"no carrier takes {weight_g} g over {distance_km} km", fields={"weight_g": "no tariff"})
    in_time = [offer for offer in known if not promise_days or offer.delivery_days <= promise_days]
    return in_time[0] if in_time else min(known, key=lambda offer: (offer.delivery_days, offer.price))


def _price(service: Service, at: int, weight_g: int) -> list[int]:
    step = bisect_left(service.weight_breaks_g, weight_g)
    if at not in service.prices or at not in service.delivery_days or step >= len(service.prices[at]):
        return []
    return [service.prices[at][step]]
