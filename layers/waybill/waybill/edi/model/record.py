"""An interchange as it is kept: whose, which way, under which number, and what became of each of its documents. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

IN, OUT = "in", "out"
RECEIVED, APPLIED, REFUSED, PARKED = "received", "applied", "refused", "parked"
"""Of one that came: being worked on; done; refused in our answer; taken, and something of it waits for a person."""
WRITING, SENT, ACKNOWLEDGED, REJECTED, CLOSED = "writing", "sent", "acknowledged", "rejected", "closed"
"""Of one that goes: being written; waits for its acknowledgement; has it; was refused by the other side; needs none, or a person has dealt with it."""
STATUSES = (PARKED, REFUSED, REJECTED, SENT, RECEIVED, WRITING, APPLIED, ACKNOWLEDGED, CLOSED)
"""Those in front of a person first."""
MOST_TOLD = 50


@dataclass(frozen=True, slots=True)
class Part:
    """One transaction set. `about`: the number of what it speaks of. `status`: applied, refused or parked of one that came, else as its interchange."""

    kind: str
    control: str
    about: str = ""
    status: str = ""
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Kept:
    """`control`: the number of the interchange, nine digits, empty where none could be read. `cause`: what it came of: the name of a file, an event's id.
    `raw`: where its bytes are. `minutes`: until when its answer is expected, from `at`; 0 where none is. `answer`: the interchange that answers it."""

    id: str
    node: str
    way: str
    control: str
    at: str
    cause: str
    sha256: str = ""
    raw: str = ""
    status: str = RECEIVED
    parts: tuple[Part, ...] = ()
    problems: tuple[str, ...] = ()
    answer: str = ""
    minutes: int = 0
    by: str = ""
    version: int = 0


def settled(kept: Kept, parts: Iterable[Part], problems: Iterable[str]) -> Kept:
    """One that came, after all of it has been tried: as bad as the worst of its parts."""
    told = tuple(parts)
    said = {part.status for part in told}
    wrong = tuple(problems)[:MOST_TOLD]
    status = PARKED if PARKED in said else REFUSED if wrong or REFUSED in said or not told else APPLIED
    return replace(kept, parts=told, problems=wrong, status=status)


def acknowledged(kept: Kept, control: str, status: str, problem: str) -> Kept:
    """The other side has taken (or refused) a part of one that went, by the control number of its transaction set; empty: all of it. The first word stands."""
    parts = tuple(_judged(part, status, problem) if control in ("", part.control) and part.status == SENT else part for part in kept.parts)
    said = {part.status for part in parts}
    if SENT in said:
        return replace(kept, parts=parts)
    return replace(kept, parts=parts, status=REJECTED if REJECTED in said else ACKNOWLEDGED)


def _judged(part: Part, status: str, problem: str) -> Part:
    return replace(part, status=status, problem=problem if status == REJECTED else "")
