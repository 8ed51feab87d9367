"""945, warehouse shipping advice: what has left a node, in which cartons, under which numbers; and what of it has not. Pure.

A carton is an LX loop: its SSCC in MAN with qualifier GM, its tracking number in MAN with CP, in N9 with 2I or CN, or once for all of them in the heading.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from waybill.edi.model.parts import EACH, address, day, days, first, goods, in_each, plain, said, sku_of, split, units, valued, within
from waybill.edi.model.x12 import Segment, TransactionSet, segment

KIND = "945"
COMPLETE, SHORT, TO_FOLLOW = "CC", "CP", "BP"
"""Element 368 as we write it: complete; partial and considered complete; partial, the rest to follow."""
_GRAMS = {"G": 1.0, "K": 1000.0, "L": 453.59237}
_TRACKING = ("2I", "CN", "08")


@dataclass(frozen=True, slots=True)
class Carton:
    """Units by SKU. `sscc`: 18 digits. `weight_g`: 0 where it is not told."""

    units: Mapping[str, int]
    tracking_number: str = ""
    sscc: str = ""
    weight_g: int = 0


@dataclass(frozen=True, slots=True)
class ShippingAdvice:
    """`number`: of the shipping order. `shipment`: the warehouse's own. `carrier`: its SCAC; `routing`: the service in words. `short`: units by SKU that
    were ordered and are in no carton. `more`: the rest is to follow."""

    number: str
    shipped: str
    cartons: tuple[Carton, ...]
    shipment: str = ""
    carrier: str = ""
    routing: str = ""
    short: Mapping[str, int] = field(default_factory=dict)
    more: bool = False
    warehouse: str = ""


def write(advice: ShippingAdvice) -> tuple[Segment, ...]:
    """As a warehouse would write it. Raises InvalidInput for what X12 cannot carry."""
    return tuple(_segments(advice))


def _segments(advice: ShippingAdvice) -> Iterator[Segment]:
    yield segment("W06", "F", within(advice.number, 22, "shipping order"), days(advice.shipped), plain(advice.shipment)[:30])
    yield from list(address("WH", advice.warehouse, "", (), "", "", "", ""))[:1]
    if advice.carrier or advice.routing:
        yield segment("W27", "U", plain(advice.carrier)[:4], plain(advice.routing)[:35])
    count = 0
    for count, carton in enumerate(advice.cartons, 1):
        yield segment("LX", count)
        if carton.sscc:
            yield segment("MAN", "GM", "00" + carton.sscc)
        if carton.tracking_number:
            yield segment("MAN", "CP", within(carton.tracking_number, 48, "tracking number"))
        for index, (sku, each) in enumerate(carton.units.items()):
            weight = (carton.weight_g, "G", "G") if carton.weight_g and not index else ()
            yield segment("W12", COMPLETE, each, each, 0, EACH, "", *goods(sku), "", *weight)
    if advice.short:
        yield segment("LX", count + 1)
    for sku, each in advice.short.items():
        yield segment("W12", TO_FOLLOW if advice.more else SHORT, each, 0, each, EACH, "", *goods(sku))
    yield segment("W03", sum(sum(carton.units.values()) for carton in advice.cartons))


def read(given: TransactionSet) -> ShippingAdvice:
    """Raises Unreadable."""
    head, loops = split(given.segments, lambda each: each.tag == "LX")
    begins, way = first(head, "W06", KIND), next((each for each in head if each.tag == "W27"), Segment("W27"))
    common = valued(head, "N9", _TRACKING) or valued(head, "MAN", ("CP",))
    cartons, short, more = list[Carton](), dict[str, int](), False
    for loop in loops:
        carton, missing, follows = _carton(loop, common)
        cartons += [carton] if carton.units else []
        short = {sku: short.get(sku, 0) + missing.get(sku, 0) for sku in (*short, *(sku for sku in missing if sku not in short))}
        more = more or follows
    return ShippingAdvice(
        number=begins[2].strip(),
        shipped=day(begins, 3),
        cartons=tuple(cartons),
        shipment=begins[4].strip(),
        carrier=way[2].strip(),
        routing=way[3].strip(),
        short=short,
        more=more,
        warehouse=said(next((each[2] for each in head if each.tag == "N1" and each[1] in ("WH", "SF")), "")),
    )


def _carton(loop: list[Segment], common: str) -> tuple[Carton, dict[str, int], bool]:
    """(the carton, units by SKU that are short, whether they are to follow)."""
    there, missing, weight, follows = dict[str, int](), dict[str, int](), 0, False
    for each in (each for each in loop if each.tag == "W12"):
        in_each(each, 5)
        sku, left, lacking = sku_of(each, (7, 17)), units(each, 3, 0), _lacking(each)
        there = {**there, sku: there.get(sku, 0) + left} if left else there
        missing = {**missing, sku: missing.get(sku, 0) + lacking} if lacking else missing
        follows = follows or (bool(lacking) and each[1].strip() == TO_FOLLOW)
        weight += _grams(each)
    tracking = valued(loop, "MAN", ("CP",)) or valued(loop, "MAN", ("GM",), 5) or valued(loop, "N9", _TRACKING) or common
    sscc = valued(loop, "MAN", ("GM", "AA")).removeprefix("(00)")
    return Carton(there, tracking, sscc[2:] if len(sscc) == 20 and sscc.startswith("00") else sscc, weight), missing, follows


def _lacking(each: Segment) -> int:
    """W1204 is the difference; where it is not told, what W1202 has more than W1203. Some write it below nothing: how far they differ is meant."""
    told = each[4].strip().removeprefix("-")
    if told:
        return units(segment(each.tag, "", "", "", told), 4)
    return max(0, units(each, 2, 0) - units(each, 3, 0)) if each[2].strip() else 0


def _grams(each: Segment) -> int:
    try:
        return round(float(each[10]) * _GRAMS.get(each[12].strip(), 0.0)) if each[10].strip() else 0
    except (ValueError, OverflowError):
        return 0
