"""Dangerous goods in parcels: what rides under a mark alone, what may lie beside what, which service takes it. Rules as tables. Pure.

Sources: UN Model Regulations, special provision 188 (small lithium batteries) and chapter 3.4 (limited quantities); IATA packing instructions 965 to 970; the segregation of
classes after 49 CFR 177.848, made stricter where that allows exceptions by distance, which a parcel has not.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

EXCEPTED = "excepted"
"""What a service takes that takes dangerous goods only under a mark."""
LITHIUM = {"UN3480": "lithium ion batteries", "UN3481": "lithium ion batteries with equipment", "UN3090": "lithium metal batteries", "UN3091": "lithium metal batteries with equipment"}
_LOOSE_LITHIUM = ("UN3480", "UN3090")
_SMALL_WH = 100
_NEVER_EXCEPTED = ("1", "6.2", "7")
"""Explosives, what infects, what radiates: no quantity of them is limited."""
_APART = (
    ("2.1", "5.1"), ("2.1", "5.2"), ("2.3", "3"), ("3", "5.1"), ("3", "5.2"), ("4.1", "5.1"), ("4.1", "5.2"), ("4.2", "5.1"), ("4.2", "5.2"), ("4.3", "5.1"),
    ("4.3", "8"), ("4.2", "8"), ("5.1", "8"), ("5.2", "8"), ("5.1", "6.1"), ("6.1", "8"),
)  # fmt: skip
"""Classes of which one kindles, feeds or sets free the other."""
_APART_FROM_LOOSE_LITHIUM = ("2.1", "3", "4.1", "5.1")


class Hazard(Protocol):
    """The part of `shop.model.Hazard` that is asked here."""

    @property
    def un(self) -> str: ...
    @property
    def hazard_class(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def packing_group(self) -> str: ...
    @property
    def watt_hours(self) -> int: ...
    @property
    def limited_quantity(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class Mark:
    """What must be on the outside: `sign` is what is drawn (`lithium`, `limited`, or the class), `text` what stands in it."""

    sign: str
    text: str


def excepted(hazard: Hazard) -> bool:
    """Whether it rides as usual goods under a mark: small lithium batteries of which the watt-hours are known, and limited quantities."""
    if hazard.un in LITHIUM:
        return 0 < hazard.watt_hours <= _SMALL_WH
    return hazard.limited_quantity and _main(hazard.hazard_class) not in _NEVER_EXCEPTED and hazard.hazard_class not in _NEVER_EXCEPTED


def together(one: Hazard, other: Hazard) -> bool:
    """Whether both may lie in one parcel."""
    classes = (_division(one.hazard_class), _division(other.hazard_class))
    if "1" in (_main(classes[0]), _main(classes[1])) and one.un != other.un:
        return False
    if any(a.un in _LOOSE_LITHIUM and _division(b.hazard_class) in _APART_FROM_LOOSE_LITHIUM for a, b in ((one, other), (other, one))):
        return False
    return classes not in _APART and classes[::-1] not in _APART


def grouped(hazards: Sequence[Hazard | None]) -> list[int]:
    """A number for each, so that those with the same one may lie in one parcel; what is not dangerous goes with the first."""
    groups: list[list[Hazard]] = []
    numbers: dict[int, int] = {}
    for place, hazard in enumerate(hazards):
        if hazard is None:
            numbers[place] = 0
            continue
        fitting = next((n for n, group in enumerate(groups) if all(together(hazard, other) for other in group)), len(groups))
        if fitting == len(groups):
            groups.append([])
        groups[fitting].append(hazard)
        numbers[place] = fitting
    return [numbers[place] for place in range(len(hazards))]


def takes(accepted: Iterable[str], hazards: Iterable[Hazard]) -> bool:
    """Whether a service that accepts these UN numbers and classes, and `excepted` goods or not, takes a parcel with all of the hazards in it."""
    known = set(accepted)
    return all((EXCEPTED in known and excepted(each)) or each.un in known or each.hazard_class in known or _division(each.hazard_class) in known for each in hazards)


def marks(hazards: Iterable[Hazard]) -> tuple[Mark, ...]:
    """What the parcel must bear, each once."""
    return tuple(dict.fromkeys(_mark(each) for each in sorted(hazards, key=lambda each: each.un)))


def note(hazard: Hazard) -> str:
    """As it stands in a transport document: `UN1263, PAINT, 3, PG II`, with how it rides."""
    parts = [hazard.un, hazard.name.upper(), hazard.hazard_class, f"PG {hazard.packing_group}" if hazard.packing_group else ""]
    how = "" if not excepted(hazard) else f"{hazard.watt_hours} Wh, small battery under the lithium mark" if hazard.un in LITHIUM else "limited quantity"
    return ", ".join(part for part in (*parts, how) if part)


def _mark(hazard: Hazard) -> Mark:
    if not excepted(hazard):
        return Mark(hazard.hazard_class, f"{hazard.un} {hazard.name}")
    return Mark("lithium", hazard.un) if hazard.un in LITHIUM else Mark("limited", "LIMITED QUANTITY")


def _division(hazard_class: str) -> str:
    """`1.4S` is of division 1.4."""
    return hazard_class.rstrip("ABCDEFGHJKLNS")


def _main(hazard_class: str) -> str:
    return hazard_class.split(".")[0]
