"""The customer comes for it: it is made ready at the store, waits there for so many days, and is handed over to who can say its code or name. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from hmac import compare_digest
from typing import Any

from waybill.fulfilment.model.fulfilment_order import FulfilmentOrder, Pickup, go, told
from waybill.kernel.clock import instant, parse_instant
from waybill.kernel.errors import IllegalTransition, InvalidInput

POLICY = "pickup"
DAYS, _MOST_DAYS = 7, 60
"""How long the store keeps it where the policy does not say otherwise."""
WAITS = "ready_for_pickup"
REMINDED, NOT_COLLECTED = "pickup_reminder", "not_collected"


def make_ready(work: FulfilmentOrder, code: str, days: int, at: str, actor: str) -> FulfilmentOrder:
    """It lies at the counter, and its customer is told so; half-way through its days he is reminded. A repeat changes nothing. Raises IllegalTransition for
    what is sent, and for what is not picked yet."""
    pickup = work.pickup
    if pickup is None or not work.is_fetched_here:
        raise IllegalTransition(f"{work.id} is sent by parcel: pack and ship it")
    if work.status in (WAITS, "delivered"):
        return work
    return _waiting(go(work, "make ready"), pickup, code, days, at, actor)


def arrived(work: FulfilmentOrder, code: str, days: int, at: str, actor: str) -> FulfilmentOrder:
    """The last parcel of what another node has sent to the store is there: it waits for its customer. Unchanged before."""
    pickup = work.pickup
    if pickup is None or not work.goes_to_a_store or work.status != "shipped" or not all(package.delivered for package in work.packages):
        return work
    return _waiting(go(work, "arrive"), pickup, code, days, at, actor)


def _waiting(work: FulfilmentOrder, pickup: Pickup, code: str, days: int, at: str, actor: str) -> FulfilmentOrder:
    begun = parse_instant(at)
    until, half = instant(begun + timedelta(days=days)), instant(begun + timedelta(days=days) / 2)
    there = replace(work, pickup=Pickup(pickup.node, code, until, half))
    return told(there, WAITS, at, actor, {"lines": work.units(), "until": until})


def refuse_stranger(work: FulfilmentOrder, code: str, name: str, names: tuple[str, ...]) -> None:
    """Raises InvalidInput for who says neither its code nor the name that it was ordered under (`names`)."""
    known = {_plain(each) for each in names} - {""}
    if code and work.pickup and work.pickup.code and compare_digest(code.strip().encode(), work.pickup.code.encode()):
        return
    if name and _plain(name) in known:
        return
    field = "code" if code else "name"
    raise InvalidInput(f"this is not the {field} of {work.id}: ask for the code in the customer's mail, or for the name on the order", fields={field: "does not fit"})


def collect(work: FulfilmentOrder, last: bool, before: Mapping[str, int], at: str, actor: str) -> FulfilmentOrder:
    """The customer has it: shipped and delivered in one, where it had not left in parcels. `last` and `before` as of a parcel that leaves (`ship`)."""
    after, units = go(work, "collect"), work.units()
    if work.goes_to_a_store:
        return told(replace(after, pickup=_settled(work)), "collected", at, actor, {"lines": units})
    lines = {line: replace(each, packed=each.quantity, shipped=each.quantity) for line, each in work.lines.items()}
    data: dict[str, Any] = {"lines": units, "packages": [], "last": last, "before": dict(before), "collected": True}
    gone = told(replace(after, lines=lines, pickup=_settled(work)), "shipped", at, actor, data)
    return told(gone, "collected", at, actor, {"lines": units})


def looked_at(work: FulfilmentOrder, at: str, actor: str) -> FulfilmentOrder:
    """What is due of one that waits: the customer is reminded, or it was not collected in time. Unchanged where nothing is."""
    pickup = work.pickup
    if work.status != WAITS or pickup is None or not pickup.due or at < pickup.due:
        return work
    if at >= pickup.until:
        return told(replace(work, pickup=_settled(work)), NOT_COLLECTED, at, actor, {"lines": work.units(), "until": pickup.until})
    return told(replace(work, pickup=replace(pickup, due=pickup.until)), REMINDED, at, actor, {"lines": work.units(), "until": pickup.until})


def _settled(work: FulfilmentOrder) -> Pickup | None:
    return replace(work.pickup, due="") if work.pickup else None


def days(policy: Mapping[str, Any]) -> int:
    """How long the store keeps it, by the shop's policy."""
    return int(policy.get("days", DAYS))


def may_be_sent(policy: Mapping[str, Any]) -> bool:
    """Whether another node sends to the store what it has not."""
    return bool(policy.get("ship_to_store", True))


def check(policy: Mapping[str, Any]) -> None:
    """{"days": 1 to 60, "ship_to_store": true or false}. Raises InvalidInput."""
    wrong = {name: "is unknown; there are days and ship_to_store" for name in policy if name not in ("days", "ship_to_store")}
    if not isinstance(policy.get("ship_to_store", True), bool):
        wrong["ship_to_store"] = "is true or false"
    kept = policy.get("days", DAYS)
    if isinstance(kept, bool) or not isinstance(kept, int) or not 1 <= kept <= _MOST_DAYS:
        wrong["days"] = f"is a whole number from 1 to {_MOST_DAYS}"
    if wrong:
        raise InvalidInput("; ".join(f"{name} {what}" for name, what in wrong.items()), fields=wrong)


def _plain(name: str) -> str:
    return " ".join(name.split()).casefold()
