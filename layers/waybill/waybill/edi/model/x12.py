"""X12 interchanges: what they consist of, and how they are written. `parsing` reads them. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from waybill.edi.model.problems import Problem

ISA_WIDTHS = (2, 10, 2, 10, 2, 15, 2, 15, 6, 4, 1, 5, 9, 1, 1, 1)


@dataclass(frozen=True, slots=True)
class Segment:
    """`at`: its place in the transaction set (ST is 1), or in the file."""

    tag: str
    elements: tuple[str, ...] = ()
    at: int = 0

    def __getitem__(self, number: int) -> str:
        """An element by its number from 1; empty where there is none."""
        return self.elements[number - 1] if 0 < number <= len(self.elements) else ""


def segment(tag: str, *elements: object) -> Segment:
    """A segment to write; empty elements at its end are left out, as the standard wants."""
    told = [str(each) for each in elements]
    while told and not told[-1]:
        told.pop()
    return Segment(tag, tuple(told))


@dataclass(frozen=True, slots=True)
class TransactionSet:
    """`kind`: 940, 945, …; `segments`: those between ST and SE."""

    kind: str
    control: str
    segments: tuple[Segment, ...]
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class Group:
    """Transaction sets of one functional kind (OW for 940, SW for 945, …)."""

    functional: str
    sender: str
    receiver: str
    control: str
    sets: tuple[TransactionSet, ...]
    version: str = "004010"
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class Party:
    """Who sends or receives: an id and what kind of id it is (ZZ mutually agreed, 01 DUNS, 12 telephone, 08 UCC)."""

    id: str
    qualifier: str = "ZZ"


@dataclass(frozen=True, slots=True)
class Interchange:
    """`at`: "YYYYMMDDHHMM" of the sender's clock; `wants_answer`: the sender asks for a TA1. `control` has nine digits, with the zeros before them."""

    sender: Party
    receiver: Party
    control: str
    at: str
    groups: tuple[Group, ...]
    test: bool = False
    wants_answer: bool = False
    problems: tuple[Problem, ...] = ()

    @property
    def sets(self) -> list[TransactionSet]:
        return [each for group in self.groups for each in group.sets]


@dataclass(frozen=True, slots=True)
class Marks:
    """Between elements, between components, and after a segment."""

    element: str = "*"
    component: str = ">"
    end: str = "~"


USUAL = Marks()


def written(interchange: Interchange, marks: Marks = USUAL, notes: Iterable[Segment] = ()) -> str:
    """The file. `notes`: TA1 segments, which stand in no group. What a value has of the delimiters becomes a space."""
    it = interchange
    isa = ("00", "", "00", "", it.sender.qualifier, it.sender.id, it.receiver.qualifier, it.receiver.id, it.at[2:8], it.at[8:12], "U", "00401")
    ends = (f"{int(it.control):09d}", "1" if it.wants_answer else "0", "T" if it.test else "P", marks.component)
    fixed = tuple(value.ljust(width)[:width] for value, width in zip((*isa, *ends), ISA_WIDTHS, strict=True))
    lines = [Segment("ISA", fixed), *notes, *_groups(it), segment("IEA", len(it.groups), f"{int(it.control):09d}")]
    return "".join(_line(each, marks) for each in lines)


def _groups(it: Interchange) -> Iterator[Segment]:
    for group in it.groups:
        yield segment("GS", group.functional, group.sender, group.receiver, it.at[:8], it.at[8:12], group.control, "X", group.version)
        for each in group.sets:
            yield segment("ST", each.kind, each.control)
            yield from each.segments
            yield segment("SE", len(each.segments) + 2, each.control)
        yield segment("GE", len(group.sets), group.control)


def _line(each: Segment, marks: Marks) -> str:
    clean = str.maketrans({mark: " " for mark in (marks.element, marks.component, marks.end, "\r", "\n")})
    told = each.elements if each.tag == "ISA" else tuple(value.translate(clean) for value in each.elements)
    return marks.element.join((each.tag, *told)) + marks.end + ("" if marks.end == "\n" else "\n")
