"""eBay's numbers: what of an inventory item can be shipped (Inventory API, `bulk_update_price_quantity`), 25 SKUs at once.

Zero ends no listing only where the seller has eBay's out-of-stock control switched on; else eBay refuses it, and that is noted.
"""

from __future__ import annotations

from typing import Any

from waybill.channels.calling import Caller
from waybill.channels.model.levels import Heard, Levels
from waybill.channels.ports import AskedToWait
from waybill.channels.telling import by_parts

AT_ONCE = 100
_A_CALL = 25
_NOT_THERE = (25702, 25710)
_PAUSE = 30


def tell(caller: Caller, levels: Levels) -> Heard:
    def update(part: dict[str, int]) -> Heard:
        """Answered SKU by SKU, each with a status of its own."""
        requests = [{"sku": sku, "shipToLocationAvailability": {"quantity": units}} for sku, units in part.items()]
        answer: Any = caller.json("ebay.quantities", "POST", "/sell/inventory/v1/bulk_update_price_quantity", {"requests": requests}) or {}
        unknown, refused, untold = dict[str, str](), dict[str, str](), list[str]()
        said = {each.get("sku"): each for each in answer.get("responses") or ()}
        for sku in part:
            each = said.get(sku, {})
            status, errors = int(each.get("statusCode", 200)), each.get("errors") or [{}]
            if status == 404 or errors[0].get("errorId") in _NOT_THERE:
                unknown[sku] = "no inventory item has this SKU"
            elif status == 429 or status >= 500:
                untold.append(sku)
            elif status >= 400:
                refused[sku] = str(errors[0].get("message") or status)[:200]
        if len(untold) == len(part):
            raise AskedToWait("ebay.quantities: none was taken", _PAUSE)
        return Heard(unknown, refused, tuple(untold), pause=_PAUSE if untold else 0)

    return by_parts(levels.units, _A_CALL, update)
