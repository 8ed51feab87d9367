"""What becomes of units that a node does not ship: of the fulfilment order and of STATE, in one write."""

from __future__ import annotations

from collections.abc import Mapping

from waybill.fulfilment.model import refusing, shortage
from waybill.fulfilment.model.fulfilment_order import FulfilmentOrder
from waybill.fulfilment.model.parcel import Package
from waybill.orders.model import giving_up
from waybill.orders.model.shortage import CANCEL, short_of
from waybill.orders.model.state import State
from waybill.orders.store import Record


def short(
    record: Record, work: FulfilmentOrder, units: Mapping[str, int], reason: str, then: str, at: str, actor: str, packages: tuple[Package, ...] | None
) -> tuple[FulfilmentOrder, State]:
    """The rest goes on. `then`: what becomes of the units; cancelled in any case where somebody had asked the node to cancel them. Raises as `shortage.short`."""
    unwanted = refusing.unwanted(work)
    then = CANCEL if all(count <= unwanted.get(line, 0) for line, count in units.items()) else then
    after = shortage.short(work, units, reason, then, at, actor, packages)
    if after.status == "rejected":
        return refused(record, work, reason, [], at, actor) if unwanted else (after, record.state)
    why, cause = f"{work.node} was short of units: {reason}", f"{work.id}:{after.history[-1].seq}"
    return after, short_of(record.state, units, then, why, cause, at, actor)


def refused(record: Record, work: FulfilmentOrder, reason: str, lines: list[str], at: str, actor: str) -> tuple[FulfilmentOrder, State]:
    """Its node ships nothing of it: so much is cancelled as somebody wanted cancelled. Raises as `refusing.refused`."""
    units = refusing.unwanted(work)
    after = refusing.refused(work, units, reason, lines, at, actor)
    if after is work:
        return work, record.state
    state = giving_up.answered(record.state, [item for item in record.fulfilment_orders if item["id"] != work.id], at)
    return after, giving_up.give_up(state, units, refusing.why(work), at, actor, lost=refusing.lost(work, after))
