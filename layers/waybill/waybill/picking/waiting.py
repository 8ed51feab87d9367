"""What waits at a node to be picked, and what is known of the goods in it."""

from __future__ import annotations

from collections.abc import Iterator

from waybill.fulfilment.codec import OPEN, work_from
from waybill.fulfilment.model.waves import PICKABLE
from waybill.orders.codec import DOC, order_from
from waybill.orders.keys import ORDERS
from waybill.picking.model.choosing import Waiting
from waybill.picking.model.codes import normal
from waybill.picking.model.walk import Goods
from waybill.picking.ports import Bins
from waybill.shop import store as shop

_MOST = 500
"""So much of a node's open work, the oldest of it, is looked at for one wave."""
_BEGUN_BY_NOBODY = ("requested", *PICKABLE)


def at_node(node: str, bins: Bins) -> list[Waiting]:
    """Open work of a node that is on no wave and still to pick, as it stands now."""
    found = list(_open(node))
    lie = bins.of(node, [sku for each in found for sku in each[1]])
    return [Waiting(id, since, units, method, days, tuple(lie.get(sku, "") for sku in units)) for id, units, since, method, days in found]


def goods(node: str, titles: dict[str, str], bins: Bins) -> dict[str, Goods]:
    """By SKU; `titles` are the order's own words, for what the shop does not know."""
    lie, items = bins.of(node, list(titles)), shop.items(list(titles))

    def codes(sku: str) -> tuple[str, ...]:
        gtin = items[sku].gtin if sku in items else ""
        return tuple(dict.fromkeys(normal(code) for code in (sku, gtin) if code))

    return {sku: Goods(items[sku].title if sku in items else title, lie.get(sku, ""), codes(sku)) for sku, title in titles.items()}


def _open(node: str) -> Iterator[tuple[str, dict[str, int], str, str, int | None]]:
    page = ORDERS.page(f"NODE#{node}", prefix=f"{OPEN}#", index="lookup", keys=("lookup_pk", "lookup_sk"), limit=_MOST)
    keys = [(entry["pk"], sk) for entry in page.items for sk in (entry["sk"], DOC)]
    items = {(item["pk"], item["sk"]): item for item in ORDERS.get_many(list(dict.fromkeys(keys)))}
    for entry in page.items:
        work, order = work_from(items[entry["pk"], entry["sk"]]), order_from(items[entry["pk"], DOC])
        if work.status not in _BEGUN_BY_NOBODY or work.wave or work.node != node:
            continue
        skus, units = {line.id: line.sku for line in order.lines}, dict[str, int]()
        for line, at_node in work.lines.items():
            units[skus[line]] = units.get(skus[line], 0) + at_node.quantity - at_node.picked
        yield work.id, units, work.since, order.ships_by(work.group).method, work.within or None
