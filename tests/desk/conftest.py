"""The desk over a small shop in memory, spoken to as a browser would."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import parse_qsl, urlencode

import pytest

from tests.desk.shop import NOW, Shop
from waybill.aws import http
from waybill.desk import web
from waybill.desk.model.visitor import visitor
from waybill.desk.service import Desk
from waybill.desk.visit import Door

KEYS = {
    "support-key": ("Robin", ("support",), ""),
    "viewer-key": ("Vera", ("viewer",), ""),
    "finance-key": ("Fay", ("finance",), ""),
    "channel-key": ("", ("channel",), "fernweh-woo"),
    "node-key": ("", ("node",), "reno"),
}


class Browser:
    """Keeps its cookie and follows nothing by itself. `page` is the last page's text."""

    def __init__(self, shop: Shop) -> None:
        self.shop, self.now, self.keys, self.cookies = shop, NOW, dict(KEYS), {}
        self.secrets = ["first secret"]
        door = Door(lambda who: Desk(shop, shop, shop, shop.phone, who), lambda key: key, self._visitor, lambda: self.secrets, lambda: self.now)
        self._router = web.router(door)
        self.page, self.headers, self.status = "", {}, 0
        self.set_cookies: list[str] = []

    def get(self, path: str) -> int:
        return self.send("GET", path)

    def post(self, path: str, **fields: str) -> int:
        """Posts with the token of the last page, unless the fields bring one."""
        found = re.search(r'name="token" value="([^"]*)"', self.page)
        return self.send("POST", path, urlencode({"token": found[1] if found else "", **fields}))

    def sign_in(self, key: str = "support-key", to: str = "/desk") -> int:
        self.get("/desk/sign-in")
        return self.post("/desk/sign-in", key=key, to=to)

    def send(self, method: str, path: str, body: str = "") -> int:
        where, _, query = path.partition("?")
        cookies = [f"{name}={value}" for name, value in self.cookies.items()]
        context = {"http": {"method": method}, "requestId": "r"}
        event: dict[str, Any] = {"requestContext": context, "rawPath": where, "headers": {}, "cookies": cookies, "body": body}
        answer = http.serve({**event, "queryStringParameters": dict(parse_qsl(query))}, self._router)
        self.status, self.headers, self.page = answer["statusCode"], answer["headers"], answer["body"]
        self.set_cookies = answer.get("cookies", [])
        for cookie in self.set_cookies:
            name, _, value = cookie.partition(";")[0].partition("=")
            self.cookies[name] = value
        return self.status

    def _visitor(self, hash: str) -> Any:
        return visitor(*self.keys[hash]) if hash in self.keys else None


@pytest.fixture
def shop() -> Shop:
    return Shop()


@pytest.fixture
def browser(shop: Shop) -> Browser:
    return Browser(shop)


@pytest.fixture
def signed_in(browser: Browser) -> Browser:
    assert browser.sign_in() == 303
    return browser
