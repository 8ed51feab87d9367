"""The desk over the real contexts and the template's own cloud, in this process."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from tests.desk.person import Person
from tests.support.shop import headers, open_shop
from tests.support.template import ROOT
from tests.support.world import World, world
from waybill.channels.model.signature import signed

ORDER = {
    "external_reference": "D-1",
    "currency": "USD",
    "customer": {"email": "ada@example.com", "name": "Ada <b>Moreno</b>"},
    "ship_to": {"name": "Ada Moreno", "line1": "1400 SE Morrison St", "city": "Portland", "region": "OR", "postal_code": "97214", "country": "US"},
    "lines": [{"sku": "TEA", "title": "Tea", "quantity": 2, "unit_price": "4.00"}],
    "total": "8.00",
    "tenders": [{"kind": "channel", "amount": "8.00", "reference": "paid-1"}],
}


@pytest.fixture(scope="module")
def system() -> Iterator[World]:
    with world() as made:
        for folder in ("node_push", "notifications"):  # no node here has a webhook, and mails are another's test
            made._handlers[folder] = lambda event, context: {"batchItemFailures": []}
        open_shop()
        yield made


def place(system: World, reference: str, **changed: Any) -> str:
    body = {**ORDER, "external_reference": reference, **changed}
    reply = system.call("POST", "/v1/orders", body, headers("api", **{"idempotency-key": reference}))
    assert reply.status == 202, reply.content
    system.settle()
    return reply.json()["id"]


def test_an_order_is_found_by_whatever_a_person_has_at_hand(system: World) -> None:
    order_id = place(system, "D-1")
    person = Person(system, "key-admin")
    for query in (order_id, "D-1", "ada%40example.com", "TEA", "sku:TEA"):
        if "%40" in query:
            person._call("GET", "/desk", {"q": "ada@example.com"})
        else:
            assert person.get(f"/desk?q={query}") == 200
        assert order_id in person.page, query
    person.get("/desk?q=CUP")
    assert order_id not in person.page


def test_the_page_of_an_order_tells_its_whole_story(system: World) -> None:
    order_id = place(system, "D-2")
    person = Person(system, "key-viewer")
    assert person.get(f"/desk/orders/{order_id}") == 200
    for text in (
        "D-2",
        "$8.00",
        "Paid at the channel",
        "Stock reserved: 2 units",
        "Order received from api",
        "Confirmed",
        "Sent to",
        "Ada &lt;b&gt;Moreno",
    ):
        assert text in person.page, text


def test_a_hold_is_released_and_an_order_cancelled_by_a_person(system: World) -> None:
    order_id = place(system, "D-3", total="9.00")
    person = Person(system, "key-admin")
    person.get("/desk?attention=sums")
    assert order_id in person.page
    person.get(f"/desk/orders/{order_id}")
    hold = re.search(r'name="hold" value="([^"]+)"', person.page)
    assert hold and "Sums do not add up" in person.page
    assert person.post(f"/desk/orders/{order_id}/release-hold", hold=hold[1]) == 303
    system.settle()
    person.get(f"/desk/orders/{order_id}")
    assert "Hold released" in person.page
    assert person.post(f"/desk/orders/{order_id}/cancel", reason="customer_asked") == 303
    system.settle()
    person.get(f"/desk/orders/{order_id}")
    assert "Cancelled" in person.page


def test_an_attention_queue_counts_what_waits(system: World) -> None:
    place(
        system,
        "D-4",
        lines=[{"sku": "POT", "title": "Pot", "quantity": 50, "unit_price": "20.00"}],
        total="1000.00",
        tenders=[{"kind": "channel", "amount": "1000.00", "reference": "p"}],
    )
    person = Person(system, "key-admin")
    person.get("/desk?attention=backordered")
    assert "D-4" in person.page


def test_stock_and_parked_documents_are_shown(system: World) -> None:
    person = Person(system, "key-viewer")
    assert person.get("/desk/stock") == 200
    assert "TEA" in person.page and "reno" in person.page
    assert system.call("POST", "/v1/channels/shopify/webhooks", *webhook()).status == 200
    assert person.get("/desk/intake") == 200
    for text in ("topic products/update: not processed yet", "Stop the channel from sending this topic", "just now", "woocommerce", "not in 30 days", "is not told"):
        assert text in person.page, text
    support = Person(system, "key-support")
    support.get("/desk/intake")
    document = re.search(r'href="(/desk/documents/[^"]+)"', support.page)
    assert document and support.get(document[1]) == 200
    assert "a hat" in support.page and "Send again" in support.page and "4242424242424242" not in support.page
    assert support.get("/desk/documents/none") == 404


def webhook() -> tuple[bytes, dict[str, str]]:
    """One of a topic that nobody reads, signed."""
    raw = json.dumps({"id": 7, "title": "a hat", "note": "4242424242424242"}).encode()
    given = {"x-shopify-topic": "products/update", "x-shopify-webhook-id": "w-7", "x-shopify-hmac-sha256": signed(raw, "shopify-secret")}
    return raw, given


def test_the_widget_shows_the_same_orders(system: World) -> None:
    order_id = place(system, "D-5")
    page = system.handler("desk")({"widgetContext": {"theme": "dark"}, "order": order_id}, None)
    assert "D-5" in page and "cwdb-action" in page
    assert "markdown" in system.handler("desk")({"describe": True}, None)


@pytest.mark.parametrize("cursor", ["zzz", "bnVsbA", "W10", "eyJkYXkiOiJuZXZlciJ9", "eyJkYXkiOjd9", "eyJwayI6IngifQ", "%F0%9F%98%80"])
@pytest.mark.parametrize("page", ["/desk?", "/desk?attention=payment&", "/desk/intake?", "/desk?q=sku:TEA&"])
def test_a_continuation_of_somebody_elses_making_is_refused_calmly(system: World, page: str, cursor: str) -> None:
    assert Person(system, "key-viewer").get(f"{page}cursor={cursor}") in (200, 400)


def test_older_orders_are_a_click_away(system: World) -> None:
    place(system, "D-6")
    person = Person(system, "key-viewer")
    person.get("/desk")
    older = re.search(r'href="(/desk[^"]*cursor=[^"]+)"', person.page)
    assert older and person.get(older[1].replace("&amp;", "&")) == 200


@pytest.mark.parametrize(
    ("case", "answer"),
    [
        ("sign_in_page", 200),
        ("list_without_a_session", 303),
        ("sign_in_with_a_stale_form", 403),
        ("widget_describe", "Waybill order desk"),
        ("widget_list", "cwdb-action"),
        ("widget_search", "#1042"),
        ("widget_release_hold_of_no_order", "there is no order"),
    ],
)
def test_the_function_answers_events_as_aws_sends_them(system: World, case: str, answer: int | str) -> None:
    event = json.loads((ROOT / "events" / "desk" / f"{case}.json").read_text("utf-8"))
    given = system.handler("desk")(event, None)
    if isinstance(answer, int):
        assert given["statusCode"] == answer
    else:
        assert answer in str(given)
