"""What may be done with a fulfilment order now, read off the one table. Pure."""

from __future__ import annotations

from waybill.fulfilment.model.fulfilment_order import FulfilmentOrder
from waybill.fulfilment.model.machine import MACHINE, WITHDRAWN_FROM
from waybill.fulfilment.model.shortage import IN_PARCELS

_OF_VERBS = {
    "accept": "accept",
    "reject": "reject",
    "pick": "pick",
    "pack": "pack",
    "ship": "ship",
    "hold": "hold",
    "open": "open",
    "reschedule": "reschedule",
    "approve": "approve",
}


def supported(work: FulfilmentOrder) -> list[str]:
    """Names of the routes below `/v1/fulfilment-orders/{id}/` that would be obeyed."""
    allowed = set(MACHINE.allowed(work.status))
    found = {action for verb, action in _OF_VERBS.items() if verb in allowed}
    if "finish picking" in allowed and work.status in ("accepted", "picking", "picked"):
        found.add("short")
    if work.status in IN_PARCELS:
        found |= {"short"} | ({"pack"} if work.to_pack() else set())
        found -= (set() if work.to_pack() else {"pack"}) | (set() if work.staying() else {"ship"})
    if work.is_fetched_here:
        found -= {"pack"}
        found |= {"ready"} if work.status == "picked" else set()
    if work.status == "ready_for_pickup":
        found.add("collect")
    if work.status == "cancellation_requested":
        found |= {"cancellation/accept", "cancellation/decline"}
        found -= set() if work.packages else {"ship"}
    if work.status == "on_hold":
        found.add("release")
    if work.status in WITHDRAWN_FROM:
        found |= {"move", "merge"} | ({"split"} if sum(work.units().values()) > 1 else set())
    return sorted(found)
