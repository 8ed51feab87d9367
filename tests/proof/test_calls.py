"""What a key promises (I15, I16) and that nobody reaches into another's (I28): asked of every call at a world's door, of what is kept, and of orders."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from proof.judging import Judge
from proof.living import Dweller, living
from tests.flow.life import an_order
from waybill import proof
from waybill.inventory import api as inventory_api
from waybill.orders import api as orders_api
from waybill.orders import store
from waybill.proof.facts import CallFacts, WriteFacts

FIRST = CallFacts("POST /v1/orders", 202, {"id": "ord_1"}, (202, {"id": "ord_1"}), same_body=True, wrote=())
ROW = WriteFacts("OrdersTable", None, {"pk": "ORDER#ord_1", "sk": "STATE"})
WORK = WriteFacts("OrdersTable", None, {"pk": "ORDER#ord_1", "sk": "FO#1", "node": "columbus"})
PAPER = WriteFacts("DocumentsTable", None, {"pk": "shopify#1", "channel": "shopify"})


@pytest.fixture
def the() -> Iterator[Dweller]:
    with living() as the:
        yield the


def test_every_rule_from_I1_to_I30_is_asked() -> None:
    asked: set[int] = set()
    for number in proof.numbers():
        first, *more = (int(part.removeprefix("I")) for part in number.replace(",", " ").replace("to", " ").split())
        asked |= set(range(first, more[0] + 1)) if "to" in number else {first, *more}
    assert asked == set(range(1, 31))


@pytest.mark.parametrize(
    "facts",
    [
        FIRST,
        replace(FIRST, status=503, body={}),
        replace(FIRST, status=422, body={}, same_body=False),
        replace(FIRST, before=None, same_body=False),
        replace(FIRST, status=403, body={}, same_body=False),
        replace(FIRST, role="channel", scope="api", wrote=(ROW,), whose=lambda order_id: "api"),
        replace(FIRST, role="node", scope="columbus", wrote=(WORK,)),
    ],
)
def test_what_a_door_may_do(facts: CallFacts) -> None:
    assert proof.check_call(facts) == []


@pytest.mark.parametrize(
    "rule, facts",
    [
        ("I15", replace(FIRST, body={"id": "ord_2"})),
        ("I15", replace(FIRST, status=409, body={})),
        ("I15", replace(FIRST, what="POST /v1/credits", body={"id": "2"}, before=(201, {"id": "1"}))),
        ("I16", replace(FIRST, same_body=False)),
        ("I16", replace(FIRST, status=404, body={}, same_body=False)),
        ("I16", replace(FIRST, status=403, body={}, same_body=False, wrote=(ROW,))),
        ("I16", replace(FIRST, status=422, body={}, same_body=False, wrote=(ROW,))),
        ("I28", CallFacts("GET /v1/orders", 200, {"items": [{"external_reference": "7", "channel": "shopify"}]}, role="channel", scope="api")),
        ("I28", CallFacts("GET /v1/fulfilment-orders", 200, {"items": [{"packages": [], "node": "reno"}]}, role="node", scope="columbus")),
        ("I28", CallFacts("POST /v1/orders", 202, {}, role="channel", scope="api", wrote=(ROW,), whose=lambda order_id: "shopify")),
        ("I28", CallFacts("POST /v1/orders", 202, {}, role="channel", scope="api", wrote=(PAPER,))),
        ("I28", CallFacts("POST /v1/fulfilment-orders/1/pick", 200, {}, role="node", scope="reno", wrote=(WORK,))),
    ],
)
def test_what_no_door_may_do_is_found(rule: str, facts: CallFacts) -> None:
    assert {each.rule for each in proof.check_call(facts)} == {rule}


def test_a_document_that_is_kept_anew_under_its_key_is_found() -> None:
    old = {"pk": "api#key-1", "sha256": "1", "order_id": "ord_1"}
    assert proof.check_write(WriteFacts("DocumentsTable", old, {**old, "parked": "parked"})) == []
    for other in ({"sha256": "2"}, {"order_id": "ord_2"}):
        assert [each.rule for each in proof.check_write(WriteFacts("DocumentsTable", old, old | other))] == ["I16"]


def test_an_order_that_another_channel_has_told_of_is_found(the: Dweller) -> None:
    order_id = the.place(an_order())
    the.settle()
    facts = Judge(the).facts(order_id)
    assert proof.check(facts) == []
    foreign = replace(facts, documents=({**facts.documents[0], "channel": "shopify"},))
    assert [each.rule for each in proof.check(foreign)] == ["I28"]


def _order_twice(the: Dweller) -> None:
    for note in ("first", "first", "second"):
        the.call("POST", "/v1/orders", {**an_order(reference="twice"), "note": note}, "api", idempotency_key="twice")


def _stock_twice(the: Dweller) -> None:
    for units in (5, 5, 7):
        rows = [{"sku": "TEA", "node": "reno", "kind": "received", "quantity": units}, {"sku": "CUP", "node": "reno", "kind": "received", "quantity": 1}]
        the.call("POST", "/v1/inventory/import", {"rows": rows[: 1 if units == 7 else 2]}, idempotency_key="many")


def _seen_by_another(the: Dweller) -> None:
    order_id = the.place(an_order())
    the.settle()
    the.call("GET", f"/v1/orders/{order_id}", who="shopify")


@pytest.mark.parametrize("story", [_order_twice, _stock_twice, _seen_by_another])
def test_the_doors_keep_these_rules(the: Dweller, story: Callable[[Dweller], None]) -> None:
    judge = Judge(the)
    story(the)
    the.settle()
    assert judge.verdict() == []


def _nobody_remembers(name: str, content: str) -> None:
    return None


def _everybody_may(order_id: str, key: Any) -> Any:
    return store.load(order_id)


@pytest.mark.parametrize(
    "rule, story, module, name, bug",
    [("I16", _stock_twice, inventory_api, "claim", _nobody_remembers), ("I28", _seen_by_another, orders_api, "visible", _everybody_may)],
)
def test_a_door_that_breaks_them_is_found(the: Dweller, monkeypatch: pytest.MonkeyPatch, rule: str, story: Callable[[Dweller], None], module: Any, name: str, bug: Any) -> None:
    monkeypatch.setattr(module, name, bug)
    judge = Judge(the)
    story(the)
    assert rule in {each.rule for each in judge.verdict(at_rest=False)}
