"""Taking an order at the desk: what was typed is kept whatever was pressed, and only who may sees it."""

from __future__ import annotations

import re

import pytest

from tests.desk.conftest import Browser
from tests.desk.phone import HALF, PLACED, QUOTE, READY
from waybill.desk.model.draft import added, matching, pointed, said_in, sought, values


def form_of(browser: Browser) -> dict[str, str]:
    """The fields of the form as a browser would send them, none of them changed."""
    form = browser.page.split('id="taking"')[1]
    fields = {name: value for name, value in re.findall(r'<input[^>]*name="([^"]+)"[^>]*value="([^"]*)"(?![^>]*disabled)', form) if name != "tax_included"}
    for name, options in re.findall(r'<select id="[^"]*" name="([^"]+)">(.*?)</select>', form, re.DOTALL):
        chosen = re.search(r'value="([^"]*)" selected', options)
        fields[name] = chosen[1] if chosen else ""
    return {name: value for name, value in fields.items() if name != "token"}


def test_a_new_order_is_kept_with_the_first_item_and_has_a_page_of_its_own(signed_in: Browser) -> None:
    signed_in.get("/desk/drafts/new")
    fields = form_of(signed_in)
    assert signed_in.post("/desk/drafts", **{**fields, "find": "2 WB-004", "customer-name": "Ada"}) == 303
    id = signed_in.headers["location"].rpartition("/")[2]
    draft = signed_in.shop.phone.known[id]
    assert draft.said["lines"] == [{"sku": "WB-004", "quantity": 2}] and draft.said["customer"]["name"] == "Ada"
    signed_in.get(signed_in.headers["location"])
    assert "Enamel camp mug, forest" in signed_in.page and "$37.00" in signed_in.page and "Still lacks" in signed_in.page


def test_the_same_form_sent_twice_opens_one_draft(signed_in: Browser) -> None:
    signed_in.get("/desk/drafts/new")
    fields, known = form_of(signed_in), len(signed_in.shop.phone.known)
    for _ in range(2):
        assert signed_in.post("/desk/drafts", **{**fields, "find": "lantern"}) == 303
        signed_in.get("/desk/drafts/new")
    assert len(signed_in.shop.phone.known) == known + 1


def test_words_that_may_mean_several_items_are_asked_about(signed_in: Browser) -> None:
    signed_in.get(f"/desk/drafts/{HALF}")
    fields = form_of(signed_in)
    assert signed_in.post(f"/desk/drafts/{HALF}", **{**fields, "find": "3 camp mug"}) == 303
    assert signed_in.headers["location"].endswith("find=3+camp+mug")
    signed_in.get(signed_in.headers["location"])
    assert 'name="add" value="WB-004"' in signed_in.page and 'name="add" value="WB-005"' in signed_in.page
    assert signed_in.post(f"/desk/drafts/{HALF}", **{**form_of(signed_in), "add": "WB-005"}) == 303
    assert signed_in.shop.phone.known[HALF].said["lines"] == [{"sku": "WB-004", "quantity": 3, "unit_price": "", "discount": "", "tax": ""}, {"sku": "WB-005", "quantity": 3}]


def test_while_it_is_typed_it_is_kept_and_nothing_is_added(signed_in: Browser) -> None:
    signed_in.get(f"/desk/drafts/{HALF}")
    assert signed_in.post(f"/desk/drafts/{HALF}", **{**form_of(signed_in), "live": "1", "find": "lantern", "customer-email": "jonas@example.org"}) == 200
    draft = signed_in.shop.phone.known[HALF]
    assert draft.said["customer"]["email"] == "jonas@example.org" and len(draft.said["lines"]) == 1
    assert 'id="part-sum"' in signed_in.page and f'data-seen="{draft.version}"' in signed_in.page and "Folding lantern" in signed_in.page


def test_a_line_without_a_number_is_taken_out(signed_in: Browser) -> None:
    signed_in.get(f"/desk/drafts/{READY}")
    signed_in.post(f"/desk/drafts/{READY}", **{**form_of(signed_in), "line-0-quantity": ""})
    assert [line["sku"] for line in signed_in.shop.phone.known[READY].said["lines"]] == ["WB-027"]


def test_what_the_form_does_not_show_is_not_lost(signed_in: Browser) -> None:
    signed_in.get(f"/desk/drafts/{READY}")
    signed_in.post(f"/desk/drafts/{READY}", **form_of(signed_in))
    assert signed_in.shop.phone.known[READY].said["tenders"] == [{"kind": "card", "token": "pm_card_visa", "gateway": "stripe", "amount": ""}]


def test_what_lacks_leads_to_its_field_and_stops_the_placing(signed_in: Browser) -> None:
    signed_in.get(f"/desk/drafts/{HALF}")
    assert '<a href="#customer-email">E-mail</a> is required' in signed_in.page and '<a href="#tender-0-kind">Payment</a>' in signed_in.page
    assert signed_in.post(f"/desk/drafts/{HALF}", **{**form_of(signed_in), "do": "place"}) == 422
    assert "is required" in signed_in.page and signed_in.shop.phone.known[HALF].row.status == "open"


def test_what_is_short_and_what_it_would_be_held_for_stands_beside_the_button(signed_in: Browser) -> None:
    signed_in.get(f"/desk/drafts/{READY}")
    assert "Folding lantern: more than may be sold now" in signed_in.page and "at most 5 go without a look" in signed_in.page


def test_an_order_is_placed_quoted_kept_stock_for_and_discarded(signed_in: Browser) -> None:
    for verb, more in (("hold", {}), ("quote", {"until": "2026-12-24"}), ("reopen", {}), ("place", {})):
        signed_in.get(f"/desk/drafts/{READY}")
        assert signed_in.post(f"/desk/drafts/{READY}", **{**form_of(signed_in), "do": verb, **more}) == 303, signed_in.page
        signed_in.get(signed_in.headers["location"])
        assert 'role="status"' in signed_in.page
    deeds = [deed for deed in signed_in.shop.phone.deeds if deed[0] != "change"]
    assert deeds == [("hold", READY), ("quote", READY, "2026-12-24", "desk:Robin"), ("reopen", READY, "desk:Robin"), ("place", READY, "desk:Robin")]
    assert "/desk/orders/ord_" in signed_in.page
    signed_in.get(f"/desk/drafts/{HALF}")
    assert signed_in.post(f"/desk/drafts/{HALF}", **{**form_of(signed_in), "do": "discard"}) == 303


def test_how_a_quote_is_paid_is_said_when_it_is_taken(signed_in: Browser) -> None:
    signed_in.get(f"/desk/drafts/{QUOTE}")
    assert 'name="customer-name"' in signed_in.page and "disabled" in signed_in.page
    assert signed_in.post(f"/desk/drafts/{QUOTE}", **{**form_of(signed_in), "tender-0-kind": "terms", "do": "place"}) == 303
    assert signed_in.shop.phone.deeds == [("place", QUOTE, "terms", "desk:Robin")]


def test_what_somebody_else_has_changed_is_not_overwritten_and_what_was_typed_stays_on_the_page(signed_in: Browser) -> None:
    signed_in.get(f"/desk/drafts/{HALF}")
    fields = form_of(signed_in)
    signed_in.post(f"/desk/drafts/{HALF}", **fields)
    signed_in.get("/desk/drafts/new")
    assert signed_in.post(f"/desk/drafts/{HALF}", **{**fields, "customer-name": "Somebody"}) == 412
    assert "Somebody has changed the draft" in signed_in.page and 'value="Somebody"' in signed_in.page


def test_a_card_number_is_refused_and_not_kept(signed_in: Browser) -> None:
    signed_in.get(f"/desk/drafts/{HALF}")
    assert signed_in.post(f"/desk/drafts/{HALF}", **{**form_of(signed_in), "note": "4242 4242 4242 4242"}) == 422
    assert "card number" in signed_in.page and "note" not in signed_in.shop.phone.known[HALF].said


def test_a_draft_that_is_an_order_leads_there_and_offers_nothing_else(signed_in: Browser) -> None:
    signed_in.get(f"/desk/drafts/{PLACED}")
    assert "Open the order" in signed_in.page and 'name="do" value="place"' not in signed_in.page


@pytest.mark.parametrize(("key", "status"), [("support-key", 200), ("finance-key", 200), ("viewer-key", 403), ("channel-key", 404)])
def test_only_who_may_take_orders_sees_drafts(browser: Browser, key: str, status: int) -> None:
    browser.sign_in(key)
    browser.get("/desk")
    assert ('href="/desk/drafts"' in browser.page) == (status == 200)
    for path in ("/desk/drafts", "/desk/drafts/new", f"/desk/drafts/{HALF}"):
        assert browser.get(path) == status, path
    for path in ("/desk/drafts", f"/desk/drafts/{HALF}"):
        browser.get("/desk")
        assert browser.post(path, seen="1", key="a key of mine", do="discard") == (303 if status == 200 else status), path


@pytest.mark.parametrize("fields", [{}, {"seen": "x"}, {"seen": "1", "line-0-sku": "A" * 3000, "line-0-quantity": "1"}, {"seen": "1", "find": "\x00"}])
def test_a_strange_form_is_answered_calmly(signed_in: Browser, fields: dict[str, str]) -> None:
    signed_in.get(f"/desk/drafts/{HALF}")
    assert signed_in.post(f"/desk/drafts/{HALF}", **fields) in (303, 422)
    signed_in.get("/desk/drafts/new")
    assert signed_in.post("/desk/drafts", **fields) == 422


@pytest.mark.parametrize(
    ("text", "units", "rest"), [("mug", 1, "mug"), ("3 mug", 3, "mug"), ("3x mug", 3, "mug"), ("12 × camp mug ", 12, "camp mug"), ("750", 1, "750"), ("", 1, ""), ("0 tea", 1, "tea")]
)
def test_a_number_before_an_item_is_how_many(text: str, units: int, rest: str) -> None:
    assert sought(text) == (units, rest)


def test_an_item_is_found_by_its_sku_or_by_words_of_its_title() -> None:
    items = [("MUG-1", "Enamel mug"), ("MUG-10", "Enamel mug, large"), ("TEA", "Tea for a mug")]
    assert matching(items, "mug-1") == ["MUG-1"]
    assert matching(items, "mug") == ["MUG-1", "MUG-10", "TEA"]
    assert matching(items, "large enamel") == ["MUG-10"] and matching(items, "  ") == matching(items, "plate") == []


def test_more_of_an_item_goes_on_its_line() -> None:
    assert added({"lines": [{"sku": "TEA", "quantity": 2}]}, "TEA", 3)["lines"] == [{"sku": "TEA", "quantity": 5}]
    assert added({"lines": [{"sku": "TEA", "quantity": "?"}]}, "TEA", 1)["lines"][1] == {"sku": "TEA", "quantity": 1}


def test_a_form_says_what_a_draft_has() -> None:
    said = {"customer": {"email": "a@b.example"}, "lines": [{"sku": "TEA", "quantity": 2, "ships": False}], "tenders": [{"kind": "terms"}], "tax_included": True}
    again = said_in(values(said), said)
    assert again["customer"]["email"] == "a@b.example" and again["tax_included"] is True
    assert again["lines"] == [{"sku": "TEA", "quantity": 2, "ships": False, "unit_price": "", "discount": "", "tax": ""}]


@pytest.mark.parametrize("at", ["customer.email", "lines[7].sku", "tenders[0].token", "lines", "attributes.x", "currency", "lines[0]"])
def test_every_field_that_lacks_has_a_name_and_a_place(at: str, signed_in: Browser) -> None:
    label, place = pointed(at, signed_in.shop.phone.known[READY])
    assert label and place and "[" not in place
