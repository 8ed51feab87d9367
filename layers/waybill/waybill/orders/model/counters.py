"""Where the units of a line stand: disjoint counters whose sum is always what was ordered. Every status derives from them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from waybill.kernel.errors import IllegalTransition


@dataclass(frozen=True, slots=True)
class Counters:
    """Units of one line. `released` are at a node and not yet gone; how far the node is with them, its fulfilment order knows."""

    unrouted: int = 0
    backordered: int = 0
    released: int = 0
    shipped: int = 0
    delivered: int = 0
    cancelled: int = 0

    @property
    def ordered(self) -> int:
        return self.unrouted + self.backordered + self.released + self.shipped + self.delivered + self.cancelled

    def move(self, source: str, target: str, quantity: int) -> Counters:
        """`quantity` units from one counter to another. Raises IllegalTransition where there are not so many."""
        have = getattr(self, source)
        if quantity < 0 or quantity > have:
            raise IllegalTransition(f"{quantity} units cannot go from {source} to {target}: {have} are {source}")
        if source == target:
            return self
        return replace(self, **{source: have - quantity, target: getattr(self, target) + quantity})

    def to_dict(self) -> dict[str, int]:
        return {name: getattr(self, name) for name in self.__slots__ if getattr(self, name)}


def summed(lines: Iterable[Counters]) -> Counters:
    """The counters of a whole order."""
    every = list(lines)
    return every[0] if len(every) == 1 else Counters(*(sum(getattr(line, name) for line in every) for name in Counters.__slots__))


def fulfilment_status(lines: Mapping[str, Counters], confirmed: bool) -> str:
    """The header status that the quantities say; holds are no status of their own here."""
    all_units = summed(lines.values())
    ordered = all_units.ordered
    live = ordered - all_units.cancelled
    if ordered and live == 0:
        return "cancelled"
    if live and all_units.delivered == live:
        return "delivered"
    if all_units.delivered:
        return "partially_delivered"
    if live and all_units.shipped == live:
        return "shipped"
    if all_units.shipped:
        return "partially_shipped"
    if all_units.backordered:
        return "backordered"
    if all_units.released:
        return "released"
    return "confirmed" if confirmed else "received"
