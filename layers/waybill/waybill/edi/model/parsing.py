"""Text to interchanges. Pure.

Delimiters are those that the ISA segment itself shows: the character after `ISA` between elements, the one that is ISA16 between components, and the one
after it at the end of a segment. What an envelope says of its contents (control numbers, counts) is held against what is there; every difference is a
problem of its interchange, its group or its transaction set, and what is whole beside it stays whole.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from waybill.edi.model import problems
from waybill.edi.model.problems import GROUP, INTERCHANGE, SET, Problem
from waybill.edi.model.x12 import ISA_WIDTHS, Group, Interchange, Party, Segment, TransactionSet
from waybill.kernel.errors import Malformed

MOST_SEGMENTS = 100_000
_BLANKS = " \t\r\n\x0b\x0c\x1a\xa0\ufeff"


def read(text: str) -> list[Interchange]:
    """Every interchange of a file, with what is wrong in it. Raises Malformed for what does not begin as one."""
    return [interchange for interchange, _ in each(text)]


def each(text: str) -> Iterator[tuple[Interchange, str]]:
    """One after the other, each with its own text. Raises Malformed where the next does not begin as one, after those before it."""
    rest = text.strip(_BLANKS)
    if not rest:
        raise Malformed("the file is empty")
    while rest:
        interchange, following = _interchange(rest)
        yield interchange, rest[: len(rest) - len(following)].rstrip(_BLANKS)
        rest = following.lstrip(_BLANKS)


def _interchange(text: str) -> tuple[Interchange, str]:
    header, end, rest = _isa(text)
    segments, rest = _until_next(rest, header[0], end)
    trailer = segments[-1] if segments and segments[-1].tag == "IEA" else None
    body = segments[:-1] if trailer else segments
    isa = Segment("ISA", tuple(header[1]), 1)
    groups, strays = _in_groups(body)
    control = isa[13].zfill(9)
    return (
        Interchange(
            sender=Party(isa[6], isa[5]),
            receiver=Party(isa[8], isa[7]),
            control=control,
            at=f"20{isa[9]}{isa[10]}",
            groups=tuple(groups),
            test=isa[15] == "T",
            wants_answer=isa[14] == "1",
            problems=(*_of_isa(isa), *strays, *_of_interchange(isa, trailer, len(groups), len(segments) + 1)),
        ),
        rest,
    )


def _isa(text: str) -> tuple[tuple[str, list[str]], str, str]:
    """(element separator, the sixteen elements), segment terminator, what follows. A sender that did not pad its elements is understood all the same."""
    if text[:3] != "ISA" or len(text) < 20:
        raise Malformed(f"ISA (segment 1): an interchange begins with ISA, not with {text[:3]!r}")
    mark = text[3]
    if mark.isalnum() or mark.isspace():
        raise Malformed(f"ISA (segment 1): {mark!r} cannot stand between elements")
    parts = text.split(mark, 16)
    if len(parts) < 17 or len(parts[16]) < 2 or any(len(each) > 40 for each in parts[:16]):
        raise Malformed("ISA (segment 1): it has sixteen elements, and a terminator after the last")
    component, end, rest = parts[16][0], parts[16][1], parts[16][2:]
    if end.isalnum() or end == mark:
        raise Malformed(f"ISA16 (segment 1): {end!r} cannot end a segment")
    return (mark, [*(each.strip(_BLANKS) for each in parts[1:16]), component]), end, rest


def _until_next(text: str, mark: str, end: str) -> tuple[list[Segment], str]:
    """The segments up to IEA, or to where another ISA begins; and what follows."""
    found: list[Segment] = []
    while text:
        line, stop, after = text.partition(end)
        line = line.strip(_BLANKS)
        if line.startswith("ISA" + mark):
            return found, text.lstrip(_BLANKS)
        text = after
        if not line:
            continue
        if len(found) >= MOST_SEGMENTS:
            raise Malformed(f"an interchange has at most {MOST_SEGMENTS} segments: send it in parts")
        tag, *elements = line.split(mark)
        found.append(Segment(tag.strip(_BLANKS), tuple(elements), len(found) + 2))
        if tag == "IEA":
            return found, text
    return found, ""


def _of_isa(isa: Segment) -> Iterator[Problem]:
    for number, (value, width) in enumerate(zip(isa.elements, ISA_WIDTHS, strict=True), 1):
        if len(value) > width:
            yield Problem(INTERCHANGE, problems.BAD_CONTENT, f"has at most {width} characters", "ISA", 1, number, value[:99])
    if not (isa[13].isascii() and isa[13].isdecimal()):
        yield Problem(INTERCHANGE, problems.BAD_CONTENT, "the control number is no number", "ISA", 1, 13, isa[13][:99])


def _of_interchange(isa: Segment, trailer: Segment | None, groups: int, last: int) -> Iterator[Problem]:
    if trailer is None:
        yield Problem(INTERCHANGE, problems.NO_TRAILER, "the interchange has no end: it was cut off", "IEA", last)
        return
    if not _same(trailer[2], isa[13]):
        yield Problem(INTERCHANGE, problems.CONTROL_DIFFERS, f"the control number differs from ISA13, {isa[13]}", "IEA", last, 2, trailer[2][:99])
    if not _counts(trailer[1], groups):
        yield Problem(INTERCHANGE, problems.GROUPS_MISCOUNTED, f"there are {groups} groups", "IEA", last, 1, trailer[1][:99])


def _in_groups(body: list[Segment]) -> tuple[list[Group], list[Problem]]:
    groups, strays = list[Group](), list[Problem]()
    inside: list[Segment] | None = None
    for each in body:
        if each.tag == "GS":
            groups += [_group(inside, None)] if inside is not None else []
            inside = [each]
        elif each.tag == "GE" and inside is not None:
            groups.append(_group(inside, each))
            inside = None
        elif inside is not None:
            inside.append(each)
        elif each.tag not in ("TA1", "GE"):
            strays.append(Problem(INTERCHANGE, problems.BAD_CONTENT, "stands in no group", each.tag[:3], each.at))
        elif each.tag == "GE":
            strays.append(Problem(INTERCHANGE, problems.BAD_CONTENT, "ends a group that has not begun", "GE", each.at))
    groups += [_group(inside, None)] if inside is not None else []
    return groups, strays


def _group(inside: list[Segment], trailer: Segment | None) -> Group:
    header, last = inside[0], inside[-1].at + 1
    sets, strays = _in_sets(inside[1:])
    found = list(strays)
    if trailer is None:
        found.append(Problem(GROUP, problems.NO_GROUP_TRAILER, "the group has no end", "GE", last))
    else:
        if not _same(trailer[2], header[6]):
            found.append(Problem(GROUP, problems.GROUP_DIFFERS, f"the control number differs from GS06, {header[6]}", "GE", trailer.at, 2, trailer[2][:99]))
        if not _counts(trailer[1], len(sets)):
            found.append(Problem(GROUP, problems.SETS_MISCOUNTED, f"there are {len(sets)} transaction sets", "GE", trailer.at, 1, trailer[1][:99]))
    return Group(header[1].strip(), header[2].strip(), header[3].strip(), header[6].strip(), tuple(_unique(sets)), header[8].strip(), tuple(found))


def _in_sets(inside: list[Segment]) -> tuple[list[TransactionSet], list[Problem]]:
    sets, strays = list[TransactionSet](), list[Problem]()
    open_: list[Segment] | None = None
    for each in inside:
        if each.tag == "ST":
            sets += [_set(open_, None)] if open_ is not None else []
            open_ = [each]
        elif each.tag == "SE" and open_ is not None:
            sets.append(_set(open_, each))
            open_ = None
        elif open_ is not None:
            open_.append(each)
        else:
            strays.append(Problem(GROUP, problems.SETS_MISCOUNTED, "stands in no transaction set", each.tag[:3], each.at))
    sets += [_set(open_, None)] if open_ is not None else []
    return sets, strays


def _set(inside: list[Segment], trailer: Segment | None) -> TransactionSet:
    header, body = inside[0], tuple(replace(each, at=at) for at, each in enumerate(inside[1:], 2))
    last, found = len(inside) + 1, list[Problem]()
    if not header[2].strip():
        found.append(Problem(SET, problems.NO_SET_NUMBER, "the transaction set has no control number", "ST", 1, 2))
    if trailer is None:
        found.append(Problem(SET, problems.NO_SET_TRAILER, "the transaction set has no end", "SE", last))
    else:
        if trailer[2].strip() != header[2].strip():
            found.append(Problem(SET, problems.SET_DIFFERS, f"the control number differs from ST02, {header[2]}", "SE", last, 2, trailer[2][:99]))
        if not _counts(trailer[1], last):
            found.append(Problem(SET, problems.SEGMENTS_MISCOUNTED, f"there are {last} segments, from ST to SE", "SE", last, 1, trailer[1][:99]))
    return TransactionSet(header[1].strip(), header[2].strip(), body, tuple(found))


def _unique(sets: list[TransactionSet]) -> Iterator[TransactionSet]:
    seen = set[str]()
    for each in sets:
        twice = Problem(SET, problems.SET_TWICE, "another transaction set of the group has this control number", "ST", 1, 2, each.control[:99])
        yield replace(each, problems=(*each.problems, twice)) if each.control in seen else each
        seen.add(each.control)


def _same(one: str, other: str) -> bool:
    """Control numbers are numbers: zeros before them say nothing."""
    left, right = one.strip(), other.strip()
    return left == right or (_digits(left) and _digits(right) and int(left) == int(right))


def _counts(told: str, there: int) -> bool:
    told = told.strip()
    return _digits(told) and int(told) == there


def _digits(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 15
