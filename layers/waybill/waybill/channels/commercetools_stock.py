"""commercetools' numbers: the inventory entry of a SKU, at one supply channel where the settings name it; made where there is none.

`quantityOnStock` holds what orders there have reserved, which is reserved here too and not in our number: that much is added.
"""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

from waybill.channels.calling import Caller
from waybill.channels.model.levels import Heard, Levels
from waybill.channels.ports import ChannelRefused
from waybill.channels.telling import by_parts, parts
from waybill.kernel.errors import Unavailable

AT_ONCE = 25
_MOST_TRIES = 4


def tell(caller: Caller, supply: str, levels: Levels) -> Heard:
    entries = _entries(caller, supply, list(levels.units))
    return by_parts(levels.units, 1, lambda part: _write(caller, supply, entries, *next(iter(part.items()))))


def _entries(caller: Caller, supply: str, skus: list[str]) -> dict[str, Any]:
    where = f'supplyChannel(id="{supply}")' if supply else "supplyChannel is not defined"
    found: dict[str, Any] = {}
    for some in parts(skus, AT_ONCE):
        named = ", ".join(json.dumps(sku) for sku in some)
        path = f"/inventory?where={quote(f'sku in ({named}) and {where}')}&limit=500"
        found |= {entry["sku"]: entry for entry in caller.json("commercetools.inventory", "GET", path)["results"]}
    return found


def _write(caller: Caller, supply: str, entries: dict[str, Any], sku: str, units: int) -> Heard:
    """At the version that was read; who was faster makes us read again."""
    for _ in range(_MOST_TRIES):
        entry = entries.get(sku)
        try:
            if entry is None:
                at = {"supplyChannel": {"typeId": "channel", "id": supply}} if supply else {}
                caller.json("commercetools.newEntry", "POST", "/inventory", {"sku": sku, "quantityOnStock": units, **at})
            elif (count := units + entry["quantityOnStock"] - entry["availableQuantity"]) != entry["quantityOnStock"]:
                said = {"version": entry["version"], "actions": [{"action": "changeQuantity", "quantity": count}]}
                caller.json("commercetools.entry", "POST", f"/inventory/{entry['id']}", said)
            return Heard()
        except ChannelRefused as problem:
            if not _faster(problem):
                raise
            entries |= _entries(caller, supply, [sku])
    raise Unavailable(f"{sku}: others change it all the time")


def _faster(problem: ChannelRefused) -> bool:
    """409, or 400 where somebody has made the entry meanwhile."""
    reply = problem.reply
    return reply is not None and (reply.status == 409 or (reply.status == 400 and b"DuplicateField" in reply.body))
