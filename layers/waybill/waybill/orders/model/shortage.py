"""A node was short of units: they go back among those that want a node, or nobody gets them, or a person says. Pure verbs on STATE."""

from __future__ import annotations

from waybill.orders.model import giving_up
from waybill.orders.model.holds import SHORT, Hold
from waybill.orders.model.state import TAKEN_BACK, Quantities, State, noted, place_hold, shifted

REROUTE, CANCEL, ASK = "reroute", "cancel", "ask"
TOLD = "SHORT"
"""The reason under which the timeline says that such units want another node."""
SHORT_REASON = "out_of_stock"
"""The reason under which the customer hears that units are cancelled."""


def short_of(state: State, units: Quantities, then: str, why: str, cause: str, at: str, actor: str) -> State:
    """These units have come back from a node, with the record that says so. `then`: what becomes of them. `cause` names the shortage."""
    if then == CANCEL:
        return giving_up.give_up(state, units, SHORT_REASON, at, actor)
    back = shifted(state, units, "released", "unrouted")
    told = noted(back, TAKEN_BACK, at, actor, {"fo_id": cause.rpartition(":")[0], "reason": TOLD, "lines": dict(units)})
    if then != ASK:
        return told
    return place_hold(told, Hold(f"{SHORT}-{cause}"[:100], SHORT, why, at, actor, ("release",)), at, actor)
