"""A person who takes orders on the phone, over the drafts' own doors."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tests.flow.life import CARD, Life
from tests.flow.lived import life
from tests.support.world import Reply
from waybill.shop import store
from waybill.shop.model import Channel

WHOLE: dict[str, Any] = {
    "customer": {"email": "ada@example.com", "name": "Ada Byron"},
    "ship_to": {"name": "Ada Byron", "line1": "500 Main St", "city": "Denver", "region": "CO", "postal_code": "80202"},
    "lines": [{"sku": "TEA", "quantity": 2, "tax": "0.40"}, {"sku": "CUP", "quantity": 1, "unit_price": "3.50"}],
    "shipping": {"amount": "5.00"},
    "tenders": [{"kind": "card", "token": CARD}],
}
"""8.00 + 0.40 + 3.50 + 5.00 = 16.90: the tea at the shop's own price, the cup at one that was agreed on."""


class Counter:
    def __init__(self, the: Life) -> None:
        self.the = the

    def ask(self, method: str, path: str, body: Any = None, who: str = "support", **headers: str) -> Reply:
        return self.the.call(method, f"/v1/drafts{path}", body, who, **headers)

    def open(self, body: Any = None, key: str = "call-1") -> dict[str, Any]:
        return shown(self.ask("POST", "", WHOLE if body is None else body, idempotency_key=key), 201)

    def orders(self) -> list[dict[str, Any]]:
        return self.the.call("GET", "/v1/orders").json()["items"]


def shown(reply: Reply, status: int = 200) -> dict[str, Any]:
    assert reply.status == status, reply.content
    return reply.json()


def lacks(draft: dict[str, Any]) -> dict[str, str]:
    return {each["field"]: each["message"] for each in draft["lacks"]}


def open_phone() -> None:
    store.save(store.CHANNEL, "phone", Channel("phone", "phone", "Phone"))
    store.forget()


@contextmanager
def counter(stock: dict[tuple[str, str], int] | None = None) -> Iterator[Counter]:
    with life(stock) as the:
        open_phone()
        yield Counter(the)
