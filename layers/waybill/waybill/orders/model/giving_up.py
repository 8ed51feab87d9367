"""Units that a node has are cancelled: at once where it may be, else when the node says so. Pure verbs on STATE."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

from waybill.orders.model.holds import CANCELLATION, CANCELLING, Hold
from waybill.orders.model.state import Quantities, State, all_cancelled, lines_cancelled, noted, place_hold, release_hold, shifted

ASKED, DECLINED = "order.cancellation_requested", "order.cancellation_declined"


def give_up(
    state: State, at_nodes: Quantities, reason: str, at: str, actor: str, *, waiting: bool = False, key: str = "", lost: Iterable[Mapping[str, Any]] = ()
) -> State:
    """These units of nodes are not to be shipped; `waiting`: nor what no node has. The rest goes on, or nothing is left: then the order is cancelled.
    `lost`: of its stock what is not there to be given back, as `all_cancelled` says it."""
    after = shifted(state, at_nodes, "released", "cancelled")
    for source in ("backordered", "unrouted") if waiting else ():
        after = shifted(after, {line: getattr(units, source) for line, units in after.lines.items()}, source, "cancelled")
    if after is state:
        return state
    return all_cancelled(after, reason, at, actor, lost) if after.cancelled else lines_cancelled(state, after, reason, at, actor, key)


def ask(state: State, fo_ids: Iterable[str], units: Quantities, reason: str, until: str, at: str, actor: str, key: str = "") -> State:
    """Nodes have been asked whether they can still give it up; until they answer, nothing is given back. `until`: when a person must look."""
    data: dict[str, Any] = {"fulfilment_orders": sorted(fo_ids), "lines": dict(units), "reason": reason}
    told = noted(state, ASKED, at, actor, data | ({"key": key} if key else {}))
    number = 1 + sum(1 for hold in state.holds if hold.kind == CANCELLING)
    if any(hold.kind in (CANCELLING, CANCELLATION) for hold in state.active_holds):
        return told
    return place_hold(told, Hold(f"{CANCELLING}-{number}", CANCELLING, f"cancelled: {reason}"[:200], at, actor, (), expires_at=until), at, actor)


def decline(state: State, fo_id: str, units: Quantities, reason: str, at: str, actor: str) -> State:
    """A node will ship it all the same: whoever cancelled it is told, and a person sees it."""
    told = noted(state, DECLINED, at, actor, {"fo_id": fo_id, "lines": dict(units), "reason": reason})
    number = 1 + sum(1 for hold in state.holds if hold.id.startswith(f"{CANCELLATION}-declined"))
    return place_hold(told, Hold(f"{CANCELLATION}-declined-{number}", CANCELLATION, f"its node ships it all the same: {reason}"[:200], at, actor, ()), at, actor)


def answered(state: State, others: Iterable[Mapping[str, Any]], at: str) -> State:
    """A node has answered; with the last of them nothing waits for one any more. `others`: the fulfilment orders but for its own."""
    if any(item["status"] == "cancellation_requested" for item in others):
        return state
    return _ended(state, lambda hold: hold.kind in (CANCELLING, CANCELLATION) and not hold.id.startswith(f"{CANCELLATION}-declined"), at)


def overdue(state: State, at: str, actor: str) -> State:
    """Nobody has answered in time: a person must look."""
    late = next((hold for hold in state.active_holds if hold.kind == CANCELLING and hold.expires_at <= at), None)
    if late is None:
        return state
    number = late.id.rpartition("-")[2]
    return place_hold(_ended(state, lambda hold: hold.kind == CANCELLING, at), Hold(f"{CANCELLATION}-{number}", CANCELLATION, "its node has not answered: ask it", at, actor, ()), at, actor)


def _ended(state: State, which: Callable[[Hold], bool], at: str) -> State:
    """Without an event that wakes an execution: they blocked nothing."""
    holds = tuple(replace(hold, status="ended", ended_at=at) if hold.active and which(hold) else hold for hold in state.holds)
    return state if holds == state.holds else replace(state, holds=holds)


def wanted_no_more(state: State, kind: str, at: str, actor: str) -> State:
    """Lets go of the holds of a kind, there being nothing left that they are about."""
    for hold in state.active_holds:
        state = release_hold(state, hold.id, at, actor) if hold.kind == kind else state
    return state
