"""Holds are objects, many at a time, each naming what it blocks; never a status of the order by themselves."""

from __future__ import annotations

from dataclasses import dataclass

STEPS = ("reserve", "authorise", "release", "ship")
"""The steps of the flow that a hold can block."""

KINDS = ("sums", "item", "address", "payment", "unfillable", "fraud", "export", "manual", "remorse", "changed", "edit", "cancellation", "short", "claim")
EDIT = "edit"
"""The hold while the money of an edit is being seen to: it ends by itself, nobody lets it go."""


CANCELLING, CANCELLATION = "cancelling", "cancellation"
"""A node has been asked to give the order up, and then: it has not answered in time. Neither blocks anything."""
SHORT = "short"
"""A node had not all that it was asked for, and a person says what becomes of the rest."""

CLAIM = "claim"
"""A parcel was lost and sent again: its worth is to be claimed of the carrier."""


@dataclass(frozen=True, slots=True)
class Hold:
    """`id` is deterministic (`sums`, `payment-2`), so that placing it twice is placing it once. `status`: active, released, ended."""

    id: str
    kind: str
    reason: str
    placed_at: str
    source: str
    blocks: tuple[str, ...] = STEPS
    expires_at: str = ""
    status: str = "active"
    ended_at: str = ""

    @property
    def active(self) -> bool:
        return self.status == "active"
