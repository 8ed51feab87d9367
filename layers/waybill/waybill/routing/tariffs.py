"""From the shop's carriers to what a parcel costs from a node to an address: the cheapest service that keeps the promise.

The same rule by which the fulfilment context picks the service (`fulfilment.rates.cheapest`), for all weights at once.
"""

from __future__ import annotations

from collections.abc import Iterable

from waybill.fulfilment.rates import TARE_G, zone
from waybill.routing.model.problem import Rate
from waybill.shop.model import Carrier, Service

Offers = list[tuple[int, Service, int]]
"""(days, service, zone)."""


def rate(carriers: Iterable[Carrier], distance_km: int, promise_days: int = 0) -> tuple[Rate | None, bool]:
    """By weight of the goods the cheapest service of any carrier that arrives within `promise_days` (0: no promise, negative: too late), packing
    material included; and whether one does. Where none does, the fastest stands in. None where no carrier goes there at all.
    """
    offers: Offers = []
    for carrier in carriers:
        at = zone(carrier, distance_km)
        offers += [(s.delivery_days[at], s, at) for s in carrier.services if at in s.prices and at in s.delivery_days]
    breaks = sorted({end for _, service, _ in offers for end in service.weight_breaks_g if end > TARE_G})
    if not breaks:
        return None, False
    in_time = not promise_days or any(days <= promise_days for days, _, _ in offers)
    prices = tuple(_price([offer for offer in offers if offer[1].weight_breaks_g[-1] >= end], end, promise_days) for end in breaks)
    return Rate(tuple(end - TARE_G for end in breaks), prices), in_time


def _price(offers: Offers, weight_g: int, promise_days: int) -> int:
    fastest = min(days for days, _, _ in offers)
    most = max(promise_days, fastest) if promise_days else max(days for days, _, _ in offers)
    return min(_step(service, at, weight_g) for days, service, at in offers if days <= most)


def _step(service: Service, at: int, weight_g: int) -> int:
    step = next(index for index, end in enumerate(service.weight_breaks_g) if end >= weight_g)
    return service.prices[at][step]
