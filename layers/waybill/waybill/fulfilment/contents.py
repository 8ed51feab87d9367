"""What goes into which parcel: from the picked units and the shop's cartons to packages, before anybody carries them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from waybill.fulfilment.model import dangerous
from waybill.fulfilment.model.cartonings import cartonings
from waybill.fulfilment.model.cartons import Carton, Cartoning, Filled, Piece, cartoned
from waybill.fulfilment.model.fulfilment_order import FulfilmentOrder, Package
from waybill.fulfilment.model.packing import HEAVIEST_G
from waybill.fulfilment.model.tariff import TARE_G
from waybill.kernel.errors import InvalidInput
from waybill.orders.store import Record
from waybill.shop import store as shop
from waybill.shop.model import Box, Item

UNKNOWN_WEIGHT_G = 500
"""What a unit is taken to weigh of which the shop does not know it."""
_MOST_PIECES = 600
"""Units up to which they are laid into cartons one by one."""
AS_IT_IS = "ships as it is"


@dataclass(frozen=True, slots=True)
class Plan:
    """All units of a fulfilment order in packages. `cartons`: what the cartons cost."""

    packages: tuple[Package, ...]
    cartons: int = 0


@dataclass(frozen=True, slots=True)
class Goods:
    """The items of a fulfilment order by line, None where the shop has no such SKU, and the cartons of its node. Lines of which no unit is left are none of it."""

    items: Mapping[str, Item | None]
    skus: Mapping[str, str]
    boxes: Mapping[str, Box]

    @classmethod
    def of(cls, record: Record, work: FulfilmentOrder) -> Goods:
        units = work.units()
        lines = [line for line in record.order.lines if units.get(line.id)]
        known = shop.items([line.sku for line in lines])
        boxes = {box.id: box for box in shop.boxes() if box.at(work.node)}
        return cls({line.id: known.get(line.sku) for line in lines}, {line.id: line.sku for line in lines}, boxes)

    def weight_g(self, line: str) -> int:
        """Of one unit."""
        item = self.items.get(line)
        return item.weight_g if item and item.weight_g else UNKNOWN_WEIGHT_G

    def piece(self, line: str) -> Piece | None:
        """One unit as a piece to lay into a carton; None where a length is not known."""
        item = self.items.get(line)
        lengths = (item.length_mm, item.width_mm, item.height_mm) if item else (0, 0, 0)
        return Piece(line, lengths, self.weight_g(line), item.keep_upright, item.fragile) if item and all(lengths) else None

    def hazards(self, lines: Iterable[str]) -> list[Any]:
        """Of the dangerous ones among them."""
        items = (self.items.get(line) for line in lines)
        return [item.hazard for item in items if item and item.hazard]


def plans(work: FulfilmentOrder, goods: Goods) -> list[Plan]:
    """The ways to pack all of the work, the one in the fewest cartons first. What is not known makes a parcel by weight, that says why."""
    alone, shared = _apart({line: units for line, units in work.units().items() if units}, goods)
    single = [_as_it_is(line, goods) for line, units in alone.items() for _ in range(units)]
    groups = _groups(shared, goods)
    why = _why_by_weight(shared, goods)
    if why or not goods.boxes:
        return [_numbered([*(_by_weight(group, goods, why) for group in groups), *single])]
    return [_numbered([*_packages(way, goods), *single], way.cost) for way in _ways(groups, goods)]


def described(wanted: Sequence[Mapping[str, Any]], goods: Goods) -> Plan:
    """As the packer says: packages {"lines", "weight_g", "box", "length_mm", "width_mm", "height_mm"}. Raises InvalidInput for a carton that the node has not, that is
    heavier than it may be, or that holds goods that may not lie together."""
    packages = [_said(each, n, goods) for n, each in enumerate(wanted)]
    return _numbered(packages, sum(goods.boxes[package.box].cost for package in packages if package.box))


def laid(package: Package, goods: Goods) -> Filled | None:
    """How the units of a package lie in its carton; None where it has none, or where they are not found to fit."""
    box = goods.boxes.get(package.box)
    pieces = [goods.piece(line) for line, units in package.lines.items() for _ in range(units)]
    if box is None or None in pieces or len(pieces) > _MOST_PIECES:
        return None
    found = cartoned([piece for piece in pieces if piece], [_carton(box)])
    return found.filled[0] if len(found.filled) == 1 and not found.loose else None


def refuse_apart(packages: Sequence[Package], goods: Goods) -> None:
    """Raises InvalidInput where dangerous goods lie together that may not."""
    for package in packages:
        found = goods.hazards(package.lines)
        if len(set(dangerous.grouped(found))) > 1:
            named = ", ".join(sorted({hazard.un for hazard in found}))
            raise InvalidInput(f"package {package.n}: {named} may not lie in one parcel", fields={f"packages[{package.n - 1}].lines": "dangerous goods apart"})


def _apart(units: Mapping[str, int], goods: Goods) -> tuple[dict[str, int], dict[str, int]]:
    """The lines that ship alone, and those that may share a carton."""
    alone = {line for line in units if (item := goods.items.get(line)) and item.ships_alone}
    return {line: n for line, n in units.items() if line in alone}, {line: n for line, n in units.items() if line not in alone}


def _groups(units: Mapping[str, int], goods: Goods) -> list[dict[str, int]]:
    """Units that may lie together, with those that are not dangerous in the first group."""
    items = [goods.items.get(line) for line in units]
    numbers = dangerous.grouped([item.hazard if item else None for item in items])
    return [{line: units[line] for line, at in zip(units, numbers, strict=True) if at == number} for number in sorted(set(numbers))]


def _why_by_weight(units: Mapping[str, int], goods: Goods) -> str:
    """Why units are not laid into the node's cartons; empty where they are, or where it has none."""
    unknown = sorted({goods.skus[line] for line in units if goods.piece(line) is None})
    if not goods.boxes:
        return ""
    if unknown:
        return f"the lengths of {', '.join(unknown)} are not known"
    return f"more than {_MOST_PIECES} units: say what is in which carton" if sum(units.values()) > _MOST_PIECES else ""


def _ways(groups: Sequence[Mapping[str, int]], goods: Goods) -> list[Cartoning]:
    """The cartonings of all groups. Of several groups each is chosen from in the same place."""
    cartons = [_carton(box) for box in goods.boxes.values()]
    found = [cartonings([piece for line, n in units.items() if (piece := goods.piece(line)) for _ in range(n)], cartons) for units in groups]
    ways = []
    for place in range(max(map(len, found), default=1)):
        each = [way[min(place, len(way) - 1)] for way in found]
        ways.append(Cartoning(tuple(filled for way in each for filled in way.filled), tuple(piece for way in each for piece in way.loose)))
    return ways


def _packages(way: Cartoning, goods: Goods) -> list[Package]:
    return [_boxed(filled.units, filled.weight_g, goods.boxes[filled.carton.id]) for filled in way.filled] + [_as_it_is(piece.name, goods) for piece in way.loose]


def _boxed(lines: Mapping[str, int], weight_g: int, box: Box) -> Package:
    length, width, height = box.outer_mm
    return Package(0, lines, weight_g, box=box.id, length_mm=length, width_mm=width, height_mm=height)


def _as_it_is(line: str, goods: Goods) -> Package:
    """One unit without a carton."""
    piece = goods.piece(line)
    length, width, height = piece.lengths if piece else (0, 0, 0)
    return Package(0, {line: 1}, goods.weight_g(line), length_mm=length, width_mm=width, height_mm=height, note=f"{goods.skus[line]} {AS_IT_IS}")


def _by_weight(lines: Mapping[str, int], goods: Goods, why: str) -> Package:
    return Package(0, lines, _weight(lines, goods), note=f"by weight alone: {why}" if why else "")


def _weight(lines: Mapping[str, int], goods: Goods, tare_g: int = TARE_G) -> int:
    return tare_g + sum(units * goods.weight_g(line) for line, units in lines.items())


def _said(raw: Mapping[str, Any], place: int, goods: Goods) -> Package:
    where, box = f"packages[{place}]", None
    if raw.get("box"):
        box = goods.boxes.get(raw["box"])
        if box is None:
            raise InvalidInput(f"the node has no carton {raw['box'][:64]!r}; it has {', '.join(sorted(goods.boxes))[:300] or 'none'}", fields={f"{where}.box": "unknown"})
    weight = raw["weight_g"] if "weight_g" in raw else _weight(raw["lines"], goods, box.weight_g if box else TARE_G)
    if box and weight > box.most_g:
        raise InvalidInput(f"{where}: {weight} g, and the carton {box.id} takes at most {box.most_g} g: pack into more, or into another", fields={f"{where}.weight_g": "too heavy"})
    lengths = {name: raw[name] for name in ("length_mm", "width_mm", "height_mm") if name in raw}
    package = _boxed(raw["lines"], weight, box) if box else Package(0, raw["lines"], weight)
    return replace(package, **lengths)


def _numbered(packages: Sequence[Package], cartons: int = 0) -> Plan:
    return Plan(tuple(replace(package, n=n) for n, package in enumerate(packages, 1)), cartons)


def _carton(box: Box) -> Carton:
    return Carton(box.id, box.inner_mm, box.outer_mm, box.weight_g, min(box.most_g, HEAVIEST_G), box.cost)
