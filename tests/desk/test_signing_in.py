from __future__ import annotations

from datetime import timedelta

import pytest

from tests.desk.conftest import Browser
from tests.desk.shop import HELD, SHIPPING
from waybill.desk.model.session import Session, form_token, form_token_holds, seal, unseal

PAGES = ("/desk", f"/desk/orders/{HELD}", "/desk/stock", "/desk/intake", "/desk/documents/abc", "/desk/drafts", "/desk/drafts/new", "/desk/drafts/dr_half", f"/desk/orders/{HELD}/labels/fo_x-1/1-label.pdf")
DEEDS = (
    (f"/desk/orders/{HELD}/release-hold", {"hold": "payment-1"}),
    (f"/desk/orders/{HELD}/cancel", {"reason": "customer_asked"}),
    (f"/desk/orders/{HELD}/retry-payment", {}),
    ("/desk/documents/redrive", {"document": "abc"}),
)


@pytest.mark.parametrize("page", PAGES)
def test_nothing_is_shown_to_who_has_not_signed_in(browser: Browser, page: str) -> None:
    assert browser.get(page) == 303
    assert browser.headers["location"].startswith("/desk/sign-in")
    assert browser.page == ""


@pytest.mark.parametrize(("path", "fields"), DEEDS)
def test_nothing_is_done_for_who_has_not_signed_in(browser: Browser, path: str, fields: dict[str, str]) -> None:
    assert browser.post(path, **fields) == 303
    assert browser.shop.deeds == []


@pytest.mark.parametrize(("path", "fields"), DEEDS)
def test_a_form_without_this_sessions_token_does_nothing(signed_in: Browser, path: str, fields: dict[str, str]) -> None:
    signed_in.get("/desk")
    for token in ("", "x", form_token("another session", signed_in.secrets)):
        assert signed_in.post(path, token=token, **fields) == 403
    assert signed_in.shop.deeds == []


@pytest.mark.parametrize(("path", "fields"), DEEDS)
def test_a_viewer_looks_and_does_not_act(browser: Browser, path: str, fields: dict[str, str]) -> None:
    browser.sign_in("viewer-key")
    assert browser.get(f"/desk/orders/{HELD}") == 200
    assert "Try the payment again" not in browser.page and "Cancel order" not in browser.page
    assert browser.post(path, **fields) == 403
    assert browser.shop.deeds == []


def test_a_channels_key_sees_its_own_orders_alone(browser: Browser) -> None:
    assert browser.sign_in("channel-key") == 303
    assert browser.get(f"/desk/orders/{HELD}") == 200
    assert browser.get(f"/desk/orders/{SHIPPING}") == 404
    assert browser.get("/desk/stock") == 404
    assert browser.get("/desk/intake") == browser.get("/desk/documents/abc") == 404
    browser.get("/desk")
    assert "WC-20881" in browser.page and "#1042" not in browser.page


@pytest.mark.parametrize("key", ["", "nobodys", "node-key", "x" * 5000, "\x00", "ключ"])
def test_other_keys_do_not_open_the_desk(browser: Browser, key: str) -> None:
    assert browser.sign_in(key) == 401
    assert browser.get("/desk") == 303


def test_signing_in_needs_the_form_of_ones_own_page(browser: Browser) -> None:
    browser.get("/desk/sign-in")
    assert browser.post("/desk/sign-in", token="forged", key="support-key") == 403
    browser.cookies.clear()
    assert browser.post("/desk/sign-in", key="support-key") == 403


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(browser: Browser) -> None:
    browser.sign_in()
    (cookie,) = browser.set_cookies
    assert cookie.startswith("__Host-waybill_desk=")
    assert set(cookie.split("; ")[1:]) == {"Path=/", "Max-Age=43200", "HttpOnly", "SameSite=Strict", "Secure"}


def test_a_session_ends_after_twelve_hours(signed_in: Browser) -> None:
    signed_in.now += timedelta(hours=11, minutes=59)
    assert signed_in.get("/desk") == 200
    signed_in.now += timedelta(minutes=2)
    assert signed_in.get("/desk") == 303


def test_a_key_that_was_taken_away_ends_its_sessions(signed_in: Browser) -> None:
    del signed_in.keys["support-key"]
    assert signed_in.get("/desk") == 303


def test_signing_out_ends_the_session(signed_in: Browser) -> None:
    signed_in.get("/desk")
    assert signed_in.post("/desk/sign-out") == 303
    assert signed_in.get("/desk") == 303


def test_secrets_can_be_rotated_while_people_work(signed_in: Browser) -> None:
    signed_in.secrets[:] = ["second secret", "first secret"]
    assert signed_in.get("/desk") == 200
    signed_in.secrets[:] = ["second secret"]
    assert signed_in.get("/desk") == 303


@pytest.mark.parametrize(
    "to", ["https://evil.example", "//evil.example", "/\\evil.example", "/desk//evil", "/deskevil", "/desk\r\nSet-Cookie: a=b", "javascript:alert(1)"]
)
def test_signing_in_leads_to_the_desk_and_nowhere_else(browser: Browser, to: str) -> None:
    browser.sign_in(to=to)
    assert browser.headers["location"] == "/desk"


def test_signing_in_leads_back_to_the_page_asked_for(browser: Browser) -> None:
    browser.get(f"/desk/orders/{HELD}")
    browser.get(browser.headers["location"])
    assert f'value="/desk/orders/{HELD}"' in browser.page


def test_a_cookie_that_was_touched_is_none() -> None:
    session = Session("hash", "nonce", 1000)
    cookie = seal(session, ["secret"])
    assert unseal(cookie, ["secret"], 999) == session
    assert unseal(cookie, ["secret"], 1000) is None
    assert unseal(cookie, ["other"], 0) is None
    for index in range(len(cookie)):
        changed = cookie[:index] + ("A" if cookie[index] != "A" else "B") + cookie[index + 1 :]
        assert unseal(changed, ["secret"], 0) is None
    for garbage in ("", ".", "a.b", "é.é", "x" * 5000):
        assert unseal(garbage, ["secret"], 0) is None


def test_a_form_token_is_no_session_and_a_session_no_form_token() -> None:
    cookie = seal(Session("hash", "nonce", 1000), ["secret"])
    assert not form_token_holds(cookie.partition(".")[2], "nonce", ["secret"])
    assert not form_token_holds(form_token("", ["secret"]), "", ["secret"])
