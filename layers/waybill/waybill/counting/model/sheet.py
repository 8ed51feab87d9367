"""A count sheet: what somebody found at a node, held against what the books said in that moment. Pure.

While one counts, orders go on shipping. So a line remembers what was on hand when its count came in, and what is posted in the end is the difference of
the two, never the number that was counted: nothing that has happened since is undone by it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from waybill.kernel.errors import IllegalTransition, InvalidInput
from waybill.kernel.events import Entry, appended

OPEN, IN_REVIEW, CLOSED, CANCELLED = "open", "in_review", "closed", "cancelled"
TO_COUNT, COUNTED, TO_REVIEW, POSTING, POSTED, REFUSED = "to_count", "counted", "to_review", "posting", "posted", "refused"
MOST_LINES = 1_000
POLICY = "counting"
MOST_UNITS, MOST_PERCENT = 10**6, 100


@dataclass(frozen=True, slots=True)
class Tolerance:
    """A variance of so many units, or of so much of what the books say, is posted without asking anybody. Nothing is by default."""

    units: int = 0
    percent: int = 0

    def allows(self, book: int, variance: int) -> bool:
        return abs(variance) <= max(self.units, abs(book) * self.percent // 100)


@dataclass(frozen=True, slots=True)
class Line:
    """One SKU. `book` was on hand when it was `counted`; `round` counts the counts; `problem` why its variance could not be posted. `posted_as`: the
    reason under which stock was told first: told again, it is told the same."""

    status: str = TO_COUNT
    counted: int = 0
    book: int = 0
    round: int = 0
    by: str = ""
    at: str = ""
    reason: str = ""
    problem: str = ""
    posted_as: str = ""

    def to_post(self, reason: str) -> Line:
        return replace(self, status=POSTING, reason=reason, problem="", posted_as=self.posted_as or reason)

    @property
    def variance(self) -> int:
        return self.counted - self.book if self.round else 0


@dataclass(frozen=True, slots=True)
class Sheet:
    """`blind`: who counts is not shown what the books say."""

    id: str
    node: str
    lines: Mapping[str, Line] = field(default_factory=dict)
    blind: bool = True
    status: str = OPEN
    history: tuple[Entry, ...] = ()
    version: int = 0

    @property
    def posting(self) -> dict[str, Line]:
        return self._with(POSTING)

    def _with(self, *statuses: str) -> dict[str, Line]:
        return {sku: line for sku, line in self.lines.items() if line.status in statuses}


def opened(id: str, node: str, skus: Iterable[str], blind: bool, at: str, actor: str) -> Sheet:
    """Raises InvalidInput for none, or more than fit."""
    lines = {sku: Line() for sku in skus}
    if not 0 < len(lines) <= MOST_LINES:
        raise InvalidInput(f"a sheet has 1 to {MOST_LINES} SKUs", fields={"skus": f"1 to {MOST_LINES}"})
    return _told(Sheet(id, node, lines, blind), "opened", at, actor, {"skus": len(lines)})


def counted(sheet: Sheet, found: Mapping[str, int], books: Mapping[str, int], key: str, at: str, actor: str) -> Sheet:
    """So many were found; counted again the newer count stands, under the same key it is the same count. Raises IllegalTransition once the sheet is
    closed, InvalidInput for SKUs not on it."""
    if any(entry.data.get("key") == key for entry in sheet.history):
        return sheet
    if sheet.status not in (OPEN, IN_REVIEW):
        raise IllegalTransition(f"the sheet {sheet.id} is {sheet.status}")
    wrong = {f"counted.{sku}": "is not on the sheet" for sku in found if sku not in sheet.lines}
    wrong |= {f"counted.{sku}": "is posted already" for sku in found if sku in sheet.lines and sheet.lines[sku].status in (POSTED, POSTING)}
    if wrong:
        raise InvalidInput("that cannot be counted on this sheet", fields=wrong)
    changed = {
        sku: Line(COUNTED, units, books.get(sku, 0), sheet.lines[sku].round + 1, actor, at) for sku, units in found.items()
    }
    return _told(replace(sheet, status=OPEN, lines={**sheet.lines, **changed}), "counted", at, actor, {"counted": dict(found), "key": key})


def closed(sheet: Sheet, tolerance: Tolerance, at: str, actor: str) -> Sheet:
    """Nobody counts any more: what is within tolerance is posted, the rest waits for a person. What was not counted stays as it is.

    Raises IllegalTransition for a sheet that was cancelled. Closed already it stays so.
    """
    if sheet.status in (IN_REVIEW, CLOSED):
        return sheet
    if sheet.status == CANCELLED:
        raise IllegalTransition(f"the sheet {sheet.id} is cancelled")
    lines = {sku: _judged(line, tolerance) if line.status == COUNTED else line for sku, line in sheet.lines.items()}
    return _settled(_told(replace(sheet, status=IN_REVIEW, lines=lines), "closed", at, actor, {}))


def approved(sheet: Sheet, reasons: Mapping[str, str], at: str, actor: str) -> Sheet:
    """A person lets these variances stand, each for a reason. Raises IllegalTransition unless the sheet is in review, InvalidInput for what is not."""
    if sheet.status != IN_REVIEW:
        raise IllegalTransition(f"the sheet {sheet.id} is {sheet.status}: close it first")
    waiting = (TO_REVIEW, REFUSED)
    wrong = {f"lines.{sku}": "waits for nobody" for sku in reasons if sku not in sheet.lines or sheet.lines[sku].status not in (*waiting, POSTING, POSTED)}
    if wrong:
        raise InvalidInput("nothing to approve", fields=wrong)
    due = {sku: reason for sku, reason in reasons.items() if sheet.lines[sku].status in waiting}
    if not due:
        return sheet
    lines = {sku: line.to_post(due[sku]) if sku in due else line for sku, line in sheet.lines.items()}
    return _told(replace(sheet, lines=lines), "approved", at, actor, {"lines": due})


def again(sheet: Sheet, skus: Iterable[str], at: str, actor: str) -> Sheet:
    """These are to be counted once more. Raises IllegalTransition unless the sheet is in review."""
    if sheet.status != IN_REVIEW:
        raise IllegalTransition(f"the sheet {sheet.id} is {sheet.status}")
    waiting = sheet._with(TO_REVIEW, REFUSED)
    chosen = [sku for sku in skus if sku in waiting]
    lines = {**sheet.lines, **{sku: replace(sheet.lines[sku], status=TO_COUNT, problem="") for sku in chosen}}
    return _told(replace(sheet, status=OPEN, lines=lines), "to_be_counted_again", at, actor, {"skus": chosen})


def cancelled(sheet: Sheet, at: str, actor: str) -> Sheet:
    """Nothing more of it is posted. Ended already it stays so."""
    if sheet.status in (CLOSED, CANCELLED):
        return sheet
    return _told(replace(sheet, status=CANCELLED), "cancelled", at, actor, {})


def posted(sheet: Sheet, problems: Mapping[str, str]) -> Sheet:
    """Stock was told of all that was being posted; `problems` by SKU are why it would not have it."""
    after = {
        sku: replace(line, status=REFUSED, problem=problems[sku]) if sku in problems else replace(line, status=POSTED)
        for sku, line in sheet.posting.items()
    }
    return _settled(replace(sheet, lines={**sheet.lines, **after}))


def check(policy: Mapping[str, Any]) -> None:
    """Of the policy `counting`: {"units": 2, "percent": 5}. Raises InvalidInput."""
    most = {"units": MOST_UNITS, "percent": MOST_PERCENT}
    wrong = {name: "is unknown; there are units, percent" for name in policy if name not in most}
    for name, value in policy.items():
        if name in most and (isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= most[name]):
            wrong[name] = f"is a whole number from 0 to {most[name]}"
    if wrong:
        raise InvalidInput("that cannot be obeyed", fields=wrong)


def _judged(line: Line, tolerance: Tolerance) -> Line:
    if not line.variance:
        return replace(line, status=POSTED)
    within = tolerance.allows(line.book, line.variance)
    return line.to_post("within tolerance") if within else replace(line, status=TO_REVIEW)


def _settled(sheet: Sheet) -> Sheet:
    """Closed once nothing of it waits for anybody."""
    waits = sheet._with(POSTING, TO_REVIEW, REFUSED, COUNTED)
    return sheet if waits or sheet.status != IN_REVIEW else replace(sheet, status=CLOSED)


def _told(sheet: Sheet, deed: str, at: str, actor: str, data: dict[str, Any]) -> Sheet:
    return replace(sheet, history=appended(sheet.history, f"count.{deed}", at, actor, data))
