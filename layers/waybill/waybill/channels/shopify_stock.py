"""Shopify's numbers: what is `available` of an inventory item at one location of the shop, set as a whole (Admin GraphQL).

We are the source of these numbers, so none is compared with what stands (`changeFromQuantity: null`): a sale that is on its way to us is told
again when it comes. Each call bears a key (`@idempotent`), the same for the same numbers under the same sequence: one that was sent long ago and
comes late is not done a second time.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from waybill.channels.model.levels import Heard, Levels
from waybill.channels.ports import ChannelRefused
from waybill.channels.telling import by_parts, parts
from waybill.kernel.errors import Unavailable
from waybill.kernel.ids import digest

Ask = Callable[[str, str, Mapping[str, Any]], dict[str, Any]]
AT_ONCE = 100
_LOOKED_UP, _MOST_PAGES = 50, 10
_NOT_THERE = ("INVALID_INVENTORY_ITEM", "ITEM_NOT_STOCKED_AT_LOCATION", "NON_MUTABLE_INVENTORY_ITEM")

ITEMS = """
query WaybillInventoryItems($query: String!, $after: String) {
  inventoryItems(first: 100, query: $query, after: $after) {
    nodes { id sku }
    pageInfo { hasNextPage endCursor }
  }
}
"""
SET = """
mutation WaybillSetQuantities($input: InventorySetQuantitiesInput!, $key: String!) {
  inventorySetQuantities(input: $input) @idempotent(key: $key) {
    userErrors { field message code }
  }
}
"""


def tell(ask: Ask, location: str, levels: Levels) -> Heard:
    """A SKU that several items bear is told to each of them."""
    called = _called(ask, levels)
    unknown = {sku: "no inventory item has this SKU" for sku in levels.units if not called.get(sku)}
    known = {sku: units for sku, units in levels.units.items() if sku not in unknown}
    return Heard(unknown=unknown, called=called).and_(by_parts(known, AT_ONCE, lambda part: _set(ask, location, levels, part, called)))


def _called(ask: Ask, levels: Levels) -> dict[str, str]:
    """The items of each SKU, with blanks between; those that we do not know yet are looked up."""
    found: dict[str, list[str]] = {}
    missing = sorted(sku for sku in levels.units if not levels.called.get(sku))
    for some in parts(missing, _LOOKED_UP):
        query, after = " OR ".join(f'sku:"{_escaped(sku)}"' for sku in some), None
        for _ in range(_MOST_PAGES):
            page = ask("shopify.inventoryItems", ITEMS, {"query": query, "after": after})["inventoryItems"]
            for item in page["nodes"]:
                if item["sku"] in levels.units:
                    found.setdefault(item["sku"], []).append(item["id"])
            if not page["pageInfo"]["hasNextPage"]:
                break
            after = page["pageInfo"]["endCursor"]
    return {**{sku: called for sku, called in levels.called.items() if called}, **{sku: " ".join(sorted(ids)) for sku, ids in found.items()}}


def _escaped(sku: str) -> str:
    return sku.replace("\\", "\\\\").replace('"', '\\"')


def _set(ask: Ask, location: str, levels: Levels, part: dict[str, int], called: Mapping[str, str]) -> Heard:
    """Nothing of a call is done where one of its items is refused, so it is made again without those."""
    place = location if location.startswith("gid://") else f"gid://shopify/Location/{location}"
    unknown, refused, forgotten = dict[str, str](), dict[str, str](), dict[str, str]()
    while left := {sku: units for sku, units in part.items() if sku not in unknown and sku not in refused}:
        skus, quantities = [], []
        for sku, units in left.items():
            for id in called[sku].split():
                skus.append(sku)
                quantities.append({"inventoryItemId": id, "locationId": place, "quantity": units, "changeFromQuantity": None})
        said = {"name": "available", "reason": "correction", "referenceDocumentUri": f"gid://waybill/StockLevels/{levels.sequence}", "quantities": quantities}
        key = digest(levels.id, *sorted(left))
        errors = ask("shopify.inventorySetQuantities", SET, {"input": said, "key": key})["inventorySetQuantities"]["userErrors"]
        if any(error.get("code") == "IDEMPOTENCY_CONCURRENT_REQUEST" for error in errors):
            raise Unavailable("inventorySetQuantities: the same call is under way")
        for error in errors:
            sku = _whose(error, skus)
            if error.get("code") in _NOT_THERE:
                unknown[sku], forgotten[sku] = str(error["message"])[:200], ""
            else:
                refused[sku] = str(error["message"])[:200]
        if not errors:
            break
    return Heard(unknown, refused, called=forgotten)


def _whose(error: Mapping[str, Any], skus: list[str]) -> str:
    """The SKU that an error is about: its path says the which of the quantities. Raises ChannelRefused where it is about the call itself."""
    number = next((step for step in error.get("field") or () if str(step).isdecimal()), None)
    if number is None or int(number) >= len(skus):
        raise ChannelRefused(f"inventorySetQuantities: {str(error.get('message'))[:200]}")
    return skus[int(number)]
