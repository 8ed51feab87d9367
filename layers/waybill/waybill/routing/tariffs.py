"""From the carriers' price lists to what a parcel costs from a node to an address: the cheapest service that keeps the promise.

The same lists by which the fulfilment context picks the service, for all weights at once. A parcel is known by its weight alone here: what its room weighs, and what is added
for long ones, shows when it is packed.
"""

from __future__ import annotations

from collections.abc import Iterable

from waybill.fulfilment.model.tariff import TARE_G, Box, Lane, Quote, Tariff
from waybill.routing.model.problem import Rate


def rate(tariffs: Iterable[Tariff], lane: Lane, promise_days: int = 0) -> tuple[Rate | None, bool]:
    """By weight of the goods the cheapest service of any carrier that arrives within `promise_days` (0: no promise, negative: too late), packing
    material included; and whether one does. Where none does, the fastest stands in. None where no carrier goes there at all.
    """
    going = [(tariff, tariff.zone(lane)) for tariff in tariffs]
    breaks = sorted({end for tariff, at in going for end in tariff.breaks(at) if end > TARE_G})
    quotes = {end: [quote for tariff, at in going if at for quote in tariff.quotes(lane, Box(end), at)] for end in breaks}
    taken = [end for end in breaks if quotes[end]]
    if not taken:
        return None, False
    in_time = not promise_days or any(quote.days <= promise_days for each in quotes.values() for quote in each)
    return Rate(tuple(end - TARE_G for end in taken), tuple(_price(quotes[end], promise_days) for end in taken)), in_time


def _price(quotes: list[Quote], promise_days: int) -> int:
    fastest = min(quote.days for quote in quotes)
    most = max(promise_days, fastest) if promise_days else max(quote.days for quote in quotes)
    return min(quote.price for quote in quotes if quote.days <= most)
