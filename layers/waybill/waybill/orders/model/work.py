"""What becomes of a node's work where its order is cancelled, whole or in part. Items as they are stored, answered as they follow; pure.

Which state may follow which is `fulfilment.model.machine`'s to say, and a test holds these to it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from waybill.kernel.events import Entry, appended
from waybill.orders.model.labels import bears, goes_out, live

Item = Mapping[str, Any]
LEFT = ("shipped", "delivered")
"""All of it has left the house; of what is `partially_shipped` its lines say how much."""
OVER = (*LEFT, "rejected", "cancelled")
"""Nothing is left there that could be cancelled."""
ASKABLE = ("accepted", "picking", "picked", "packed", "partially_shipped", "on_hold", "cancellation_requested")
"""In which a node that wants to be asked before is asked."""
PARTLY = "partially_shipped"
LESS_WHILE = ("scheduled", "awaiting_approval", "requested", "accepted", "picking", "picked", "ready_for_pickup")
"""What is packed is in a parcel: a unit cannot be taken out of it by a word of ours. What its customer fetches lies at the counter."""
ASKED = "cancellation_requested"
_KEPT, _REQUESTED = ("fulfilment_order.scheduled", "fulfilment_order.approval_requested"), "fulfilment_order.requested"
_INDEX = ("lookup_pk", "lookup_sk", "write_id")


def units(item: Item) -> dict[str, int]:
    """By line: what it is asked for and has not shipped."""
    left = {line: each["quantity"] - each.get("shipped", 0) for line, each in item["lines"].items()}
    return {line: count for line, count in left.items() if count}


def is_kept(item: Item) -> bool:
    """Its node was never asked (`FulfilmentOrder.is_kept`)."""
    types = {entry["type"] for entry in item.get("history", ())}
    return _REQUESTED not in types and not types.isdisjoint(_KEPT)


def stands(item: Item) -> str:
    """Where it stands, or would if nobody had stopped it."""
    return str(item["pause"]["was"]) if item["status"] == "on_hold" and item.get("pause") else str(item["status"])


def cancelled(item: Item, reason: str, at: str, actor: str, pushed: bool = False) -> dict[str, Any]:
    """It is to ship nothing. `pushed`: its node hears of its work from us, and so of this."""
    ended = {name: value for name, value in item.items() if name not in (*_INDEX, "pause")}
    return _told({**ended, "status": "cancelled"}, "cancelled", at, actor, {"reason": reason} | ({"labelled": True} if live(item) else {}) | _push(pushed))


def reduced(item: Item, less: Mapping[str, int], reason: str, at: str, actor: str, pushed: bool = False) -> dict[str, Any]:
    """It is to ship so many units fewer of these lines; of none that is left, nothing: it is cancelled, or over with what its customer has fetched."""
    if item["status"] == PARTLY:
        return _without_its_rest(item, reason, at, actor, pushed)
    over, begun = less == units(item), any(each.get("shipped") for each in item["lines"].values())
    if over and not begun:
        return cancelled(item, reason, at, actor, pushed)
    lines = {line: {**each, **fewer(each["quantity"], each.get("picked", 0), each.get("packed", 0), less.get(line, 0))} for line, each in item["lines"].items()}
    done = item["status"] == "picking" and all(each["picked"] == each["quantity"] for each in lines.values())
    after = {**item, "lines": lines, "status": "picked" if done else item["status"]}
    if over:
        after = {name: value for name, value in after.items() if name not in _INDEX} | {"status": "delivered"}
    return _told(after, "reduced", at, actor, {"reason": reason, "lines": dict(less)} | _push(pushed))


def _without_its_rest(item: Item, reason: str, at: str, actor: str, pushed: bool) -> dict[str, Any]:
    """A parcel of it has left, and no other will: their labels are to be given back."""
    left = [package for package in item["packages"] if package.get("left")]
    dropped = [package for package in item["packages"] if package not in left and bears(package)]
    lines = {line: {**each, **dict.fromkeys(("quantity", "picked", "packed"), each.get("shipped", 0))} for line, each in item["lines"].items()}
    arrived = sum(entry["type"] == "fulfilment_order.delivered" for entry in item["history"]) == len(left)
    after = {**item, "status": "delivered" if arrived else "shipped", "lines": lines, "packages": left}
    if dropped:
        handles = [f"{package['shipment']}/" if goes_out(package) else "" for package in dropped]
        after["buying"] = {"packages": dropped, "handles": handles, "key": f"{item['id']}-{item['version']}", "since": at, "giving_up": "the rest of the order is cancelled"}
    after = {name: value for name, value in after.items() if name != "pause" and not (arrived and name in _INDEX)}
    if "lookup_sk" in after:
        after["lookup_sk"] = f"away#{after['lookup_sk'].partition('#')[2]}"
    return _told(after, "reduced", at, actor, {"reason": reason, "lines": units(item)} | ({"labelled": True} if dropped else {}) | _push(pushed))


def asked(item: Item, wanted: Mapping[str, int], reason: str, until: str, pushed: bool, at: str, actor: str) -> dict[str, Any]:
    """Its node is asked whether it can still be cancelled: these units, or all of it. The same question twice is asked once."""
    known, some = item.get("pause") or {}, {} if wanted == units(item) and not any(each.get("shipped") for each in item["lines"].values()) else dict(wanted)
    if item["status"] == ASKED:
        asked_of = known.get("units", {})
        if not asked_of or asked_of == some:
            return dict(item)
        some = {line: max(asked_of.get(line, 0), some.get(line, 0)) for line in {*asked_of, *some}} if some else {}
    was = known["was"] if known else item["status"]
    pause = {"was": was, "reason": reason, "by": actor, "at": at, "until": until} | ({"units": some} if some else {})
    data = {"reason": reason, "lines": some or units(item)} | _push(pushed)
    return _told({**item, "status": ASKED, "pause": pause}, ASKED, at, actor, data)


def _push(pushed: bool) -> dict[str, bool]:
    return {"push": True} if pushed else {}


def fewer(quantity: int, picked: int, packed: int, less: int) -> dict[str, int]:
    """The counts of a line of which `less` units are not to ship: what is not picked yet goes first."""
    left = quantity - less
    return {"quantity": left, "picked": min(picked, left), "packed": min(packed, left)}


def _told(item: dict[str, Any], what: str, at: str, actor: str, data: dict[str, Any]) -> dict[str, Any]:
    history = tuple(Entry.from_dict(entry) for entry in item["history"])
    told = appended(history, f"fulfilment_order.{what}", at, actor, {"fo_id": item["id"], "node": item["node"], **data})
    kept = {name: value for name, value in item.items() if name != "write_id"}
    return {**kept, "version": item["version"] + 1, "history": [entry.to_dict() for entry in told]}
