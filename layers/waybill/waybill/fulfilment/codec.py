"""Fulfilment orders to stored items and back."""

from __future__ import annotations

from typing import Any

from waybill.fulfilment.model.fulfilment_order import AtNode, FulfilmentOrder, Package, Pause, Pickup, Purchase, Schedule
from waybill.fulfilment.model.machine import CLOSED, LEFT
from waybill.fulfilment.model.once import Asked
from waybill.fulfilment.model.parcel import Back
from waybill.fulfilment.model.tracking import Scan
from waybill.kernel.events import Entry
from waybill.kernel.ids import order_of_fulfilment_order
from waybill.kernel.plain import plain
from waybill.orders.codec import FULFILMENT_ORDER, partition

OPEN, ON_THE_WAY, WAITING, SCHEDULED, APPROVAL = "open", "away", "pickup", "scheduled", "approval"
"""What a node's list in the index begins with: work to do, parcels that are on their way, what waits for who comes for it, by the instant at which it is to be
looked at, what is kept for its day, by the instant at which that begins, and what waits for a person's word. Apart, so that a node that asks for work never pages
through what it shipped last week, and what is due is found by one query."""
_NEVER = "9999"
"""Stands where nothing is to be looked at any more."""


def item_of(work: FulfilmentOrder) -> dict[str, Any]:
    """The item as it is stored; a node finds it by `NODE#<node>` until it is closed."""
    _, number = order_of_fulfilment_order(work.id) or ("", 0)
    item = {
        "pk": partition(work.order_id),
        "sk": f"{FULFILMENT_ORDER}{number}",
        "id": work.id,
        "order_id": work.order_id,
        "node": work.node,
        "status": work.status,
        "since": work.since,
        "version": work.version + 1,
        "lines": {line: {"quantity": at_node.quantity} | _lean(plain(at_node)) for line, at_node in work.lines.items()},
        "packages": [_lean(plain(package)) for package in work.packages],
        "history": [entry.to_dict() for entry in work.history],
    }
    if work.pause:
        item["pause"] = _lean(plain(work.pause))
    item |= {name: value for name, value in (("within", work.within), ("group", work.group), ("wave", work.wave)) if value}
    if work.buying:
        item["buying"] = _lean(plain(work.buying)) | {"packages": [_lean(plain(package)) for package in work.buying.packages]}
    if work.asked:
        item["asked"] = [_lean(plain(each)) for each in work.asked]
    if work.pickup:
        item["pickup"] = _lean(plain(work.pickup))
    if work.schedule:
        item["schedule"] = plain(work.schedule)
    if work.pickup and work.status == "ready_for_pickup":
        item |= {"lookup_pk": f"NODE#{work.pickup.node}", "lookup_sk": f"{WAITING}#{work.pickup.due or _NEVER}#{work.id}"}
    elif work.status == "scheduled" and work.schedule:
        item |= {"lookup_pk": f"NODE#{work.node}", "lookup_sk": f"{SCHEDULED}#{work.schedule.opens}#{work.id}"}
    elif work.status == "awaiting_approval":
        item |= {"lookup_pk": f"NODE#{work.node}", "lookup_sk": f"{APPROVAL}#{work.since}#{work.id}"}
    elif work.status not in CLOSED:
        part = ON_THE_WAY if work.status in LEFT else OPEN
        item |= {"lookup_pk": f"NODE#{work.node}", "lookup_sk": f"{part}#{work.since}#{work.id}"}
    return item


def work_from(item: dict[str, Any]) -> FulfilmentOrder:
    return FulfilmentOrder(
        id=item["id"],
        order_id=item["order_id"],
        node=item["node"],
        status=item["status"],
        lines={line: AtNode(**at_node) for line, at_node in item["lines"].items()},
        since=item.get("since") or item["history"][0]["at"],
        version=item["version"],
        within=item.get("within", 0),
        group=item.get("group", ""),
        packages=tuple(_package(package, item["status"] in LEFT) for package in item.get("packages", ())),
        pause=Pause(**item["pause"]) if item.get("pause") else None,
        wave=item.get("wave", ""),
        buying=_purchase(item["buying"]) if item.get("buying") else None,
        asked=tuple(Asked(**each) for each in item.get("asked", ())),
        pickup=Pickup(**item["pickup"]) if item.get("pickup") else None,
        schedule=Schedule(**item["schedule"]) if item.get("schedule") else None,
        history=tuple(Entry.from_dict(entry) for entry in item["history"]),
    )


def _purchase(raw: dict[str, Any]) -> Purchase:
    packages, handles = tuple(_package(package, False) for package in raw["packages"]), tuple(raw["handles"])
    return Purchase(**{**raw, "packages": packages, "handles": handles})


def _package(raw: dict[str, Any], left: bool) -> Package:
    """`left`: all of its fulfilment order have."""
    scan = Scan(**raw["scan"]) if raw.get("scan") else None
    return Package(**{**raw, "scan": scan, "back": _back(raw["back"]) if raw.get("back") else None, "left": left or raw.get("left", False)})


def _back(raw: dict[str, Any]) -> Back:
    return Back(**{**raw, "scan": Scan(**raw["scan"]) if raw.get("scan") else None})


def _lean(body: dict[str, Any]) -> dict[str, Any]:
    """Without what says nothing."""
    return {name: value for name, value in body.items() if value not in ("", None, 0, {})}
