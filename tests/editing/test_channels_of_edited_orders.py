"""An order that was edited here is another one than its channel's, and nobody takes that for a change of the channel's."""

from __future__ import annotations

import json

import pytest

from tests.channels.documents import SECRETS, sample
from tests.editing.bench import active, edit, held, quantities
from tests.flow.life import an_order
from tests.flow.lived import life
from tests.flow.stories import heard_of
from waybill.channels.model.signature import signed


@pytest.fixture
def the():
    with life() as made:
        yield made


def told_again(the, **more) -> None:
    """The channel tells of the same order at another time, with something that does not matter being another."""
    body = {**sample("shopify_paid")["body"], "updated_at": "2036-01-01T00:00:00Z", **more}
    for line, sku in zip(body["line_items"], ("TEA", "CUP"), strict=True):
        line["sku"] = sku
    the.outside.shops.document("shopify", str(body["id"]), body)
    raw = json.dumps(body, default=str).encode()
    given = {"x_shopify_topic": "orders/updated", "x_shopify_hmac_sha256": signed(raw, SECRETS["shopify"]), "x_shopify_webhook_id": "again"}
    assert the.call("POST", "/v1/channels/shopify/webhooks", raw, "shopify", **given).status == 200
    the.settle()


def held_of_shopify(the) -> str:
    assert the.call("PUT", "/v1/policies/limits", {"units": 1}).status == 200
    order_id = heard_of(the, "shopify_paid")
    assert active(the, order_id) == ["manual"]
    return order_id


def test_a_channel_that_says_what_it_has_always_said_is_not_heard_as_a_change(the):
    order_id = held_of_shopify(the)
    first = the.order(order_id)["lines"][0]
    reply = edit(the, order_id, lines={first["id"]: first["quantity"] - 1})
    assert reply.status == 201, reply.content
    told_again(the, note="hello")
    assert active(the, order_id) == ["manual"] and quantities(the, order_id)[first["sku"]] == first["quantity"] - 1


def test_a_channel_that_adds_to_an_edited_order_is_still_heard(the):
    order_id = held_of_shopify(the)
    first = the.order(order_id)["lines"][0]
    edit(the, order_id, lines={first["id"]: first["quantity"] - 1})
    lines = [dict(line) for line in sample("shopify_paid")["body"]["line_items"]]
    lines[0] |= {"quantity": lines[0]["quantity"] + 5, "current_quantity": lines[0]["quantity"] + 5}
    told_again(the, line_items=lines)
    assert "changed" in active(the, order_id)


def test_a_channel_hears_of_what_it_has_sold_and_of_nothing_that_an_edit_has_put_in(the):
    order_id = held_of_shopify(the)
    first = the.order(order_id)["lines"][0]
    assert the.call("PUT", "/v1/policies/limits", {}).status == 200
    assert edit(the, order_id, lines={first["id"]: first["quantity"] + 1}, add=[{"sku": "POT", "quantity": 1, "unit_price": "1.00"}], payment={"kind": "terms"}).status == 201
    for hold in [hold for hold in the.order(order_id)["holds"] if hold["status"] == "active"]:
        the.call("POST", f"/v1/orders/{order_id}/holds/{hold['id']}/release", {}, "support")
    the.settle()
    the.fulfil(order_id)
    the.settle()
    assert the.order(order_id)["status"] == "shipped" and the.world.dead_letters() == {}
    told = [said for said in the.outside.shops.told if said["kind"] == "fulfillmentCreate"]
    assert told and "e1-" not in str(told)


def test_the_original_posted_again_is_the_same_order(the):
    order = an_order()
    order_id = held(the, order)
    edit(the, order_id, lines={"1": 5})
    assert the.place(order, "another-key") == order_id
    the.settle()
    assert quantities(the, order_id)["TEA"] == 5
    assert the.call("GET", "/v1/documents?status=parked").json()["items"] == []
