"""An .xlsx file → lines of text, read by openpyxl as a stream: the only module that knows of it. What a file claims of its size is looked at first."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from waybill.imports.model.columns import MOST_COLUMNS
from waybill.kernel.errors import Malformed, TooLarge

MOST_UNPACKED = 100_000_000
_EXACT = 10**15
"""A spreadsheet keeps fifteen digits of a number."""
_DAMAGED = (
    zipfile.BadZipFile, zlib.error, KeyError, ValueError, SyntaxError, EOFError, OSError, AttributeError, TypeError, IndexError,
    OverflowError, NotImplementedError, RuntimeError, AssertionError,
)  # fmt: skip
"""What openpyxl and the zip below it are seen to raise for a file that is none."""


def rows(raw: bytes, sheet: str = "") -> Iterator[list[str]]:
    """Every line of a sheet (the first unless named) as text, formulas by the values that were kept with them. Raises Malformed, TooLarge."""
    _refuse_what_is_no_workbook(raw)
    try:
        yield from _rows(raw, sheet)
    except _DAMAGED as problem:
        raise Malformed(f"the workbook is damaged ({type(problem).__name__}): open it and save it anew") from None


def _rows(raw: bytes, wanted: str) -> Iterator[list[str]]:
    from openpyxl import load_workbook

    book = load_workbook(io.BytesIO(raw), read_only=True, data_only=True, keep_links=False)
    names = [each.title for each in book.worksheets]
    if not names or (wanted and wanted not in names):
        raise Malformed(f"there is no sheet {wanted[:80]!r}; there are {', '.join(names)[:300]}", fields={"sheet": "unknown"})
    page: Any = book.worksheets[names.index(wanted) if wanted else 0]
    page.reset_dimensions()  # what it says of itself may be wrong, or a million rows
    width = next((_width(line) for line in page.iter_rows(values_only=True, max_col=MOST_COLUMNS + 1) if _width(line)), 0)
    for line in page.iter_rows(values_only=True, max_col=width + 1):
        yield [_text(cell) for cell in line]


def _width(line: tuple[Any, ...]) -> int:
    """Up to the last cell that says something."""
    return max((place for place, cell in enumerate(line, 1) if cell is not None and str(cell).strip()), default=0)


def _text(cell: Any) -> str:
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, (int, float)):
        return _number(cell)
    if isinstance(cell, datetime):
        day, time = cell.date().isoformat(), cell.time().isoformat("seconds")
        return day if time == "00:00:00" else f"{day}T{time}"
    return cell.isoformat() if isinstance(cell, date) else str(cell)


def _number(cell: float) -> str:
    """As it is shown, not as binary fractions have it: 0.1 + 0.2 is 0.3."""
    if abs(cell) >= _EXACT:
        return f"{cell:.14E}"
    return str(int(cell)) if cell == int(cell) else f"{cell:.15g}"


def _refuse_what_is_no_workbook(raw: bytes) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as packed:
            entries = {entry.filename: entry for entry in packed.infolist()}
            if "xl/workbook.xml" not in entries:
                raise Malformed("the file is no .xlsx workbook: save it as .xlsx or as CSV")
            if sum(entry.file_size for entry in entries.values()) > MOST_UNPACKED:
                raise TooLarge(f"the workbook unpacks to more than {MOST_UNPACKED // 10**6} MB: send it in parts")
            for name in entries:
                if name.endswith((".xml", ".rels")) and b"<!DOCTYPE" in packed.open(name).read(2000):
                    raise Malformed("the workbook declares entities of its own, which no spreadsheet does")
    except _DAMAGED as problem:
        raise Malformed(f"the workbook is damaged ({type(problem).__name__}): open it and save it anew") from None
