"""What the shop has to say to a person who takes an order: items and prices, and how much of each may be sold now."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from waybill.drafts.model.pricing import Offer
from waybill.inventory.kits import sellable
from waybill.inventory.shop_endless import endless
from waybill.inventory.shop_sharing import sharing
from waybill.inventory.stock_table import StockTable
from waybill.kernel.clock import Clock, instant
from waybill.shop import store as shop
from waybill.shop.bundles import bundles


@dataclass(frozen=True, slots=True)
class Shelves:
    stock: StockTable
    clock: Clock

    def offers(self, skus: Iterable[str]) -> dict[str, Offer]:
        """Those of the SKUs that the shop has."""
        return {sku: Offer(item.title, item.price, item.currency) for sku, item in shop.items(sorted(set(skus))).items()}

    def sellable(self, channel: str, skus: Iterable[str]) -> dict[str, int]:
        """Units of each that an order of this channel could reserve now."""
        now, kits = instant(self.clock()), bundles()
        nodes = {node.id for node in shop.nodes() if node.is_open(now)}
        parts = {sku: kits.get(sku, {sku: 1}) for sku in skus}
        places = [(part, node) for part in sorted({part for each in parts.values() for part in each}) for node in sorted(nodes)]
        rows = self.stock.rows_at(places)
        return {sku: sellable([row for row in rows if row.sku in each], channel, sharing(), endless(), nodes, each) for sku, each in parts.items()}
