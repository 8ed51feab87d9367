"""The remorse window: how long after it was placed an order may be thought better of before any node has it. A hold that ends by itself. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from waybill.kernel.clock import instant, parse_instant
from waybill.kernel.errors import InvalidInput
from waybill.orders.model.holds import Hold
from waybill.orders.model.order import Order
from waybill.orders.model.state import State, release_hold

POLICY = "remorse"
"""{"minutes": of every order, "channels": {channel: minutes instead}}; none by default, 0 for none."""
KIND = "remorse"
MOST_MINUTES = 24 * 60
_BLOCKS = ("release", "ship")
"""Stock is reserved and payment authorised meanwhile: what is promised is kept."""


def window(order: Order, policy: Mapping[str, Any], at: str) -> tuple[Hold, ...]:
    """The hold with which an order comes at an instant; none where its time is over already, as of one that was found late."""
    minutes = policy.get("channels", {}).get(order.channel, policy.get("minutes", 0))
    ends = instant(parse_instant(min(order.placed_at, at)) + timedelta(minutes=minutes)) if minutes else ""
    if ends <= at:
        return ()
    reason = f"it may be cancelled or changed for {minutes} minutes, then it goes on by itself"
    return (Hold(KIND, KIND, reason, placed_at=at, source="intake", blocks=_BLOCKS, expires_at=ends),)


def ends_at(state: State) -> str:
    """When the order's window ends; empty where none is open."""
    return next((hold.expires_at for hold in state.active_holds if hold.kind == KIND and hold.expires_at), "")


def let_go(state: State, at: str) -> State:
    """The order without its window, if that is over by then."""
    ends = ends_at(state)
    return release_hold(state, KIND, at, "remorse", "its time is over") if ends and ends <= at else state


def check(policy: Mapping[str, Any]) -> None:
    """Raises InvalidInput for what could not be obeyed."""
    channels = policy.get("channels", {})
    wrong = dict.fromkeys(policy.keys() - {"minutes", "channels"}, "is unknown; there are minutes, channels")
    if not _is_window(policy.get("minutes", 0)):
        wrong["minutes"] = _WINDOW
    if not isinstance(channels, dict):
        wrong["channels"] = "is an object of minutes by channel"
    else:
        wrong |= {f"channels.{name}"[:80]: _WINDOW for name, minutes in channels.items() if not _is_window(minutes)}
    if wrong:
        raise InvalidInput("; ".join(f"{name} {what}" for name, what in wrong.items()), fields=wrong)


_WINDOW = f"is a whole number of minutes from 0 to {MOST_MINUTES}"


def _is_window(minutes: Any) -> bool:
    return isinstance(minutes, int) and not isinstance(minutes, bool) and 0 <= minutes <= MOST_MINUTES
