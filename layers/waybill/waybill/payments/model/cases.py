"""A case: one difference between the gateway's books and ours, with the money at stake, open until it is explained. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace

from waybill.kernel.errors import IllegalTransition
from waybill.kernel.ids import digest
from waybill.payments.model.settlement import Difference

OPEN, CLOSED = "open", "closed"
AGREE = "both sides agree"
ITSELF = "reconciliation"


@dataclass(frozen=True, slots=True)
class Case:
    """`matter` is what both sides call the thing; `opened` and `closed` are instants, `why` and `by` say how it ended. `version` 0: new."""

    gateway: str
    matter: str
    order_id: str
    difference: Difference
    opened: str
    closed: str = ""
    why: str = ""
    by: str = ""
    version: int = 0

    @property
    def id(self) -> str:
        return case_id(self.gateway, self.matter)

    @property
    def status(self) -> str:
        return CLOSED if self.closed else OPEN

    def explained(self, why: str, by: str, at: str) -> Case:
        """Closed. Raises IllegalTransition for one that is closed already."""
        if self.closed:
            raise IllegalTransition("the case is closed")
        return replace(self, closed=at, why=why, by=by)


def case_id(gateway: str, matter: str) -> str:
    """The same difference found twice is one case."""
    return "case_" + digest(gateway, matter)


def judged(known: Case | None, difference: Difference | None, new: Case | None, at: str) -> Case | None:
    """The case as it is to stand after a verdict; `new` is what is opened where there is none yet.

    It closes by itself when both sides agree. What a person has closed stays closed for as long as the difference is the same.
    """
    if difference is None:
        return known.explained(AGREE, ITSELF, at) if known and not known.closed else known
    if known is None:
        return new
    if known.closed and (known.by == ITSELF or known.difference != difference):
        return replace(known, difference=difference, opened=at, closed="", why="", by="")
    return known if known.closed else replace(known, difference=difference)
