"""STATE: the one record that every change of an order's life goes through. Pure: each verb answers the state that follows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from waybill.kernel.errors import IllegalTransition, NotFound, OrderHeld
from waybill.kernel.events import Entry, appended
from waybill.orders.model.counters import Counters, fulfilment_status, summed
from waybill.orders.model.holds import Hold

Quantities = Mapping[str, int]
"""Units by line id."""
LINES_CANCELLED = "order.lines_cancelled"
"""Some units are cancelled, the rest of the order goes on."""
EDITED = "order.edited"
TAKEN_BACK = "order.rerouting"


@dataclass(frozen=True, slots=True)
class State:
    """Where an order stands. `version` is the one that was read; `run` counts the executions started for it. What a person has said of
    where it ships from: `only` these nodes (empty: any), and `without` those."""

    order_id: str
    lines: Mapping[str, Counters]
    version: int = 0
    confirmed: bool = False
    completed: bool = False
    holds: tuple[Hold, ...] = ()
    history: tuple[Entry, ...] = ()
    run: int = 0
    only: tuple[str, ...] = ()
    without: tuple[str, ...] = ()

    @property
    def status(self) -> str:
        """Derived, never set: from the quantities, and before anything has left also from holds."""
        if self.completed:
            return "completed"
        status = fulfilment_status(self.lines, self.confirmed)
        if status in ("received", "confirmed", "backordered") and any(hold.blocks for hold in self.active_holds):
            return "on_hold"
        return status

    @property
    def active_holds(self) -> tuple[Hold, ...]:
        return tuple(hold for hold in self.holds if hold.active)

    @property
    def cancelled(self) -> bool:
        return self.status == "cancelled"

    @property
    def all_shipped(self) -> bool:
        """Nothing is left that could still ship."""
        units = summed(self.lines.values())
        return not (units.unrouted or units.backordered or units.released)

    def unrouted(self) -> dict[str, int]:
        """What no node has yet, by line; backordered units are not in it."""
        return {line: units.unrouted for line, units in self.lines.items() if units.unrouted}

    def gone(self) -> dict[str, int]:
        """What has left, by line."""
        return {line: units.shipped + units.delivered for line, units in self.lines.items() if units.shipped + units.delivered}

    def backordered(self) -> dict[str, int]:
        return {line: units.backordered for line, units in self.lines.items() if units.backordered}

    def blocking(self, step: str) -> Hold | None:
        """The first active hold that blocks a step (`holds.STEPS`)."""
        return next((hold for hold in self.active_holds if step in hold.blocks), None)


def refuse_held(state: State, step: str) -> None:
    """Raises OrderHeld where a hold blocks the step."""
    hold = state.blocking(step)
    if hold is not None:
        raise OrderHeld(f"the order is on hold ({hold.kind}: {hold.reason}); release {hold.id} first")


def received(order_id: str, quantities: Quantities, at: str, actor: str, data: dict[str, Any], holds: Iterable[Hold] = ()) -> State:
    """A new order: everything unrouted; imported held where its sums or its lines give a person something to decide."""
    lines = {line: Counters(unrouted=quantity) for line, quantity in quantities.items()}
    state = _told(State(order_id, lines), "order.received", at, actor, data)
    for hold in holds:
        state = place_hold(state, hold, at, actor)
    return state


def remembered(order_id: str, quantities: Quantities, placed_at: str, at: str, actor: str, data: dict[str, Any]) -> State:
    """An order whose life was over before it came to us: delivered and complete, and nothing follows from it."""
    lines = {line: Counters(delivered=quantity) for line, quantity in quantities.items()}
    state = received(order_id, quantities, placed_at, actor, data)
    return _told(replace(state, lines=lines, confirmed=True, completed=True), "order.completed", at, actor, {})


def place_hold(state: State, hold: Hold, at: str, actor: str) -> State:
    """A hold more; one with the same id, still active, is the same hold."""
    if any(known.id == hold.id and known.active for known in state.holds):
        return state
    data = {"hold_id": hold.id, "kind": hold.kind, "reason": hold.reason, "blocks": list(hold.blocks)}
    others = tuple(known for known in state.holds if known.id != hold.id)
    return _told(replace(state, holds=(*others, hold)), "order.held", at, actor, data)


def release_hold(state: State, hold_id: str, at: str, actor: str, note: str = "") -> State:
    """A person (or a rule) lets go. Raises NotFound for an unknown hold; releasing twice changes nothing."""
    hold = next((known for known in state.holds if known.id == hold_id), None)
    if hold is None:
        raise NotFound(f"the order has no hold {hold_id[:64]!r}")
    if not hold.active:
        return state
    freed = replace(hold, status="released", ended_at=at)
    holds = tuple(freed if known is hold else known for known in state.holds)
    data = {"hold_id": hold.id, "kind": hold.kind, "note": note}
    return _told(replace(state, holds=holds), "order.hold_released", at, actor, data)


def confirm(state: State, at: str, actor: str, total: int, currency: str) -> State:
    """Stock and payment are certain: the customer may be told (G3). Confirming twice changes nothing."""
    _refuse_cancelled(state, "confirm")
    if state.confirmed:
        return state
    return _told(replace(state, confirmed=True), "order.confirmed", at, actor, {"total": total, "currency": currency})


def backorder(state: State, quantities: Quantities, at: str, actor: str) -> State:
    """No stock for so many units in all: they wait visibly. Units already backordered stay so, and count."""
    _refuse_cancelled(state, "backorder")
    wanted = {line: min(quantity - state.lines[line].backordered, state.lines[line].unrouted) for line, quantity in quantities.items()}
    moved = shifted(state, wanted, "unrouted", "backordered")
    return state if moved is state else _told(moved, "order.backordered", at, actor, {"lines": _positive(wanted)})


def stock_arrived(state: State, at: str, actor: str, lacking: Quantities | None = None) -> State:
    """Stock has been reserved for what was backordered, but for the units `lacking` still: it waits for a node again."""
    still = lacking or {}
    come = _positive({line: units - still.get(line, 0) for line, units in state.backordered().items()})
    if not come:
        return state
    return _told(shifted(state, come, "backordered", "unrouted"), "order.stock_arrived", at, actor, {"lines": come})


def go_without(state: State, quantities: Quantities, reason: str, at: str, actor: str, key: str = "") -> State:
    """Units that no node has are cancelled, the rest of the order goes on; under the same `key` once. Raises IllegalTransition for a cancelled order, and
    where nothing would be left of it: then it is to be cancelled."""
    _refuse_cancelled(state, "go on without a part")
    if key and any(entry.type == LINES_CANCELLED and entry.data.get("key") == key for entry in state.history):
        return state
    wanted, after = _positive(quantities), state
    for source in ("backordered", "unrouted"):
        share = {line: min(units, getattr(state.lines[line], source)) for line, units in wanted.items()}
        after = shifted(after, share, source, "cancelled")
        wanted = {line: units - share[line] for line, units in wanted.items()}
    if after is state:
        return state
    if after.cancelled:
        raise IllegalTransition("nothing would be left of the order: cancel it whole")
    return lines_cancelled(state, after, reason, at, actor, key)


def lines_cancelled(before: State, after: State, reason: str, at: str, actor: str, key: str = "") -> State:
    """Says which units `after` has cancelled that `before` had not. Where all the others have left it was the `last` that could still leave: the order
    is shipped, or complete, and no hold keeps anything here."""
    earlier = {line: units.cancelled for line, units in before.lines.items() if units.cancelled}
    lines = {line: units.cancelled - earlier.get(line, 0) for line, units in after.lines.items() if units.cancelled > earlier.get(line, 0)}
    gone = after.gone() if after.all_shipped else {}
    data = {"reason": reason, "lines": lines, "before": earlier, "last": bool(gone), **({"shipped": gone} if gone else {}), **({"key": key} if key else {})}
    told = _told(after, LINES_CANCELLED, at, actor, data)
    if not gone:
        return told
    for hold in [hold for hold in told.active_holds if hold.blocks]:
        told = release_hold(told, hold.id, at, actor, "nothing is left that could leave")
    return _arrived(_told(told, "order.shipped", at, actor, {"lines": gone}), gone, at, actor)


def edit(state: State, quantities: Quantities, at: str, actor: str, data: dict[str, Any], *, kept: bool = False) -> State:
    """The order is another one: of each line so many units are ordered now. What is more waits for a node; what is less is taken from what waits
    for stock first. `kept`: what was released is kept from its node. Raises IllegalTransition for a cancelled order, and once a node has any of it."""
    _refuse_cancelled(state, "edit")
    units = summed(state.lines.values())
    if state.completed or (units.released and not kept) or units.shipped or units.delivered:
        raise IllegalTransition(f"the order is {state.status}: a node has some of it. Have the node reject it first, or cancel, return and order anew")
    lines = dict(state.lines)
    for line, quantity in quantities.items():
        known = lines.get(line, Counters())
        more = quantity - known.ordered
        fewer = min(known.backordered, max(0, -more))
        if known.unrouted + more + fewer < 0:
            raise IllegalTransition(f"{known.cancelled} units of line {line} are cancelled: it cannot have {quantity}")
        lines[line] = replace(known, unrouted=known.unrouted + more + fewer, backordered=known.backordered - fewer)
    return _told(replace(state, lines=lines), EDITED, at, actor, data)


def release(state: State, quantities: Quantities, fo_ids: list[str], at: str, actor: str) -> State:
    """Units go to nodes, as these fulfilment orders."""
    _refuse_cancelled(state, "release")
    moved = shifted(state, quantities, "unrouted", "released")
    return _told(moved, "order.released", at, actor, {"fulfilment_orders": fo_ids, "lines": _positive(quantities)})


def take_back(state: State, quantities: Quantities, fo_id: str, reason: str, at: str, actor: str) -> State:
    """A node has rejected: its units want another node."""
    moved = shifted(state, quantities, "released", "unrouted")
    data = {"fo_id": fo_id, "reason": reason, "lines": _positive(quantities)}
    return _told(moved, TAKEN_BACK, at, actor, data)


def ship(state: State, quantities: Quantities, fo_id: str, at: str, actor: str) -> State:
    """A parcel has left with these units. Raises IllegalTransition for a cancelled order (I20)."""
    _refuse_cancelled(state, "ship")
    moved = shifted(state, quantities, "released", "shipped")
    if not moved.all_shipped:
        return moved
    return _told(moved, "order.shipped", at, actor, {"fo_id": fo_id, "lines": _positive(quantities)})


def deliver(state: State, quantities: Quantities, at: str, actor: str) -> State:
    """These units have arrived; with the last of them the order is delivered and complete."""
    return _arrived(shifted(state, quantities, "shipped", "delivered"), quantities, at, actor)


def _arrived(state: State, quantities: Quantities, at: str, actor: str) -> State:
    if state.status != "delivered":
        return state
    delivered = _told(state, "order.delivered", at, actor, {"lines": _positive(quantities)})
    return _told(replace(delivered, completed=True), "order.completed", at, actor, {})


def cancel(state: State, reason: str, at: str, actor: str) -> State:
    """All of it is cancelled. Raises IllegalTransition once anything has shipped; twice changes nothing."""
    if state.cancelled:
        return state
    units = summed(state.lines.values())
    if units.shipped or units.delivered:
        raise IllegalTransition(f"the order is {state.status}: what has left cannot be cancelled, only returned; what has not can be, with `unshipped`")
    lines = {line: Counters(cancelled=counters.ordered) for line, counters in state.lines.items()}
    return all_cancelled(replace(state, lines=lines), reason, at, actor)


def all_cancelled(state: State, reason: str, at: str, actor: str, lost: Iterable[Mapping[str, Any]] = ()) -> State:
    """Says that nothing of it is wanted any more: its holds end. `lost`: units that a node did not have or that are damaged, as {"node", "lines", "reason", "cause"}."""
    holds = tuple(replace(hold, status="ended", ended_at=at) if hold.active else hold for hold in state.holds)
    data = {"reason": reason, "lines": {line: counters.ordered for line, counters in state.lines.items()}}
    missing = [dict(each) for each in lost]
    return _told(replace(state, holds=holds), "order.cancelled", at, actor, data | ({"lost": missing} if missing else {}))


def direct(state: State, only: Iterable[str], without: Iterable[str], at: str, actor: str) -> State:
    """A person says which nodes may ship it, instead of whatever was said before. Raises IllegalTransition for a cancelled order."""
    _refuse_cancelled(state, "direct it to other nodes")
    after = replace(state, only=tuple(sorted(set(only))), without=tuple(sorted(set(without))))
    if after == state:
        return state
    return _told(after, "order.directed", at, actor, {"only": list(after.only), "without": list(after.without)})


def restarted(state: State, at: str, actor: str) -> State:
    """The execution was lost; another one is about to take over as run + 1."""
    again = replace(state, run=state.run + 1)
    return _told(again, "order.workflow_restarted", at, actor, {"run": again.run})


def noted(state: State, type: str, at: str, actor: str, data: dict[str, Any]) -> State:
    """A line in the timeline without a change of quantities."""
    return _told(state, type, at, actor, data)


def _told(state: State, type: str, at: str, actor: str, data: dict[str, Any]) -> State:
    return replace(state, history=appended(state.history, type, at, actor, data))


def shifted(state: State, quantities: Quantities, source: str, target: str) -> State:
    """These units from one counter to another, and nothing told. Raises NotFound, IllegalTransition."""
    wanted = _positive(quantities)
    if not wanted:
        return state
    lines = dict(state.lines)
    for line, quantity in wanted.items():
        if line not in lines:
            raise NotFound(f"the order has no line {line[:64]!r}")
        lines[line] = lines[line].move(source, target, quantity)
    return replace(state, lines=lines)


def _positive(quantities: Quantities) -> dict[str, int]:
    return {line: quantity for line, quantity in quantities.items() if quantity > 0}


def _refuse_cancelled(state: State, verb: str) -> None:
    if state.cancelled:
        raise IllegalTransition(f"cannot {verb}: the order is cancelled")
