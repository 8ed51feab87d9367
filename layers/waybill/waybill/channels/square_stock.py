"""Square's numbers: a physical count of a catalogue variation at one location (Inventory API).

Counts are ordered by when they were taken (`occurred_at`), whenever they come: one that comes late changes nothing.
"""

from __future__ import annotations

from datetime import timedelta

from waybill.channels.calling import Caller
from waybill.channels.model.levels import Heard, Levels
from waybill.channels.telling import by_parts, parts
from waybill.kernel.clock import instant
from waybill.kernel.ids import digest

AT_ONCE = 100
_LOOKED_UP = 100
_OLDEST = timedelta(hours=23)
"""Square takes no count of more than a day ago."""


def tell(caller: Caller, location: str, levels: Levels) -> Heard:
    called = _called(caller, levels)
    unknown = {sku: "no variation of the catalogue has this SKU" for sku in levels.units if not called.get(sku)}
    known = {sku: units for sku, units in levels.units.items() if sku not in unknown}
    at = max(levels.at, instant(caller.clock() - _OLDEST))

    def count(part: dict[str, int]) -> Heard:
        changes = [
            {
                "type": "PHYSICAL_COUNT",
                "physical_count": {
                    "catalog_object_id": id,
                    "location_id": location,
                    "state": "IN_STOCK",
                    "quantity": str(units),
                    "occurred_at": at,
                    "reference_id": f"waybill-{levels.sequence}",
                },
            }
            for sku, units in part.items()
            for id in called[sku].split()
        ]
        said = {"idempotency_key": digest(levels.id, at, *sorted(part), length=40), "changes": changes, "ignore_unchanged_counts": True}
        caller.json("square.inventory", "POST", "/v2/inventory/changes/batch-create", said)
        return Heard()

    return Heard(unknown=unknown, called=called).and_(by_parts(known, AT_ONCE, count))


def _called(caller: Caller, levels: Levels) -> dict[str, str]:
    """The variations of each SKU, with blanks between; Square finds them whatever their case, we do not."""
    found: dict[str, list[str]] = {}
    missing = sorted(sku for sku in levels.units if not levels.called.get(sku))
    for some in parts(missing, _LOOKED_UP):
        query, cursor = {"set_query": {"attribute_name": "sku", "attribute_values": list(some)}}, ""
        while True:
            asked = {"object_types": ["ITEM_VARIATION"], "query": query, "limit": 1000, **({"cursor": cursor} if cursor else {})}
            page = caller.json("square.variations", "POST", "/v2/catalog/search", asked) or {}
            for each in page.get("objects", ()):
                found.setdefault(each.get("item_variation_data", {}).get("sku", ""), []).append(each["id"])
            cursor = page.get("cursor", "")
            if not cursor:
                break
    looked_up = {sku: " ".join(sorted(ids)) for sku, ids in found.items() if sku in levels.units}
    return {**{sku: called for sku, called in levels.called.items() if called}, **looked_up}
