"""What is printed, read back as a scanner and a reader do."""

from __future__ import annotations

import re
from dataclasses import replace

import pypdfium2
import pytest
import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from stdnum import ean

from waybill.fulfilment.model.numbers import check_digit, tracking_number
from waybill.fulfilment.printing import label_pdf, packing_slip, zpl
from waybill.fulfilment.printing.code128 import widths
from waybill.fulfilment.printing.label import Label, Slip
from waybill.orders.model.order import Address
from waybill.shop.model import Place

FROM = Place("Harbor & Pine, Reno", "8730 Technology Way", "Reno", "NV", "89521", "US")
TO = Address("Ada Byron", "", "500 Main St", "Apt 4", "Denver", "CO", "80202", "US")
LONG = Address(
    "Maximiliane Wolfeschlegelsteinhausenbergerdorff-Łukasz", "Acme Industrial Manufacturing Holdings International Ltd",
    "12345 North Martin Luther King Junior Boulevard, Apartment 1204 B", "Building 7, Loading dock 12, ring twice please",
    "Llanfairpwllgwyngyllgogerychwyrndrobwll", "CA", "94105-1234", "US",
)  # fmt: skip
LABEL = Label(FROM, TO, "Parcelway", "Parcelway Ground", "PA1234567890123452", 4280, "#1001", 1, 2)
SLIP = Slip("#1001", "2026-11-23", "Reno warehouse", TO, (("TEA-1", "Green tea", 2),), 1, 2, "Ring twice")
DPI = 203


def text_of(pdf: bytes) -> list[str]:
    """The text of each page."""
    return [page.get_textpage().get_text_bounded() for page in pypdfium2.PdfDocument(pdf)]


def scanned(pdf: bytes, dpi: int = DPI, mode: str = "L") -> list[tuple[str, bool]]:
    """(text, whether it is a Code 128) of each barcode on the first page, rendered as a thermal printer would."""
    image = pypdfium2.PdfDocument(pdf)[0].render(scale=dpi / 72).to_pil().convert(mode)
    return [(found.text, found.format == zxingcpp.BarcodeFormat.Code128) for found in zxingcpp.read_barcodes(image.convert("L"))]


@pytest.mark.parametrize("to", [TO, LONG])
@pytest.mark.parametrize(("dpi", "mode"), [(DPI, "1"), (DPI, "L"), (300, "L"), (110, "L")])
def test_a_scanner_reads_the_tracking_number(to: Address, dpi: int, mode: str) -> None:
    assert scanned(label_pdf.pdf(replace(LABEL, ship_to=to)), dpi, mode) == [(LABEL.tracking_number, True)]


@settings(max_examples=15, deadline=None)
@given(st.sampled_from(["parcelway", "bluebird", "7-up", "é"]), st.text(st.characters(categories=["L", "N"]), max_size=12))
def test_every_number_that_we_give_can_be_scanned_and_verified(carrier: str, parcel: str) -> None:
    number = tracking_number(carrier, parcel, "1")
    assert re.fullmatch(r"[A-Z]{2}[0-9]{16}", number)
    assert scanned(label_pdf.pdf(replace(LABEL, tracking_number=number))) == [(number, True)]
    assert ean.calc_check_digit(number[2:-1]) == number[-1]


@settings(max_examples=40, deadline=None)
@given(st.from_regex(r"[!-~]{0,6}[0-9]{2,12}", fullmatch=True))
def test_any_letters_and_digits_make_a_barcode_that_is_read(text: str) -> None:
    row = "00" * 10 + "".join(str(place % 2 ^ 1) * modules for place, modules in enumerate(widths(text))) + "00" * 10
    pixels = bytes(0 if module == "1" else 255 for module in row)
    image = Image.frombytes("L", (len(row), 1), pixels).resize((3 * len(row), 60), Image.Resampling.NEAREST)
    assert [(found.text, found.format) for found in zxingcpp.read_barcodes(image)] == [(text, zxingcpp.BarcodeFormat.Code128)]


@pytest.mark.parametrize("text", ["é1", "a\n12", "\x7f"])
def test_what_code_128_cannot_say_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="no sign"):
        widths(text)


@given(st.text("0123456789", min_size=1, max_size=30))
def test_the_check_digit_is_the_one_that_others_compute(digits: str) -> None:
    assert check_digit(digits) == ean.calc_check_digit(digits)


def test_one_wrong_digit_or_two_neighbours_exchanged_are_noticed() -> None:
    number = LABEL.tracking_number[2:-1]
    for place in range(len(number)):
        for wrong in set("0123456789") - {number[place]}:
            assert check_digit(number[:place] + wrong + number[place + 1 :]) != check_digit(number)


def test_parcels_that_differ_in_anything_have_different_numbers() -> None:
    assert len({tracking_number("c", "fo_1-1", str(n), contents) for n in range(500) for contents in ("a=1", "a=2")}) == 1000
    assert tracking_number("c", "ab", "c") != tracking_number("c", "a", "bc")


def test_a_label_is_one_page_of_four_by_six_inches_with_all_that_a_driver_needs() -> None:
    document = pypdfium2.PdfDocument(label_pdf.pdf(LABEL))
    assert (len(document), document[0].get_size()) == (1, (288.0, 432.0))
    (text,) = text_of(label_pdf.pdf(LABEL))
    for part in ("Harbor & Pine, Reno", "Ada Byron", "Apt 4", "Denver, CO 80202", "Parcelway Ground", "#1001", "4.28 kg", "Parcel 1 of 2"):
        assert part in text


def test_a_long_address_stays_on_the_label() -> None:
    words = pypdfium2.PdfDocument(label_pdf.pdf(replace(LABEL, ship_to=LONG)))[0].get_textpage()
    rights = [words.get_rect(n)[2] for n in range(words.count_rects())]
    assert max(rights) <= 288 - 8
    assert "Wolfeschlegelsteinhausenbergerdorff-Lukasz" in text_of(label_pdf.pdf(replace(LABEL, ship_to=LONG)))[0]


@settings(max_examples=25, deadline=None)
@given(st.text(max_size=80), st.text(max_size=80))
def test_no_name_breaks_a_label_or_a_slip(name: str, street: str) -> None:
    to = replace(TO, name=name, line1=street)
    assert scanned(label_pdf.pdf(replace(LABEL, ship_to=to)))[0][0] == LABEL.tracking_number
    assert packing_slip.pdf(replace(SLIP, ship_to=to, note=name, lines=((name, street, 1),))).startswith(b"%PDF")
    assert b"^FD" + LABEL.tracking_number.encode() in zpl.zpl(replace(LABEL, ship_to=to))


@pytest.mark.parametrize(
    "text", ["^XA^XZ~JA", "😀🎉" * 50, "x" * 200, "", " \n\t ", "\ud800", "\x00\x1b", "渋谷" * 80, "W" * 200, "العربية", "\\(( _5E"]
)
def test_whatever_stands_everywhere_the_parcel_can_still_be_scanned(text: str) -> None:
    to = replace(TO, name=text, line1=text, line2=text, city=text, region=text, postal_code=text, country=text)
    label = replace(LABEL, ship_to=to, reference=text, service=text, carrier=text)
    assert scanned(label_pdf.pdf(label)) == [(LABEL.tracking_number, True)]
    printed = zpl.zpl(label).decode()
    assert printed.count("^XA") == printed.count("^XZ") == 1 and "~" not in printed
    slip = replace(SLIP, ship_to=to, order_number=text, node_name=text, note=text, lines=((text, text, 1),) * 40)
    assert len(text_of(packing_slip.pdf(slip))) == 2


def test_the_same_parcel_gives_the_same_bytes() -> None:
    for made in (lambda: label_pdf.pdf(LABEL), lambda: zpl.zpl(LABEL), lambda: packing_slip.pdf(SLIP)):
        assert made() == made()


def test_the_zpl_is_one_label_with_the_barcode_in_the_middle() -> None:
    text = zpl.zpl(LABEL).decode()
    assert text.startswith("^XA\n") and text.endswith("^XZ\n")
    assert text.count("^XA") == text.count("^XZ") == 1
    assert text.count("^FO") == text.count("^FS")
    (left, width) = re.search(r"\^FO(\d+),\d+\^BY(\d),3,\d+\^BCN,\d+,N,N,N,A\^FDPA1234567890123452\^FS", text).groups()
    assert 2 * int(left) + 155 * int(width) == 812
    places = [(int(x), int(y)) for x, y in re.findall(r"\^FO(\d+),(\d+)", text)]
    assert all(x < 812 and y < 1218 for x, y in places)


@given(st.text(max_size=60))
def test_a_name_never_becomes_a_printer_command(name: str) -> None:
    text = zpl.zpl(replace(LABEL, ship_to=replace(TO, name=f"^XZ~JA{name}"))).decode()
    assert text.count("^XZ") == 1 and "~" not in text
    fields = re.findall(r"\^FH_\^FD(.*?)\^FS", text)
    shown = [re.sub(rb"_([0-9A-F]{2})", lambda found: bytes([int(found[1], 16)]), field.encode()).decode() for field in fields]
    assert " ".join(f"^XZ~JA{name}".split())[:60] in shown


def test_a_slip_lists_every_line_over_as_many_pages_as_it_takes() -> None:
    lines = tuple((f"SKU-{n:03d}", f"Thing {n}", n) for n in range(1, 81))
    pages = text_of(packing_slip.pdf(replace(SLIP, lines=lines)))
    assert len(pages) == 3
    assert all("#1001" in page and f"page {n} of 3" in page for n, page in enumerate(pages, 1))
    assert all(f"SKU-{n:03d}" in "".join(pages) for n in range(1, 81))
    assert "Ring twice" in pages[0]
