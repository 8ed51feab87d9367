"""The way through a wave: one stop a bin and SKU, in walking order, and what of it goes into which slot of the cart. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from waybill.picking.model.bins import walk_key


@dataclass(frozen=True, slots=True)
class Take:
    """Units of one line of one fulfilment order: `picked` of `quantity` are in slot `slot` of the cart."""

    slot: int
    fulfilment_order: str
    line: str
    quantity: int
    picked: int

    @property
    def left(self) -> int:
        return self.quantity - self.picked


@dataclass(frozen=True, slots=True)
class Stop:
    """One SKU in one bin. `codes` are what a scanner may read on it."""

    bin: str
    sku: str
    title: str
    codes: tuple[str, ...]
    takes: tuple[Take, ...]

    @property
    def left(self) -> int:
        return sum(take.left for take in self.takes)

    def to_dict(self) -> dict[str, Any]:
        takes = [
            {"slot": take.slot, "fulfilment_order": take.fulfilment_order, "line": take.line, "quantity": take.quantity, "picked": take.picked}
            for take in self.takes
        ]
        return {"bin": self.bin, "sku": self.sku, "title": self.title, "codes": list(self.codes), "takes": takes}


@dataclass(frozen=True, slots=True)
class Goods:
    """What is known of a SKU at this node."""

    title: str
    bin: str = ""
    codes: tuple[str, ...] = ()


def way(takes: Mapping[str, list[Take]], goods: Mapping[str, Goods]) -> list[Stop]:
    """Stops for takes by SKU, in walking order; within a bin by SKU, within a stop by slot."""
    stops = [Stop(goods[sku].bin, sku, goods[sku].title, goods[sku].codes, tuple(sorted(mine, key=lambda take: (take.slot, take.line)))) for sku, mine in takes.items()]
    return sorted(stops, key=lambda stop: (walk_key(stop.bin), stop.sku))
