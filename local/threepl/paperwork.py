"""What a warehouse writes in X12 to what it was sent: a function of that alone, so that after a restart the same file is written again.

Its numbers follow from the shop's: to interchange n the acknowledgement is 2n, the advice 2n + 1.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from waybill.edi.model import acknowledgement, documents, shipping_advice
from waybill.edi.model.shipping_advice import Carton, ShippingAdvice
from waybill.edi.model.shipping_order import CANCELLED, CHANGED, ShippingOrder
from waybill.edi.model.x12 import Interchange, written
from waybill.kernel.gs1 import check_digit

CARRIER, SERVICE = "PCWY", "Ground"
"""The SCAC of who collects here, and what is sent by it."""
_NUMBERS = 1_000_000_000
_UNITS_A_CARTON = 12
_GS1_COMPANY = "0614141"
_ACKNOWLEDGEMENT = "FA"


@dataclass(frozen=True, slots=True)
class Asked:
    """One 940, in the file `name`."""

    name: str
    it: Interchange
    order: ShippingOrder


def acknowledged(it: Interchange) -> str:
    """The 997 to all of it; empty where it only acknowledges itself."""
    groups = [group for group in it.groups if group.functional != _ACKNOWLEDGEMENT]
    found = {each.control: documents.understood(each)[1] for group in groups for each in group.sets}
    return _enclosed(it, 0, [(acknowledgement.KIND, acknowledgement.write(group, found, it.problems)) for group in groups]) if groups else ""


def advised(asked: Sequence[Asked], lacking: Mapping[str, int]) -> str:
    """The 945 to all that was said of one order, the oldest first; `lacking`: units by SKU that are not on the shelf. Empty where it has left before."""
    last = asked[-1]
    if last.order.status in (CANCELLED, CHANGED) and len(asked) == 1:
        return ""
    wanted = _units(last.order)
    short = wanted if last.order.status == CANCELLED else {sku: units for sku, units in lacking.items() if units}
    there = {sku: units - short.get(sku, 0) for sku, units in wanted.items() if units > short.get(sku, 0)}
    number = last.order.number
    advice = ShippingAdvice(
        number=number,
        shipped=f"{last.it.at[:4]}-{last.it.at[4:6]}-{last.it.at[6:8]}",
        cartons=tuple(Carton(units, _tracking_number(number, n), _sscc(number, n)) for n, units in enumerate(_cartons(there), 1)),
        shipment=f"BOL{last.it.control}",
        carrier=CARRIER,
        routing=SERVICE,
        short=short,
    )
    return _enclosed(last.it, 1, [(shipping_advice.KIND, shipping_advice.write(advice))])


def orders(name: str, it: Interchange) -> Iterator[Asked]:
    """The 940s of a file that were not refused."""
    for each in (each for group in it.groups if not (it.problems or group.problems) for each in group.sets):
        document, wrong = documents.understood(each)
        if isinstance(document, ShippingOrder) and not (wrong or each.problems):
            yield Asked(name, it, document)


def shelf_work(asked: Asked, node: str) -> dict[str, Any]:
    """An order as the people on the floor see it: a node and lines."""
    return {"node": node, "lines": {str(n): {"sku": item.sku} for n, item in enumerate(asked.order.items, 1)}}


def lacking(asked: Asked, lines: Sequence[str]) -> dict[str, int]:
    """Units by SKU of lines of `shelf_work`."""
    told = [asked.order.items[int(line) - 1].sku for line in lines]
    return {sku: units for sku, units in _units(asked.order).items() if sku in told}


def _units(order: ShippingOrder) -> dict[str, int]:
    found = dict[str, int]()
    for item in order.items:
        found[item.sku] = found.get(item.sku, 0) + item.units
    return found


def _cartons(units: Mapping[str, int]) -> list[dict[str, int]]:
    """Twelve units at most in each."""
    pieces = [sku for sku, count in units.items() for _ in range(count)]
    some = [pieces[start : start + _UNITS_A_CARTON] for start in range(0, len(pieces), _UNITS_A_CARTON)]
    return [{sku: carton.count(sku) for sku in dict.fromkeys(carton)} for carton in some]


def _enclosed(to: Interchange, which: int, letters: list[tuple[str, Any]]) -> str:
    control = (int(to.control) * 2 + which) % _NUMBERS
    return written(documents.enclosed(to.receiver, to.sender, control, to.at, letters, to.test))


def _tracking_number(number: str, carton: int) -> str:
    return f"LS{_digits(number, carton, 16)}"


def _sscc(number: str, carton: int) -> str:
    body = f"0{_GS1_COMPANY}{_digits(number, carton, 9)}"
    return body + check_digit(body)


def _digits(number: str, carton: int, many: int) -> str:
    return f"{int.from_bytes(hashlib.sha256(f'{number}/{carton}'.encode()).digest()[:8], 'big') % 10**many:0{many}d}"
