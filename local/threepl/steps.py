"""What a node or a carrier does next with a fulfilment order: read off the document alone."""

from __future__ import annotations

from typing import Any

_NEXT = {"requested": "accept", "accepted": "pick", "picking": "pick", "picked": "pack", "packed": "ship", "partially_shipped": "ship"}
_ROAD = ("in_transit", "out_for_delivery", "delivered")
_CODES = {"in_transit": "DEP", "out_for_delivery": "OFD", "delivered": "DLV"}


def next_verb(document: dict[str, Any]) -> str:
    """The node's next deed; empty where it has nothing to do any more. It gives up what it has not packed."""
    if document["status"] == "cancellation_requested":
        return "cancellation/decline" if document["packages"] else "cancellation/accept"
    return _NEXT.get(document["status"], "")


def words(verb: str) -> dict[str, Any]:
    """What it says with that."""
    return {"reason": "packed, and the truck is here"} if verb == "cancellation/decline" else {}


def next_scans(document: dict[str, Any], at: str) -> list[tuple[str, dict[str, Any]]]:
    """(carrier, tracking event) for every parcel on its way: one step further than it was last seen."""
    if document["status"] != "shipped":
        return []
    found = ((package, _further(package)) for package in document["packages"])
    return [(package["carrier"], _event(package, status, at)) for package, status in found if status]


def _further(package: dict[str, Any]) -> str:
    seen = (package.get("tracking") or {}).get("status", "")
    if seen in ("lost", "return_to_sender", "delivered"):
        return ""
    return _ROAD[_ROAD.index(seen) + 1] if seen in _ROAD else _ROAD[0]


def _event(package: dict[str, Any], status: str, at: str) -> dict[str, Any]:
    number = package["tracking_number"]
    return {"event_id": f"{number}-{status}", "tracking_number": number, "status": status, "code": _CODES[status], "at": at}
