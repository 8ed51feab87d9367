"""What may be promised of a SKU from which day on: what is free, less what waiting orders will take, and what is on its way. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby


@dataclass(frozen=True, slots=True)
class Due:
    """Units on their way to a node, `on` an ISO date; empty where nobody knows when. `id` names the purchase order or transfer."""

    id: str
    node: str
    on: str
    units: int


@dataclass(frozen=True, slots=True)
class Promise:
    """`units` may be sold from `since` on; since is empty for now."""

    since: str
    units: int


def promises(available: int, waiting: int, due: Iterable[Due], today: str) -> list[Promise]:
    """Units that may be promised from day to day, each with all before it; the first is now. What is late is expected today at the earliest, what has
    no date is promised to nobody. Days that bring nothing more to sell are left out."""
    dated = sorted((each for each in due if each.on), key=lambda each: max(each.on, today))
    left = available - waiting
    found = [Promise("", max(0, left))]
    for day, group in groupby(dated, key=lambda each: max(each.on, today)):
        left += sum(each.units for each in group)
        if left > found[-1].units:
            found.append(Promise(day, left))
    return found


def expected(found: Iterable[Promise]) -> str:
    """The first day on which one more could be sold; empty for now, or where nobody knows."""
    first = next((each for each in found if each.units > 0), None)
    return first.since if first else ""
