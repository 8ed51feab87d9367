"""What goes with a parcel besides its label: the packing plan, customs forms, the note on dangerous goods; read back as a reader does."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pypdfium2
import pytest
import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fulfilment.floor import Floor, floor
from tests.fulfilment.test_packing import BATTERY, CUP, LARGE, PAINT, SMALL, TEA, items
from waybill.fulfilment.model import customs
from waybill.fulfilment.model.customs import Row, declaration
from waybill.fulfilment.printing import customs_forms, packing_plan
from waybill.fulfilment.printing.packing_plan import Laid
from waybill.fulfilment.service import load
from waybill.kernel.errors import InvalidInput
from waybill.orders.model.order import Address
from waybill.shop import store
from waybill.shop.model import Place

TORONTO = Address(name="Ada Byron", line1="1 Front St", city="Toronto", region="ON", postal_code="M5J 2N1", country="CA", phone="+14165550100")
TEA_CN, CUP_PT = replace(TEA, origin="CN", hs_code="090210"), replace(CUP, origin="PT", hs_code="691200")


@pytest.fixture
def the() -> Iterator[Floor]:
    with floor() as it:
        for box in (SMALL, LARGE):
            store.save(store.BOX, box.id, box)
        items(TEA_CN, CUP_PT)
        yield it


def packed(the: Floor, ship_to: Address | None = None) -> str:
    (fo,) = the.put(ship_to=ship_to) if ship_to else the.put()
    the.do(fo, "accept", "pick", "pack")
    return fo


def paper(the: Floor, fo: str, name: str) -> Any:
    return the.call("GET", f"/v1/fulfilment-orders/{fo}/packages/1/{name}", who="reno")


def words(the: Floor, fo: str, name: str) -> str:
    reply = paper(the, fo, name)
    assert reply.status == 200, reply.content
    return " ".join(page.get_textpage().get_text_bounded() for page in pypdfium2.PdfDocument(reply.content))


def test_a_packing_plan_numbers_the_units_in_the_order_in_which_they_are_put_in(the: Floor) -> None:
    fo = packed(the)
    said = words(the, fo, "packing-plan")
    assert "Small: 250 × 210 × 110 mm inside" in said and said.count("TEA") == 2 and said.count("CUP") == 1
    assert "Carton: Small" in words(the, fo, "packing-slip")


def test_at_home_there_are_no_customs_papers(the: Floor) -> None:
    fo = packed(the)
    for name in ("customs", "commercial-invoice", "dangerous-goods"):
        refused = paper(the, fo, name)
        assert (refused.status, "has no" in refused.json()["detail"]) == (404, True)


def test_over_a_border_all_that_customs_ask_is_declared(the: Floor) -> None:
    assert the.call("PUT", "/v1/policies/customs", {"eori": "US1234567", "ioss": "IM2760000000", "signer": "Sam Pine"}).status == 200
    fo = packed(the, TORONTO)
    form, invoice = words(the, fo, "customs"), words(the, fo, "commercial-invoice")
    for said in (form, invoice):
        for part in ("090210", "CN", "691200", "PT", "8.00", "3.00", "Ada Byron", "EORI US1234567", "IOSS IM2760000000", "Sam Pine", "sale"):
            assert part in said, part
    assert "CUSTOMS DECLARATION CN22" in form and "Total value 11.00 USD · net 0.900 kg · gross 1.020 kg" in form
    assert "COMMERCIAL INVOICE" in invoice and "4.00" in invoice
    declared = json.loads(the.call("GET", f"/v1/fulfilment-orders/{fo}/packages/1/customs?format=json").content)
    assert (declared["form"], declared["value"], declared["gross_g"], declared["currency"], declared["reason"]) == ("CN22", 1100, 1020, "USD", "sale")
    assert {"sku": "TEA", "description": "Green tea", "quantity": 2, "weight_g": 500, "value": 800, "origin": "CN", "hs_code": "090210"} in declared["rows"]


def test_what_customs_would_ask_is_asked_before_anything_is_bought(the: Floor) -> None:
    items(replace(CUP_PT, hs_code=""))
    (fo,) = the.put(ship_to=TORONTO)
    the.do(fo, "accept", "pick")
    before = load(fo)
    for method, path in (("POST", "pack"), ("GET", "packing")):
        refused = the.call(method, f"/v1/fulfilment-orders/{fo}/{path}", {} if method == "POST" else None)
        assert refused.status == 422 and "CUP has no hs_code" in refused.json()["detail"] and "TEA" not in refused.json()["detail"]
    assert load(fo) == before
    items(CUP_PT)
    assert the.do(fo, "pack")["status"] == "packed"


def test_dangerous_goods_have_a_note_and_their_mark_on_slip_and_label(the: Floor) -> None:
    items(replace(TEA_CN, hazard=BATTERY))
    fo = packed(the)
    note = words(the, fo, "dangerous-goods")
    assert "UN3481, LITHIUM ION BATTERIES CONTAINED IN EQUIPMENT, 9, 18 Wh" in note and "lithium battery mark" in note and "0.500" in note
    assert "UN3481, lithium battery mark" in words(the, fo, "packing-slip")
    label = paper(the, fo, "label").content
    image = pypdfium2.PdfDocument(label)[0].render(scale=203 / 72).to_pil().convert("1").convert("L")
    assert [found.text for found in zxingcpp.read_barcodes(image)] == [load(fo)[1].package(1).tracking_number]
    assert "UN3481" in words(the, fo, "label")
    assert b"^FDUN3481^FS" in the.call("GET", f"/v1/fulfilment-orders/{fo}/packages/1/label?format=zpl").content


def test_a_limited_quantity_is_called_one(the: Floor) -> None:
    items(replace(TEA_CN, hazard=replace(PAINT, limited_quantity=True)))
    note = words(the, packed(the), "dangerous-goods")
    assert "UN1263, PAINT, 3, PG II, limited quantity" in note and "LIMITED QUANTITY, limited quantity mark" in note


@pytest.mark.parametrize(("here", "there", "asked"), [
    ("US", "CA", True), ("US", "US", False), ("US", "PR", False), ("US", "GU", True), ("DE", "FR", False), ("DE", "CH", True), ("GB", "IE", True), ("us", "US ", False), ("US", "", False),
])  # fmt: skip
def test_where_a_customs_border_lies(here: str, there: str, asked: bool) -> None:
    assert customs.asked(here, there) == customs.asked(there, here) == asked


@pytest.mark.parametrize(("value", "gross", "currency", "form"), [(40_000, 2000, "USD", "CN22"), (40_001, 2000, "USD", "CN23"), (100, 2001, "USD", "CN23"), (100, 500, "XOF", "CN23")])
def test_the_small_form_is_for_small_parcels_of_little_value(value: int, gross: int, currency: str, form: str) -> None:
    assert declaration("1", "2026-11-23", currency, [Row("A", "A", 1, 100, value, "US", "123456")], gross, {}, "").form == form


@pytest.mark.parametrize(("policy", "field"), [({"eori": 5}, "eori"), ({"reason": "theft"}, "reason"), ({"signer": "x" * 61}, "signer"), ({"colour": "red"}, "colour")])
def test_a_policy_that_cannot_be_read_is_refused_with_its_field(policy: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        customs.check(policy)
    assert list(refused.value.fields) == [field]


@settings(max_examples=15, deadline=None)
@given(st.text(st.characters(exclude_characters="123456"), max_size=60), st.integers(1, 90), st.integers(0, 10**9))
def test_no_name_and_no_number_of_rows_breaks_a_form(text: str, count: int, value: int) -> None:
    rows = [Row("SKU", text, 1 + n, 100, value, "US", "123456") for n in range(count)]
    said = declaration(text, "2026-11-23", "USD", rows, 900, {"signer": text}, text)
    place = Place(text, text, text, text, text, text)
    for made in (customs_forms.declaration, customs_forms.invoice):
        pages = pypdfium2.PdfDocument(made(said, place, TORONTO, "PA1"))
        read = "\n".join(page.get_textpage().get_text_bounded() for page in pages)
        assert read.count("123456") == count
        assert made(said, place, TORONTO, "PA1") == made(said, place, TORONTO, "PA1")


def test_a_plan_of_any_size_is_drawn_or_listed() -> None:
    for count in (1, 60, 61, 300):
        units = [Laid(f"SKU-{n}", (n % 10 * 10, n // 10 % 10 * 10, n // 100 * 10), (10, 10, 10)) for n in range(count)]
        document = pypdfium2.PdfDocument(packing_plan.pdf("Plan", "Large", (100, 100, 100), units))
        assert f"SKU-{count - 1}" in document[len(document) - 1].get_textpage().get_text_bounded()
