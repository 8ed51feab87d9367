from __future__ import annotations

from dataclasses import replace

import pytest

from tests.desk.conftest import Browser
from tests.desk.shop import CANCELLED, HELD, SHIPPING


def test_a_hold_is_released_by_name(signed_in: Browser) -> None:
    signed_in.get(f"/desk/orders/{HELD}")
    assert signed_in.post(f"/desk/orders/{HELD}/release-hold", hold="payment-1") == 303
    assert signed_in.shop.deeds == [("release_hold", HELD, "payment-1", "desk:Robin")]
    signed_in.get(signed_in.headers["location"])
    assert "The hold is released" in signed_in.page


def test_a_declined_payment_is_tried_again(signed_in: Browser) -> None:
    signed_in.get(f"/desk/orders/{HELD}")
    assert "Try the payment again" in signed_in.page
    assert signed_in.post(f"/desk/orders/{HELD}/retry-payment") == 303
    assert signed_in.shop.deeds == [("retry_payment", HELD, "desk:Robin")]


def test_a_hold_that_stops_nothing_is_let_go_and_not_retried(signed_in: Browser) -> None:
    order = signed_in.shop.known[HELD]
    signed_in.shop.known[HELD] = replace(order, holds=(replace(order.holds[0], stops=False),))
    signed_in.get(f"/desk/orders/{HELD}")
    assert "Release hold" in signed_in.page and "Try the payment again" not in signed_in.page


def test_a_cancel_wants_one_of_the_reasons(signed_in: Browser) -> None:
    signed_in.get(f"/desk/orders/{HELD}")
    assert signed_in.post(f"/desk/orders/{HELD}/cancel", reason="because") == 422
    assert "Choose one of the reasons" in signed_in.page
    assert signed_in.post(f"/desk/orders/{HELD}/cancel", reason="customer_asked") == 303
    assert signed_in.shop.deeds == [("cancel", HELD, "customer_asked", "desk:Robin")]


def test_of_an_order_of_which_a_part_has_left_the_rest_is_cancelled(signed_in: Browser) -> None:
    signed_in.shop.known[SHIPPING] = replace(signed_in.shop.known[SHIPPING], allowed=frozenset(("cancel-rest",)))
    signed_in.get(f"/desk/orders/{SHIPPING}")
    assert "Cancel the rest" in signed_in.page and "Cancel the order" not in signed_in.page
    assert signed_in.post(f"/desk/orders/{SHIPPING}/cancel-rest", reason="because") == 422
    assert signed_in.post(f"/desk/orders/{SHIPPING}/cancel-rest", reason="out_of_stock") == 303
    assert signed_in.shop.deeds == [("cancel_rest", SHIPPING, "out_of_stock", "desk:Robin")]


def test_what_the_state_refuses_is_said_on_the_orders_own_page(signed_in: Browser) -> None:
    signed_in.get("/desk")
    assert signed_in.post(f"/desk/orders/{CANCELLED}/cancel", reason="other") == 409
    assert "cannot be cancelled" in signed_in.page and "#1039" in signed_in.page


def test_a_parked_document_is_sent_again(signed_in: Browser) -> None:
    signed_in.get("/desk/intake")
    assert signed_in.post("/desk/documents/redrive", document="ZmVybndlaC13b28jYWJj") == 303
    assert signed_in.shop.deeds == [("redrive", "ZmVybndlaC13b28jYWJj", "desk:Robin")]


@pytest.mark.parametrize("body", ["", "%zz", "token", "a=1&" * 200, "token=%00", "\udcff", "x" * 20_000])
def test_a_broken_form_does_nothing_and_is_no_fault_of_ours(signed_in: Browser, body: str) -> None:
    assert 400 <= signed_in.send("POST", f"/desk/orders/{HELD}/cancel", body) < 500
    assert signed_in.shop.deeds == []


def test_pages_are_not_posted_to(signed_in: Browser) -> None:
    assert signed_in.send("POST", "/desk/stock") == 405
    assert signed_in.send("GET", f"/desk/orders/{HELD}/cancel") == 405
