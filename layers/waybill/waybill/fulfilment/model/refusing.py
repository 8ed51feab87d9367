"""A node rejects work of which somebody wanted units cancelled: those are cancelled and sought nowhere else, the others go back. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from waybill.fulfilment.model.buying import dropped
from waybill.fulfilment.model.cancelling import DECLINED, asked_about
from waybill.fulfilment.model.fulfilment_order import FulfilmentOrder, go, refuse_being_bought, refuse_reason, reject, told
from waybill.fulfilment.model.machine import BEFORE_PACKED
from waybill.fulfilment.model.packing import taken_apart
from waybill.orders.model.shortage import CANCEL
from waybill.orders.model.work import fewer

GONE = ("NOT_IN_STOCK", "DAMAGED")
_ASKED, _SHORT = "fulfilment_order.cancellation_requested", "fulfilment_order.short"


def unwanted(work: FulfilmentOrder) -> dict[str, int]:
    """Units by line that whoever cancelled them does not want from elsewhere: those that the node is asked about, or said last that it ships all the same."""
    if work.status == "cancellation_requested":
        return asked_about(work)
    left: dict[str, int] = {}
    for entry in work.history:
        if entry.type == f"fulfilment_order.{DECLINED}":
            left = dict(entry.data["lines"])
        elif entry.type == _SHORT and entry.data["then"] == CANCEL:
            left = {line: units - entry.data["lines"].get(line, 0) for line, units in left.items()}
    units = work.units()
    return {line: min(count, units.get(line, 0)) for line, count in left.items() if min(count, units.get(line, 0)) > 0}


def why(work: FulfilmentOrder) -> str:
    """The reason for which they were cancelled."""
    return next((str(entry.data.get("reason", "")) for entry in reversed(work.history) if entry.type == _ASKED), "")


def was_refused(work: FulfilmentOrder) -> bool:
    """Whether its node has rejected it already, all of it being cancelled by that."""
    return work.status == "cancelled" and [entry.type for entry in work.history[-2:]] == [_SHORT, "fulfilment_order.cancelled"]


def refused(work: FulfilmentOrder, units: Mapping[str, int], reason: str, lines: list[str], at: str, actor: str) -> FulfilmentOrder:
    """It ships nothing of it: `units` are cancelled, the rest is rejected. `lines` (empty: all) are those at fault. Raises as `reject`."""
    refuse_reason(work, reason, lines)
    if was_refused(work):
        return work
    refuse_being_bought(work)
    if work.status == "cancellation_requested":
        was = work.pause.was if work.pause else ""
        work = replace(go(work, f"go on {was}"), pause=None) if was in BEFORE_PACKED else go(work, "reject")
    at_fault = set(lines or work.lines)
    after = work
    for why, some in ((reason, {line: count for line, count in units.items() if line in at_fault}), ("OTHER", {line: count for line, count in units.items() if line not in at_fault})):
        after = told(after, "short", at, actor, {"lines": some, "reason": why, "then": CANCEL}) if some else after
    if units == work.units():
        labelled = {"labelled": True} if dropped(work, at) or work.buying else {}
        return told(go(after, "cancel"), "cancelled", at, actor, {"reason": reason, "lines": dict(units), **labelled})
    after = taken_apart(after, at) if after.status == "packed" else after
    left = {line: replace(each, **fewer(each.quantity, each.picked, each.packed, units.get(line, 0))) for line, each in after.lines.items()}
    return reject(replace(after, lines=left), reason, [line for line in lines if left[line].quantity], at, actor)


def lost(before: FulfilmentOrder, after: FulfilmentOrder) -> list[dict[str, Any]]:
    """Of what was cancelled so the units that are not there to be sold again, for who gives the order's stock back."""
    new = [entry for entry in after.history[len(before.history) :] if entry.type == _SHORT and entry.data["reason"] in GONE]
    return [{"node": after.node, "lines": dict(entry.data["lines"]), "reason": entry.data["reason"], "cause": f"{after.id}:{entry.seq}"} for entry in new]
