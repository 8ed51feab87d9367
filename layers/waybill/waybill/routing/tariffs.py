"""From the shop's carriers to what a parcel costs from a node to an address: the cheapest service that keeps the promise."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable

from waybill.routing.model.problem import Rate
from waybill.shop.model import Carrier, Service


def zone(carrier: Carrier, distance_km: int) -> int:
    """The zone of a distance: `zones_km[i]` is the farthest of zone i + 1; beyond the last one it is the last zone."""
    return min(bisect_left(carrier.zones_km, distance_km), len(carrier.zones_km) - 1) + 1


def rate(carriers: Iterable[Carrier], distance_km: int, promise_days: int = 0) -> tuple[Rate | None, bool]:
    """By weight the cheapest service of any carrier that arrives within `promise_days` (0: no promise), and whether one does.

    Where none keeps the promise, the fastest there are stand in. None where no carrier goes there at all.
    """
    offers = [(service, zone(carrier, distance_km)) for carrier in carriers for service in carrier.services]
    offers = [(service, z) for service, z in offers if z in service.prices and z in service.delivery_days]
    if not offers:
        return None, False
    days = [service.delivery_days[z] for service, z in offers]
    in_time = not promise_days or min(days) <= promise_days
    most = (promise_days or max(days)) if in_time else min(days)
    return _cheapest([offer for offer, needed in zip(offers, days, strict=True) if needed <= most]), in_time


def _cheapest(offers: list[tuple[Service, int]]) -> Rate:
    """The lower envelope: at each weight break the least price of the services that carry so much."""
    breaks = sorted({end for service, _ in offers for end in service.weight_breaks_g})
    return Rate(tuple(breaks), tuple(min(_prices(offers, weight)) for weight in breaks))


def _prices(offers: list[tuple[Service, int]], weight_g: int) -> Iterable[int]:
    for service, z in offers:
        step = bisect_left(service.weight_breaks_g, weight_g)
        if step < len(service.weight_breaks_g):
            yield service.prices[z][step]
