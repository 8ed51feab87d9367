"""The steps of an import, one after the other. Each ends in one conditional write; what comes before that may be done twice, and leaves the same."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, TypeVar

from waybill.aws import files
from waybill.aws.batch import text
from waybill.aws.logs import logger
from waybill.aws.tables import WriteConflict
from waybill.channels.worker import HISTORY
from waybill.imports import reading, store
from waybill.imports.checking import Check
from waybill.imports.model import record
from waybill.imports.model.columns import columns
from waybill.imports.model.outcome import Outcome, counts, errors_file, notes_file
from waybill.imports.model.record import IGNORE_FAILED, READ, UNDER_WAY, Import
from waybill.kernel.clock import Clock, instant
from waybill.kernel.errors import InvalidInput, NotFound
from waybill.orders import documents
from waybill.orders.documents import Document

ORDERS_A_PART = 500
_KEPT_AT_ONCE, _QUEUED_AT_ONCE = 10, 10
"""Documents of one transaction, which may be 4 MB, and messages of one call."""
_FOR_SECONDS = 20.0
"""How long one invocation goes on before it hands over to the next."""
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Worker:
    """`send` puts a message into the imports' own queue; `each` runs one thing for many, some at a time where the cloud bears it."""

    clock: Clock
    send: Callable[[dict[str, Any]], None]
    each: Callable[[Callable[[Any], object], Iterable[Any]], None]
    seconds: Callable[[], float]

    def take(self, message: dict[str, Any]) -> None:
        """`{"import": <id>}`: goes on with it, wherever it is. Of two that do so at once the one that is later at the end of a step leaves."""
        id, until = text(message, "import"), self.seconds() + _FOR_SECONDS
        it = store.load(id)
        while it.status in UNDER_WAY:
            try:
                it = store.save(self._step(it))
            except WriteConflict:
                return
            if it.status in UNDER_WAY and self.seconds() >= until:
                self.send({"import": id})
                return
        files.delete(it.file)
        logger.info("import ended", import_id=id, status=it.status, counts=dict(it.counts))

    def _step(self, it: Import) -> Import:
        if it.step == READ:
            return self._read(it)
        if it.step < it.judging:
            return self._check(it, it.step - 1)
        if it.step == it.judging:
            return self._judge(it)
        return self._store(it, it.step - it.judging - 1) if it.step < it.queueing else self._queue(it, it.step - it.queueing)

    def _read(self, it: Import) -> Import:
        """The file as parts of so many orders. Raises nothing for a file that cannot be read: then the import has failed."""
        try:
            sheet = reading.read(files.get(it.file, it.mark), it.sheet)
            orders = reading.orders(sheet)
        except (InvalidInput, NotFound) as problem:
            return record.failed(it, problem.message, instant(self.clock()))
        parts = [orders[start : start + ORDERS_A_PART] for start in range(0, len(orders), ORDERS_A_PART)]
        for number, part in enumerate(parts):
            store.keep_part(it.id, number, sheet.headings, part)
        return record.divided(it, len(parts), {"rows": len(sheet.rows), "orders": len(orders)}, sheet.ignored, sheet.delimiter)

    def _check(self, it: Import, number: int) -> Import:
        if number == 0:
            files.delete(it.file)  # its parts are kept, and nothing in them that must not be
        headings, orders = store.part(it.id, number)
        check = Check(it.channel, columns(headings), it.policy == IGNORE_FAILED, it.started_at)
        outcomes = check.part(orders)
        store.keep_checked(it.id, number, headings, outcomes)
        return record.checked(it, counts(outcomes), [problem for each in outcomes for problem in each.problems])

    def _judge(self, it: Import) -> Import:
        """The files that tell of it, and whether it goes on."""
        headings: tuple[str, ...] = ()
        told: list[Outcome] = []
        everything = record.leaves_everything(it) and it.counts.get("orders_bad", 0) > 0
        for number in range(it.parts):
            headings, outcomes = store.checked(it.id, number)
            told += [each for each in outcomes if everything or each.problems or each.notes]
        wrong = it.counts.get("orders_bad", 0) > 0
        errors = store.keep_told(it.id, "errors.csv", errors_file(headings, told, it.delimiter, everything) if wrong else b"")
        notes = store.keep_told(it.id, "notes.csv", notes_file(told, it.delimiter))
        return record.judged(it, errors, notes, instant(self.clock()))

    def _store(self, it: Import, number: int) -> Import:
        """Each order a kept document."""
        wanted = _wanted(it, number)
        self.each(documents.keep_many, _few([_document(it, each) for each in wanted], _KEPT_AT_ONCE))
        done = {"orders_stored": len(wanted), "rows_stored": sum(len(each.rows) for each in wanted)}
        return record.stored(it, done, instant(self.clock()))

    def _queue(self, it: Import, number: int) -> Import:
        """Each document a message to intake: the system takes them at its own pace, among those of other channels."""
        wanted = _wanted(it, number)
        self.each(documents.enqueue_many, _few([_document(it, each).id for each in wanted], _QUEUED_AT_ONCE))
        return record.stored(it, {"orders_queued": len(wanted)}, instant(self.clock()))


def _few(them: list[T], most: int) -> list[list[T]]:
    return [them[start : start + most] for start in range(0, len(them), most)]


def _wanted(it: Import, number: int) -> list[Outcome]:
    return [each for each in store.checked(it.id, number)[1] if each.body]


def _document(it: Import, outcome: Outcome) -> Document:
    """Its key is what it says: the same order from another spreadsheet is the same document."""
    body, door = outcome.body.encode(), HISTORY if outcome.is_history else "api"
    key = f"{'history' if outcome.is_history else 'sheet'}-{hashlib.sha256(body).hexdigest()[:40]}"
    return Document(it.channel, key, door, f"import {it.id}", body, it.started_at, outcome.order_id)
