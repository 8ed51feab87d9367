"""The SSCC of a carton: allotted once, printed as GS1-128 beside the carrier's barcode, read back by others."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from stdnum import ean

from tests.fulfilment.floor import Floor, floor
from tests.fulfilment.printed import labels, pages, scanned
from tests.fulfilment.test_labels import LABEL, LONG, text_of
from tests.support.faults import AFTER, BEFORE, CrashAt, Recorder
from tests.support.world import Crash
from waybill.aws import gate
from waybill.fulfilment import numbering, papers
from waybill.fulfilment.model.fulfilment_order import Package
from waybill.fulfilment.model.sscc import Series
from waybill.fulfilment.printing import label_pdf, zpl
from waybill.fulfilment.printing.code128 import widths
from waybill.fulfilment.service import load

WITH = replace(LABEL, sscc="034012345000000017")
BOTH = [("]C0", WITH.tracking_number), ("]C1", "00" + WITH.sscc)]
PREFIXES = st.from_regex(r"[0-9]{7,10}", fullmatch=True)


@pytest.fixture
def the() -> Iterator[Floor]:
    with floor() as it:
        yield it


def has_a_prefix(the: Floor, prefix: str = "4012345678", extension: int = 3) -> None:
    assert the.call("PUT", "/v1/policies/gs1", {"prefix": prefix, "extension": extension}).status == 200
    the.restart()


def ssccs(fo: str) -> list[str]:
    return [package.sscc for package in load(fo)[1].packages]


@given(PREFIXES, st.integers(0, 9), st.data())
def test_a_number_is_18_digits_of_which_the_last_is_the_check_digit_that_others_compute(prefix: str, extension: int, data: st.DataObject) -> None:
    series = Series(str(extension), prefix)
    number = series.number(data.draw(st.integers(0, series.size - 1)))
    assert re.fullmatch(r"[0-9]{18}", number) and number.startswith(f"{extension}{prefix}")
    assert number[-1] == ean.calc_check_digit(number[:-1])


@given(PREFIXES, st.lists(st.integers(0, 999_999), unique=True, max_size=40))
def test_serials_that_differ_make_numbers_that_differ(prefix: str, serials: list[int]) -> None:
    assert len({Series("0", prefix).number(serial) for serial in serials}) == len(serials)


@settings(max_examples=30, deadline=None)
@given(st.from_regex(r"[0-9]{18}", fullmatch=True))
def test_any_18_digits_are_read_as_gs1_128_by_a_scanner(digits: str) -> None:
    bars = widths("00" + digits, gs1=True)
    assert sum(bars) == 156
    row = "00" * 10 + "".join(str(place % 2 ^ 1) * modules for place, modules in enumerate(bars)) + "00" * 10
    image = Image.frombytes("L", (len(row), 1), bytes(0 if module == "1" else 255 for module in row)).resize((3 * len(row), 60), Image.Resampling.NEAREST)
    assert scanned(image) == [("]C1", "00" + digits)]


@pytest.mark.parametrize("label", [WITH, replace(WITH, ship_to=LONG, marks=("UN 3481 lithium ion batteries",) * 2)])
@pytest.mark.parametrize("dpi", [203, 300])
def test_pdf_and_zpl_bear_both_barcodes_and_others_read_them(label: object, dpi: int) -> None:
    (page,), (drawn,) = pages(label_pdf.pdf(label), dpi), labels(zpl.zpl(label, dpi), dpi)
    assert scanned(page) == BOTH
    assert scanned(drawn) == BOTH
    assert all(size >= wanted for size, wanted in zip(drawn.size, (4 * dpi, 6 * dpi), strict=True))


@pytest.mark.parametrize("dpi", [203, 300])
def test_without_a_prefix_the_carriers_barcode_stands_alone_in_zpl_too(dpi: int) -> None:
    (drawn,) = labels(zpl.zpl(LABEL, dpi), dpi)
    assert scanned(drawn) == [("]C0", LABEL.tracking_number)]


@pytest.mark.parametrize("text", ["^XA^XZ~JA", "x" * 200, "\x00\x1b", "W" * 200, "العربية", "\\(( _5E"])
def test_whatever_stands_on_the_label_both_can_be_scanned(text: str) -> None:
    to = replace(WITH.ship_to, name=text, line1=text, line2=text, city=text, region=text, postal_code=text, country=text)
    label = replace(WITH, ship_to=to, reference=text, service=text, carrier=text)
    assert scanned(pages(label_pdf.pdf(label))[0]) == BOTH
    assert [scanned(each) for each in labels(zpl.zpl(label))] == [BOTH]


@pytest.mark.parametrize("dpi", [203, 300])
def test_nothing_is_printed_beyond_the_edge(dpi: int) -> None:
    for label in (LABEL, WITH, replace(WITH, tracking_number="", service="")):
        places = [(int(x), int(y)) for x, y in re.findall(r"\^FO(\d+),(\d+)", zpl.zpl(label, dpi).decode())]
        assert places and all(x < 4 * dpi and y < 6 * dpi for x, y in places)


def test_a_carton_beside_a_carriers_own_label_bears_its_number_alone() -> None:
    label = replace(WITH, tracking_number="", service="")
    assert scanned(pages(label_pdf.pdf(label))[0]) == BOTH[1:]
    assert [scanned(each) for each in labels(zpl.zpl(label))] == [BOTH[1:]]


def test_every_carton_has_a_number_of_its_own_on_record_and_on_paper(the: Floor) -> None:
    has_a_prefix(the)
    seen: list[str] = []
    for _ in range(3):
        (fo,) = the.put()
        the.do(fo, "accept", "pick")
        wanted = {"packages": [{"lines": [{"line": "1", "quantity": 2}]}, {"lines": [{"line": "2", "quantity": 1}]}]}
        packed = the.call("POST", f"/v1/fulfilment-orders/{fo}/pack", wanted).json()
        assert [package["sscc"] for package in packed["packages"]] == ssccs(fo)
        for package in load(fo)[1].packages:
            read = scanned(pages(papers.read(fo, package.n, "label.pdf")[0])[0])
            assert read == [("]C0", package.tracking_number), ("]C1", "00" + package.sscc)]
            assert f"(00) {package.sscc}" in text_of(papers.read(fo, package.n, "label.pdf")[0])[0]
            assert f">;>800{package.sscc}".encode() in papers.read(fo, package.n, "label-300.zpl")[0]
        seen += ssccs(fo)
    assert seen == [Series("3", "4012345678").number(serial) for serial in range(6)]


def test_fine_zpl_is_asked_for_by_its_dots(the: Floor) -> None:
    (fo,) = the.put()
    the.do(fo, "accept", "pick", "pack")
    path = f"/v1/fulfilment-orders/{fo}/packages/1/label?format=zpl"
    assert b"^PW812" in the.call("GET", path).content and b"^PW1200" in the.call("GET", path + "&dpi=300").content


def test_without_a_prefix_no_carton_has_a_number(the: Floor) -> None:
    (fo,) = the.put()
    the.do(fo, "accept", "pick", "pack")
    assert ssccs(fo) == [""]


def test_packing_again_answers_the_same_number(the: Floor) -> None:
    has_a_prefix(the)
    (fo,) = the.put()
    the.do(fo, "accept", "pick", "pack")
    before = ssccs(fo), papers.read(fo, 1, "label.pdf")
    the.do(fo, "pack")
    assert (ssccs(fo), papers.read(fo, 1, "label.pdf")) == before


def test_a_crash_anywhere_leaves_record_and_paper_with_one_number(the: Floor) -> None:
    has_a_prefix(the)
    (fo,) = the.put()
    the.do(fo, "accept", "pick")
    with gate.watching(Recorder()) as recorder:
        the.do(fo, "pack")
    taken = set(ssccs(fo))
    assert any("PutItem" in str(call) for call in recorder.calls)
    for index in range(len(recorder.calls)):
        for moment in (BEFORE, AFTER):
            (fo,) = the.put()
            the.do(fo, "accept", "pick")
            with gate.watching(CrashAt(index, moment)):
                try:
                    the.do(fo, "pack")
                except Crash:
                    pass
            the.do(fo, "pack")
            (sscc,) = ssccs(fo)
            assert scanned(pages(papers.read(fo, 1, "label.pdf")[0])[0])[1] == ("]C1", "00" + sscc)
            assert sscc not in taken
            taken.add(sscc)


def test_when_all_numbers_are_used_up_packing_goes_on_without(the: Floor, monkeypatch: pytest.MonkeyPatch) -> None:
    has_a_prefix(the)
    monkeypatch.setattr(Series, "size", property(lambda self: 3))
    two = (Package(1, {"1": 1}, 500), Package(2, {"2": 1}, 500))
    assert [package.sscc != "" for package in numbering.numbered(two)] == [True, True]
    assert [package.sscc for package in numbering.numbered(two)] == ["", ""]
    assert [package.sscc != "" for package in numbering.numbered(two[:1])] == [True]


@pytest.mark.parametrize("policy", [{"prefix": "123456"}, {"prefix": "12345678901"}, {"prefix": "12345é7"}, {"prefix": 4012345}, {"prefix": "4012345", "extension": 10}, {"extension": True}, {"gln": "1"}])
def test_a_policy_that_is_no_prefix_is_refused(the: Floor, policy: dict[str, object]) -> None:
    assert the.call("PUT", "/v1/policies/gs1", policy).status == 422
