"""What is missing in a price list, or told twice: a hole between two weights, a zone without prices, rows that overlap. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise

from waybill.fulfilment.model.tariff import Divisor, Surcharge, Zone


@dataclass(frozen=True, slots=True)
class Rate:
    """A row: more than `over_g` and up to `up_to_g`."""

    row: int
    service: str
    zone: int
    over_g: int
    up_to_g: int
    price: int
    days: int | None = None


def problems_of(
    zones: Iterable[Zone], services: Mapping[str, frozenset[int]], rates: list[Rate], divisors: Iterable[Divisor], surcharges: Iterable[Surcharge]
) -> dict[str, str]:
    """{where: what is wrong}, empty for a whole list. `services` {id: zones it does not go to}."""
    known, found = {zone.id for zone in zones}, dict[str, str]()
    if not known:
        found["zone"] = "the list has no zone"
    if not services:
        found["service"] = "the list has no service"
    for rate in rates:
        if rate.service not in services:
            found[f"row {rate.row}, service"] = f"there is no service {rate.service[:40]!r}"
        elif rate.zone not in known:
            found[f"row {rate.row}, zone"] = f"there is no zone {rate.zone}"
        elif rate.zone in services[rate.service]:
            found[f"row {rate.row}, zone"] = f"{rate.service} does not go to zone {rate.zone}, its row says"
    for row in (*divisors, *surcharges):
        if row.service and row.service not in services:
            found[f"service {row.service[:40]}"] = "a divisor or surcharge names it, and it is not in the list"
    for service, apart in services.items():
        for zone in sorted(known - apart):
            own = sorted((rate for rate in rates if (rate.service, rate.zone) == (service, zone)), key=lambda rate: (rate.over_g, rate.up_to_g))
            found |= _of_one(f"{service}, zone {zone}", own)
    return found


def _of_one(where: str, rates: list[Rate]) -> dict[str, str]:
    if not rates:
        return {where: "has no price: tell it, or name the zone in not_to of the service"}
    found = {}
    if rates[0].over_g > 0:
        found[f"{where}, 0 g to {rates[0].over_g} g"] = "has no price"
    for below, above in pairwise(rates):
        if above.over_g > below.up_to_g:
            found[f"{where}, {below.up_to_g} g to {above.over_g} g"] = f"has no price: rows {below.row} and {above.row} leave a hole"
        elif above.over_g < below.up_to_g:
            found[f"{where}, {above.over_g} g to {min(below.up_to_g, above.up_to_g)} g"] = f"is told twice, by rows {below.row} and {above.row}"
    days = [rate.days for rate in rates if rate.days is not None]
    if len(set(days)) != 1:
        found[f"{where}, days"] = "are told once for all weights" if days else "on the way are not told"
    return found
