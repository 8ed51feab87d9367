"""The bytes of a file → its rows as text, whichever kind of spreadsheet it is; rows → orders, by what they refer to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from waybill.imports.model import delimited
from waybill.imports.model.bodies import Row
from waybill.imports.model.cells import meant
from waybill.imports.model.columns import Column, columns, ignored
from waybill.kernel.cards import masked
from waybill.kernel.errors import Malformed, TooLarge
from waybill.kernel.ids import credit_token

MOST_ROWS = 50_000
_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
_AS_CODE = ("gift_card", "store_credit")


@dataclass(frozen=True, slots=True)
class Sheet:
    """What stands in the first line, what each of it means to us, and the rows below that have anything in them."""

    headings: tuple[str, ...]
    columns: list[Column | None]
    rows: list[Row]
    ignored: list[str]
    delimiter: str = ","


def read(raw: bytes, sheet: str = "") -> Sheet:
    """Raises Malformed where the file as a whole cannot be read, TooLarge where there is too much of it."""
    if raw.startswith(_OLE):
        raise Malformed("the file is locked with a password, or in Excel's old format: save it as .xlsx without a password, or as CSV")
    if raw.startswith(_ZIP):
        from waybill.imports import excel

        return _sheet(excel.rows(raw, sheet))
    text = delimited.text(raw)
    return replace(_sheet(delimited.rows(text)), delimiter=delimited.delimiter(text))


def _sheet(lines: Iterable[Sequence[str]]) -> Sheet:
    numbered = enumerate(lines, 1)
    headings = next((tuple(meant(cell) for cell in line) for _, line in numbered if any(cell.strip() for cell in line)), ())
    if not headings:
        raise Malformed("the file is empty")
    while headings and not headings[-1].strip():
        headings = headings[:-1]
    known = columns(headings)
    return Sheet(headings, known, list(_rows(numbered, known)), ignored(headings))


def _rows(numbered: Iterator[tuple[int, Sequence[str]]], known: Sequence[Column | None]) -> Iterator[Row]:
    width, seen = len(known), 0
    for number, line in numbered:
        if not any(cell.strip() for cell in line):
            continue
        seen += 1
        if seen > MOST_ROWS:
            raise TooLarge(f"the file has more than {MOST_ROWS} rows: send it in parts")
        cells = tuple(masked(meant(cell)) for cell in line[:width])  # no card number is kept, also where it does not belong (I29)
        yield Row(number, _without_codes(cells, known), any(cell.strip() for cell in line[width:]))


def _without_codes(cells: tuple[str, ...], known: Sequence[Column | None]) -> tuple[str, ...]:
    """The codes of gift cards and store credit replaced by what they are kept by: who has a code has the money."""
    kinds = {column.tender: cells[place].strip() for place, column in enumerate(known) if place < len(cells) and _is(column, "kind")}
    changed = list(cells)
    for place, column in enumerate(known):
        if place < len(cells) and _is(column, "token") and column and kinds.get(column.tender) in _AS_CODE and cells[place].strip():
            changed[place] = credit_token(cells[place])
    return tuple(changed)


def _is(column: Column | None, what: str) -> bool:
    return column is not None and bool(column.tender) and column.path[-1] == what


def orders(sheet: Sheet) -> list[list[Row]]:
    """The rows of each order, in the order in which the file comes to it; one without a reference stands for itself."""
    place = next(place for place, column in enumerate(sheet.columns) if column and column.name == "external_reference")
    found: dict[str, list[Row]] = {}
    for row in sheet.rows:
        reference = row.cells[place].strip() if place < len(row.cells) else ""
        found.setdefault(f"={reference}" if reference else f"#{row.number}", []).append(row)
    return list(found.values())
