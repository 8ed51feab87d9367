"""What telling channels of stock needs from outside."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

from waybill.channels.model.levels import Heard, Levels
from waybill.listing.model.records import Sales, Standing, Told


@dataclass(frozen=True, slots=True)
class Sale:
    """Of an order, what counts here: its channel, when its customer placed it there, units by SKU that it sold under their own name."""

    order_id: str
    channel: str
    placed_at: str
    units: Mapping[str, int]


class Records(Protocol):
    """What is remembered. Every save is over the version that was read, and raises Conflict."""

    def standing(self, channel: str) -> Standing: ...
    def save(self, standing: Standing) -> Standing: ...
    def told(self, channel: str, skus: Iterable[str]) -> dict[str, Told]: ...
    def tell(self, channel: str, told: Told) -> None: ...
    def sales(self, skus: Iterable[str]) -> dict[str, Sales]: ...
    def keep_sales(self, sku: str, sales: Sales) -> None: ...
    def orders(self, ids: Iterable[str]) -> list[Sale]: ...


class Shelves(Protocol):
    """What there is."""

    def sellable(self, channel: str, skus: Iterable[str]) -> dict[str, int]:
        """Units that an order of the channel could reserve now, by SKU; of a bundle as of its least part."""

    def with_bundles(self, skus: Iterable[str]) -> list[str]:
        """These and the bundles that they are parts of."""

    def after(self, sku: str, most: int) -> list[str]:
        """The next SKUs of the shop, in their order."""


@dataclass(frozen=True, slots=True)
class Teller:
    """Tells one channel, so many numbers `at_once`. `stock` raises Unavailable, AskedToWait, ChannelRefused, NotFound, and then nothing was told."""

    at_once: int
    stock: Callable[[Levels], Heard]
