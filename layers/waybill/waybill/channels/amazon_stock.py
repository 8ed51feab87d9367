"""Amazon's numbers: `fulfillment_availability` of the seller's own SKU, one call each (Listings Items API 2021-08-01).

A patch replaces the attribute whole, so the days that handling takes go with it where the channel's settings name them (`handling_days`).
"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from waybill.channels.calling import Caller
from waybill.channels.model.levels import Heard, Levels
from waybill.channels.telling import by_parts
from waybill.kernel.errors import NotFound

AT_ONCE = 20
"""Five a second, and five saved up: what is asked to wait goes on with the rest."""
_ATTRIBUTE = "/attributes/fulfillment_availability"


def tell(caller: Caller, seller: str, marketplace: str, handling_days: int | None, levels: Levels) -> Heard:
    days = {"lead_time_to_ship_max_days": handling_days} if handling_days is not None else {}

    def patch(part: dict[str, int]) -> Heard:
        ((sku, units),) = part.items()
        value = [{"fulfillment_channel_code": "DEFAULT", "quantity": units, **days}]
        said = {"productType": "PRODUCT", "patches": [{"op": "replace", "path": _ATTRIBUTE, "value": value}]}
        path = f"/listings/2021-08-01/items/{quote(seller, safe='')}/{quote(sku, safe='')}?marketplaceIds={quote(marketplace)}"
        try:
            answer = caller.json("amazon.patchListingsItem", "PATCH", path, said) or {}
        except NotFound:
            return Heard(unknown={sku: "the seller lists no such SKU"})
        return Heard(refused={sku: _why(answer)}) if answer.get("status") == "INVALID" else Heard()

    return by_parts(levels.units, 1, patch)


def _why(answer: dict[str, Any]) -> str:
    issues = [str(each.get("message")) for each in answer.get("issues") or () if each.get("severity") == "ERROR"]
    return "; ".join(issues)[:200] or "Amazon calls it invalid"
