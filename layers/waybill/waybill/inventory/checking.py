"""All stock proven from its ledgers, a round after another: drift cannot be silent."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Protocol

from waybill.aws.logs import count, logger


class Proves(Protocol):
    """`movements.Movements`."""

    def proof(self, sku: str) -> dict[str, Any]: ...


class Marks(Protocol):
    """Where the last round stopped."""

    def mark(self) -> str: ...
    def set_mark(self, sku: str) -> None: ...


@dataclass(frozen=True, slots=True)
class Checking:
    """One round proves every SKU, or as many as there is time for; the next goes on after the last."""

    movements: Proves
    marks: Marks
    skus: Callable[[], Iterable[str]]

    def run(self, out_of_time: Callable[[], bool] = lambda: False) -> dict[str, int]:
        """Answers how many SKUs were proven, how many rows do not agree with their ledger, and how many SKUs are left for the next."""
        before = self.marks.mark()
        known = sorted(self.skus())
        due = [sku for sku in known if sku > before] or known
        proven = wrong = 0
        for sku in due:
            if out_of_time():
                break
            wrong += self._wrong(sku)
            proven += 1
        left = len(due) - proven
        self.marks.set_mark(due[proven - 1] if left and proven else before if left else "")
        count("InvariantViolations", wrong)
        count("SkusProven", proven)
        return {"proven": proven, "wrong": wrong, "left": left}

    def _wrong(self, sku: str) -> int:
        """Rows that disagree. One that moved all the while says nothing; the next round looks at it again."""
        rows = [row for row in self.movements.proof(sku)["nodes"] if not row["agrees"] and not row.get("moving")]
        for row in rows:
            logger.error("stock disagrees with its ledger", sku=sku, node=row["node"], differences=row["differences"])
        return len(rows)
