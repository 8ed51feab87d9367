"""What people and channels ask of imports: begin one, start it when its file is there, look how far it is."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from waybill.aws import files
from waybill.aws.tables import WriteConflict
from waybill.imports import store
from waybill.imports.model import record
from waybill.imports.model.record import UNDER_WAY, WAITING, Import
from waybill.kernel.clock import Clock, instant
from waybill.kernel.errors import Conflict, IllegalTransition, KeyReused, TooLarge
from waybill.kernel.ids import digest

LARGEST_FILE = 25_000_000


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to become of a file."""

    channel: str
    policy: str
    dry_run: bool = False
    sheet: str = ""


@dataclass(frozen=True, slots=True)
class Imports:
    """`send` puts a message into the imports' own queue."""

    clock: Clock
    send: Callable[[dict[str, Any]], None]

    def begin(self, wanted: Wanted, by: str, key: str, raw: bytes = b"") -> Import:
        """A new import: it waits for its file, or has it and is on its way. Under the same caller's key the same one. Raises KeyReused, TooLarge."""
        _refuse_beyond(len(raw))
        id, now = f"imp_{digest('import', by, key)}", instant(self.clock())
        sha256 = hashlib.sha256(raw).hexdigest() if raw else ""
        it = Import(id, wanted.channel, wanted.policy, by, now, dry_run=wanted.dry_run, sheet=wanted.sheet, sha256=sha256)
        before = store.find(id)
        if before is None:
            if raw:
                it = record.started(it, *store.keep_file(id, sha256, raw), now)
            before = _first(it)
        if _asked(before) != _asked(it):
            raise KeyReused("this key came before with another file, or to do something else with it", fields={"Idempotency-Key": "used before"})
        return self._on_its_way(before)

    def start(self, it: Import) -> Import:
        """Its file is there now. Again: nothing more than the first time. Raises IllegalTransition without a file, TooLarge."""
        if it.status != WAITING:
            return self._on_its_way(it)
        key = store.upload_key(it.id)
        found = files.look(key)
        if found is None:
            raise IllegalTransition("there is no file yet: put it to the upload address first")
        size, mark = found
        _refuse_beyond(size)
        try:
            started = store.save(record.started(it, key, mark, instant(self.clock())))
        except WriteConflict:
            raise Conflict("somebody else is starting it; look at it again") from None
        return self._on_its_way(started)

    def _on_its_way(self, it: Import) -> Import:
        """Sent as often as asked for: who is told twice to go on with an import does so once."""
        if it.status in UNDER_WAY:
            self.send({"import": it.id})
        return it


def _first(it: Import) -> Import:
    try:
        return store.save(it)
    except WriteConflict:
        return store.load(it.id)


def _asked(it: Import) -> tuple[Any, ...]:
    return (it.channel, it.policy, it.dry_run, it.sheet, it.sha256)


def _refuse_beyond(size: int) -> None:
    if size > LARGEST_FILE:
        raise TooLarge(f"the file has {size} bytes, at most {LARGEST_FILE} are taken: send it in parts")
