"""Until when an order waits for stock, or for a node that can ship it, before it is cancelled by itself. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from waybill.kernel.clock import instant, parse_instant
from waybill.kernel.errors import InvalidInput
from waybill.orders.model.state import State

BACKORDERED, UNFILLABLE = "backordered", "unfillable"
PATIENCE = "patience"
"""The shop's policy of that."""
MOST_DAYS = 365
OUT_OF_STOCK = "out_of_stock"
"""The reason of such a cancellation."""


def cancels_at(state: State, policy: Mapping[str, Any]) -> str:
    """The instant from which the order is cancelled; empty for never. `policy` {"backordered": days, "unfillable": days}: what is not named
    there waits for a person for ever. Of what a part is with a node only the rest is given up (`goes_without_at`)."""
    if any(units.shipped or units.released or units.delivered for units in state.lines.values()):
        return ""
    ends = [_later(since, policy.get(queue)) for queue, since in _waits(state).items()]
    return min((end for end in ends if end), default="")


def goes_without_at(state: State, policy: Mapping[str, Any]) -> str:
    """The instant from which an order of which a part has gone to a node goes on without what it waits for; empty for never."""
    if not state.backordered() or not any(units.shipped or units.released or units.delivered for units in state.lines.values()):
        return ""
    return _later(_waits(state)[BACKORDERED], policy.get(BACKORDERED))


def check(policy: Mapping[str, Any]) -> None:
    """Raises InvalidInput for what `cancels_at` would not obey."""
    wrong = {name: "is unknown; there are backordered, unfillable" for name in policy if name not in (BACKORDERED, UNFILLABLE)}
    wrong |= {name: f"is a whole number of days from 1 to {MOST_DAYS}" for name, days in policy.items() if name not in wrong and not _is_days(days)}
    if wrong:
        raise InvalidInput("; ".join(f"{name} {what}" for name, what in wrong.items()), fields=wrong)


def _is_days(days: Any) -> bool:
    return isinstance(days, int) and not isinstance(days, bool) and 1 <= days <= MOST_DAYS


def _waits(state: State) -> dict[str, str]:
    """Since when it stands in which queue."""
    waits: dict[str, str] = {}
    for hold in state.active_holds:
        if hold.kind == UNFILLABLE:
            waits[UNFILLABLE] = hold.placed_at
    if state.backordered():
        waits[BACKORDERED] = max(entry.at for entry in state.history if entry.type == "order.backordered")
    return waits


def _later(since: str, days: Any) -> str:
    """Empty where `days` is no whole number from 1 to 365: a policy that cannot be read cancels nothing."""
    return instant(parse_instant(since) + timedelta(days=days)) if _is_days(days) else ""
