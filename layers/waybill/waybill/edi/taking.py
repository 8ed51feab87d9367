"""Files that partners put into their folders: kept, answered, applied; each interchange once."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from waybill.aws import files
from waybill.aws.logs import logger
from waybill.aws.tables import WriteConflict
from waybill.edi import store
from waybill.edi.model import acknowledgement, documents, parsing, problems
from waybill.edi.model.problems import INTERCHANGE, Problem
from waybill.edi.model.record import APPLIED, CLOSED, IN, PARKED, RECEIVED, REFUSED, Kept, Part, settled
from waybill.edi.model.x12 import Group, Interchange, TransactionSet
from waybill.edi.partner import Partner, of_file, partner
from waybill.edi.sending import Letter, Sending
from waybill.kernel.clock import Clock, instant
from waybill.kernel.errors import Conflict, IllegalTransition, Malformed, TooLarge, Unavailable, WaybillError

LARGEST = 5_000_000
MOST_SETS = 2_000
_ACK = "FA"
_WRONG_SENDER, _WRONG_RECEIVER, _WRONG_TEST = "006", "008", "020"


@dataclass(frozen=True, slots=True)
class Taking:
    """`apply` does what a document says, and answers what it speaks of."""

    clock: Clock
    sending: Sending
    apply: Callable[[Partner, Any], str]

    def file(self, key: str) -> list[Kept]:
        """A file that was put into a folder, and is gone from there when all of it is kept. None of ours, or gone already: nothing."""
        of = of_file(key)
        if of is None:
            return []
        size = files.look(key)
        if size is None:
            return []
        if size[0] > LARGEST:
            raise TooLarge(f"{key} has {size[0]} bytes, at most {LARGEST} are taken: send it in parts")
        kept = self.text(of, key, files.get(key))
        files.delete(key)
        return kept

    def text(self, of: Partner, name: str, raw: bytes) -> list[Kept]:
        """Every interchange of a file; what follows the last that can be read is kept as one that cannot."""
        found = list[Kept]()
        try:
            for it, own in parsing.each(_decoded(raw)):
                found.append(self._one(of, name, it, own))
        except Malformed as problem:
            found.append(self._unreadable(of, name, raw, problem))
        return found

    def again(self, id: str, by: str, repaired: bytes | None = None) -> Kept:
        """What could not be applied is tried again, as it came or as somebody has `repaired` it. What was applied stays applied.

        Raises IllegalTransition where nothing waits, Malformed where the repaired text is not one interchange.
        """
        kept = store.load(id)
        if kept.way != IN or kept.status not in (PARKED, REFUSED):
            raise IllegalTransition(f"{id} is {kept.status}: nothing of it waits to be tried again")
        of = partner(kept.node)
        text = _decoded(repaired if repaired is not None else store.raw(kept.raw))
        read = list(parsing.each(text))
        if len(read) != 1:
            raise Malformed("send the one interchange that is to be tried again")
        if repaired is not None:
            store.keep_raw(kept.id, repaired, f"repaired-{kept.version}")
        after = self._applied(of, replace(kept, by=by), read[0][0])
        return self._saved(after)

    def close(self, id: str, by: str) -> Kept:
        """A person has seen to it by other means. What was applied stays applied."""
        kept = store.load(id)
        return kept if kept.status in (CLOSED, APPLIED) else self._saved(replace(kept, status=CLOSED, by=by))

    def _one(self, of: Partner, name: str, it: Interchange, own: str) -> Kept:
        sha256 = hashlib.sha256(own.encode()).hexdigest()
        id = store.id_of(of.node, IN, it.sender.qualifier, it.sender.id, it.control)
        known = store.find(id)
        if known is not None and known.sha256 != sha256:
            twice = Problem(INTERCHANGE, problems.DUPLICATE, "another interchange came under this control number", "ISA", 1, 13, it.control)
            id, it = store.id_of(of.node, IN, it.sender.qualifier, it.sender.id, it.control, sha256), replace(it, problems=(*it.problems, twice))
            known = store.find(id)
        if known is None:
            raw = store.keep_raw(id, own.encode())
            known = store.first(Kept(id, of.node, IN, it.control[-9:], instant(self.clock()), name, sha256, raw))
        if known.status != RECEIVED:
            self._answered_again(of, known)
            return known
        it = replace(it, problems=(*it.problems, *_misdirected(of, it)))
        after = self._applied(of, known, it)
        return self._saved(replace(after, answer=self._answer(of, known, it)))

    def _unreadable(self, of: Partner, name: str, raw: bytes, problem: Malformed) -> Kept:
        sha256 = hashlib.sha256(raw).hexdigest()
        id = store.id_of(of.node, IN, "unreadable", sha256)
        logger.warning("interchange cannot be read", node=of.node, file=name, problem=problem.message)
        where = store.keep_raw(id, raw)
        return store.first(Kept(id, of.node, IN, "", instant(self.clock()), name, sha256, where, REFUSED, (), (problem.message[:500],)))

    def _applied(self, of: Partner, kept: Kept, it: Interchange) -> Kept:
        """Raises Unavailable or Conflict where it must be tried again as a whole."""
        done = {(part.kind, part.control): part for part in kept.parts if part.status == APPLIED}
        parts = [done.get((each.kind, each.control)) or self._part(of, it, group, each) for group in it.groups for each in group.sets]
        wrong = [*it.problems, *(p for group in it.groups for p in group.problems)]
        return settled(kept, parts, [str(p) for p in wrong])

    def _part(self, of: Partner, it: Interchange, group: Group, given: TransactionSet) -> Part:
        document, found = documents.understood(given)
        wrong = [*given.problems, *found]
        kind, control = given.kind[:3], given.control[:9]
        if wrong or it.problems or group.problems:
            words = "; ".join(map(str, wrong)) or "its envelope is broken"
            return Part(kind, control, "", REFUSED, words[:1000])
        try:
            return Part(kind, control, self.apply(of, document)[:64], APPLIED)
        except (Unavailable, Conflict):
            raise
        except WaybillError as problem:
            logger.warning("document parked", node=of.node, kind=kind, control=control, problem=problem.code)
            return Part(kind, control, str(getattr(document, "number", ""))[:64], PARKED, _words(problem))

    def _answer(self, of: Partner, kept: Kept, it: Interchange) -> str:
        """The id of the interchange that answers it; empty where there is nothing to answer, as for an acknowledgement."""
        letters = list(_letters(it))
        notes = (acknowledgement.interchange_note(it),) if it.wants_answer or (it.problems and not letters) else ()
        return self.sending.send(of, f"answer/{kept.id}", letters, answered=False, notes=notes).id if letters or notes else ""

    def _answered_again(self, of: Partner, kept: Kept) -> None:
        """Who sends the same once more has not had our answer."""
        if kept.answer:
            self.sending.again(of, store.load(kept.answer))

    @staticmethod
    def _saved(kept: Kept) -> Kept:
        try:
            return store.save(kept)
        except WriteConflict:
            raise Conflict(f"{kept.id} is being worked on; try again") from None


def _letters(it: Interchange) -> Iterator[Letter]:
    for group in it.groups:
        if group.functional != _ACK:
            found = {each.control: documents.understood(each)[1] for each in group.sets}
            yield Letter(acknowledgement.KIND, group.control, acknowledgement.write(group, found, it.problems))


def _misdirected(of: Partner, it: Interchange) -> Iterator[Problem]:
    if it.sender != of.them:
        yield Problem(INTERCHANGE, _WRONG_SENDER, f"the sender of this folder is {of.them.qualifier}/{of.them.id}", "ISA", 1, 6, it.sender.id)
    if it.receiver != of.us:
        yield Problem(INTERCHANGE, _WRONG_RECEIVER, f"we are {of.us.qualifier}/{of.us.id}", "ISA", 1, 8, it.receiver.id)
    if it.test != of.test:
        yield Problem(INTERCHANGE, _WRONG_TEST, "test and production are not mixed: see the node's settings", "ISA", 1, 15, "T" if it.test else "P")
    if len(it.sets) > MOST_SETS:
        yield Problem(INTERCHANGE, problems.BAD_CONTENT, f"it has more than {MOST_SETS} transaction sets: send them in parts", "IEA", 1)


def _decoded(raw: bytes) -> str:
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("latin-1")


def _words(problem: WaybillError) -> str:
    fields = "; ".join(f"{name} {what}" for name, what in (problem.fields or {}).items())
    return f"{problem.message}{f' ({fields})' if fields else ''}"[:1000]
