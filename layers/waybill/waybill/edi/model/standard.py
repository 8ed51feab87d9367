"""What the standard demands of segments and transaction sets: X12 release 004010, as far as we write and read it. Pure.

Derived from the published element tables (the segment pages of Stedi's and Zenbridge's X12 references, release 4010, and Microsoft's 4010 guide of the
940 of 2001). An element is `<type><least>-<most>`, with `!` where it is mandatory: AN text, ID a code, N a whole number, R a decimal number, DT a date
CCYYMMDD, TM a time HHMM[SS]. What a segment has beyond the elements listed here is not looked at, and a segment that no table knows neither.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from waybill.edi.model import problems
from waybill.edi.model.problems import ELEMENT, SEGMENT, SET, Problem
from waybill.edi.model.x12 import Segment, TransactionSet

SEGMENTS = {
    "AK1": "ID2-2! N1-9!",
    "AK2": "ID3-3! AN4-9!",
    "AK3": "ID2-3! N1-6! AN1-4 ID1-3",
    "AK4": "AN1-5! N1-4 ID1-3! AN1-99",
    "AK5": "ID1-1! ID1-3 ID1-3 ID1-3 ID1-3 ID1-3",
    "AK9": "ID1-1! N1-6! N1-6! N1-6! ID1-3 ID1-3 ID1-3 ID1-3 ID1-3",
    "BIA": "ID2-2! ID2-2! AN1-30! DT8-8! TM4-8 ID1-2",
    "BSN": "ID2-2! AN2-30! DT8-8! TM4-8! ID4-4 ID2-2 ID3-3",
    "CTT": "N1-6! R1-10",
    "DTM": "ID3-3! DT8-8 TM4-8 ID2-2",
    "G62": "ID2-2 DT8-8 ID1-2 TM4-8 ID2-2",
    "G69": "AN1-45!",
    "HL": "AN1-12! AN1-12 ID1-2! ID1-1",
    "LIN": "AN1-20 ID2-2! AN1-48! ID2-2 AN1-48 ID2-2 AN1-48",
    "LX": "N1-6!",
    "MAN": "ID1-2! AN1-48! AN1-48 ID1-2 AN1-48 AN1-48",
    "N1": "ID2-3! AN1-60 ID1-2 AN2-80 ID2-2 ID2-3",
    "N2": "AN1-60! AN1-60",
    "N3": "AN1-55! AN1-55",
    "N4": "AN2-30 ID2-2 ID3-15 ID2-3 ID1-2 AN1-30",
    "N9": "ID2-3! AN1-30 AN1-45 DT8-8 TM4-8 ID2-2",
    "NTE": "ID3-3 AN1-80!",
    "PER": "ID2-2! AN1-60 ID2-2 AN1-80 ID2-2 AN1-80 ID2-2 AN1-80",
    "PID": "ID1-1! ID2-3 ID2-2 AN1-12 AN1-80",
    "PRF": "AN1-22! AN1-30 AN1-8 DT8-8 AN1-20 AN1-30 ID2-2",
    "QTY": "ID2-2! R1-15",
    "REF": "ID2-3! AN1-30 AN1-80",
    "SN1": "AN1-20 R1-10! ID2-2! R1-15 R1-15 ID2-2",
    "ST": "ID3-3! AN4-9!",
    "TD1": "AN3-5 N1-7 ID1-1 AN1-30 AN1-50 ID1-2 R1-10 ID2-2 R1-8 ID2-2",
    "TD5": "ID1-2 ID1-2 AN2-80 ID1-2 AN1-35 ID2-2",
    "W01": "R1-15! ID2-2! AN12-12 ID2-2 AN1-48 ID2-2 AN1-48",
    "W03": "R1-10! R1-10 ID2-2 R1-8 ID2-2 N1-7 ID2-2",
    "W04": "R1-10! ID2-2! AN12-12 ID2-2 AN1-48 ID2-2 AN1-48",
    "W05": "ID1-1! AN1-22! AN1-22 N6-6 AN1-22 ID2-2 ID1-2 ID2-2",
    "W06": "ID1-1! AN1-22 DT8-8 AN1-30 AN1-12 AN1-22 AN1-22 N6-6",
    "W07": "R1-7! ID2-2! AN12-12 ID2-2 AN1-48 ID2-2 AN1-48 AN1-12 ID1-1",
    "W08": "ID1-2! ID2-4 AN1-35",
    "W12": "ID2-2! R1-9 R1-10 R1-9 ID2-2 AN12-12 ID2-2 AN1-48 AN1-12 R1-10 ID1-2 ID1-1",
    "W13": "R1-15! ID2-2! ID2-2! AN1-12 ID2-2",
    "W14": "R1-7! R1-10 R1-9",
    "W17": "ID1-1! DT8-8! AN1-12! AN1-22 AN1-30 ID1-2 TM4-8 AN1-22 N6-6",
    "W27": "ID1-2! ID2-4 AN1-35 ID2-2",
    "W66": "ID2-2! ID1-2! ID1-1 ID2-2 AN1-35",
    "W76": "R1-10! R1-10 ID2-2 R1-8 ID2-2",
}


@dataclass(frozen=True, slots=True)
class Kind:
    """A transaction set: the code of its group, what it begins with, what it cannot be understood without, and what the standard wants beside that."""

    functional: str
    begins: str
    needs: tuple[str, ...] = ()
    wants: tuple[str, ...] = ()


KINDS = {
    "940": Kind("OW", "W05", ("LX", "W01"), ("N1",)),
    "943": Kind("AR", "W06", ("W04",), ("N1", "W03")),
    "944": Kind("RE", "W17", ("W07",), ("N1", "W14")),
    "945": Kind("SW", "W06", ("LX", "W12"), ("N1", "W03")),
    "846": Kind("IB", "BIA", ("LIN", "QTY"), ("N1",)),
    "856": Kind("SH", "BSN", ("HL",), ("CTT",)),
    "997": Kind("FA", "AK1", ("AK9",)),
}

_ELEMENT = re.compile(r"(ID|AN|N|R|DT|TM)(\d+)-(\d+)(!?)\Z")
_DECIMAL = re.compile(r"-?(\d+\.?\d*|\.\d+)\Z", re.ASCII)
_WHOLE = re.compile(r"-?\d+\Z", re.ASCII)
_TIME = re.compile(r"([01]\d|2[0-3])[0-5]\d([0-5]\d\d{0,2})?\Z", re.ASCII)


def _table(tag: str) -> list[tuple[str, int, int, bool]]:
    found = [_ELEMENT.match(each) for each in SEGMENTS[tag].split()]
    return [(each[1], int(each[2]), int(each[3]), bool(each[4])) for each in found if each]


_TABLES = {tag: _table(tag) for tag in SEGMENTS}


def check(given: TransactionSet, strictly: bool = False) -> list[Problem]:
    """What is wrong in the segments of a transaction set that we know. `strictly`: also where only the standard wants a segment, as what we write must be."""
    kind = KINDS.get(given.kind)
    if kind is None:
        return [Problem(SET, problems.NOT_OUR_SET, "nobody here reads this transaction set", "ST", 1, 1, given.kind[:99])]
    return [*_order(given, kind, strictly), *(problem for each in given.segments for problem in of_segment(each))]


def _order(given: TransactionSet, kind: Kind, strictly: bool) -> Iterator[Problem]:
    tags = [each.tag for each in given.segments]
    if tags[:1] != [kind.begins]:
        yield Problem(SEGMENT, problems.MISSING_SEGMENT, f"a {given.kind} begins with it", kind.begins, 2)
    for tag in (*kind.needs, *(kind.wants if strictly else ())):
        if tag not in tags:
            yield Problem(SEGMENT, problems.MISSING_SEGMENT, f"a {given.kind} has at least one", tag, len(tags) + 2)


def of_segment(given: Segment) -> Iterator[Problem]:
    """What is wrong in its elements; nothing of a segment that no table knows."""
    for number, (kind, least, most, mandatory) in enumerate(_TABLES.get(given.tag, ()), 1):
        value = given[number]
        if not value.strip():
            if mandatory:
                yield _at(given, number, problems.MISSING, "is missing")
        elif problem := _of_value(kind, value, least, most):
            yield _at(given, number, *problem)


def _of_value(kind: str, value: str, least: int, most: int) -> tuple[str, str] | None:
    length = len(value.lstrip("-").replace(".", "")) if kind in ("N", "R") else len(value)
    if length > most:
        return problems.TOO_LONG, f"has at most {most} characters"
    if not value.isprintable():
        return problems.CHARACTERS, "has characters that cannot be shown"
    if (kind == "R" and not _DECIMAL.match(value)) or (kind == "N" and not _WHOLE.match(value)):
        return problems.CHARACTERS, "is no number"
    if kind == "DT" and not _is_date(value):
        return problems.DATE, "is no date CCYYMMDD"
    if kind == "TM" and not _TIME.match(value):
        return problems.TIME, "is no time HHMM"
    return (problems.TOO_SHORT, f"has at least {least} characters") if length < least else None


def _is_date(value: str) -> bool:
    if len(value) != 8 or not (value.isascii() and value.isdecimal()):
        return False
    try:
        date(int(value[:4]), int(value[4:6]), int(value[6:]))
    except ValueError:
        return False
    return True


def _at(given: Segment, number: int, code: str, message: str) -> Problem:
    return Problem(ELEMENT, code, message, given.tag, given.at, number, given[number][:99])
