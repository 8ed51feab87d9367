"""BigCommerce's numbers: an absolute adjustment of what is on hand of a SKU at one location (Inventory API V3)."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from waybill.channels.calling import Caller
from waybill.channels.model.levels import Heard, Levels
from waybill.channels.telling import by_parts, parts

AT_ONCE = 100
_A_CALL, _LOOKED_UP, _A_PAGE = 50, 40, 250


def tell(caller: Caller, location: str, levels: Levels) -> Heard:
    """One unknown SKU would have the whole adjustment refused, so those that we do not know yet are looked up first."""
    place = int(location)
    called = _called(caller, place, levels)
    unknown = {sku: f"location {place} has no such SKU" for sku in levels.units if not called.get(sku)}
    known = {sku: units for sku, units in levels.units.items() if sku not in unknown}

    def adjust(part: dict[str, int]) -> Heard:
        items = [{"location_id": place, "sku": sku, "quantity": units} for sku, units in part.items()]
        caller.json("bigcommerce.adjust", "PUT", "/v3/inventory/adjustments/absolute", {"reason": f"Waybill {levels.sequence}", "items": items})
        return Heard()

    return Heard(unknown=unknown, called=called).and_(by_parts(known, _A_CALL, adjust))


def _called(caller: Caller, place: int, levels: Levels) -> dict[str, str]:
    """The variant of each SKU: that there is one is all that we need."""
    found = {sku: called for sku, called in levels.called.items() if called}
    missing = sorted(sku for sku in levels.units if sku not in found)
    for some in parts(missing, _LOOKED_UP):
        skus = ",".join(quote(sku, safe="") for sku in some)
        page: Any = caller.json("bigcommerce.items", "GET", f"/v3/inventory/locations/{place}/items?sku:in={skus}&limit={_A_PAGE}") or {}
        for each in page.get("data") or []:
            identity = each.get("identity") or {}
            if identity.get("sku") in levels.units:
                found[identity["sku"]] = str(identity.get("variant_id") or identity.get("product_id") or "there")
    return found
