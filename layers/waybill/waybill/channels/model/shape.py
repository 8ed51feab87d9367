"""The shape of documents: which fields they have, and in how many of them. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

_DEEPEST, _MOST = 6, 1500
ALWAYS, ENOUGH = 0.95, 20
"""A field belongs to a document if this part of them has it; so many documents are needed to say that one has vanished."""


@dataclass(frozen=True, slots=True)
class Drift:
    """Fields that no earlier document had, and that every earlier one had and no new one has."""

    appeared: tuple[str, ...] = ()
    vanished: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.appeared or self.vanished)


def paths(document: Any) -> frozenset[str]:
    """`line_items[].price`: every field that says something, at most 1500 of them. Names that are data (a numeric or very long key) are `*`."""
    found: set[str] = set()

    def walk(value: Any, at: str, depth: int) -> None:
        if isinstance(value, dict) and depth < _DEEPEST:
            for name, inner in value.items():
                walk(inner, f"{at}.{_name(name)}".lstrip("."), depth + 1)
        elif isinstance(value, list) and depth < _DEEPEST:
            for inner in value[:20]:
                walk(inner, f"{at}[]", depth + 1)
        elif value is not None and len(found) < _MOST:
            found.add(at)

    walk(document, "", 0)
    return frozenset(found)


def _name(name: str) -> str:
    return "*" if not name or len(name) > 60 or name[0].isdigit() else name


def counted(documents: Iterable[frozenset[str]]) -> Counter[str]:
    return Counter(path for each in documents for path in each)


def drift(known: Mapping[str, int], of: int, new: Mapping[str, int], among: int) -> Drift:
    """`known` in `of` earlier documents, `new` in the `among` that came since. With too few to say, nothing is said."""
    appeared = sorted(path for path in new if path not in known) if of >= ENOUGH else []
    gone = sorted(path for path, count in known.items() if count >= ALWAYS * of and path not in new) if min(of, among) >= ENOUGH else []
    return Drift(tuple(appeared), tuple(gone))
