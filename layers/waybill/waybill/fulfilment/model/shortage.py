"""The node has not all that it was asked for: it goes on with what it has. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from waybill.fulfilment.model.fulfilment_order import REASONS, FulfilmentOrder, go, known, reject, times_delivered, told
from waybill.fulfilment.model.packing import taken_apart
from waybill.fulfilment.model.parcel import Package
from waybill.kernel.errors import InvalidInput
from waybill.orders.model.shortage import ASK, CANCEL, REROUTE
from waybill.orders.model.work import fewer

POLICY = "short_pick"
FOR_UNITS = ("NOT_IN_STOCK", "DAMAGED", "OTHER")
"""Reasons of `REASONS` that speak of units and not of the address."""
IN_PARCELS = ("packed", "partially_shipped")


def short(
    work: FulfilmentOrder, units: Mapping[str, int], reason: str, then: str, at: str, actor: str, packages: tuple[Package, ...] | None = None
) -> FulfilmentOrder:
    """So many units by line cannot be shipped. `then`: what becomes of them. Short of everything is a rejection, or, where a part has left, all there is to it.
    What is packed and has not left is packed anew, unless all its parcels are told, as they are without these units (`packages`).

    Raises InvalidInput for more than there is or an unknown reason, IllegalTransition where nothing is being picked or packed."""
    _check(work, units, reason)
    here = taken_apart(work, at, packages) if work.status in IN_PARCELS else work
    lines = {line: replace(each, **fewer(each.quantity, each.picked, each.packed, units.get(line, 0))) for line, each in here.lines.items()}
    if not any(each.quantity for each in lines.values()):
        return reject(here, reason, [], at, actor)
    labelled = {"labelled": True} if here.buying is not work.buying else {}
    return told(_gone_on(work, replace(here, lines=lines)), "short", at, actor, {"lines": dict(units), "reason": reason, "then": then, **labelled})


def _gone_on(work: FulfilmentOrder, after: FulfilmentOrder) -> FulfilmentOrder:
    """In the state that follows once it has fewer units."""
    if work.status == "partially_shipped":
        if after.staying() or after.to_pack():
            return after
        ended = go(after, "give up the rest")
        return go(ended, "deliver") if times_delivered(ended) == len(ended.packages) and not ended.goes_to_a_store else ended
    if after.status == "packed":
        return after
    done = all(at_node.picked == at_node.quantity for at_node in after.lines.values())
    return go(after, "finish picking" if done else "pick")


def _check(work: FulfilmentOrder, units: Mapping[str, int], reason: str) -> None:
    if reason not in FOR_UNITS:
        raise InvalidInput(f"reason is one of {', '.join(FOR_UNITS)}", fields={"reason": "unknown" if reason not in REASONS else "not of units: reject the work"})
    if not units:
        raise InvalidInput("say which units are short", fields={"lines": "required"})
    for line, quantity in units.items():
        known(work, line)
        there = work.lines[line].quantity - work.lines[line].shipped
        if quantity > there:
            raise InvalidInput(f"line {line}: {there} units are here, {quantity} cannot be short", fields={f"lines.{line}": "more than there are"})


def then(policy: Mapping[str, Any]) -> str:
    """What becomes of units that a node was short of, by the shop's policy."""
    wanted = policy.get("then", REROUTE)
    return wanted if wanted in (CANCEL, ASK) else REROUTE


def check(policy: Mapping[str, Any]) -> None:
    """{"then": "reroute", "cancel" or "ask"}. Raises InvalidInput."""
    wrong = {name: "is unknown; there is then" for name in policy if name != "then"}
    if policy.get("then", REROUTE) not in (REROUTE, CANCEL, ASK):
        wrong["then"] = f"is {REROUTE}, {CANCEL} or {ASK}"
    if wrong:
        raise InvalidInput("; ".join(f"{name} {what}" for name, what in wrong.items()), fields=wrong)
