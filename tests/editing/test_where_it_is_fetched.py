"""A person says at which store an order is fetched, or that it is sent: what a channel's place could not tell us."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from proof.living import living
from proof.scheduler import First
from proof.stories import fetched_at
from tests.flow.life import Life, an_order
from tests.support.world import Reply

HOME = {"name": "Ada Byron", "line1": "1 Elm St", "city": "Denver", "region": "CO", "postal_code": "80202"}


@pytest.fixture
def the() -> Iterator[Life]:
    with living(None, First(), 0) as made:
        made.call("PUT", "/v1/policies/remorse", {"minutes": 10})
        yield made


def placed(the: Life, order: dict[str, Any]) -> str:
    order_id = the.place(order)
    the.settle()
    return order_id


def edit(the: Life, order_id: str, change: dict[str, Any], key: str = "edit") -> Reply:
    reply = the.call("POST", f"/v1/orders/{order_id}/edits", change, idempotency_key=key, if_match=str(the.order(order_id)["version"]))
    the.settle()
    return reply


def test_what_was_to_be_sent_is_fetched_at_the_store_that_a_person_names(the: Life) -> None:
    order_id = placed(the, an_order(("TEA", 1)))
    reply = edit(the, order_id, {"shipping": {"pickup_node": "columbus"}})
    assert reply.status == 201, reply.content
    order = the.order(order_id)
    assert (order["shipping"]["pickup_node"], order["customer"]["ship_to"]["line1"], order["customer"]["bill_to"]["line1"]) == ("columbus", "2 High St", "500 Main St")
    the.call("POST", f"/v1/orders/{order_id}/holds/remorse/release", {})
    the.settle()
    (work,) = the.fulfil(order_id, "accept", "pick", "ready")
    assert (work["node"], work["status"]) == ("columbus", "ready_for_pickup")


def test_another_store_is_not_where_the_customer_is_billed(the: Life) -> None:
    order_id = placed(the, fetched_at("columbus", ("TEA", 1)))
    assert edit(the, order_id, {"shipping": {"pickup_node": "reno"}}).status == 201
    customer = the.order(order_id)["customer"]
    assert (customer["ship_to"]["line1"], customer["bill_to"]["line1"]) == ("1 Lake St", "500 Main St")


def test_what_is_no_longer_fetched_needs_an_address(the: Life) -> None:
    order_id = placed(the, fetched_at("columbus", ("TEA", 1)))
    assert edit(the, order_id, {"shipping": {"pickup_node": ""}}).status == 422
    assert edit(the, order_id, {"shipping": {"pickup_node": ""}, "ship_to": HOME}, "again").status == 201
    order = the.order(order_id)
    assert "pickup_node" not in order["shipping"] and order["customer"]["ship_to"]["line1"] == "1 Elm St"


@pytest.mark.parametrize("change", [{"shipping": {"pickup_node": "atlantis"}}, {"shipping": {"pickup_node": "reno"}, "ship_to": HOME}])
def test_a_store_that_is_none_and_two_places_at_once_are_refused(the: Life, change: dict[str, Any]) -> None:
    assert edit(the, placed(the, an_order(("TEA", 1))), change).status == 422


def test_undoing_it_sends_it_again(the: Life) -> None:
    order_id = placed(the, an_order(("TEA", 1)))
    edit(the, order_id, {"shipping": {"pickup_node": "columbus"}})
    reply = the.call("POST", f"/v1/orders/{order_id}/edits/1/undo", {}, idempotency_key="undo", if_match=str(the.order(order_id)["version"]))
    assert reply.status < 300, reply.content
    order = the.order(order_id)
    assert "pickup_node" not in order["shipping"] and order["customer"]["ship_to"]["line1"] == "500 Main St"
