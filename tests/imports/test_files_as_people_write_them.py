"""CSV files of all kinds: the same orders come out, or a clear word of what cannot be read. Never a crash, never a guess."""

import csv
import io
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.imports.desk import row, sheet
from waybill.channels import api
from waybill.imports import reading
from waybill.imports.model import bodies, cells, columns, delimited
from waybill.imports.model.outcome import Outcome, errors_file, template
from waybill.kernel import json as strict_json
from waybill.kernel.errors import InvalidInput
from waybill.orders.edge import AddressIn, CustomerIn, LineIn, OrderIn, ShippingIn, TenderIn

AT = "2026-11-23T03:20:00.000Z"
EDGES = [
    "Infinity", "-Infinity", "NaN", "sNaN", "1e999", "1E+20", "9" * 5000, "-1", "0", "", " ", "\x00", "\ud800", "\ufffd", "٣", "1_0", "1,50", "1.234,50",
    "$4.00", "+4", "XXX", "usd", "[[[[", '{"a": 1}', "null", "true", "#N/A", "=1+1", "'=1", "2026-13-45", "11/23/2026", "+999999-01-01T00:00:00Z",
    "4242424242424242", "a\nb", "a\tb", "\r", "x" * 3000, "é", "🎁", "<b>", "1.0", "4.00000",
]  # fmt: skip
KNOWN = [each.name for each in (*columns.ORDER, *columns.LINE, *columns.TENDER)] + ["attribute x", "line attribute y", "tender_10_kind", "nonsense"]


def the_orders(raw):
    found = reading.read(raw)
    return [bodies.read(found.columns, rows) for rows in reading.orders(found)]


def said(raw):
    return [(body.order, body.problems) for body in the_orders(raw)]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
def test_delimiter_and_encoding_do_not_matter(delimiter, encoding):
    rows = [row("A", customer_name="Zoë Müller", note='says "yes";\nand, no'), row("B")]
    assert said(sheet(*rows, delimiter=delimiter, encoding=encoding)) == said(sheet(*rows))


def test_a_first_line_may_say_what_parts_the_cells():
    assert said(b"sep=;\r\n" + sheet(row("A"), delimiter=";"))[0][0]["external_reference"] == "A"


def test_rows_are_numbered_as_a_spreadsheet_shows_them():
    raw = b"\n" + sheet(row("A", note="two\nlines"), row("B")) + b"\n,,,\n" + sheet(row("C", note="")).split(b"\r\n")[1]
    assert [each.number for each in reading.read(raw).rows] == [3, 4, 7]


@pytest.mark.parametrize("heading", ["external_reference", "External Reference", "EXTERNAL-REFERENCE", " externalReference ", "Order Number", "order"])
def test_a_heading_is_known_whatever_its_capitals_blanks_and_underscores(heading):
    found = columns.column(heading)
    assert found and found.name == "external_reference"


def test_every_column_leads_to_a_field_that_the_order_has():
    inside = {"customer": CustomerIn, "ship_to": AddressIn, "bill_to": AddressIn, "shipping": ShippingIn}
    for each in (*columns.ORDER, *columns.LINE, *columns.TENDER):
        model = LineIn if each.of_line else TenderIn if each.tender else inside.get(each.path[0], OrderIn)
        assert each.path[-1] in model.model_fields, each.name
    needed = {name for model in (OrderIn, CustomerIn, AddressIn, LineIn) for name, field in model.model_fields.items() if field.is_required()}
    assert needed - {"customer", "ship_to", "lines"} <= {each.path[-1] for each in (*columns.ORDER, *columns.LINE) if each.name in columns.NEEDED}


@pytest.mark.parametrize(
    ("cell", "column", "says"),
    [
        ("8,00", "total", "written with a comma"),
        ("1,234.50", "total", "written with a comma"),
        ("11/23/2026", "placed_at", "no date that everybody reads alike"),
        ("1.23457E+15", "external_reference", "looks shortened"),
        ("2134", "ship_to_postal_code", "too few digits"),
        ("Z\ufffdrich", "ship_to_city", "lost on its way"),
        ("#REF!", "unit_price", "a formula that has failed"),
        ("a\x00b", "customer_name", "a character that no text has"),
    ],
)
def test_what_a_spreadsheet_has_done_to_a_cell_is_said_and_not_guessed(cell, column, says):
    ((body),) = the_orders(sheet(row("A", **{column: cell})))
    assert [problem.column for problem in body.problems] == [column] and says in body.problems[0].says


@pytest.mark.parametrize(
    ("cell", "instant"),
    [
        ("2026-11-01", "2026-11-01T00:00:00.000Z"),
        ("2026-11-01 10:15", "2026-11-01T10:15:00.000Z"),
        ("2026-11-01T10:15:30", "2026-11-01T10:15:30.000Z"),
        ("2026-11-01T10:15:30+02:00", "2026-11-01T08:15:30.000Z"),
    ],
)
def test_a_date_is_iso_and_in_utc_unless_it_says_otherwise(cell, instant):
    (body,) = the_orders(sheet(row("A", placed_at=cell)))
    assert api.normalise("paper", body.order, AT).order.placed_at == instant


@pytest.mark.parametrize(("cell", "flag"), [("yes", True), ("TRUE", True), ("1", True), ("No", False), ("0", False), ("perhaps", "perhaps")])
def test_yes_and_no_have_their_usual_names(cell, flag):
    (body,) = the_orders(sheet(row("A", ships=cell)))
    assert body.order["lines"][0]["ships"] == flag


def test_a_row_with_a_cell_too_many_is_refused():
    (body,) = the_orders(sheet(row("A")).rstrip(b"\r\n") + b",more\r\n")
    assert "more cells" in body.problems[0].says


# ── formulas ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@given(st.text())
def test_a_guarded_cell_is_no_formula_and_comes_back_as_it_was(cell):
    assert cells.guarded(cell)[:1] not in tuple("=+-@\t\r")
    assert cells.meant(cells.guarded(cell)) == cell


@given(st.lists(st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\x00")), min_size=4, max_size=4), max_size=5))
def test_the_file_of_failed_rows_reads_as_the_rows_that_failed(lines):
    rows = tuple(bodies.Row(number, tuple(line)) for number, line in enumerate(lines, 2))
    written = errors_file(("a", "b", "c", "d"), [Outcome("A", rows)], ",", everything=True)
    back = list(csv.reader(io.StringIO(written.decode("utf-8-sig"), newline="")))
    assert [tuple(cells.meant(cell) for cell in line[:4]) for line in back[1:]] == [each.cells for each in rows]


# ── whatever comes ───────────────────────────────────────────────────────────────────────────────────────────────────


@settings(max_examples=300, deadline=None)
@given(st.dictionaries(st.sampled_from(KNOWN), st.sampled_from(EDGES) | st.text(max_size=20), max_size=6))
def test_whatever_stands_in_a_cell_it_is_taken_or_told_where_it_is_wrong(changed):
    body = bodies.read(*_parsed({**row("A"), **changed}))
    if body.problems:
        assert all(problem.row == 2 and problem.says for problem in body.problems)
        return
    try:
        imported = api.normalise("paper", body.order, AT)
    except InvalidInput as problem:
        assert all(body.at(path, says).row == 2 for path, says in problem.fields.items())
        return
    kept = strict_json.parse(json.dumps(body.order))
    assert api.normalise("paper", kept, AT) == imported, "what is kept is read as what was checked"


def _parsed(changed):
    names = list(changed)
    return [columns.column(name) for name in names], [bodies.Row(2, tuple(changed.values()))]


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=200) | st.text(max_size=200).map(lambda text: text.encode("utf-8", "surrogatepass")))
def test_whatever_the_bytes_are_the_file_is_read_or_refused(raw):
    try:
        reading.orders(reading.read(raw))
    except InvalidInput as problem:
        assert problem.message


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_a_file_that_was_damaged_anywhere_is_read_or_refused(data):
    raw = bytearray(template())
    for place in data.draw(st.lists(st.integers(0, len(raw) - 1), min_size=1, max_size=5)):
        raw[place] = data.draw(st.integers(0, 255))
    try:
        for body in the_orders(bytes(raw)):
            api.normalise("paper", body.order, AT)
    except InvalidInput as problem:
        assert problem.message


def test_ten_megabytes_of_one_cell_are_refused():
    with pytest.raises(InvalidInput):
        reading.read(b'external_reference\n"' + b"x" * 10_000_000 + b'"\n')
    assert delimited.delimiter('"' + "," * 200_000) == ","


def test_more_rows_than_are_taken_are_refused(monkeypatch):
    monkeypatch.setattr(reading, "MOST_ROWS", 2)
    with pytest.raises(InvalidInput, match="more than 2 rows"):
        reading.read(sheet(row("A"), row("B"), row("C")))
