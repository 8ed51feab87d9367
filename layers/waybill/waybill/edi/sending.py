"""Documents that go out: numbered, kept, put into the partner's folder; and answered by them, or not in time."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import timedelta

from waybill.aws import files
from waybill.aws.logs import logger
from waybill.aws.tables import WriteConflict
from waybill.edi import store
from waybill.edi.model import acknowledgement, documents
from waybill.edi.model.acknowledgement import Acknowledgement
from waybill.edi.model.record import ACKNOWLEDGED, CLOSED, OUT, PARKED, REJECTED, SENT, WRITING, Kept, Part
from waybill.edi.model.record import acknowledged as with_answer
from waybill.edi.model.x12 import Segment, written
from waybill.edi.partner import Partner
from waybill.kernel.clock import Clock, instant, parse_instant
from waybill.kernel.errors import Conflict, IllegalTransition, InvalidInput, NotFound


@dataclass(frozen=True, slots=True)
class Letter:
    """One transaction set to send: its kind, the number of what it speaks of, its segments."""

    kind: str
    about: str
    body: tuple[Segment, ...]


@dataclass(frozen=True, slots=True)
class Sending:
    """What goes into partners' folders."""

    clock: Clock

    def send(self, to: Partner, cause: str, letters: Iterable[Letter], answered: bool = True, notes: Iterable[Segment] = ()) -> Kept:
        """One interchange for one `cause`: the same cause again is the same file under the same number, and is put there no second time once it has been.
        `answered`: whether an acknowledgement is waited for."""
        minutes = to.answer_minutes if answered else 0
        at, told = instant(self.clock()), list(letters)
        kept = store.numbered(Kept(store.id_of(to.node, OUT, cause), to.node, OUT, "", at, cause, status=WRITING, minutes=minutes))
        if kept.status != WRITING:
            return kept
        raw = (None if kept.at == at else _begun(kept)) or self._raw(kept, to, told, tuple(notes))
        self._put(to, kept, raw, told)
        parts = tuple(Part(each.kind, control, each.about, SENT if answered else CLOSED) for each, control in zip(told, _controls(told), strict=True))
        status = SENT if answered else CLOSED
        after = replace(kept, status=status, raw=f"interchanges/{kept.id}/raw.edi", sha256=hashlib.sha256(raw).hexdigest(), parts=parts)
        try:
            return store.save(after)
        except WriteConflict:  # a twin was faster
            return store.load(kept.id)

    def park(self, to: Partner, cause: str, kind: str, about: str, problem: InvalidInput) -> Kept:
        """What X12 cannot carry waits for a person, who repairs it and has it sent again."""
        part = Part(kind, "", about, PARKED, problem.message[:500])
        id = store.id_of(to.node, OUT, cause)
        return store.first(Kept(id, to.node, OUT, "", instant(self.clock()), cause, status=PARKED, parts=(part,), problems=(problem.message[:500],)))

    def again(self, to: Partner, kept: Kept) -> None:
        """The same file once more, for a partner that has lost it."""
        if not kept.raw:
            raise IllegalTransition(f"{kept.id} was never sent")
        self._put(to, kept, store.raw(kept.raw), [Letter(part.kind, part.about, ()) for part in kept.parts])

    def heard(self, node: str, answer: Acknowledgement) -> Kept:
        """Their acknowledgement of a group. Raises NotFound where nothing was sent under its number."""
        kept = store.sent_as(node, answer.control.zfill(9))
        if kept is None or kept.way != OUT:
            raise NotFound(f"nothing was sent to {node} under the number {answer.control[:20]}")
        after = kept
        for each in answer.answers:
            after = with_answer(after, each.control, _verdict(each.status), "; ".join(each.notes)[:1000])
        if not answer.answers or answer.status in (acknowledgement.ACCEPTED, acknowledgement.REJECTED):
            words = ", ".join(f"group error {code}" for code in answer.codes)
            after = with_answer(after, "", _verdict(answer.status), words or "the group was refused")
        if after == kept:
            return kept
        try:
            return store.save(after)
        except WriteConflict:
            raise Conflict(f"{kept.id} is being changed; try again") from None

    def close(self, id: str, by: str) -> Kept:
        """A person has seen to it by other means: nobody waits for it any more."""
        kept = store.load(id)
        if kept.status in (CLOSED, ACKNOWLEDGED):
            return kept
        return store.save(replace(kept, status=CLOSED, by=by))

    def overdue(self, kept: Kept) -> bool:
        """Whether its acknowledgement should have come."""
        return kept.status == SENT and parse_instant(kept.at) + timedelta(minutes=kept.minutes) < self.clock()

    @staticmethod
    def _raw(kept: Kept, to: Partner, told: list[Letter], notes: tuple[Segment, ...]) -> bytes:
        stamp = kept.at.replace("-", "").replace("T", "").replace(":", "")[:12]
        enclosed = documents.enclosed(to.us, to.them, int(kept.control), stamp, [(each.kind, each.body) for each in told], to.test)
        raw = written(enclosed, notes=notes).encode()
        store.keep_raw(kept.id, raw)
        return raw

    @staticmethod
    def _put(to: Partner, kept: Kept, raw: bytes, told: list[Letter]) -> None:
        kinds = "-".join(dict.fromkeys(each.kind for each in told)) or "TA1"
        files.put(to.outbox(f"{kept.control}.{kinds}.edi"), raw, store.TEXT)
        logger.info("interchange sent", node=to.node, control=kept.control, kinds=kinds, about=[each.about for each in told][:20])


def _begun(kept: Kept) -> bytes | None:
    """What was written before a crash stays what is sent."""
    key = f"interchanges/{kept.id}/raw.edi"
    return store.raw(key) if files.look(key) is not None else None


def _controls(told: list[Letter]) -> list[str]:
    """The control numbers that `documents.enclosed` gives."""
    seen = dict[str, int]()
    found = list[str]()
    for each in told:
        seen[each.kind] = seen.get(each.kind, 0) + 1
        found.append(f"{seen[each.kind]:04d}")
    return found


def _verdict(status: str) -> str:
    return ACKNOWLEDGED if status in (acknowledgement.ACCEPTED, acknowledgement.WITH_ERRORS) else REJECTED
