"""The stock that channels are told of: the same that their orders may reserve."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass

from waybill.inventory.kits import sellable
from waybill.inventory.model.row import Row
from waybill.inventory.shop_endless import endless
from waybill.inventory.shop_sharing import sharing
from waybill.inventory.stock_table import StockTable
from waybill.kernel.clock import Clock, instant
from waybill.shop import store as shop
from waybill.shop.bundles import bundles


@dataclass(frozen=True, slots=True)
class ShopShelves:
    """`ports.Shelves`."""

    stock: StockTable
    clock: Clock

    def sellable(self, channel: str, skus: Iterable[str]) -> dict[str, int]:
        now, kits = instant(self.clock()), bundles()
        open_nodes = {node.id for node in shop.nodes() if node.is_open(now)}
        parts = {sku: kits.get(sku, {sku: 1}) for sku in skus}
        places = [(part, node) for part in sorted({part for each in parts.values() for part in each}) for node in sorted(open_nodes)]
        rows: dict[str, list[Row]] = {}
        for row in self.stock.rows_at(places):
            rows.setdefault(row.sku, []).append(row)
        return {
            sku: sellable([row for part in each for row in rows.get(part, [])], channel, sharing(), endless(), open_nodes, each)
            for sku, each in parts.items()
        }

    def with_bundles(self, skus: Iterable[str]) -> list[str]:
        changed = set(skus)
        return sorted(changed | {bundle for bundle, parts in bundles().items() if changed & set(parts)})

    def after(self, sku: str, most: int) -> list[str]:
        known = sorted({item.sku for item in shop.all_items()} | set(bundles()))
        start = bisect_right(known, sku) if sku else 0
        return known[start : start + most]
