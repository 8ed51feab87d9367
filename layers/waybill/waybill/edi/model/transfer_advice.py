"""943, warehouse stock transfer shipment advice: what is on its way to a node, from a supplier or from another node. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from waybill.edi.model.parts import EACH, address, day, days, first, goods, in_each, party, plain, sku_of, units, within
from waybill.edi.model.x12 import Segment, TransactionSet, segment
from waybill.kernel.errors import InvalidInput

KIND = "943"


@dataclass(frozen=True, slots=True)
class TransferAdvice:
    """`number`: what the shop calls the purchase order or transfer. `units` by SKU. `expected`: an ISO date or empty."""

    number: str
    told: str
    source: str
    warehouse: str
    units: Mapping[str, int]
    expected: str = ""


def write(advice: TransferAdvice) -> tuple[Segment, ...]:
    """Raises InvalidInput for what X12 cannot carry."""
    if not advice.units:
        raise InvalidInput("a transfer has at least one line", fields={"lines": "empty"})
    return tuple(_segments(advice))


def _segments(advice: TransferAdvice) -> Iterator[Segment]:
    yield segment("W06", "F", within(advice.number, 22, "number"), days(advice.told))
    yield from list(address("SF", advice.source, "", (), "", "", "", ""))[:1]
    yield segment("N1", "WH", plain(advice.warehouse)[:60], "91", within(advice.warehouse, 60, "node").ljust(2, "."))
    if advice.expected:
        yield segment("G62", "17", days(advice.expected))
    for sku, count in advice.units.items():
        yield segment("W04", count, EACH, "", *goods(sku))
    yield segment("W03", sum(advice.units.values()))


def read(given: TransactionSet) -> TransferAdvice:
    """Raises Unreadable."""
    begins = first(given.segments, "W06", KIND)
    there = dict[str, int]()
    for each in (each for each in given.segments if each.tag == "W04"):
        in_each(each, 2)
        sku = sku_of(each, (4, 6))
        there[sku] = there.get(sku, 0) + units(each, 1)
    return TransferAdvice(
        number=begins[2].strip(),
        told=day(begins, 3),
        source=party(given.segments, "SF").get("name", ""),
        warehouse=party(given.segments, "WH").get("id", "").rstrip("."),
        units=there,
        expected=next((day(each, 2) for each in given.segments if each.tag == "G62" and each[1] == "17"), ""),
    )
