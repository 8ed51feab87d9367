"""Counting, use case by use case. What a sheet has decided is written down before stock is told, and told again until that is written down too."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

from waybill.aws.logs import logger
from waybill.counting.model import sheet as verbs
from waybill.counting.model.sheet import Sheet, Tolerance
from waybill.kernel.clock import Clock, instant
from waybill.kernel.errors import Conflict, IllegalTransition, NotFound, StaleVersion, StockUnavailable, Unavailable, WaybillError

_MOST_TRIES = 8


class Sheets(Protocol):
    """Where sheets are kept."""

    def load(self, id: str) -> Sheet | None: ...

    def save(self, sheet: Sheet) -> Sheet:
        """Over the version that was read. Raises Conflict."""

    def unfinished(self) -> Iterable[Sheet]:
        """Those that are being posted."""


class Books(Protocol):
    """What stock says."""

    def on_hand(self, node: str, skus: Iterable[str]) -> dict[str, int]: ...

    def kept_at(self, node: str, skus: Iterable[str]) -> list[str]:
        """Those of which the node has, or has had, any."""

    def adjust(self, sku: str, node: str, quantity: int, key: str, reason: str, reference: str = "") -> object:
        """Once under a key. Raises StockUnavailable where it would take what is reserved."""


@dataclass(frozen=True, slots=True)
class Counting:
    """`tolerance`: which variances need nobody's leave."""

    sheets: Sheets
    books: Books
    tolerance: Callable[[], Tolerance]
    clock: Clock

    def open(self, id: str, node: str, skus: Iterable[str], blind: bool, actor: str) -> Sheet:
        """The same sheet again is the same sheet. Raises IllegalTransition where another one has its name."""
        wanted = list(skus)

        def change(known: Sheet | None) -> Sheet:
            if known is None:
                return verbs.opened(id, node, wanted, blind, self._now(), actor)
            if (known.node, set(known.lines), known.blind) != (node, set(wanted), blind):
                raise IllegalTransition(f"there is another sheet {id}")
            return known

        return self._changed(id, change)

    def count(self, id: str, found: Mapping[str, int], key: str, actor: str) -> Sheet:
        """What was found, once under a key. What the books say is taken down in this moment."""

        def change(known: Sheet | None) -> Sheet:
            sheet = _there(known, id)
            return verbs.counted(sheet, found, self.books.on_hand(sheet.node, found), key, self._now(), actor)

        return self._changed(id, change)

    def close(self, id: str, actor: str) -> Sheet:
        return self._changed(id, lambda known: verbs.closed(_there(known, id), self.tolerance(), self._now(), actor))

    def approve(self, id: str, reasons: Mapping[str, str], actor: str, seen: int | None = None) -> Sheet:
        """`seen`: only over that version. Raises StaleVersion."""

        def change(known: Sheet | None) -> Sheet:
            sheet = _there(known, id)
            if seen not in (None, sheet.version):
                raise StaleVersion(f"the sheet {id} has been changed since: read it again", fields={"If-Match": "stale"})
            return verbs.approved(sheet, reasons, self._now(), actor)

        return self._changed(id, change)

    def recount(self, id: str, skus: Iterable[str], actor: str) -> Sheet:
        chosen = list(skus)
        return self._changed(id, lambda known: verbs.again(_there(known, id), chosen, self._now(), actor))

    def cancel(self, id: str, actor: str) -> Sheet:
        return self._changed(id, lambda known: verbs.cancelled(_there(known, id), self._now(), actor))

    def finish(self) -> int:
        """Whatever somebody has begun to post and not ended. Answers how many sheets there were."""
        unfinished = [sheet.id for sheet in self.sheets.unfinished()]
        for id in unfinished:
            try:
                self._changed(id, lambda known: _there(known, ""))
            except WaybillError:  # one that cannot be ended keeps no other from it
                logger.exception("a count cannot be posted", sheet=id)
        return len(unfinished)

    def load(self, id: str) -> Sheet:
        """Raises NotFound."""
        return _there(self.sheets.load(id), id)

    def _changed(self, id: str, change: Callable[[Sheet | None], Sheet]) -> Sheet:
        for _ in range(_MOST_TRIES):
            try:
                known = self.sheets.load(id)
                known = self._posted(known) if known else None
                after = change(known)
                return after if after is known else self._posted(self.sheets.save(after))
            except StaleVersion:
                raise
            except Conflict:
                continue
        raise Unavailable(f"{id} is being changed by many at once; try again")

    def _posted(self, sheet: Sheet) -> Sheet:
        """Tells stock the variances that are to be posted, each once. Raises Conflict where a twin was faster."""
        if not sheet.posting:
            return sheet
        problems: dict[str, str] = {}
        for sku, line in sheet.posting.items():
            try:
                self.books.adjust(sku, sheet.node, line.variance, f"{sheet.id}/{sku}/{line.round}", f"counted {line.counted}: {line.posted_as}", sheet.id)
            except StockUnavailable as problem:
                problems[sku] = problem.message
        return self.sheets.save(verbs.posted(sheet, problems))

    def _now(self) -> str:
        return instant(self.clock())


def _there(known: Sheet | None, id: str) -> Sheet:
    if known is None:
        raise NotFound(f"there is no sheet {id[:64]!r}")
    return known
