"""What the desk shows of intake: nothing that is parked is out of sight, and each says what to do about it."""

from __future__ import annotations

import json

import pytest

from tests.desk.conftest import Browser
from tests.desk.shop import DIFFERS, PARKED
from waybill.desk.model.intake import readable, state_of, to_do


def test_what_is_parked_says_why_since_when_and_what_to_do(signed_in: Browser) -> None:
    assert signed_in.get("/desk/intake") == 200
    for text in ("fernweh-woo", "order.created", "must be a positive whole number", "Have this put right at the channel", "The first word counts", "33 min"):
        assert text in signed_in.page, text
    assert 'class="num old"' in signed_in.page, "what has waited for days stands out"


def test_each_channel_says_when_it_was_heard_and_asked_and_what_of_it_is_not_as_it_was(signed_in: Browser) -> None:
    signed_in.get("/desk/intake")
    for text in ("northwind-shopify", "line_items[].gift_note", "since 2026-11-21", "12 SKUs due", "failed 3 times in a row", "not in 30 days", "is not told of stock", "could not be told"):
        assert text in signed_in.page, text


def test_spreadsheets_are_listed_with_what_was_wrong_in_them(signed_in: Browser) -> None:
    signed_in.get("/desk/intake")
    assert "imp_1" in signed_in.page and "Storing, 64 %" in signed_in.page and ">940<" in signed_in.page


def test_a_parked_document_is_read_as_it_came_without_what_opens_anything(signed_in: Browser) -> None:
    signed_in.get("/desk/intake")
    assert f"/desk/documents/{PARKED}" in signed_in.page
    assert signed_in.get(f"/desk/documents/{PARKED}") == 200
    assert "20881" in signed_in.page and "Send again" in signed_in.page
    for hidden in ("4242 4242 4242", "tok_hidden", "WBQ7KM2X"):
        assert hidden not in signed_in.page


def test_the_old_address_leads_to_the_page(signed_in: Browser) -> None:
    assert signed_in.get("/desk/documents") == 303 and signed_in.headers["location"] == "/desk/intake"


@pytest.mark.parametrize(("key", "page", "document"), [("support-key", 200, 200), ("viewer-key", 200, 403), ("finance-key", 200, 403), ("channel-key", 404, 404)])
def test_who_may_not_act_on_a_document_does_not_read_it(browser: Browser, key: str, page: int, document: int) -> None:
    browser.sign_in(key)
    assert browser.get("/desk/intake") == page
    assert (f"/desk/documents/{PARKED}" in browser.page) == (document == 200)
    assert browser.get(f"/desk/documents/{PARKED}") == document


@pytest.mark.parametrize(
    ("problem", "says"),
    [
        (DIFFERS, "first word counts"),
        ("topic products/update: not processed yet", "Stop the channel"),
        ("the shop has no such channel any more, or nobody reads its kind", "Set the channel up"),
        ("the channel was asked for the order 7 and has not given it: none", "Look whether the order is there"),
        ("lines[0].sku must be a string", "put right at the channel"),
        ("", "put right at the channel"),
    ],
)
def test_for_every_problem_there_is_something_to_do(problem: str, says: str) -> None:
    assert says in to_do(problem)


def test_a_text_is_laid_out_where_it_is_json_and_shown_as_it_is_where_it_is_not() -> None:
    assert readable('{"a":{"b":1}}')[0] == '{\n  "a": {\n    "b": 1\n  }\n}'
    assert readable("{not json 4242424242424242")[0].startswith("{not json") and "424242424242" not in readable("{not json 4242424242424242")[0]
    assert readable("x" * 300_000) == ("x" * 200_000, True)


def test_secrets_are_hidden_at_any_depth_and_nothing_else() -> None:
    shown = json.loads(readable(json.dumps({"a": [{"access_token": "t", "title": "Token ring", "api_key": "k", "token": ""}], "total": "8.00"}))[0])
    assert shown == {"a": [{"access_token": "•••", "title": "Token ring", "api_key": "•••", "token": ""}], "total": "8.00"}


def test_a_channel_of_which_nothing_is_known_is_shown_as_such() -> None:
    told = {"id": "a", "kind": "api", "name": "A", "heard": None, "asked": None, "parked": {"count": 0, "more": False, "oldest": None}, "drift": None, "stock": None}
    state = state_of(told)
    assert (state.heard, state.asked, state.drift, state.stock_due) == ("", "", (), None)
