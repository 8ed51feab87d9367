"""Which leaves of a source document reach the order: found by taking each away, and by making it another, and reading the document again."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from typing import Any

from waybill.channels.imported import Imported
from waybill.kernel.errors import InvalidInput

Path = tuple[str | int, ...]
Reader = Callable[[Any], Imported]
_AT = "2026-11-23T03:20:00.000Z"
_OTHER = ("another", "7", "7.00", "2031-05-06T07:08:09Z", "US", "success", "refund", 7, True, {"x": 1}, [{"x": 1}])
"""What a leaf may become: one of them any reader of a field must notice."""


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


def influential(read: Reader, document: Any) -> dict[str, bool]:
    """{pattern: whether any leaf of that pattern influences what the reader answers}."""
    before, found = _said(read, document), dict[str, bool]()
    for path, value in leaves(document):
        where = pattern(path)
        if not found.get(where):
            found[where] = any(_said(read, other) != before for other in _others(document, path, value))
    return found


def _others(document: Any, path: Path, value: Any) -> Iterable[Any]:
    yield _with(document, path, remove=True)
    for other in (*_near(value), *_OTHER):
        if other != value:
            yield _with(document, path, other)


def _near(value: Any) -> tuple[Any, ...]:
    """Of the same kind, and another."""
    if isinstance(value, bool):
        return (not value,)
    if isinstance(value, (int, Decimal)):
        return (value + 1, 0)
    return (f"{value} too",) if isinstance(value, str) else ()


def _with(document: Any, path: Path, value: Any = None, remove: bool = False) -> Any:
    made = copy.deepcopy(document)
    inner = made
    for step in path[:-1]:
        inner = inner[step]
    if remove:
        del inner[path[-1]]
    else:
        inner[path[-1]] = value
    return made


def _said(read: Reader, document: Any) -> str:
    try:
        return repr(read(document))
    except InvalidInput as problem:
        return f"{type(problem).__name__}: {problem.message}"


def plain(raw: bytes | str) -> Any:
    """A document as the door parses it."""
    return json.loads(raw, parse_float=Decimal)
