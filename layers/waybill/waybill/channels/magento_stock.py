"""Magento's numbers: the source item of a SKU at one source (`/V1/inventory/source-items`).

What Magento has sold and not shipped it keeps as reservations, and shows the source item less them. Those units are reserved here too and not in
our number: where the channel's settings name the `stock_id`, they are added, so that they are not taken off twice.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from waybill.channels.calling import Caller
from waybill.channels.model.levels import Heard, Levels
from waybill.channels.telling import by_parts, parts

AT_ONCE = 50
_LOOKED_UP = 40


def tell(caller: Caller, source: str, stock: str, levels: Levels) -> Heard:
    """Magento writes source items of SKUs that no product has: those that we do not know yet are looked up first."""
    called = _called(caller, levels)
    unknown = {sku: "no product has this SKU" for sku in levels.units if not called.get(sku)}
    known = {sku: units for sku, units in levels.units.items() if sku not in unknown}

    def write(part: dict[str, int]) -> Heard:
        reserved = _reserved(caller, source, stock, list(part)) if stock else {}
        counts = {sku: units + reserved.get(sku, 0) for sku, units in part.items()}
        items = [{"sku": sku, "source_code": source, "quantity": count, "status": 1 if count else 0} for sku, count in counts.items()]
        caller.json("magento.sourceItems", "POST", "/rest/V1/inventory/source-items", {"sourceItems": items})
        return Heard()

    return Heard(unknown=unknown, called=called).and_(by_parts(known, AT_ONCE, write))


def _called(caller: Caller, levels: Levels) -> dict[str, str]:
    found = {sku: called for sku, called in levels.called.items() if called}
    missing = sorted(sku for sku in levels.units if sku not in found)
    for some in parts(missing, _LOOKED_UP):
        query = _where(("sku", ",".join(some), "in")) + f"&searchCriteria%5BpageSize%5D={_LOOKED_UP}&fields=items%5Bid%2Csku%5D"
        answer: Any = caller.json("magento.products", "GET", f"/rest/V1/products?{query}") or {}
        found |= {each["sku"]: str(each["id"]) for each in answer.get("items") or [] if each.get("sku") in levels.units}
    return found


def _reserved(caller: Caller, source: str, stock: str, skus: list[str]) -> dict[str, int]:
    """What the source has of each SKU less what Magento would sell of it."""
    query = _where(("sku", ",".join(skus), "in"), ("source_code", source, "eq")) + f"&searchCriteria%5BpageSize%5D={len(skus)}"
    answer: Any = caller.json("magento.sourceItems", "GET", f"/rest/V1/inventory/source-items?{query}") or {}
    reserved = {}
    for each in answer.get("items") or []:
        path = f"/rest/V1/inventory/get-product-salable-quantity/{quote(each['sku'], safe='')}/{quote(stock, safe='')}"
        left = caller.json("magento.salable", "GET", path)
        reserved[each["sku"]] = max(0, int(float(each["quantity"]) - float(left or 0)))
    return reserved


def _where(*conditions: tuple[str, str, str]) -> str:
    said = []
    for group, (field, value, condition) in enumerate(conditions):
        start = f"searchCriteria%5Bfilter_groups%5D%5B{group}%5D%5Bfilters%5D%5B0%5D%5B"
        said += [f"{start}field%5D={field}", f"{start}value%5D={quote(value, safe='')}", f"{start}condition_type%5D={condition}"]
    return "&".join(said)
