"""940, warehouse shipping order: what a node is to send to whom; or, cancelled, that it shall not. Pure.

W0501 is N for an order, F for its cancellation, R for one of which less is to ship (element 473). W0502 holds the fulfilment order, whose id is as long as the element allows.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from waybill.edi.model.parts import EACH, chunks, day, days, first, goods, party, plain, sku_of, split, units, within
from waybill.edi.model.parts import address as told_address
from waybill.edi.model.x12 import Segment, TransactionSet, segment
from waybill.kernel.errors import InvalidInput

KIND = "940"
NEW, CANCELLED, CHANGED = "N", "F", "R"
_PREFIX = "fo_"
_ORDER_PART = 20


@dataclass(frozen=True, slots=True)
class Item:
    """Units of one SKU; `unit` is EA wherever we write it, other depositors count in cases (CA) too."""

    sku: str
    units: int
    title: str = ""
    unit: str = EACH


@dataclass(frozen=True, slots=True)
class ShippingOrder:
    """`number`: see `number_of`. `ship_to`: name, company, line1, line2, city, region, postal_code, country, phone. `wanted`: the day on which it is to
    leave. `routing`: the service that was promised, as the shop calls it."""

    number: str
    order_number: str
    warehouse: str
    ship_to: dict[str, str]
    items: tuple[Item, ...]
    status: str = NEW
    wanted: str = ""
    routing: str = ""
    note: str = ""


def number_of(fo_id: str) -> str:
    """A fulfilment order's number for X12, 22 characters at most. Raises InvalidInput for the hundredth of an order."""
    part, _, count = fo_id.removeprefix(_PREFIX).rpartition("-")
    number = f"{part}-{count}" if len(count) == 1 else part + count
    return within(number, 22, "fulfilment order")


def fo_id_of(number: str) -> str:
    """The fulfilment order of a number; our own id is taken too."""
    bare = number.strip().removeprefix(_PREFIX)
    return f"{_PREFIX}{bare[:_ORDER_PART]}-{bare[_ORDER_PART:].lstrip('-')}"


def write(order: ShippingOrder) -> tuple[Segment, ...]:
    """Raises InvalidInput for what X12 cannot carry."""
    if not order.items:
        raise InvalidInput("a shipping order has at least one line", fields={"items": "empty"})
    return tuple(_segments(order))


def _segments(order: ShippingOrder) -> Iterator[Segment]:
    to = order.ship_to
    yield segment("W05", order.status, within(order.number, 22, "fulfilment order"), plain(order.order_number)[:22])
    lines = (to.get("line1", ""), to.get("line2", ""))
    yield from told_address("ST", to.get("name", ""), to.get("company", ""), lines, *(to.get(name, "") for name in ("city", "region", "postal_code", "country")))
    if phone := plain(to.get("phone", ""))[:80]:
        yield segment("PER", "DC", "", "TE", phone)
    yield segment("N1", "WH", plain(order.warehouse)[:60], "91", within(order.warehouse, 60, "node").ljust(2, "."))
    if order.wanted:
        yield segment("G62", "10", days(order.wanted))
    for piece in chunks(order.note, 80):
        yield segment("NTE", "WHI", piece)
    if order.routing:
        yield segment("W66", "PP", "U", "", "", plain(order.routing)[:35])
    for number, item in enumerate(order.items, 1):
        yield segment("LX", number)
        yield segment("W01", item.units, item.unit, "", *goods(item.sku))
        if title := plain(item.title)[:45].rstrip():
            yield segment("G69", title)
    yield segment("W76", sum(item.units for item in order.items))


def read(given: TransactionSet) -> ShippingOrder:
    """Raises Unreadable."""
    head, loops = split(given.segments, lambda each: each.tag == "LX")
    begins = first(head, "W05", KIND)
    routing = next((each[5] for each in head if each.tag == "W66"), "")
    leaves = next((day(each, 2) for each in head if each.tag == "G62" and each[1] == "10"), "")
    return ShippingOrder(
        number=begins[2].strip(),
        order_number=begins[3].strip(),
        warehouse=party(head, "WH").get("id", "").rstrip("."),
        ship_to={name: value for name, value in party(head, "ST").items() if name != "id"},
        items=tuple(_item(loop) for loop in loops),
        status=begins[1].strip(),
        wanted=leaves,
        routing=routing,
        note=" ".join(each[2] for each in head if each.tag == "NTE"),
    )


def _item(loop: list[Segment]) -> Item:
    line = first(loop, "W01", KIND)
    return Item(sku_of(line, (4, 6)), units(line, 1), next((each[1] for each in loop if each.tag == "G69"), ""), line[2].strip())
