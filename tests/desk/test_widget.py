from __future__ import annotations

import json
import re
from typing import Any

import pytest

from tests.desk.shop import ATTACK, CANCELLED, HELD, NOW, SHIPPING, Shop
from tests.desk.test_pages import Reader
from waybill.desk import widget
from waybill.desk.service import Desk

ARN = "arn:aws:lambda:us-east-1:123456789012:function:desk"


def shown(shop: Shop, theme: str = "light", forms: dict[str, str] | None = None, **params: Any) -> str:
    context = {"dashboardName": "Waybill", "theme": theme, "forms": {"all": forms or {}}, "params": {}}
    page = widget.answer({**params, "widgetContext": context}, ARN, Desk(shop, shop, shop, shop.phone, widget.CONSOLE), lambda: NOW)
    assert isinstance(page, str)
    assert Reader(page).open == []
    return page


def calls(page: str) -> list[tuple[dict[str, str | None], dict[str, Any]]]:
    """Each `cwdb-action` with what it would send."""
    payloads = re.findall(r"<cwdb-action[^>]*>(.*?)</cwdb-action>", page, re.S)
    return list(zip(Reader(page).every("cwdb-action"), map(json.loads, payloads), strict=True))


def test_the_widget_describes_itself(shop: Shop) -> None:
    answer = widget.answer({"describe": True}, ARN, Desk(shop, shop, shop, shop.phone, widget.CONSOLE), lambda: NOW)
    assert isinstance(answer, dict) and "attention" in answer["markdown"]


def test_the_list_opens_orders_through_this_function_alone(shop: Shop) -> None:
    page = shown(shop)
    assert all(attrs["endpoint"] == ARN and attrs["action"] == "call" and attrs["display"] == "widget" for attrs, _ in calls(page))
    assert {"order": SHIPPING} in [payload for _, payload in calls(page)]


def test_what_was_typed_is_searched_for(shop: Shop) -> None:
    page = shown(shop, forms={"q": "WC-20881"}, search=True)
    assert "WC-20881" in page and "#1042" not in page


def test_whatever_changes_an_order_asks_first(shop: Shop) -> None:
    asked = [(attrs, payload) for attrs, payload in calls(shown(shop, order=HELD)) if "do" in payload]
    assert {payload["do"] for _, payload in asked} == {"cancel", "retry-payment"}
    assert all(attrs["confirmation"] for attrs, _ in asked)


def test_a_confirmed_deed_is_done_and_said(shop: Shop) -> None:
    page = shown(shop, order=HELD, do="retry-payment")
    assert shop.deeds == [("retry_payment", HELD, "desk:CloudWatch console")]
    assert "being tried again" in page and "WC-20881" in page


@pytest.mark.parametrize(
    "params",
    [
        {"order": "none"},
        {"order": CANCELLED, "do": "cancel", "reason": "other"},
        {"order": HELD, "do": "cancel", "reason": "x"},
        {"do": "drop"},
        {"order": 7},
        {"do": {}, "order": HELD},
        {"q": ["x"]},
    ],
)
def test_what_cannot_be_done_is_said_and_changes_nothing(shop: Shop, params: dict[str, Any]) -> None:
    shown(shop, **params)
    assert shop.deeds == []


def test_nothing_that_a_channel_sends_becomes_markup(shop: Shop) -> None:
    for page in (shown(shop), shown(shop, order=ATTACK), shown(shop, q='"><script>')):
        assert Reader(page).every("script") == [] and Reader(page).every("img") == []


def test_the_widget_follows_the_consoles_theme(shop: Shop) -> None:
    assert shown(shop, theme="dark") != shown(shop, theme="light")
