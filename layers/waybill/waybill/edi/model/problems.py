"""What is wrong in an interchange: which segment, which element, and the code of the standard for it. Pure.

The codes are those of X12's data elements 715 to 723, as a functional acknowledgement (997) tells them; those of an interchange's own envelope are
of element I18, as an interchange acknowledgement (TA1) does.
"""

from __future__ import annotations

from dataclasses import dataclass

INTERCHANGE, GROUP, SET, SEGMENT, ELEMENT = "interchange", "group", "set", "segment", "element"

CONTROL_DIFFERS, GROUPS_MISCOUNTED, NO_TRAILER, BAD_CONTENT, DUPLICATE = "001", "021", "023", "024", "025"
"""I18, of an interchange."""
NOT_OUR_GROUP, NO_GROUP_TRAILER, GROUP_DIFFERS, SETS_MISCOUNTED = "1", "3", "4", "5"
"""716, of a group."""
NOT_OUR_SET, NO_SET_TRAILER, SET_DIFFERS, SEGMENTS_MISCOUNTED, IN_ERROR, NO_SET_NUMBER, SET_TWICE = "1", "2", "3", "4", "5", "7", "23"
"""718, of a transaction set."""
UNKNOWN_SEGMENT, UNEXPECTED_SEGMENT, MISSING_SEGMENT, TOO_OFTEN, HAS_ERRORS = "1", "2", "3", "5", "8"
"""720, of a segment."""
MISSING, CONDITION, TOO_MANY, TOO_SHORT, TOO_LONG, CHARACTERS, CODE, DATE, TIME = "1", "2", "3", "4", "5", "6", "7", "8", "9"
"""723, of an element."""


@dataclass(frozen=True, slots=True)
class Problem:
    """`level` says whose `code` it is. `segment` at `position` (in its transaction set, where ST is 1; in the file, for an envelope), `element` from 1;
    0 where no single one is at fault. `value`: what stands there."""

    level: str
    code: str
    message: str
    segment: str = ""
    position: int = 0
    element: int = 0
    value: str = ""

    def __str__(self) -> str:
        where = f"{self.segment}{self.element:02d}" if self.element else self.segment
        at = f" (segment {self.position})" if self.position else ""
        return f"{where}{at}: {self.message} [{self.level} error {self.code}]"


class Unreadable(Exception):
    """One place of a transaction set that cannot be understood; `problem` says which."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(str(problem))
        self.problem = problem
