"""856, ship notice: what is on its way to somebody, carton by carton. Pure.

Levels are shipment (S), order (O), pack or tare (P, T), item (I). An item below no pack lies in the shipment as it is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from waybill.edi.model import problems
from waybill.edi.model.parts import EACH, address, day, days, first, goods, in_each, party, plain, said, sku_of, split, units, valued, within
from waybill.edi.model.problems import ELEMENT, Problem, Unreadable
from waybill.edi.model.x12 import Segment, TransactionSet, segment
from waybill.kernel.errors import InvalidInput

KIND = "856"


@dataclass(frozen=True, slots=True)
class Pack:
    """Units by SKU of one order. `order`: the purchase order that they belong to."""

    order: str
    units: Mapping[str, int]
    sscc: str = ""
    tracking_number: str = ""


@dataclass(frozen=True, slots=True)
class ShipNotice:
    """`number` names the shipment. `expected`: the day on which it is to come; empty where nobody says. `ship_to` as in a shipping order."""

    number: str
    shipped: str
    time: str
    packs: tuple[Pack, ...]
    carrier: str = ""
    expected: str = ""
    source: str = ""
    ship_to: Mapping[str, str] | None = None


def write(notice: ShipNotice) -> tuple[Segment, ...]:
    """Raises InvalidInput for what X12 cannot carry."""
    if not notice.packs or not all(pack.units for pack in notice.packs):
        raise InvalidInput("a ship notice has at least one pack, and no empty one", fields={"packs": "empty"})
    return tuple(_segments(notice))


def _segments(notice: ShipNotice) -> Iterator[Segment]:
    to = notice.ship_to or {}
    yield segment("BSN", "00", within(notice.number, 30, "number").ljust(2, "."), days(notice.shipped), notice.time or "0000", "0001")
    yield segment("HL", 1, "", "S")
    yield segment("TD1", "CTN", len(notice.packs))
    if notice.carrier:
        yield segment("TD5", "", "2", plain(notice.carrier)[:80].ljust(2, "."))
    yield segment("DTM", "011", days(notice.shipped))
    if notice.expected:
        yield segment("DTM", "017", days(notice.expected))
    yield from list(address("SF", notice.source, "", (), "", "", "", ""))[:1]
    lines = (to.get("line1", ""), to.get("line2", ""))
    yield from address("ST", to.get("name", ""), to.get("company", ""), lines, *(to.get(name, "") for name in ("city", "region", "postal_code", "country")))
    level, orders = 1, list(dict.fromkeys(pack.order for pack in notice.packs))
    for order in orders:
        level, above = level + 1, level + 1
        yield segment("HL", above, 1, "O")
        yield segment("PRF", within(order, 22, "purchase order"))
        for pack in (pack for pack in notice.packs if pack.order == order):
            level, inside = level + 1, level + 1
            yield segment("HL", inside, above, "P")
            if pack.sscc:
                yield segment("MAN", "GM", "00" + pack.sscc)
            if pack.tracking_number:
                yield segment("MAN", "CP", within(pack.tracking_number, 48, "tracking number"))
            for sku, count in pack.units.items():
                level += 1
                yield segment("HL", level, inside, "I")
                yield segment("LIN", "", *goods(sku))
                yield segment("SN1", "", count, EACH)
    yield segment("CTT", level)


def read(given: TransactionSet) -> ShipNotice:
    """Raises Unreadable, also where a level hangs below none that is there."""
    head, loops = split(given.segments, lambda each: each.tag == "HL")
    begins, shipment = first(head, "BSN", KIND), loops[0] if loops else []
    packs = _packs(loops)
    way = next((each for each in shipment if each.tag == "TD5"), Segment("TD5"))
    to = {name: value for name, value in party(shipment, "ST").items() if name != "id"}
    return ShipNotice(
        number=begins[2].strip().rstrip("."),
        shipped=_dated(shipment, "011") or day(begins, 3),
        time=begins[4].strip(),
        packs=packs,
        carrier=(way[3] or way[5]).rstrip("."),
        expected=_dated(shipment, "017"),
        source=said(party(shipment, "SF").get("name", "")),
        ship_to=to or None,
    )


def _dated(loop: list[Segment], qualifier: str) -> str:
    return next((day(each, 2) for each in loop if each.tag == "DTM" and each[1] == qualifier), "")


def _packs(loops: list[list[Segment]]) -> tuple[Pack, ...]:
    above, order_of = dict[str, list[Segment]](), dict[str, str]()
    found = dict[str, Pack]()
    for loop in loops:
        level = loop[0]
        id, parent, code = level[1].strip(), level[2].strip(), level[3].strip()
        if parent and parent not in above:
            raise Unreadable(Problem(ELEMENT, problems.CODE, "hangs below a level that is not there", "HL", level.at, 2, parent[:99]))
        order_of[id] = valued(loop, "PRF", _every(loop, "PRF"), 1) if code == "O" else order_of.get(parent, "")
        above[id] = loop
        if code in ("P", "T"):
            sscc = valued(loop, "MAN", ("GM", "AA"))
            found[id] = Pack(order_of[id], {}, sscc[2:] if len(sscc) == 20 and sscc.startswith("00") else sscc, valued(loop, "MAN", ("CP",)))
        elif code == "I":
            sku, count = _item(loop)
            holder = parent if parent in found else f"loose {order_of[id]}"
            pack = found.get(holder, Pack(order_of[id], {}))
            found[holder] = Pack(pack.order, {**pack.units, sku: pack.units.get(sku, 0) + count}, pack.sscc, pack.tracking_number)
    return tuple(pack for pack in found.values() if pack.units)


def _every(loop: list[Segment], tag: str) -> tuple[str, ...]:
    return tuple(each[1] for each in loop if each.tag == tag)


def _item(loop: list[Segment]) -> tuple[str, int]:
    line, count = first(loop, "LIN", KIND), first(loop, "SN1", KIND)
    in_each(count, 3)
    return sku_of(line, (2, 4, 6)), units(count, 2)
