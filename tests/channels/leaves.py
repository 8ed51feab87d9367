"""Which leaves of a source document reach the order: found by taking each away, and by making it another, and reading the document again."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from functools import partial
from typing import Any

from waybill.channels.imported import Imported
from waybill.kernel.errors import InvalidInput

Path = tuple[str | int, ...]
Reader = Callable[[Any], Imported]
Change = Callable[[Any, Any], None]
OTHERS = ("another", "7", "7.00", "2031-05-06T07:08:09Z", "US", "success", "refund", "cancel", "virtual", "FULFILLED", "COMPLETED", "INCLUSIVE", 7, 0, True, {"x": 1})
"""What a leaf may become: any reader of a field must notice one of them."""


def leaves(node: Any, at: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Every value of a document that holds no others, with the way to it. An empty list or object is one."""
    inner = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    if not node or not isinstance(node, (dict, list)):
        yield at, node
        return
    for name, value in inner:
        yield from leaves(value, (*at, name))


def pattern(path: Path) -> str:
    """`("line_items", 0, "price")` → `line_items[].price`."""
    return "".join("[]" if isinstance(step, int) else f".{step}" for step in path).removeprefix(".")


def influential(read: Reader, document: Any, known: Mapping[str, bool]) -> dict[str, bool]:
    """{pattern: whether a leaf of that pattern influences what the reader answers}. Of those `known` to do nothing is asked. Leaves are changed many at
    once, and told apart only where that makes a difference. The document is left as it was."""
    found = {pattern(path): known.get(pattern(path), False) for path, _ in leaves(document)}
    before = _said(read, document)
    for change in (_removed, _near, *(partial(_into, other) for other in OTHERS)):
        asked = [path for path, _ in leaves(document) if not found[pattern(path)]]
        for path in _culprits(read, document, before, asked, change):
            found[pattern(path)] = True
    return found


def _culprits(read: Reader, document: Any, before: str, paths: list[Path], change: Change) -> Iterator[Path]:
    if not paths or _said(read, _changed(document, paths, change)) == before:
        return
    if len(paths) == 1:
        yield paths[0]
        return
    half = len(paths) // 2
    yield from _culprits(read, document, before, paths[:half], change)
    yield from _culprits(read, document, before, paths[half:], change)


def _changed(document: Any, paths: list[Path], change: Change) -> Any:
    made = copy.deepcopy(document)
    for path in paths:
        holder = made
        for step in path[:-1]:
            holder = holder[step]
        change(holder, path[-1])
    return made


def _removed(holder: Any, name: Any) -> None:
    if isinstance(holder, dict):
        del holder[name]


def _near(holder: Any, name: Any) -> None:
    """Of the same kind, and another."""
    value = holder[name]
    if isinstance(value, bool):
        holder[name] = not value
    elif isinstance(value, (int, Decimal)):
        holder[name] = value + 1
    elif isinstance(value, str):
        holder[name] = f"{value} too"


def _into(other: Any, holder: Any, name: Any) -> None:
    holder[name] = other


def _said(read: Reader, document: Any) -> str:
    try:
        return repr(read(document))
    except InvalidInput as problem:
        return f"{type(problem).__name__}: {problem.message}"


def plain(raw: bytes | str) -> Any:
    """A document as the door parses it."""
    return json.loads(raw, parse_float=Decimal)
