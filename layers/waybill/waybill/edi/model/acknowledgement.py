"""997, functional acknowledgement: which transaction sets of a group were accepted, and what was wrong in the others. Pure.

AK5 and AK9 say A accepted, E accepted with errors, P some accepted, R rejected.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from waybill.edi.model import problems
from waybill.edi.model.parts import first, plain, split
from waybill.edi.model.problems import ELEMENT, GROUP, SEGMENT, SET, Problem
from waybill.edi.model.x12 import Group, Interchange, Segment, TransactionSet, segment

KIND = "997"
ACCEPTED, WITH_ERRORS, PARTLY, REJECTED = "A", "E", "P", "R"
_MOST_CODES = 5
_MOST_NOTES = 200


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of one transaction set. `codes`: of element 718; `notes`: "W0102 (segment 5): …" as far as the answer says it."""

    kind: str
    control: str
    status: str
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """Of the group `control` of the kind `functional`."""

    functional: str
    control: str
    status: str
    answers: tuple[Answer, ...] = ()
    codes: tuple[str, ...] = ()


def write(group: Group, found: Mapping[str, Iterable[Problem]], whole: Iterable[Problem] = ()) -> tuple[Segment, ...]:
    """The answer to a group. `found`: what is wrong in its transaction sets, by control number, beside what they say themselves; `whole`: what is wrong in
    the envelope around it, for which all of it is refused."""
    wrong = {each.control: [*each.problems, *found.get(each.control, ())] for each in group.sets}
    of_group = [*(each for each in group.problems if each.level == GROUP), *whole]
    return tuple(_segments(group, wrong, of_group))


def _segments(group: Group, wrong: Mapping[str, list[Problem]], of_group: list[Problem]) -> Iterator[Segment]:
    yield segment("AK1", _code(group.functional, 2, "ZZ"), _number(group.control, 9))
    accepted = 0
    for each in group.sets:
        found = wrong[each.control]
        yield segment("AK2", _code(each.kind, 3, "000"), _control(each.control))
        yield from _notes(found)
        codes = list(dict.fromkeys(p.code for p in found if p.level == SET))
        if any(p.level in (SEGMENT, ELEMENT) for p in found):
            codes.append(problems.IN_ERROR)
        yield segment("AK5", REJECTED if found else ACCEPTED, *codes[:_MOST_CODES])
        accepted += not found
    status = REJECTED if of_group or (group.sets and not accepted) else ACCEPTED if accepted == len(group.sets) else PARTLY
    codes = list(dict.fromkeys(p.code for p in of_group if p.level == GROUP))
    yield segment("AK9", status, _told_count(group), len(group.sets), 0 if status == REJECTED else accepted, *codes[:_MOST_CODES])


def _told_count(group: Group) -> int:
    """GE01 as the sender has it, where that was wrong; else what is there."""
    told = next((p.value for p in group.problems if p.code == problems.SETS_MISCOUNTED and p.element == 1), "")
    return int(told) if told.isascii() and told.isdecimal() and len(told) < 7 else len(group.sets)


def _notes(found: list[Problem]) -> Iterator[Segment]:
    """AK3 for each segment at fault, AK4 for each of its elements."""
    placed = [p for p in found if p.level in (SEGMENT, ELEMENT)][:_MOST_NOTES]
    for place in dict.fromkeys((p.segment, p.position) for p in placed):
        here = [p for p in placed if (p.segment, p.position) == place]
        codes = dict.fromkeys(p.code if p.level == SEGMENT else problems.HAS_ERRORS for p in here)
        yield segment("AK3", _code(place[0], 2, "ZZ")[:3], place[1] or 1, "", next(iter(codes)))
        for p in (p for p in here if p.level == ELEMENT):
            yield segment("AK4", p.element, "", p.code, plain(p.value)[:99])


def read(given: TransactionSet) -> Acknowledgement:
    """Raises Unreadable."""
    begins, ends = first(given.segments, "AK1", KIND), first(given.segments, "AK9", KIND)
    _, loops = split(given.segments, lambda each: each.tag == "AK2")
    answers = tuple(_answer(loop) for loop in loops)
    return Acknowledgement(begins[1].strip(), begins[2].strip(), ends[1].strip(), answers, tuple(each for each in ends.elements[4:] if each))


def _answer(loop: list[Segment]) -> Answer:
    begins, verdict = loop[0], first(loop, "AK5", KIND)
    notes, place = list[str](), ""
    for each in loop:
        if each.tag == "AK3":
            place = f"{each[1]} (segment {each[2]})"
            notes.append(f"{place}: segment error {each[4]}" if each[4] else place)
        elif each.tag == "AK4":
            notes.append(f"{place}, element {each[1]}: element error {each[3]}" + (f", {each[4]!r}" if each[4] else ""))
    codes = [each for each in verdict.elements[1:] if each]
    return Answer(begins[1].strip(), begins[2].strip(), verdict[1].strip(), (*notes, *(f"transaction set error {code}" for code in codes)))


def interchange_note(it: Interchange) -> Segment:
    """TA1: what became of the envelope itself. Code 000 where nothing is wrong in it, else that of the first problem."""
    code = it.problems[0].code if it.problems else "000"
    status = ACCEPTED if code == "000" else REJECTED
    day = it.at[2:8] if len(it.at) == 12 and it.at.isdecimal() else "000000"
    time = it.at[8:12] if len(it.at) == 12 and it.at.isdecimal() else "0000"
    return segment("TA1", _number(it.control, 9).zfill(9), day, time, status, code)


def _code(value: str, least: int, otherwise: str) -> str:
    """A code of theirs to be said back; what is none cannot be."""
    return value if least <= len(value) <= 3 and value.isascii() and value.isalnum() else otherwise


def _number(value: str, most: int) -> str:
    return value if value.isascii() and value.isdecimal() and len(value) <= most else "0"


def _control(value: str) -> str:
    clean = plain(value)[:9]
    return clean if len(clean) >= 4 else clean.rjust(4, "0")
