"""One SKU at one node, and what can happen to it.

Every change is one operation with an id and an instant of its own, and the pair never changes over retries. The row keeps the
operations that it has taken in `ops` until they are folded away; `floor` is the newest instant that was ever folded. So one
condition says whether an operation may still happen: its id is not in `ops`, and its instant is above the floor.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Any

from waybill.kernel.errors import IllegalTransition

RECEIVED, ADJUSTED, RESERVED, RELEASED = "received", "adjusted", "reserved", "released"
SHIPPED, WRITTEN_OFF, VOIDED, TAKEN = "shipped", "written_off", "voided", "taken"
RETURNED, QUARANTINED, DISCARDED = "returned", "quarantined", "discarded"
BLOCKED, UNBLOCKED, SCRAPPED = "blocked", "unblocked", "scrapped"
SENT_ON, ARRIVED = "sent_on", "arrived"
PLEDGED, WITHDRAWN, DAMAGED = "pledged", "withdrawn", "damaged"
CLAIMS, GIVING_BACK = (RESERVED, PLEDGED), (RELEASED, WITHDRAWN)

_EFFECT = {
    RECEIVED: (1, 0, 0),
    ADJUSTED: (1, 0, 0),
    RESERVED: (0, 1, 0),
    RELEASED: (0, -1, 0),
    SHIPPED: (-1, -1, 0),
    WRITTEN_OFF: (-1, -1, 0),
    VOIDED: (0, 0, 0),
    TAKEN: (0, 0, 0),
    RETURNED: (1, 0, 0),
    QUARANTINED: (1, 0, 1),
    DISCARDED: (0, 0, 0),
    BLOCKED: (0, 0, 1),
    UNBLOCKED: (0, 0, -1),
    SCRAPPED: (-1, 0, -1),
    SENT_ON: (-1, 0, 0),
    ARRIVED: (1, 0, 0),
    PLEDGED: (1, 1, 0),
    WITHDRAWN: (-1, -1, 0),
    DAMAGED: (0, -1, 1),
}
"""What one unit does to (on_hand, reserved, blocked). `written_off` are reserved units that turned out not to be there; `taken` were reserved for a
cart, which the note names, and are so for an order now. What comes back is `returned` to the shelf, `quarantined` (there, and not to be sold) or
`discarded`; what is there may be `blocked`, for damage or inspection, and `unblocked` or `scrapped` in the end. `sent_on` to another node, where it
has `arrived`. Where supply never runs out an order's units are `pledged`, there and reserved in one, or `withdrawn`. Reserved units that were found
`damaged` are blocked."""

KINDS = tuple(_EFFECT)
GROWING = (RECEIVED, ADJUSTED, RELEASED, RETURNED, UNBLOCKED, ARRIVED)
"""Kinds after which more may be available than before."""
LOSSES = {"NOT_IN_STOCK": WRITTEN_OFF, "DAMAGED": DAMAGED}
"""What becomes of reserved units that a node does not ship, by the reason that it gives; for any other reason they are released."""

FOLD_EVERY = 8
"""One writer in so many folds: the row stays small, and writers do not queue up to tidy it."""
SETTLED_MS = 2_000
"""Operations older than this are folded. A matter of politeness, not of safety: who comes too late is told so and tries anew."""
MOST_FOLDED = 100
CROWDED, CROWDED_MS = 48, 250
"""A hot row folds sooner, for each further kilobyte makes every write to it dearer."""


@dataclass(frozen=True, slots=True)
class Op:
    """`quantity` is positive, but for `adjusted`, which may be negative. `at`: epoch milliseconds, part of its identity. `keep`: available units
    that it must leave behind, no part of its identity."""

    id: str
    kind: str
    quantity: int
    at: int
    note: str = ""
    keep: int = 0

    @property
    def effect(self) -> tuple[int, int]:
        """By how much it changes (on_hand, reserved)."""
        on_hand, reserved, _ = _EFFECT[self.kind]
        return on_hand * self.quantity, reserved * self.quantity

    @property
    def blocks(self) -> int:
        """By how much it changes what is there and may not be sold."""
        return _EFFECT[self.kind][2] * self.quantity

    @property
    def frees(self) -> int:
        """By how much it changes what is available."""
        on_hand, reserved = self.effect
        return on_hand - reserved - self.blocks

    @property
    def claim(self) -> int:
        """By how much it changes what its own order or cart has reserved there."""
        return self.quantity if self.kind == TAKEN else self.effect[1]

    @property
    def needs(self) -> tuple[int, int, int]:
        """How much must be (available, reserved, blocked) before it, so that nothing falls below zero after it (I2)."""
        return max(0, -self.frees) + self.keep, max(0, -self.effect[1]), max(0, -self.blocks)

    def packed(self) -> list[Any]:
        """As the row keeps it, under its id."""
        return [self.kind, self.quantity, self.at, *([self.note] if self.note else [])]

    @classmethod
    def unpacked(cls, id: str, raw: list[Any]) -> Op:
        return cls(id, *raw)

    def same_deed(self, other: Op) -> bool:
        return (self.kind, self.quantity) == (other.kind, other.quantity)


class Verdict(Enum):
    """What became of an operation. `done` and `fenced` are final: a fenced one has not happened and never will."""

    DONE = "done"
    SHORT = "short"
    FENCED = "fenced"


@dataclass(frozen=True, slots=True)
class Outcome:
    verdict: Verdict
    floor: int = 0

    @property
    def done(self) -> bool:
        return self.verdict is Verdict.DONE


DONE, SHORT = Outcome(Verdict.DONE), Outcome(Verdict.SHORT)


@dataclass(frozen=True, slots=True)
class Row:
    """A stock row. `blocked` units are there and may not be sold: damaged, to be inspected. `available` is stored, derived in the same write as what
    it derives from (I4)."""

    sku: str
    node: str
    on_hand: int = 0
    reserved: int = 0
    available: int = 0
    floor: int = 0
    ops: Mapping[str, Op] = field(default_factory=dict)
    last_kind: str = ""
    version: int = 0
    blocked: int = 0

    def allows(self, op: Op) -> bool:
        available, reserved, blocked = op.needs
        return self.available >= available and self.reserved >= reserved and self.blocked >= blocked

    def takes(self, op: Op) -> bool:
        """Whether `op` may still happen here at all, whatever the quantities: not known, and not behind the floor."""
        return op.id not in self.ops and op.at > self.floor

    def after(self, op: Op) -> Row:
        """The row with `op` taken. The conditional update of the table does the same. Raises IllegalTransition."""
        if not (self.takes(op) and self.allows(op)):
            raise IllegalTransition(f"{op.kind} {op.quantity} cannot happen to {self.sku} at {self.node}")
        on_hand, reserved = op.effect
        return replace(
            self,
            on_hand=self.on_hand + on_hand,
            reserved=self.reserved + reserved,
            available=self.available + op.frees,
            blocked=self.blocked + op.blocks,
            ops={**self.ops, op.id: op},
            last_kind=op.kind,
            version=self.version + 1,
        )

    def knows(self, op: Op) -> Outcome | None:
        """What became of `op` as far as the row itself remembers; None where the movements must be asked.

        Raises IllegalTransition where another deed was done under the same id.
        """
        known = self.ops.get(op.id)
        if known is None:
            return SHORT if op.at > self.floor else None
        if known.kind == VOIDED:
            return Outcome(Verdict.FENCED, self.floor)
        if not known.same_deed(op):
            raise IllegalTransition(f"{op.id} stands for {known.kind} {known.quantity}, not for {op.kind} {op.quantity}")
        return DONE

    def to_fold(self, now: int) -> tuple[Op, ...]:
        """The settled operations, oldest first. Ages count from the newest instant in sight, so a wrong clock holds up nothing."""
        age = SETTLED_MS if len(self.ops) <= CROWDED else CROWDED_MS
        newest = max([now, *(op.at for op in self.ops.values())])
        settled = sorted((op for op in self.ops.values() if op.at <= newest - age), key=lambda op: op.at)
        return tuple(settled[:MOST_FOLDED])

    def folded(self, ops: tuple[Op, ...]) -> Row:
        """Without these operations, the floor raised over them."""
        gone = {op.id for op in ops}
        kept = {id: op for id, op in self.ops.items() if id not in gone}
        return replace(self, ops=kept, floor=max(self.floor, *(op.at for op in ops)), last_kind="folded")
