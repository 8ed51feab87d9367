"""What there is of a bundle: as much as of its least part. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from typing import Any

from waybill.inventory.model.endless import Endless
from waybill.inventory.model.row import Row
from waybill.inventory.model.sharing import Sharing
from waybill.shop.bundles import Parts, least_part


def kit(sku: str, parts: Parts, rows: Iterable[Row]) -> dict[str, Any]:
    """`rows` are those of the parts. Over all nodes together, for a bundle may ship from several; and of each node, for one that ships whole."""
    by_node: dict[str, list[Row]] = {}
    for row in rows:
        by_node.setdefault(row.node, []).append(row)
    nodes = [{"sku": sku, "node": node, **_whole(parts, here)} for node, here in sorted(by_node.items())]
    return {"sku": sku, **_whole(parts, [row for here in by_node.values() for row in here]), "parts": dict(parts), "nodes": nodes}


def sellable(rows: Iterable[Row], channel: str, sharing: Sharing, endless: Endless, open_nodes: Collection[str], parts: Parts) -> int:
    """Units that an order of this channel could reserve now, by the same rules; `parts` of a bundle, or of one SKU one."""
    units = Counter[str]()
    for row in endless.added_to(rows, sorted(parts)):
        if row.node in open_nodes and sharing.sells(channel, row.node):
            kept = 0 if endless.has(row.sku, row.node) else sharing.left_behind(channel, row.sku, row.node)
            units[row.sku] += max(0, row.available - kept)
    return least_part(parts, units)


def _whole(parts: Parts, rows: list[Row]) -> dict[str, int]:
    on_hand, available = Counter[str](), Counter[str]()
    for row in rows:
        on_hand[row.sku] += row.on_hand
        available[row.sku] += row.available
    there, free = least_part(parts, on_hand), least_part(parts, available)
    return {"on_hand": there, "reserved": there - free, "blocked": 0, "available": free}
