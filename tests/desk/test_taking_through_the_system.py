"""Taking an order at the desk over the real contexts: from the first word to the order."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.desk.person import Person
from tests.desk.test_taking_orders import form_of
from tests.drafts.counter import Counter, counter


@pytest.fixture
def desk() -> Iterator[Counter]:
    with counter() as made:
        yield made


SAID = {
    "customer-name": "Ada Moreno",
    "customer-email": "ada@example.com",
    "ship_to-line1": "1400 SE Morrison St",
    "ship_to-city": "Portland",
    "ship_to-region": "OR",
    "ship_to-postal_code": "97214",
    "shipping-amount": "5.00",
    "tender-0-kind": "terms",
}


def test_an_order_is_taken_on_the_phone_from_the_first_item_to_the_nodes_work(desk: Counter) -> None:
    person = Person(desk.the.world, "key-support")
    assert person.get("/desk/drafts/new") == 200
    assert person.post("/desk/drafts", **{**form_of(person), "find": "2 tea"}) == 303
    (draft,) = desk.ask("GET", "").json()["items"]
    path = f"/desk/drafts/{draft['id']}"
    person.get(path)
    assert "Still lacks" in person.page and "$8.00" in person.page
    assert person.post(path, **{**form_of(person), **SAID, "do": "hold"}) == 303
    person.get(path)
    assert "Nothing lacks" in person.page and "$13.00" in person.page and "Stock is kept until" in person.page
    assert person.post(path, **{**form_of(person), "do": "place"}) == 303
    desk.the.settle()
    person.get(path)
    assert "Open the order" in person.page and "ada@example.com" not in person.page
    (order,) = desk.orders()
    assert (order["channel"], order["total"], order["status"]) == ("phone", "13.00", "released")
    person.get(f"/desk/orders/{order['id']}")
    assert draft["number"] in person.page and "Portland" in person.page


def test_drafts_are_listed_by_how_they_stand(desk: Counter) -> None:
    person = Person(desk.the.world, "key-support")
    draft = desk.open()
    person.get("/desk/drafts")
    assert draft["number"] in person.page and "Ada Byron" in person.page and "$16.90" in person.page
    person.get("/desk/drafts?status=quoted")
    assert draft["number"] not in person.page
    assert person.get("/desk/drafts?cursor=zzz") == 400


def test_a_quote_made_over_the_api_is_taken_at_the_desk(desk: Counter) -> None:
    person, draft = Person(desk.the.world, "key-finance"), desk.open()
    path = f"/desk/drafts/{draft['id']}"
    person.get(path)
    until = desk.the.world.now().date().isoformat()
    assert person.post(path, **{**form_of(person), "do": "quote", "until": until}) == 303
    person.get(path)
    assert f"its prices stand until {until}" in person.page
    assert person.post(path, **{**form_of(person), "do": "place", "tender-0-kind": "cod"}) == 303
    desk.the.settle()
    assert [order["total"] for order in desk.orders()] == ["16.90"]


def test_a_currency_that_there_is_not_does_not_break_the_page(desk: Counter) -> None:
    person, draft = Person(desk.the.world, "key-support"), desk.open({"currency": "XYZ", "lines": [{"sku": "TEA", "quantity": 1}]})
    for path in ("/desk/drafts", f"/desk/drafts/{draft['id']}"):
        assert person.get(path) == 200
