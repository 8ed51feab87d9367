"""What the use cases of supply need from outside."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from waybill.supply.model.inbound import Inbound
from waybill.supply.model.promise import Due


class Inbounds(Protocol):
    """Purchase orders and transfers, and what is due of each SKU because of them."""

    def load(self, kind: str, id: str) -> Inbound | None: ...

    def save(self, inbound: Inbound) -> Inbound:
        """Writes over the version that was read, with what is due of its SKUs from now on. Raises Conflict."""

    def due(self, skus: Iterable[str]) -> dict[str, list[Due]]:
        """What is on its way, by SKU."""

    def unfinished(self) -> Iterable[Inbound]:
        """Those with something under way."""


class Movements(Protocol):
    """`inventory.movements.Movements`: each deed at most once under its key."""

    def record(self, sku: str, node: str, kind: str, quantity: int, key: str, *, reason: str = "", reference: str = "") -> object: ...
    def send_on(self, sku: str, node: str, quantity: int, key: str, reference: str) -> object: ...
    def arrive(self, sku: str, node: str, quantity: int, key: str, reference: str) -> object: ...
