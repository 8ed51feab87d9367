"""Whatever a channel says of an order under a name of its own, routing rules can ask for it: from the channel's document to the node that ships."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.channels.documents import sample
from tests.flow.life import Life, an_order
from tests.flow.lived import life
from tests.house.deeds import ok, webhook
from tests.routing.in_force import drafted, put_in_force
from waybill.kernel.errors import InvalidInput
from waybill.orders.store import ORDERS
from waybill.routing.model.conditions import ORDER_FIELDS, attributes, read_conditions
from waybill.routing.model.receipt import unfolded
from waybill.routing.model.rules import read
from waybill.shop import store as shop

EAST = [{"name": "east", "nodes": [{"field": "node", "op": "is", "value": "columbus"}], "next": "any"}, {"name": "any"}]
WEST = [{"name": "west", "nodes": [{"field": "node", "op": "is", "value": "reno"}]}]


@pytest.fixture
def the() -> Iterator[Life]:
    with life({("TEA", "reno"): 50, ("TEA", "columbus"): 50, ("CUP", "columbus"): 50, ("CUP", "reno"): 50}) as made:
        yield made


def rules(field: str, op: str, value: Any) -> dict[str, Any]:
    return {
        "name": "attributes",
        "routings": [{"name": "theirs", "orders": [{"field": field, "op": op, "value": value}], "rules": EAST}, {"name": "others", "rules": WEST}],
    }


def node_of(the: Life, order_id: str) -> str:
    (work,) = the.order(order_id)["fulfilment_orders"]
    return work["node"]


def shopify(the: Life, number: int, **changed: Any) -> str:
    body = json.loads(json.dumps(sample("shopify_paid")["body"], default=str))
    for line, known in zip(body["line_items"], ("TEA", "CUP"), strict=True):
        line["sku"] = known
    reply = ok(webhook(the, json.dumps({**body, "id": number, **changed}).encode(), "orders/create"))
    the.settle()
    return reply.json()["order_id"]


def test_a_field_of_the_channels_own_document_decides_which_node_ships(the: Life) -> None:
    put_in_force(the, rules("attribute.delivery crew", "is", "two people"))
    marked = shopify(the, 92_001, note_attributes=[{"name": "delivery crew", "value": "two people"}, {"name": "heard of us", "value": "from Bob"}])
    plain = shopify(the, 92_002, note_attributes=[{"name": "heard of us", "value": "from Bob"}])
    assert (node_of(the, marked), node_of(the, plain)) == ("columbus", "reno")


def test_a_line_that_is_to_be_wrapped_sends_the_order_where_people_wrap(the: Life) -> None:
    put_in_force(the, rules("line.gift_wrap", "has_any", ["red paper", "gold paper"]))
    ids = []
    for reference, said in (("wrapped", {"gift_wrap": "red paper"}), ("plain", {"gift_wrap": "none"})):
        body = an_order(("TEA", 1), ("CUP", 1), reference=reference)
        body["lines"][1]["attributes"] = said
        ids.append(the.place(body, reference))
    the.settle()
    assert [node_of(the, id) for id in ids] == ["columbus", "reno"]


def test_a_receipt_keeps_only_the_attributes_that_rules_ask_for_and_is_replayed_with_them(the: Life) -> None:
    put_in_force(the, rules("attribute.points", "at_least", 100))
    order_id = the.place({**an_order(("TEA", 1), reference="r"), "attributes": {"points": 250, "told by": "Bob Byron"}}, "r")
    the.settle()
    (kept,) = ORDERS.partition(f"ORDER#{order_id}", prefix="DECISION#")
    asked = unfolded(kept)["asked"]["order"]
    assert asked["attribute.points"] == 250 and "told by" not in str(asked)
    decision = the.call("GET", f"/v1/orders/{order_id}/decisions").json()["items"][0]["id"]
    assert the.call("POST", f"/v1/routing/decisions/{decision}:replay").json()["identical"]


def test_a_draft_is_tried_on_attributes_that_no_rule_asked_for_when_the_orders_came(the: Life) -> None:
    shop.save(shop.POLICY, "routing_gate", {"least_orders": 2, "cost_percent": 10**6, "km_percent": 10**6})
    shop.forget()
    for reference, points in (("rich", 250), ("poor", 5)):
        the.place({**an_order(("TEA", 1), reference=reference), "attributes": {"points": points}}, reference)
    the.settle()
    nobody = {"name": "nobody", "nodes": [{"field": "tags", "op": "has", "value": "nobody has this"}]}
    raw = rules("attribute.points", "at_least", 100)
    raw["routings"][0]["rules"] = [nobody]
    raw["routings"][1]["rules"] = [{"name": "any"}]
    gate = the.call("POST", f"{drafted(the, raw)}/test", {}, "support").json()["gate"]
    assert (gate["orders"], gate["after"]["unshipped"]) == (2, 1)


@pytest.mark.parametrize(
    ("op", "value", "said", "holds"),
    [
        ("is", "yes", "yes", True), ("is", True, "true", True), ("is", True, True, True), ("is", 5, "5", True), ("is", "yes", None, False),
        ("is_not", "yes", None, True), ("is_not", "yes", "yes", False), ("in", ["a", 5], 5, True), ("not_in", ["a"], None, True),
        ("at_least", 100, 250, True), ("at_least", 100, "250", True), ("at_least", 100, "lots", False), ("at_least", 100, None, False), ("at_most", 5, True, False),
    ],
)  # fmt: skip
def test_what_is_asked_of_an_attribute(op: str, value: Any, said: Any, holds: bool) -> None:
    wrong: dict[str, str] = {}
    (condition,) = read_conditions([{"field": "attribute.x", "op": op, "value": value}], "orders", ORDER_FIELDS, wrong)
    assert not wrong and condition.holds(attributes({} if said is None else {"x": said}, ())) is holds


@pytest.mark.parametrize(
    ("field", "op", "value", "where"),
    [("attribute.", "is", "x", "field"), ("attribute.x", "has", "x", "op"), ("attribute.x", "at_least", "x", "value"), ("line.x", "is", "x", "op"), ("node.x", "is", "x", "field")],
)
def test_a_condition_on_an_attribute_that_cannot_be_is_refused_by_its_place(field: str, op: str, value: Any, where: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        read(rules(field, op, value))
    assert f"routings[0].orders[0].{where}" in refused.value.fields
