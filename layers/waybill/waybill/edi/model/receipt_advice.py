"""944, warehouse stock transfer receipt advice: what has come to a node of a purchase order or transfer, fit to be sold and not. Pure.

W07 has all that came of a SKU; a W13 below it says how much of that is damaged or on hold, or how much is short or over and so is none of what came.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from waybill.edi.model import problems
from waybill.edi.model.parts import EACH, address, day, days, first, goods, in_each, said, sku_of, split, units, valued, within
from waybill.edi.model.problems import ELEMENT, Problem, Unreadable
from waybill.edi.model.x12 import Segment, TransactionSet, segment

KIND = "944"
DAMAGED = "01"
_NOT_FIT = (DAMAGED, "04", "05", "06", "08", "09", "10", "12")
"""Of element 412: damaged, quality, another product, another container, rejected, on hold, scrapped, over and sent back."""


@dataclass(frozen=True, slots=True)
class ReceiptAdvice:
    """`number`: of the purchase order or transfer. `receipt`: the warehouse's own number of this receipt, which names it for ever. Units by SKU: fit to
    be sold (`good`) and not (`blocked`)."""

    number: str
    receipt: str
    came: str
    good: Mapping[str, int]
    blocked: Mapping[str, int] = field(default_factory=dict)
    warehouse: str = ""


def write(advice: ReceiptAdvice) -> tuple[Segment, ...]:
    """As a warehouse would write it. Raises InvalidInput for what X12 cannot carry."""
    return tuple(_segments(advice))


def _segments(advice: ReceiptAdvice) -> Iterator[Segment]:
    yield segment("W17", "F", days(advice.came), within(advice.receipt, 12, "receipt"), within(advice.number, 22, "number"))
    yield from list(address("WH", advice.warehouse, "", (), "", "", "", ""))[:1]
    for sku in (*advice.good, *(sku for sku in advice.blocked if sku not in advice.good)):
        bad = advice.blocked.get(sku, 0)
        yield segment("W07", advice.good.get(sku, 0) + bad, EACH, "", *goods(sku))
        if bad:
            yield segment("W13", bad, EACH, DAMAGED)
    yield segment("W14", sum(advice.good.values()) + sum(advice.blocked.values()))


def read(given: TransactionSet) -> ReceiptAdvice:
    """Raises Unreadable."""
    head, loops = split(given.segments, lambda each: each.tag == "W07")
    begins = first(head, "W17", KIND)
    good, blocked = dict[str, int](), dict[str, int]()
    for loop in loops:
        sku, fit, bad = _line(loop)
        good |= {sku: good.get(sku, 0) + fit} if fit else {}
        blocked |= {sku: blocked.get(sku, 0) + bad} if bad else {}
    return ReceiptAdvice(
        number=begins[4].strip() or valued(head, "N9", ("PO", "TN", "SI")) or begins[5].strip(),
        receipt=begins[3].strip(),
        came=day(begins, 2),
        good=good,
        blocked=blocked,
        warehouse=said(next((each[2] for each in head if each.tag == "N1" and each[1] in ("WH", "ST")), "")),
    )


def _line(loop: list[Segment]) -> tuple[str, int, int]:
    """(SKU, units fit to be sold, units that are not)."""
    begins = loop[0]
    in_each(begins, 2)
    came, bad = units(begins, 1), 0
    for each in (each for each in loop if each.tag == "W13"):
        in_each(each, 2)
        bad += units(each, 1) if each[3].strip() in _NOT_FIT else 0
    if bad > came:
        raise Unreadable(Problem(ELEMENT, problems.CONDITION, f"more is not fit ({bad}) than came", begins.tag, begins.at, 1, begins[1][:99]))
    return sku_of(begins, (4, 6, 10)), came - bad, bad
