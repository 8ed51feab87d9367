"""Rows that name the same order → the order as `POST /v1/orders` takes it, and back from what is wrong with it to row and column."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from waybill.imports.model.cells import SHORTENED, NotThis, value
from waybill.imports.model.columns import HISTORY, LINE, ORDER, Column

_INDEXED = re.compile(r"(\w+)\[(\d+)\](?:\.(.*))?\Z", re.DOTALL)
_ZIP_WITHOUT_ITS_ZERO = re.compile(r"[0-9]{3,4}\Z")
_NEEDS_TEXT = "looks shortened by the spreadsheet: format the column as text and write it anew"


@dataclass(frozen=True, slots=True)
class Row:
    """`number` is the one that a spreadsheet shows. Cells beyond the last column are `spare`."""

    number: int
    cells: tuple[str, ...]
    spare: bool = False


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong in a row, and in which column. `optional`: the order can do without it, and `path` is what it would do without."""

    row: int
    column: str
    says: str
    optional: bool = False
    path: str = ""


@dataclass(slots=True)
class Body:
    """An order's body as far as its cells could be read, and what was wrong with them. `is_history`: it was fulfilled before it came to us."""

    order: dict[str, Any]
    rows: Sequence[Row]
    problems: list[Problem] = field(default_factory=list)
    tenders: Sequence[int] = ()
    is_history: bool = False
    columns: Mapping[tuple[str, ...], Column] = field(default_factory=dict)

    def at(self, path: str, says: str) -> Problem:
        """What the order's own reader says of a field, where the person finds it: `lines[1].quantity` is the second row's `quantity`."""
        found = _INDEXED.match(path)
        row, where, of_line = self.rows[0].number, tuple(path.split(".")), False
        if found and found[1] == "lines" and int(found[2]) < len(self.rows):
            row, where, of_line = self.rows[int(found[2])].number, _split(found[3]), True
        elif found and found[1] == "tenders" and int(found[2]) < len(self.tenders):
            where = ("tenders", str(self.tenders[int(found[2])]), *_split(found[3]))
        elif where[0] == "attributes":
            where = ("attributes", path.partition(".")[2])
        column = self.columns.get((*where, "of line") if of_line else where)
        return Problem(row, column.name if column else path, says, bool(column and column.optional), path)

    def without(self, path: str) -> bool:
        """Leaves a field out that the order can do without; half of a billing address is none. False where it is not there."""
        if path.startswith("bill_to"):
            return self.order.pop("bill_to", None) is not None
        found = _INDEXED.match(path)
        inside: Any = self.order[found[1]][int(found[2])] if found else self.order
        *above, last = _split(found[3]) if found else _split(path)
        for name in above:
            inside = inside.get(name, {})
        return inside.pop(last, None) is not None


def read(columns: Sequence[Column | None], rows: Sequence[Row]) -> Body:
    """One order. What stands in several rows of its own columns must be the same in each that says anything."""
    known = [(place, column) for place, column in enumerate(columns) if column]
    body = Body({"customer": {}, "ship_to": {}}, rows, columns=_by_path(column for _, column in known))
    for row in rows:
        if row.spare:
            body.problems.append(Problem(row.number, "", "has more cells than the first line has columns: is a delimiter in it not quoted?"))
    tenders: dict[int, dict[str, Any]] = {}
    for place, column in known:
        if not column.of_line:
            _put_once(body, place, column, tenders)
    body.order["lines"] = [_line(body, row, known) for row in rows]
    if tenders:
        body.tenders = sorted(tenders)
        body.order["tenders"] = [tenders[number] for number in body.tenders]
    _look_for_what_a_spreadsheet_does(body)
    said = body.order.pop(HISTORY.name, "")
    body.is_history = said == "delivered"
    if said and not body.is_history:
        body.problems.append(Problem(rows[0].number, HISTORY.name, "is `delivered`, or empty for an order that is still to be fulfilled"))
    return body


def _put_once(body: Body, place: int, column: Column, tenders: dict[int, dict[str, Any]]) -> None:
    said = [(row, row.cells[place]) for row in body.rows if place < len(row.cells) and row.cells[place].strip()]
    if not said:
        return
    first, cell = said[0]
    for row, other in said[1:]:
        if other.strip() != cell.strip():
            says = f"differs from row {first.number} of the same order"
            body.problems.append(Problem(row.number, column.name, says, column.optional))
    inside = body.order if not column.tender else tenders.setdefault(column.tender, {})
    for name in column.path[2:-1] if column.tender else column.path[:-1]:
        inside = inside.setdefault(name, {})
    _put(body, inside, column, first.number, cell)


def _line(body: Body, row: Row, known: Iterable[tuple[int, Column]]) -> dict[str, Any]:
    line: dict[str, Any] = {}
    for place, column in known:
        if column.of_line and place < len(row.cells) and row.cells[place].strip():
            _put(body, line.setdefault("attributes", {}) if column.path[0] == "attributes" else line, column, row.number, row.cells[place])
    return line


def _put(body: Body, inside: dict[str, Any], column: Column, row: int, cell: str) -> None:
    try:
        inside[column.path[-1]] = value(column.kind, cell)
    except NotThis as problem:
        body.problems.append(Problem(row, column.name, str(problem), column.optional))


def _look_for_what_a_spreadsheet_does(body: Body) -> None:
    """Long numbers written short, and ZIP codes without the zero that they begin with."""
    order, first = body.order, body.rows[0].number
    if SHORTENED.match(str(order.get("external_reference", ""))):
        body.problems.append(Problem(first, "external_reference", f"it {_NEEDS_TEXT}"))
    for row, line in zip(body.rows, order["lines"], strict=True):
        if SHORTENED.match(line.get("sku", "")):
            body.problems.append(Problem(row.number, "sku", f"it {_NEEDS_TEXT}"))
    ship_to = order["ship_to"]
    if ship_to.get("country", "US") == "US" and _ZIP_WITHOUT_ITS_ZERO.match(ship_to.get("postal_code", "")):
        body.problems.append(Problem(first, "ship_to_postal_code", f"has too few digits for the United States: it {_NEEDS_TEXT}"))


def _by_path(columns: Iterable[Column]) -> dict[tuple[str, ...], Column]:
    """All columns by where they lead, also those that the file lacks: what is missing must be named."""
    return {(*each.path, "of line") if each.of_line else each.path: each for each in (*ORDER, *LINE, *columns)}


def _split(path: str | None) -> tuple[str, ...]:
    head, dot, rest = (path or "").partition(".")
    return (head, rest) if dot else (head,)
