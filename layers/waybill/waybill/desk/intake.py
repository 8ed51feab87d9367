"""The desk's facts about intake: how channels stand, what is parked, imports. What they stand on is loaded when somebody looks."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from waybill.desk.model.intake import ChannelState, Import, Opened, readable, state_of
from waybill.orders import documents
from waybill.shop import store as shop

if TYPE_CHECKING:
    from waybill.channels.condition import Conditions

_NEWEST = 5


def states(conditions: Callable[[], Conditions]) -> list[ChannelState]:
    return [state_of(told) for told in conditions().every()]


def imports() -> list[Import]:
    """The newest of each channel whose orders come in our own shape, the newest first."""
    from waybill.channels.registry import OUR_OWN
    from waybill.imports import store

    found = [it for channel in shop.channels() if channel.kind in OUR_OWN for it in store.page(channel.id, _NEWEST, None)[0]]
    return [
        Import(it.id, it.channel, it.status, it.percent, it.created_at, it.by, *(it.counts.get(f"orders_{name}", 0) for name in ("good", "bad", "stored")), it.problem)
        for it in sorted(found, key=lambda it: it.created_at, reverse=True)
    ]


def opened(id: str) -> Opened:
    """Raises NotFound."""
    kept = documents.shown(id)
    text, cut = readable(kept["body"])
    more = (kept.get("problem", ""), kept.get("topic", ""), kept.get("door", ""), kept.get("order_id", ""), cut)
    return Opened(kept["id"], kept["channel"], kept["received_at"], text, *more)
