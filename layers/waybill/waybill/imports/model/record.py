"""One import: what was asked, and how far it has come. Its steps are numbered: the file is read, each part is checked, all is judged, each part
is stored, each part is queued: the system begins with the first when the last is safe. The one conditional write that ends a step moves it on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from waybill.imports.model.bodies import Problem

WAITING, CHECKING, STORING, DONE, REFUSED, FAILED = "waiting", "checking", "storing", "done", "refused", "failed"
STATUSES = (WAITING, CHECKING, STORING, DONE, REFUSED, FAILED)
UNDER_WAY = (CHECKING, STORING)
REJECT_ALL, REJECT_FAILED_ROWS, IGNORE_FAILED = "reject_all", "reject_failed_rows", "ignore_failed"
POLICIES = (REJECT_ALL, REJECT_FAILED_ROWS, IGNORE_FAILED)
"""One wrong row and nothing is stored; an order with a wrong row is not stored; what an order can do without is left out where it is wrong."""
READ = 0
_FIRST_TOLD = 20


@dataclass(frozen=True, slots=True)
class Import:
    """`file` is where the file lies and `mark` what S3 says of its content, so that all steps read the same. `counts` by what was counted: rows and
    orders, and of them those seen, good, bad, and so on. `told` are the first problems. `version` is the one that was read."""

    id: str
    channel: str
    policy: str
    by: str
    created_at: str
    status: str = WAITING
    dry_run: bool = False
    sheet: str = ""
    file: str = ""
    mark: str = ""
    sha256: str = ""
    started_at: str = ""
    finished_at: str = ""
    step: int = READ
    parts: int = 0
    delimiter: str = ","
    counts: Mapping[str, int] = field(default_factory=dict)
    ignored: tuple[str, ...] = ()
    told: tuple[Problem, ...] = ()
    problem: str = ""
    errors_bytes: int = 0
    notes_bytes: int = 0
    version: int = 0

    @property
    def judging(self) -> int:
        """The step in which all is checked, and it is decided whether anything is stored."""
        return self.parts + 1

    @property
    def queueing(self) -> int:
        """The first step in which what is stored is handed to intake."""
        return self.judging + self.parts + 1

    @property
    def percent(self) -> int:
        if self.status in (DONE, REFUSED, FAILED):
            return 100
        steps = self.parts + 2 if self.dry_run else 3 * self.parts + 2
        return 100 * self.step // steps if self.parts else 0

    def counted(self, more: Mapping[str, int]) -> Mapping[str, int]:
        return {name: self.counts.get(name, 0) + more.get(name, 0) for name in (*self.counts, *(new for new in more if new not in self.counts))}


def started(it: Import, file: str, mark: str, at: str) -> Import:
    return replace(it, status=CHECKING, file=file, mark=mark, started_at=at)


def failed(it: Import, problem: str, at: str) -> Import:
    """The file as a whole cannot be read."""
    return replace(it, status=FAILED, problem=problem[:1000], finished_at=at)


def divided(it: Import, parts: int, counts: Mapping[str, int], ignored: list[str], delimiter: str) -> Import:
    """The file is read, and lies in so many parts."""
    return replace(it, step=1, parts=parts, counts=dict(counts), ignored=tuple(ignored), delimiter=delimiter)


def checked(it: Import, counts: Mapping[str, int], problems: list[Problem]) -> Import:
    """One part more is checked."""
    return replace(it, step=it.step + 1, counts=it.counted(counts), told=(*it.told, *problems)[:_FIRST_TOLD])


def judged(it: Import, errors_bytes: int, notes_bytes: int, at: str) -> Import:
    """Everything is checked: whether what is good is stored."""
    known = replace(it, step=it.step + 1, errors_bytes=errors_bytes, notes_bytes=notes_bytes)
    if it.policy == REJECT_ALL and it.counts.get("orders_bad"):
        return replace(known, status=REFUSED, finished_at=at)
    return replace(known, status=DONE, finished_at=at) if it.dry_run or not it.parts else replace(known, status=STORING)


def stored(it: Import, counts: Mapping[str, int], at: str) -> Import:
    """One part more is stored, or queued."""
    further = replace(it, step=it.step + 1, counts=it.counted(counts))
    return replace(further, status=DONE, finished_at=at) if further.step == it.queueing + it.parts else further


def leaves_everything(it: Import) -> bool:
    """Nothing of the file is stored: who corrects it needs all of its rows, and not only those that were wrong."""
    return it.dry_run or it.policy == REJECT_ALL
