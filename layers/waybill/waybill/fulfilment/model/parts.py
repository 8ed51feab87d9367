"""What a fulfilment order is made of beside its parcels. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class AtNode:
    """Units of one line at the node. 0 ≤ collected ≤ shipped ≤ packed ≤ picked ≤ quantity; `collected`: those that the customer has fetched."""

    quantity: int
    picked: int = 0
    packed: int = 0
    shipped: int = 0
    collected: int = 0


@dataclass(frozen=True, slots=True)
class Pause:
    """Why a fulfilment order stands still: `was` is where it goes on. `until`: the instant by which somebody must have answered. `units` by line
    of a cancellation that is asked for; empty for all of them."""

    was: str
    reason: str
    by: str
    at: str
    until: str = ""
    units: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Pickup:
    """The customer fetches it at `node`. Once it is ready there: the `code` of its mail, `until` when it is kept, when it is to be looked at next (`due`)."""

    node: str
    code: str = ""
    until: str = ""
    due: str = ""


@dataclass(frozen=True, slots=True)
class Schedule:
    """Its node is not asked before `opens`, the instant at which `day` begins there."""

    day: str
    opens: str
