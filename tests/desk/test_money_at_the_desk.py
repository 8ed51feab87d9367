"""Money at the desk: what a person sees of it, and what each may set going."""

from __future__ import annotations

import re

import pytest

from tests.desk.conftest import Browser
from tests.desk.shop import HELD, SHIPPING

REFUND = f"/desk/orders/{SHIPPING}/refund"


def test_the_page_says_what_became_of_each_tender(signed_in: Browser) -> None:
    signed_in.get(f"/desk/orders/{SHIPPING}")
    for text in ("Partly charged</b> $72.50 of $184.47", "Capture done", "The authorisation holds until", "On terms", "To be paid", "4 events"):
        assert text in signed_in.page, text


def test_a_refund_shows_its_parts_its_tenders_and_who_asked(signed_in: Browser) -> None:
    signed_in.get(f"/desk/orders/{SHIPPING}")
    for text in ("Refund 1", "handle came off", "$19.55", "→ Card · stripe", "asked for by Robin", "Waits for a second person"):
        assert text in signed_in.page, text


def test_a_refund_is_seen_to_the_cent_before_it_is_granted(signed_in: Browser) -> None:
    signed_in.get(REFUND)
    assert "May come back" in signed_in.page and "$52.95" in signed_in.page
    assert signed_in.post(REFUND, **{"units-0": "1", "shipping": "7.95", "reason": "torn"}) == 200
    assert "Refund $17.95" in signed_in.page and signed_in.shop.deeds == []
    fields = dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', signed_in.page.partition("/refunds")[2]))
    assert signed_in.post(f"{REFUND}s", **fields) == 303
    assert signed_in.shop.deeds == [("refund", SHIPPING, "1795", "torn", "desk:Robin")]
    signed_in.get(signed_in.headers["location"])
    assert "The refund is granted" in signed_in.page


def test_a_refund_above_the_limit_is_proposed(signed_in: Browser) -> None:
    signed_in.get(REFUND)
    signed_in.post(REFUND, goodwill="60")
    assert "a second person decides" in signed_in.page and "Propose to refund" in signed_in.page
    assert signed_in.post(f"{REFUND}s", goodwill="60", seen="v7") == 303
    signed_in.get(signed_in.headers["location"])
    assert "above what one person may grant" in signed_in.page


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("units-0", "2", "1 units may be refunded, not 2"),
        ("units-0", "-1", "whole number"),
        ("units-0", "1e3", "whole number"),
        ("units-1", "²", "whole number"),
        ("shipping", "NaN", "Shipping: "),
        ("shipping", "1.005", "decimal places"),
        ("goodwill", "-5", "not negative"),
        ("fee", "Infinity", "Fee: "),
        ("reason", "x" * 201, "at most 200"),
    ],
)
def test_what_makes_no_sense_is_said_beside_what_was_typed(signed_in: Browser, field: str, value: str, said: str) -> None:
    signed_in.get(REFUND)
    for path in (REFUND, f"{REFUND}s"):
        assert signed_in.post(path, **{field: value, "seen": "v7"}) == 422
        assert said in signed_in.page
    assert signed_in.shop.deeds == []


def test_a_refund_on_what_is_no_longer_so_asks_to_look_again(signed_in: Browser) -> None:
    signed_in.get(REFUND)
    assert signed_in.post(f"{REFUND}s", goodwill="1", seen="v6") == 412
    assert "look again" in signed_in.page and signed_in.shop.deeds == []


def test_only_finance_approves_and_notes_payments(signed_in: Browser) -> None:
    signed_in.get(f"/desk/orders/{SHIPPING}")
    assert "/refunds/2/approve" not in signed_in.page and "Note the payment" not in signed_in.page
    for path in (f"{REFUND}s/2/approve", f"{REFUND}s/2/reject", f"/desk/orders/{SHIPPING}/payments/2/paid"):
        assert signed_in.post(path, amount="1", seen="1") == 403
        signed_in.get(f"/desk/orders/{SHIPPING}")
    assert signed_in.shop.deeds == []


def test_finance_approves_another_persons_refund_and_notes_what_came(browser: Browser) -> None:
    browser.sign_in("finance-key")
    browser.get(f"/desk/orders/{SHIPPING}")
    assert browser.post(f"{REFUND}s/2/approve") == 303
    browser.get(f"/desk/orders/{SHIPPING}")
    assert 'value="50.00"' in browser.page
    assert browser.post(f"/desk/orders/{SHIPPING}/payments/2/paid", amount="50.00", reference="bank 7", seen="1") == 303
    assert browser.shop.deeds == [("approve", SHIPPING, "2", "desk:Fay"), ("paid", SHIPPING, "2", "5000", "bank 7", "1", "desk:Fay")]


def test_a_lapsed_or_declined_tender_is_tried_again(signed_in: Browser) -> None:
    signed_in.get(f"/desk/orders/{HELD}")
    assert "Try this payment again" in signed_in.page
    assert signed_in.post(f"/desk/orders/{HELD}/payments/1/retry", seen="2") == 303
    assert signed_in.shop.deeds == [("retry", HELD, "1", "2", "desk:Robin")]


def test_a_viewer_sees_the_money_and_moves_none(browser: Browser) -> None:
    browser.sign_in("viewer-key")
    browser.get(f"/desk/orders/{SHIPPING}")
    assert "Refund 1" in browser.page and "Refund…" not in browser.page and "/approve" not in browser.page
    for path in (REFUND, f"{REFUND}s", f"{REFUND}s/2/retry", f"/desk/orders/{SHIPPING}/payments/1/retry"):
        browser.get(f"/desk/orders/{SHIPPING}")
        assert browser.post(path, goodwill="1", seen="v7") == 403
    assert browser.shop.deeds == []


def test_a_channels_key_moves_no_money(browser: Browser) -> None:
    browser.sign_in("channel-key")
    browser.get(f"/desk/orders/{HELD}")
    assert browser.post(f"/desk/orders/{HELD}/refunds", goodwill="1", seen="v7") == 403


@pytest.mark.parametrize("number", ["x", "²", "12345", "-1"])
def test_a_number_that_is_none_is_nowhere(signed_in: Browser, number: str) -> None:
    signed_in.get(f"/desk/orders/{SHIPPING}")
    assert signed_in.post(f"{REFUND}s/{number}/retry") == 404
