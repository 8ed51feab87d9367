"""The customer comes for it: it is made ready at the store, waits there for so many days, and is handed over to who can say its code or name. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from hmac import compare_digest
from typing import Any

from waybill.fulfilment.model.fulfilment_order import AtNode, FulfilmentOrder, Pickup, go, known, told
from waybill.kernel.clock import instant, parse_instant
from waybill.kernel.errors import IllegalTransition, InvalidInput
from waybill.orders.model.work import fewer

POLICY = "pickup"
DAYS, _MOST_DAYS = 7, 60
"""How long the store keeps it where the policy does not say otherwise."""
WAITS = "ready_for_pickup"
REMINDED, NOT_COLLECTED = "pickup_reminder", "not_collected"
NOT_WANTED = "not wanted at the counter"


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


def lying(work: FulfilmentOrder) -> dict[str, int]:
    """Units by line that its customer has not fetched yet."""
    left = {line: each.quantity - each.collected for line, each in work.lines.items()}
    return {line: units for line, units in left.items() if units}


def taken(work: FulfilmentOrder, units: Mapping[str, int]) -> dict[str, int]:
    """What the customer takes of it; no units named: all that lies there. Raises InvalidInput for more than does."""
    there = lying(work)
    for line, quantity in units.items():
        known(work, line)
        if not 0 < quantity <= there.get(line, 0):
            raise InvalidInput(f"line {line}: {there.get(line, 0)} units wait there, not {quantity}", fields={f"lines.{line}": "more than there are"})
    return dict(units) or there


def let_go(work: FulfilmentOrder, units: Mapping[str, int], at: str, actor: str) -> FulfilmentOrder:
    """These units the customer does not want: they stay at the store, on its shelf. Raises IllegalTransition for what another node has sent there."""
    if units and work.goes_to_a_store:
        raise IllegalTransition(f"{work.id} has left {work.node}: what the customer does not want of it comes back as a return")
    if not units:
        return work
    lines = {line: replace(each, **fewer(each.quantity, each.picked, each.packed, units.get(line, 0))) for line, each in work.lines.items()}
    return told(replace(work, lines=lines), "reduced", at, actor, {"lines": dict(units), "reason": NOT_WANTED})


def collect(work: FulfilmentOrder, units: Mapping[str, int], last: bool, before: Mapping[str, int], at: str, actor: str) -> FulfilmentOrder:
    """The customer has these units: shipped and delivered in one, where they had not left in parcels; the others wait on. `last` and `before` as of a parcel
    that leaves (`ship`), `part`: how often he had fetched something of it before."""
    rest = {line: count - units.get(line, 0) for line, count in lying(work).items() if count > units.get(line, 0)}
    after = go(work, "collect a part" if rest else "collect")
    after = replace(after, lines={line: _collected(each, units.get(line, 0)) for line, each in work.lines.items()}, pickup=work.pickup if rest else _settled(work))
    if not work.goes_to_a_store:
        part = sum(entry.type == "fulfilment_order.collected" for entry in work.history)
        data: dict[str, Any] = {"lines": dict(units), "packages": [], "last": last, "before": dict(before), "collected": True} | ({"part": part} if part else {})
        after = told(after, "shipped", at, actor, data)
    return told(after, "collected", at, actor, {"lines": dict(units)} | ({"rest": rest} if rest else {}))


def _collected(each: AtNode, units: int) -> AtNode:
    collected = each.collected + units
    return replace(each, packed=max(each.packed, collected), shipped=max(each.shipped, collected), collected=collected)


def looked_at(work: FulfilmentOrder, at: str, actor: str) -> FulfilmentOrder:
    """What is due of one that waits: the customer is reminded, or it was not collected in time. Unchanged where nothing is."""
    pickup = work.pickup
    if work.status != WAITS or pickup is None or not pickup.due or at < pickup.due:
        return work
    if at >= pickup.until:
        return told(replace(work, pickup=_settled(work)), NOT_COLLECTED, at, actor, {"lines": lying(work), "until": pickup.until})
    return told(replace(work, pickup=replace(pickup, due=pickup.until)), REMINDED, at, actor, {"lines": lying(work), "until": pickup.until})


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
