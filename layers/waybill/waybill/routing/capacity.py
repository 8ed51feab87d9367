"""How many parcels each node sends on a day, of those that can send only so many: one item a node and day, in the Orders table.

A slot is taken in the commit that releases the work, so it is taken once or not at all. On a day that is full a node's parcels leave on its next
working day with a slot, and are promised, priced and compared as such.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from waybill.aws.tables import Write, replace
from waybill.kernel.errors import Conflict
from waybill.orders.store import ORDERS
from waybill.shop.calendar import leaves_on
from waybill.shop.model import Node

_DAY = "CAPACITY#"
_DAYS_AHEAD = 60


@dataclass
class Slots:
    """What is taken, read once a day and question. `read(day)` answers {node: parcels}."""

    read: Callable[[str], Mapping[str, int]]
    _seen: dict[str, Mapping[str, int]] = field(default_factory=dict)

    def full_days(self, node: Node, now: datetime) -> frozenset[date]:
        """The working days from now on of which a node has no slot left, up to the first that has one."""
        full: set[date] = set()
        while node.parcels_per_day and len(full) < _DAYS_AHEAD:
            day = leaves_on(node, now, full)
            if self._taken(day.isoformat()).get(node.id, 0) < node.parcels_per_day:
                break
            full.add(day)
        return frozenset(full)

    def _taken(self, day: str) -> Mapping[str, int]:
        if day not in self._seen:
            self._seen[day] = self.read(day)
        return self._seen[day]


def taken(day: str) -> dict[str, int]:
    """Parcels by node of a day (`2026-11-24`)."""
    return {item["sk"]: item["version"] for item in ORDERS.partition(_DAY + day)}


def taking(nodes: Iterable[tuple[Node, str]]) -> list[Write]:
    """The writes that take a slot at each (node, day), to be committed with the work. Raises Conflict where none is left any more."""
    writes: list[Write] = []
    for node, day in nodes:
        if node.parcels_per_day and day:
            used = taken(day).get(node.id, 0)
            if used >= node.parcels_per_day:
                raise Conflict(f"{node.id} has no slot left on {day}")
            writes.append(replace(ORDERS, {"pk": _DAY + day, "sk": node.id, "version": used + 1}, used))
    return writes
