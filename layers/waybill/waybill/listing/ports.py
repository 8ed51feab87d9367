"""What telling channels of stock needs from outside."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

from waybill.listing.model.records import Level, Sales, Standing, Told


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


class Teller(Protocol):
    """Tells one channel. Raises Unavailable, AskedToWait, ChannelRefused."""

    def levels(self, id: str, sequence: int, levels: Iterable[Level]) -> None:
        """`id` is the same for the same levels under the same sequence: the receiver drops a repetition, and what is older than it has."""
