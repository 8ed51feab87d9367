"""What a node's receipts and stock reports are to the use cases of supply and counting: the ports of `applying`, filled in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from waybill.kernel.errors import InvalidInput, NotFound
from waybill.shop import store as shop


class SupplyDesk(Protocol):
    """What is asked of `supply.service.Supply`."""

    def load(self, kind: str, id: str) -> Any: ...

    def place(self, wanted: Any, actor: str, seen: int | None = None) -> Any: ...

    def receive(self, kind: str, id: str, key: str, good: Mapping[str, int], blocked: Mapping[str, int], actor: str) -> Any: ...


class CountingDesk(Protocol):
    """What is asked of `counting.service.Counting`."""

    @property
    def books(self) -> Any: ...

    def load(self, id: str) -> Any: ...

    def open(self, id: str, node: str, skus: Iterable[str], blind: bool, actor: str) -> Any: ...

    def count(self, id: str, found: Mapping[str, int], key: str, actor: str) -> Any: ...

    def close(self, id: str, actor: str) -> Any: ...


@dataclass(frozen=True, slots=True)
class NodeReceipts:
    """`kinds`: what a number may be of, in the order in which they are tried; `expected`: an inbound that comes on another day."""

    supply: SupplyDesk
    kinds: tuple[str, ...]
    expected: Any

    def receive(self, node: str, number: str, key: str, good: Mapping[str, int], blocked: Mapping[str, int], actor: str) -> None:
        inbound = self._of(node, number)
        self.supply.receive(inbound.kind, inbound.id, key, good, blocked, actor)

    def expect(self, node: str, number: str, day: str, actor: str) -> None:
        inbound = self._of(node, number)
        if day and inbound.expected != day:
            self.supply.place(self.expected(inbound, day), actor)

    def _of(self, node: str, number: str) -> Any:
        """What comes to this node under the number. Raises NotFound."""
        for kind in self.kinds:
            try:
                found = self.supply.load(kind, number)
            except NotFound:
                continue
            if found.node == node:
                return found
        raise NotFound(f"nothing called {number[:64]!r} comes to {node}")


@dataclass(frozen=True, slots=True)
class NodeCounts:
    counting: CountingDesk

    def differing(self, node: str, units: Mapping[str, int]) -> dict[str, int]:
        known = shop.items(sorted(units))
        if wrong := {f"units.{sku}"[:100]: "no such SKU" for sku in sorted(units) if sku not in known}:
            raise InvalidInput(f"the shop does not know {len(wrong)} of these SKUs", fields=dict(list(wrong.items())[:20]))
        books = self.counting.books.on_hand(node, sorted(units))
        return {sku: count for sku, count in units.items() if count != books.get(sku, 0)}

    def told(self, id: str, node: str, units: Mapping[str, int], actor: str) -> None:
        """Begun before, the sheet is as it was begun."""
        try:
            skus = set(self.counting.load(id).lines)
        except NotFound:
            skus = set(units)
            self.counting.open(id, node, sorted(skus), False, actor)
        found = {sku: count for sku, count in units.items() if sku in skus}
        if found:
            self.counting.count(id, found, f"{id}/told", actor)
        self.counting.close(id, actor)
