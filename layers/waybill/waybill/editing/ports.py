"""What editing needs from outside, and what it answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from waybill.orders.store import Record

Foresee = Callable[[Record], tuple[list[str], int] | None]
"""The nodes from which an order would ship now and what that costs, minor units of the shop's tariffs; None for nobody."""


class Stock(Protocol):
    """`inventory.service.Inventory`."""

    def available(self, skus: Any, channel: str) -> Mapping[str, Mapping[str, int]]: ...


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asks, why, under which key, with which `body` (its digest), having `seen` which version."""

    actor: str
    reason: str = ""
    key: str = ""
    body: str = ""
    seen: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """An edit worked out: the order `before` and `after` it. `changes` as `model.version.Version` keeps them; `stock` {sku, more, sellable, enough}."""

    before: Record
    after: Record
    changes: Mapping[str, Any]
    stock: tuple[Mapping[str, Any], ...]
