"""846, inventory advice: how much of each SKU a node says that it has. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from waybill.edi.model import problems
from waybill.edi.model.parts import address, day, days, first, goods, said, sku_of, split, units, within
from waybill.edi.model.problems import SEGMENT, Problem, Unreadable
from waybill.edi.model.x12 import Segment, TransactionSet, segment
from waybill.kernel.errors import InvalidInput

KIND = "846"
ON_HAND = "17"
_OTHERS = ("33", "02", "QH")
"""Available for sale, cumulative, on hand by some: taken where nobody says what is on hand."""


@dataclass(frozen=True, slots=True)
class InventoryAdvice:
    """`number` names it; `at`: the day on which it was so. Units on hand by SKU."""

    number: str
    at: str
    units: Mapping[str, int]
    warehouse: str = ""


def write(advice: InventoryAdvice) -> tuple[Segment, ...]:
    """Raises InvalidInput for what X12 cannot carry."""
    if not advice.units:
        raise InvalidInput("an inventory advice has at least one line", fields={"lines": "empty"})
    return tuple(_segments(advice))


def _segments(advice: InventoryAdvice) -> Iterator[Segment]:
    yield segment("BIA", "00", "MM", within(advice.number, 30, "number"), days(advice.at))
    yield from list(address("WH", advice.warehouse, "", (), "", "", "", ""))[:1]
    for number, (sku, count) in enumerate(advice.units.items(), 1):
        yield segment("LIN", number, *goods(sku))
        yield segment("QTY", ON_HAND, count)
    yield segment("CTT", len(advice.units))


def read(given: TransactionSet) -> InventoryAdvice:
    """Raises Unreadable."""
    head, loops = split(given.segments, lambda each: each.tag == "LIN")
    begins = first(head, "BIA", KIND)
    there = dict[str, int]()
    for loop in loops:
        sku = sku_of(loop[0], (2, 4, 6))
        there[sku] = there.get(sku, 0) + _on_hand(loop)
    warehouse = next((each[2] for each in head if each.tag == "N1" and each[1] in ("WH", "SF", "VN")), "")
    return InventoryAdvice(begins[3].strip(), day(begins, 4), there, said(warehouse))


def _on_hand(loop: list[Segment]) -> int:
    told = {each[1].strip(): each for each in reversed(loop) if each.tag == "QTY"}
    found = next((told[code] for code in (ON_HAND, *_OTHERS) if code in told), None)
    if found is None:
        raise Unreadable(Problem(SEGMENT, problems.MISSING_SEGMENT, "no QTY says what is on hand (17)", "QTY", loop[0].at))
    return units(found, 2)
