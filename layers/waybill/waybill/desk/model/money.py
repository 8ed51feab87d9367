"""What the desk knows about an order's money. Minor units; instants as ISO text with `Z`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Movement:
    """One line of a tender's list of events. `detail`: the gateway's reference, why it failed, until when it holds."""

    at: str
    type: str
    amount: int
    detail: str = ""
    counts: bool = True


@dataclass(frozen=True, slots=True)
class Tender:
    """One tender. `balances` are those worth showing, `until` is when the authorisation lapses, `unpaid` what is still to come from
    outside; `allowed`: the verbs that its money admits, `retry` and `paid`. `version`: what a form rests on."""

    number: int
    method: str
    status: str
    amount: int
    balances: Mapping[str, int] = field(default_factory=dict)
    movements: tuple[Movement, ...] = ()
    until: str = ""
    reference: str = ""
    unpaid: int = 0
    version: int = 0
    allowed: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Share:
    """What one tender returns of a refund, and why so much."""

    method: str
    amount: int
    why: str = ""


@dataclass(frozen=True, slots=True)
class Refund:
    """A refund as decided: `parts` sum to `amount`, and so do `shares`. `allowed`: approve, retry, credit, reject."""

    number: int
    status: str
    amount: int
    parts: tuple[tuple[str, int], ...]
    shares: tuple[Share, ...]
    units: int = 0
    reason: str = ""
    asked_by: str = ""
    allowed: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Left:
    """What may still be refunded: units by line, shipping, and all money that was taken; `everything`: all has left."""

    units: Mapping[str, int] = field(default_factory=dict)
    shipping: int = 0
    money: int = 0
    everything: bool = False


@dataclass(frozen=True, slots=True)
class Money:
    """`charge`: none, partial, full or over of what is `owed` for all that was neither cancelled nor granted back."""

    charge: str = "none"
    owed: int = 0
    charged: int = 0
    tenders: tuple[Tender, ...] = ()
    refunds: tuple[Refund, ...] = ()
    left: Left = Left()
