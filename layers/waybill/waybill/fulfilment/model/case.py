"""A parcel, or work, that a person must look at: what is wrong, since when, and how it ended. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace

from waybill.kernel.errors import IllegalTransition
from waybill.kernel.ids import digest

NO_LABEL, VOID_REFUSED = "no_label", "void_refused"
DELAYED, UNDELIVERABLE, LOST, RETURNING = "delayed", "undeliverable", "lost", "returning"
NOT_COLLECTED = "not_collected"
KINDS = (NO_LABEL, VOID_REFUSED, DELAYED, UNDELIVERABLE, LOST, RETURNING, NOT_COLLECTED)
OPEN, CLOSED = "open", "closed"
ITSELF = "fulfilment"


@dataclass(frozen=True, slots=True)
class Case:
    """`package` 0: the fulfilment order as a whole. `about` says what is wrong in words; `data` what trying again needs. `version` 0: new."""

    fo_id: str
    kind: str
    node: str
    about: str
    opened: str
    package: int = 0
    carrier: str = ""
    tracking_number: str = ""
    data: str = ""
    closed: str = ""
    why: str = ""
    by: str = ""
    version: int = 0

    @property
    def id(self) -> str:
        return case_id(self.fo_id, self.kind, self.tracking_number or str(self.package))

    @property
    def status(self) -> str:
        return CLOSED if self.closed else OPEN

    def ended(self, why: str, by: str, at: str) -> Case:
        """Raises IllegalTransition for one that is closed already."""
        if self.closed:
            raise IllegalTransition("it is closed already")
        return replace(self, closed=at, why=why, by=by)


def case_id(fo_id: str, kind: str, parcel: str) -> str:
    """The same trouble found twice is one case."""
    return "sx_" + digest(fo_id, kind, parcel)
