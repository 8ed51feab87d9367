"""How work comes to its node: at once, on its day, or when a person has approved of it. Pure."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from waybill.fulfilment.model.fulfilment_order import FulfilmentOrder, Schedule, go, told
from waybill.fulfilment.model.machine import CLOSED
from waybill.kernel.errors import IllegalTransition, InvalidInput

APPROVED = "fulfilment_order.approved"


def begun(work: FulfilmentOrder, approval: bool, pushed: bool, at: str, actor: str) -> FulfilmentOrder:
    """New work (`open`): put before a person where it wants `approval`, else kept for its day, else asked of its node. `pushed`: the node hears of it from us."""
    if approval:
        return told(go(work, "await approval"), "approval_requested", at, actor, first_said(work))
    if _lies_ahead(work, at):
        return told(go(work, "schedule"), "scheduled", at, actor, first_said(work))
    return _asked(go(work, "request"), pushed, at, actor)


def first_said(work: FulfilmentOrder) -> dict[str, Any]:
    """What is told of work that is kept."""
    return {"lines": work.units()} | ({"ship_not_before": work.schedule.day, "opens_at": work.schedule.opens} if work.schedule else {})


def opened(work: FulfilmentOrder, pushed: bool, at: str, actor: str) -> FulfilmentOrder:
    """Its node is asked now, whatever its day. A repeat changes nothing. Raises IllegalTransition for what is not scheduled."""
    if not work.is_kept and _said(work, "fulfilment_order.scheduled"):
        return work
    return _asked(go(work, "open"), pushed, at, actor)


def due(work: FulfilmentOrder, pushed: bool, at: str, actor: str) -> FulfilmentOrder:
    """Its day has come, and its node is asked. Unchanged where it has not, or nothing waits for it."""
    if work.status != "scheduled" or _lies_ahead(work, at):
        return work
    return _asked(go(work, "open"), pushed, at, actor)


def rescheduled(work: FulfilmentOrder, to: Schedule, at: str, actor: str) -> FulfilmentOrder:
    """It is kept for another day that lies ahead. A repeat changes nothing. Raises InvalidInput for a day that has come, IllegalTransition once its node was asked."""
    after = go(work, "reschedule")
    if to.opens <= at:
        raise InvalidInput(f"{to.day} has begun at {work.node}: name a day that lies ahead, or open it", fields={"ship_not_before": "has come"})
    if work.schedule == to:
        return work
    before = {"before": work.schedule.day} if work.schedule else {}
    return told(replace(after, schedule=to), "rescheduled", at, actor, {"ship_not_before": to.day, "opens_at": to.opens, **before})


def approved(work: FulfilmentOrder, pushed: bool, at: str, actor: str) -> FulfilmentOrder:
    """A person lets it go: to its node, or to wait for its day. A repeat changes nothing. Raises IllegalTransition where nobody was asked."""
    if _said(work, APPROVED):
        return work
    if not _lies_ahead(work, at):
        return _asked(told(go(work, "approve"), "approved", at, actor, {"lines": work.units()}), pushed, at, actor)
    after = told(go(work, "approve for its day"), "approved", at, actor, {"lines": work.units()})
    return told(after, "scheduled", at, actor, first_said(after))


def refuse_unlike(work: FulfilmentOrder, other: FulfilmentOrder) -> None:
    """Raises IllegalTransition where two are kept for different days."""
    if work.schedule != other.schedule:
        raise IllegalTransition(f"{work.id} and {other.id} are kept for different days: reschedule one first")


def _asked(work: FulfilmentOrder, pushed: bool, at: str, actor: str) -> FulfilmentOrder:
    """`push` in the event: the node is told. One that asks for its list costs no message."""
    asked = replace(work, since=at, schedule=None)
    return told(asked, "requested", at, actor, {"lines": work.units()} | ({"push": True} if pushed else {}))


def _lies_ahead(work: FulfilmentOrder, at: str) -> bool:
    return work.schedule is not None and at < work.schedule.opens


def _said(work: FulfilmentOrder, word: str) -> bool:
    """Whether this was said of it, and it has not ended."""
    return work.status not in CLOSED and any(entry.type == word for entry in work.history)
