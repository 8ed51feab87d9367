"""Excel's own files: numbers, dates and formulas come as a person sees them; what is broken or a trap is refused."""

import io
import zipfile
from datetime import date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from tests.imports.desk import names, row, sheet
from waybill.channels import api
from waybill.imports import excel, reading
from waybill.imports.model import bodies
from waybill.kernel.errors import InvalidInput, Malformed, TooLarge


def workbook(*rows, sheets=("Orders",), before=()):
    """Rows (or lists of cells) as an .xlsx file, in its last sheet."""
    book = Workbook()
    book.remove(book.active)
    for title in sheets:
        page = book.create_sheet(title)
    for line in before:
        page.append(line)
    if rows:
        heads = list(dict.fromkeys(name for each in rows for name in each))
        page.append(heads)
        for each in rows:
            page.append([each.get(name) for name in heads])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def the_orders(raw, wanted=""):
    found = reading.read(raw, wanted)
    return [bodies.read(found.columns, rows) for rows in reading.orders(found)]


def test_a_workbook_gives_the_orders_that_its_csv_would(the):
    it = the.send(workbook(row("A"), row("B", quantity="x")))
    assert (it["orders"]["stored"], it["problems"][0]["row"]) == (1, 3)
    assert set(the.orders()) == {"A"}
    errors = the.file(it, "errors")
    assert names(errors) == ["B"]
    assert the.send(sheet(row("A")), key="k-2")["orders"]["known"] == 1


def test_numbers_and_dates_are_what_a_person_sees():
    typed = row("A") | {"external_reference": 1001, "quantity": 2, "unit_price": 4, "total": 0.1 + 7.9, "tender_amount": 8.0, "ship_to_postal_code": 80202}
    (body,) = the_orders(workbook(typed | {"placed_at": datetime(2026, 11, 1, 10, 15), "tax_included": True, "note": date(2026, 11, 1)}))
    assert not body.problems
    order = api.normalise("paper", body.order, "2026-11-23T03:20:00.000Z").order
    assert (order.external_reference, order.total, order.lines[0].quantity, order.placed_at) == ("1001", 800, 2, "2026-11-01T10:15:00.000Z")
    assert body.order["note"] == "2026-11-01" and order.tax_included


def test_a_number_longer_than_a_spreadsheet_keeps_is_refused():
    (body,) = the_orders(workbook(row("A") | {"external_reference": 1234567890123456789}))
    assert [problem.column for problem in body.problems] == ["external_reference"]


def test_a_zip_code_that_has_become_a_number_is_refused():
    (body,) = the_orders(workbook(row("A") | {"ship_to_postal_code": 2134}))
    assert [problem.column for problem in body.problems] == ["ship_to_postal_code"]


def test_a_formula_that_was_never_worked_out_is_an_empty_cell():
    (body,) = the_orders(workbook(row("A") | {"note": "=1+1"}))
    assert "note" not in body.order


def test_the_first_sheet_is_taken_unless_another_is_named(the):
    raw = workbook(row("A"), sheets=("Notes", "Orders"))
    assert the.send(raw)["status"] == "failed"
    assert the.send(raw, key="k-2", more="&sheet=Orders")["orders"]["stored"] == 1
    none = the.send(raw, key="k-3", more="&sheet=Nothing")
    assert none["problem"] == "there is no sheet 'Nothing'; there are Notes, Orders"


def test_rows_keep_the_numbers_that_the_spreadsheet_shows():
    found = reading.read(workbook(row("A"), row("B"), before=([], [])))
    assert [each.number for each in found.rows] == [4, 5]


def test_a_million_empty_rows_are_nothing():
    book = Workbook()
    for number, line in enumerate([list(row("A")), list(row("A").values())], 1):
        for place, cell in enumerate(line, 1):
            book.active.cell(number, place, cell)
    book.active.cell(1_048_576, 1, " ")
    book.active.cell(1, 16_384, " ")
    out = io.BytesIO()
    book.save(out)
    assert len(reading.read(out.getvalue()).rows) == 1


def repacked(raw, **changed):
    """The same archive with other parts."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(raw)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.infolist():
            new.writestr(entry.filename, changed.get(entry.filename.rpartition("/")[2].partition(".")[0], old.read(entry.filename)))
    return out.getvalue()


def test_a_bomb_is_refused_before_it_is_unpacked(monkeypatch):
    with pytest.raises(TooLarge):
        reading.read(repacked(workbook(row("A")), sheet1=b" " * (excel.MOST_UNPACKED + 1)))


@pytest.mark.parametrize("part", ["workbook", "sheet1", "[Content_Types]", "styles"])
@pytest.mark.parametrize("content", [b"", b"<", b"<a/>", b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', b"\x00" * 50])
def test_a_part_that_is_something_else_is_refused_or_does_not_matter(part, content):
    try:
        the_orders(repacked(workbook(row("A")), **{part: content}))
    except InvalidInput as problem:
        assert problem.message


def test_entities_are_not_opened():
    with pytest.raises(Malformed, match="entities"):
        reading.read(repacked(workbook(row("A")), theme1=b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'))


def test_a_workbook_as_excel_writes_it_has_its_texts_aside_and_its_formulas_with_their_values():
    typed = {**row("A"), "total": "=B2*C2", "quantity": "#", "note": "x"}
    texts = list(dict.fromkeys([*typed, *(cell for cell in typed.values() if cell[:1] not in "=#")]))
    heads = "".join(f'<c r="{_letter(place)}1" t="s"><v>{texts.index(name)}</v></c>' for place, name in enumerate(typed))
    cells = ""
    for place, cell in enumerate(typed.values()):
        at = f'r="{_letter(place)}2"'
        worked_out, number, text = f"<c {at}><f>{cell[1:]}</f><v>8</v></c>", f"<c {at}><v>2</v></c>", f'<c {at} t="s"><v>{texts.index(cell) if cell in texts else 0}</v></c>'
        cells += worked_out if cell[:1] == "=" else number if cell == "#" else text
    (body,) = the_orders(_excels(heads, cells, texts))
    assert (body.order["total"], body.order["lines"][0]["quantity"], body.order["note"]) == ("8", 2, "x") and not body.problems


_MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_RELS = '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
_KIND = "application/vnd.openxmlformats-officedocument.spreadsheetml"


def _letter(place):
    return chr(65 + place) if place < 26 else f"A{chr(65 + place - 26)}"


def _excels(heads, cells, texts):
    parts = {
        "[Content_Types].xml": f'<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/xl/workbook.xml" ContentType="{_KIND}.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_KIND}.worksheet+xml"/><Override PartName="/xl/sharedStrings.xml" ContentType="{_KIND}.sharedStrings+xml"/></Types>',
        "_rels/.rels": f'{_RELS}<Relationship Id="r1" Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook {_MAIN} xmlns:r="{_OFFICE}"><sheets><sheet name="Orders" sheetId="1" r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'{_RELS}<Relationship Id="r1" Type="{_OFFICE}/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="r2" Type="{_OFFICE}/sharedStrings" Target="sharedStrings.xml"/></Relationships>',
        "xl/sharedStrings.xml": f"<sst {_MAIN}>{''.join(f'<si><t>{text}</t></si>' for text in texts)}</sst>",
        "xl/worksheets/sheet1.xml": f'<worksheet {_MAIN}><dimension ref="A1:XFD1048576"/><sheetData><row r="1">{heads}</row><row r="2">{cells}</row></sheetData></worksheet>',
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        for name, content in parts.items():
            packed.writestr(name, content)
    return out.getvalue()


def test_an_archive_that_is_no_workbook_is_refused():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        packed.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
    with pytest.raises(Malformed, match="no .xlsx workbook"):
        reading.read(out.getvalue())


BOOK = workbook(row("A"), row("B"))


@settings(max_examples=150)
@given(st.lists(st.tuples(st.integers(0, len(BOOK) - 1), st.integers(0, 255)), min_size=1, max_size=4), st.integers(0, len(BOOK)))
def test_a_workbook_that_was_damaged_anywhere_is_read_or_refused(changes, cut):
    raw = bytearray(BOOK)
    for place, value in changes:
        raw[place] = value
    for each in (bytes(raw), BOOK[:cut]):
        try:
            the_orders(each)
        except InvalidInput as problem:
            assert problem.message
