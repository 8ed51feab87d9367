"""Which number a channel is told of a SKU, and when it need not be told. Pure.

A channel lowers its own number when it sells: that sale is no news to it. What it shows is what it was told less what it has sold since; it is told
again only when that is no longer the number. Far from zero a unit more or less changes nothing for a buyer, so only larger steps are told there.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Manner:
    """How a channel is told: `most` units it is ever shown, every unit up to `near`, and above that steps of `step` units."""

    most: int = 999
    near: int = 20
    step: int = 10


def number(available: Iterable[int | None], held: int, manner: Manner) -> int:
    """What to show: units `available` at each node open to the channel (None: never runs out), less the `held` back; 0 to `manner.most`."""
    units = 0
    for at_node in available:
        if at_node is None:
            return manner.most
        units += at_node
    return min(max(units - held, 0), manner.most)


def shown(told: int | None, own_sales: int) -> int | None:
    """What the channel shows by now: what it was `told`, less what it has sold itself since. None: it was never told."""
    return None if told is None else max(told - own_sales, 0)


def to_tell(now: int, shows: int | None, manner: Manner) -> int | None:
    """The number to send, or None when what the channel `shows` is good enough."""
    if shows is None:
        return now
    far = min(now, shows) > manner.near
    return now if abs(now - shows) >= (manner.step if far else 1) else None
