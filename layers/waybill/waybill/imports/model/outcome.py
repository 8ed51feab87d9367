"""What became of one order of the file when it was checked, and the files that tell a person of it."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from waybill.imports.model.bodies import Problem, Row
from waybill.imports.model.cells import guarded
from waybill.imports.model.columns import FIELD, PROBLEM, column, is_ours
from waybill.kernel.plain import plain

_NOTES = ("row", "external_reference", "field", "note")


@dataclass(frozen=True, slots=True)
class Outcome:
    """`problems` keep it from being stored, `notes` do not: what was left out, and what a person will have to look at. `body` is what is kept, empty
    where it is not stored: for its problems, or because the same order is `known` already."""

    reference: str
    rows: tuple[Row, ...]
    problems: tuple[Problem, ...] = ()
    notes: tuple[Problem, ...] = ()
    order_id: str = ""
    body: str = ""
    known: bool = False
    held: bool = False
    is_history: bool = False

    def to_dict(self) -> dict[str, Any]:
        return plain(self)

    @classmethod
    def of(cls, raw: dict[str, Any]) -> Outcome:
        told = {name: tuple(Problem(**each) for each in raw[name]) for name in ("problems", "notes")}
        return cls(**{**raw, **told, "rows": tuple(Row(row["number"], tuple(row["cells"]), row["spare"]) for row in raw["rows"])})


def counts(outcomes: Iterable[Outcome]) -> dict[str, int]:
    """How many orders and rows came to what."""
    total = {name: 0 for name in ("rows_seen", "rows_good", "rows_bad", "orders_good", "orders_bad", "orders_known", "orders_held")}
    for each in outcomes:
        good, rows = not each.problems, len(each.rows)
        wrong = len({problem.row for problem in each.problems})
        for name, count in (
            ("rows_seen", rows), ("rows_good", rows - wrong), ("rows_bad", wrong), ("orders_good", good), ("orders_bad", not good),
            ("orders_known", each.known), ("orders_held", good and each.held and not each.known),
        ):  # fmt: skip
            total[name] += int(count)
    return total


def errors_file(headings: Sequence[str], outcomes: Iterable[Outcome], delimiter: str, everything: bool) -> bytes:
    """The rows that were not stored, as they came and in their order, each with what is wrong with it: to be corrected in place and sent again.
    `everything`: the rows of the others too."""
    kept = [place for place, heading in enumerate(headings) if not is_ours(heading)]
    codes = {place for place, known in enumerate(map(column, headings)) if known and known.tender and known.path[-1] == "token"}
    lines = []
    for outcome in outcomes:
        if outcome.problems or everything:
            lines += [(row, _told(row, outcome)) for row in outcome.rows]
    lines.sort(key=lambda line: line[0].number)
    cells = [[*(_cell(row.cells, place, place in codes) for place in kept), *told] for row, told in lines]
    return _file([*(headings[place] for place in kept), PROBLEM, FIELD], cells, delimiter)


def notes_file(outcomes: Iterable[Outcome], delimiter: str) -> bytes:
    """What was left out of orders that are good, and what will hold them; empty for nothing."""
    found = [(note, outcome) for outcome in outcomes if not outcome.problems for note in outcome.notes]
    found.sort(key=lambda each: each[0].row)
    lines = [[str(note.row), outcome.reference, note.column, note.says] for note, outcome in found]
    return _file(_NOTES, lines, delimiter) if lines else b""


def template(delimiter: str = ",") -> bytes:
    """Two orders, one of them of two lines: what a person starts from."""
    return _file(_EXAMPLE[0], _EXAMPLE[1:], delimiter)


def _told(row: Row, outcome: Outcome) -> tuple[str, str]:
    own = [problem for problem in outcome.problems if problem.row == row.number]
    if not own and outcome.problems:
        return f"nothing wrong here, but in row {outcome.problems[0].row} of the same order", ""
    says = [f"{problem.column}: {problem.says}" if problem.column else problem.says for problem in own]
    return "; ".join(says), ", ".join(dict.fromkeys(problem.column for problem in own if problem.column))


def _cell(cells: Sequence[str], place: int, may_be_code: bool) -> str:
    """As it came, but for the code of a gift card: what we keep it by is none, and must not be taken for one."""
    cell = cells[place] if place < len(cells) else ""
    return "" if may_be_code and cell.startswith("credit_") else cell


def _file(headings: Iterable[str], lines: Iterable[Iterable[str]], delimiter: str) -> bytes:
    """With a byte order mark, without which spreadsheets take UTF-8 for something else."""
    out = io.StringIO()
    written = csv.writer(out, delimiter=delimiter, lineterminator="\r\n")
    written.writerow([guarded(heading) for heading in headings])
    written.writerows([guarded(cell) for cell in line] for line in lines)
    return b"\xef\xbb\xbf" + out.getvalue().encode("utf-8", "replace")


_EXAMPLE = (
    ("external_reference", "currency", "total", "customer_email", "customer_name", "ship_to_name", "ship_to_line1", "ship_to_city", "ship_to_region",
     "ship_to_postal_code", "ship_to_country", "shipping_method", "shipping_amount", "tender_kind", "tender_amount", "tender_reference", "sku", "title",
     "quantity", "unit_price", "line_tax"),
    ("S-1001", "USD", "31.80", "ada@example.com", "Ada Byron", "Ada Byron", "500 Main St", "Denver", "CO", "80202", "US", "standard", "6.00", "terms",
     "31.80", "Invoice 1001", "WB-001", "First thing", "1", "24.00", "1.80"),
    ("S-1002", "USD", "25.40", "max@example.com", "Max Moritz", "Max Moritz", "1 Lake St", "Reno", "NV", "89501", "US", "standard", "5.00", "terms",
     "25.40", "Invoice 1002", "WB-002", "Mug", "1", "10.00", "0.20"),
    ("S-1002", "", "", "", "", "", "", "", "", "", "", "", "", "", "", "", "WB-003", "Cup", "1", "10.00", "0.20"),
)  # fmt: skip
