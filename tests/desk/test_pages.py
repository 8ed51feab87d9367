from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest

from tests.desk import phone as drafts
from tests.desk.conftest import Browser
from tests.desk.shop import ATTACK, HELD, PARKED, SHIPPING

ALL = (
    "/desk",
    "/desk?q=%22%3E%3Cscript%3E",
    f"/desk/orders/{SHIPPING}",
    f"/desk/orders/{HELD}",
    f"/desk/orders/{SHIPPING}/refund",
    f"/desk/orders/{ATTACK}/refund",
    f"/desk/orders/{ATTACK}",
    "/desk/stock",
    "/desk/intake",
    f"/desk/documents/{PARKED}",
    "/desk/drafts",
    "/desk/drafts?status=quoted",
    "/desk/drafts/new",
    *(f"/desk/drafts/{id}" for id in (drafts.HALF, drafts.READY, drafts.QUOTE, drafts.PLACED, drafts.ATTACK)),
    "/desk/drafts/dr_half?find=%3Cimg+mug",
    "/desk/drafts/dr_half?find=mug",
    "/desk/orders/none",
    "/desk/sign-in",
)


class Reader(HTMLParser):
    """What a browser would make of a page: its elements, its ids, its labels."""

    VOID = {"meta", "link", "input", "br", "img", "hr", "rect", "path", "circle"}

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open and self.open[-1] == tag, f"</{tag}> closes <{self.open[-1:]}>"
        self.open.pop()

    def every(self, tag: str) -> list[dict[str, str | None]]:
        return [attrs for name, attrs in self.elements if name == tag]


@pytest.mark.parametrize("path", ALL)
def test_every_page_is_well_formed_and_says_what_its_fields_are(signed_in: Browser, path: str) -> None:
    signed_in.get(path)
    page = Reader(signed_in.page)
    assert page.open == []
    labelled = {label.get("for") for label in page.every("label")}
    asked = [field for field in [*page.every("input"), *page.every("select")] if field.get("type") != "hidden"]
    assert all(field["id"] in labelled for field in asked)
    assert len(page.every("h1")) <= 1
    assert all(form.get("method") == "get" or 'name="token"' in signed_in.page for form in page.every("form"))


@pytest.mark.parametrize("path", ALL)
def test_nothing_that_a_channel_sends_becomes_markup(signed_in: Browser, path: str) -> None:
    signed_in.get(path)
    page = Reader(signed_in.page)
    assert page.every("img") == []
    assert len(page.every("script")) <= 1
    assert not any(name.startswith("on") for _, attrs in page.elements for name in attrs)
    assert "<script>alert" not in signed_in.page


@pytest.mark.parametrize("path", ALL)
def test_a_page_runs_and_loads_nothing_but_its_own(signed_in: Browser, path: str) -> None:
    signed_in.get(path)
    policy = signed_in.headers["content-security-policy"]
    nonce = re.search(r"script-src 'nonce-([^']+)'", policy)
    assert "default-src 'none'" in policy and "unsafe" not in policy and "frame-ancestors 'none'" in policy and nonce
    page = Reader(signed_in.page)
    assert all(each.get("nonce") == nonce[1] for each in [*page.every("script"), *page.every("style")])
    assert not any("style" in attrs for _, attrs in page.elements), "an inline style is refused by the policy"
    assert not any(value and value.startswith("http") for tag, attrs in page.elements for value in (attrs.get("src"),))
    assert signed_in.headers["x-content-type-options"] == "nosniff"


def test_a_nonce_is_used_once(signed_in: Browser) -> None:
    signed_in.get("/desk")
    first = signed_in.headers["content-security-policy"]
    signed_in.get("/desk")
    assert signed_in.headers["content-security-policy"] != first


def test_an_order_shows_its_lines_money_parcels_decision_books_and_timeline(signed_in: Browser) -> None:
    signed_in.get(f"/desk/orders/{SHIPPING}")
    for text in (
        "WB-027",
        "$184.47",
        "SW4920113377US",
        "cheapest of 6 ways",
        "Cost of goods sold",
        "Stock reserved: 6 units",
        "Partly shipped",
        "Ada Moreno",
        "1 of 2",
    ):
        assert text in signed_in.page, text
    assert f"/desk/orders/{SHIPPING}/labels/fo_k3v7qn2mzc5t4xw6ybfa-1/1-label.pdf" in signed_in.page


def test_a_list_shows_queues_statuses_and_rows(signed_in: Browser) -> None:
    signed_in.get("/desk")
    for text in ("#1042", "$184.47", "Partly shipped", "Payment needs a person", "Backordered", "northwind-shopify"):
        assert text in signed_in.page, text
    signed_in.get("/desk?q=WC-20881")
    assert "WC-20881" in signed_in.page and "A-77310" not in signed_in.page
    signed_in.get("/desk?status=backordered")
    assert "A-77310" in signed_in.page and ">WC-20881<" not in signed_in.page
    signed_in.get("/desk?q=nothing-like-it")
    assert "Nothing found" in signed_in.page


def test_a_page_that_is_not_there_says_so(signed_in: Browser) -> None:
    assert signed_in.get("/desk/orders/none") == 404
    assert "Not here" in signed_in.page


@pytest.mark.parametrize(
    "path",
    ["/desk?q=" + "x" * 5000, "/desk?q=%00", "/desk?status=<b>&channel=%F0%9F%98%80", "/desk/orders/%3Cscript%3E", "/desk/intake?cursor=zzz"],
)
def test_strange_addresses_are_answered_calmly(signed_in: Browser, path: str) -> None:
    assert signed_in.get(path) in (200, 400, 404)


def test_a_label_comes_as_a_file_of_its_kind(signed_in: Browser) -> None:
    assert signed_in.get(f"/desk/orders/{SHIPPING}/labels/fo_k3v7qn2mzc5t4xw6ybfa-1/1-label.pdf") == 200
    assert signed_in.headers["content-type"] == "application/pdf"
    assert signed_in.get(f"/desk/orders/{SHIPPING}/labels/fo_someoneelse-1/1-label.pdf") == 404
