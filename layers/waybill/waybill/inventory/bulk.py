"""Stock of many rows at once: each row is a movement of its own, done once, or refused with the field that is wrong."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from waybill.inventory.movements import COUNTED, Movements, refuse_nonsense
from waybill.kernel.cards import masked
from waybill.kernel.errors import InvalidInput, Malformed, WaybillError
from waybill.kernel.ids import digest

MOST_ROWS = 1000
COLUMNS = ("sku", "node", "kind", "quantity", "reason", "reference")
_NEEDED = ("sku", "node", "kind", "quantity")
_LONGEST = 120
_MOST_DIGITS = 12

Raw = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Line:
    """What became of a row; `row` counts from 1. `status`: done, valid (only looked at), refused. `change`: units on hand that were added. `code` is
    the error's."""

    row: int
    sku: str
    node: str
    status: str
    change: int = 0
    code: str = ""
    field: str = ""
    problem: str = ""

    def to_dict(self) -> dict[str, Any]:
        about = {"row": self.row, "sku": self.sku, "node": self.node, "status": self.status}
        if self.problem:
            return {**about, "code": self.code, "field": self.field, "problem": self.problem}
        return {**about, "change": self.change}


@dataclass(frozen=True, slots=True)
class Bulk:
    """`known` tells of SKUs which the shop has; `nodes` are those that the caller may write to."""

    movements: Movements
    known: Callable[[list[str]], set[str]]
    nodes: set[str]

    def run(self, rows: list[Raw], key: str, *, dry: bool = False) -> list[Line]:
        """Every row on its own, in order: what is refused keeps no other from being done. Under the same key the same rows happen once."""
        skus = self.known(sorted({row["sku"].strip() for row in rows if isinstance(row.get("sku"), str)} - {""}))
        counted: set[tuple[str, str]] = set()
        return [self._line(number, row, skus, counted, key, dry) for number, row in enumerate(rows, 1)]

    def _line(self, number: int, raw: Raw, skus: set[str], counted: set[tuple[str, str]], key: str, dry: bool) -> Line:
        sku, node = str(raw.get("sku") or "")[:_LONGEST], str(raw.get("node") or "")[:_LONGEST]
        try:
            kind, quantity, reason, reference = self._wanted(raw, skus, counted)
            if dry:
                return Line(number, sku, node, "valid")
            name = digest("bulk", key, str(number), sku, node)
            done = self.movements.record(sku, node, kind, quantity, f"hand-{name}", reason=reason, reference=reference)
            return Line(number, sku, node, "done", done.quantity)
        except WaybillError as problem:
            return Line(number, sku, node, "refused", 0, problem.code, next(iter(problem.fields), ""), problem.message)

    def _wanted(self, raw: Raw, skus: set[str], counted: set[tuple[str, str]]) -> tuple[str, int, str, str]:
        """Raises InvalidInput for the first field that is wrong."""
        for field in sorted(set(raw) - set(COLUMNS)):
            raise InvalidInput(f"{field[:_LONGEST]} is unknown; there are {', '.join(COLUMNS)}", fields={field[:_LONGEST]: "unknown"})
        texts = {name: _text(raw, name) for name in COLUMNS if name != "quantity"}
        if texts["sku"] not in skus:
            raise InvalidInput("the shop has no such SKU", fields={"sku": "unknown"})
        if texts["node"] not in self.nodes:
            raise InvalidInput("there is no such node", fields={"node": "unknown"})
        quantity = _whole(raw.get("quantity"))
        refuse_nonsense(texts["kind"], quantity, texts["reason"])
        place = (texts["sku"], texts["node"])
        if texts["kind"] == COUNTED and place in counted:
            raise InvalidInput("a row above has counted the same", fields={"sku": "twice"})
        if texts["kind"] == COUNTED:
            counted.add(place)
        return texts["kind"], quantity, texts["reason"], texts["reference"]


def from_csv(text: str, columns: Collection[str] = COLUMNS, needed: Iterable[str] = _NEEDED) -> list[Raw]:
    """Rows of a CSV file with a line of column names. Raises Malformed where the file as a whole cannot be read."""
    reader = csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""), strict=True)
    try:
        lines = [line for line in reader if any(cell.strip() for cell in line)]
    except csv.Error as wrong:
        raise Malformed(f"line {reader.line_num} of the CSV cannot be read: {wrong}", fields={"body": f"line {reader.line_num}"}) from None
    names = [name.strip().lower() for name in lines[0]] if lines else []
    for name in needed:
        if names.count(name) != 1:
            raise Malformed(f"the first line names the columns; {name} must be one of them, once", fields={name: "missing or twice"})
    for name in names:
        if name not in columns or names.count(name) != 1:
            raise Malformed(f"the column {name[:_LONGEST]!r} is unknown or there twice; there are {', '.join(columns)}", fields={name[:_LONGEST]: "unknown"})
    return few([_named(names, line) for line in lines[1:]])


def few(rows: list[Raw]) -> list[Raw]:
    """Raises Malformed for none, or more than may come at once."""
    if not 0 < len(rows) <= MOST_ROWS:
        raise Malformed(f"send 1 to {MOST_ROWS} rows at once, not {len(rows)}", fields={"rows": f"1 to {MOST_ROWS}"})
    return rows


def counts(lines: Iterable[Line]) -> dict[str, int]:
    """How many rows came to what."""
    told = [line.status for line in lines]
    return {status: told.count(status) for status in ("done", "valid", "refused")}


def _named(names: list[str], line: list[str]) -> Raw:
    extra = {"column beyond the last": "x"} if len(line) > len(names) else {}
    return {**dict(zip(names, (masked(cell.strip()) for cell in line), strict=False)), **extra}  # no card number is kept (I29)


def _text(raw: Raw, name: str) -> str:
    value = raw.get(name, "")
    value = "" if value is None else value
    if not isinstance(value, str) or len(value) > _LONGEST or not value.isprintable():
        raise InvalidInput(f"{name} is a text of at most {_LONGEST} printable characters", fields={name: "a text"})
    if not value.strip() and name in _NEEDED:
        raise InvalidInput(f"{name} is missing", fields={name: "required"})
    return value.strip()


def _whole(value: Any) -> int:
    """Numbers, and texts as CSV has them: -3, 12. Raises InvalidInput, also for 1.0 and 1e3."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    digits = value.strip().removeprefix("-") if isinstance(value, str) else ""
    if not (digits.isascii() and digits.isdecimal() and len(digits) <= _MOST_DIGITS):
        raise InvalidInput("quantity is a whole number", fields={"quantity": "a whole number"})
    return int(value)
