"""Supply through its doors: ordered, received, sent on; orders that wait are told when, and go on when it comes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.flow.life import Life, an_order
from tests.flow.lived import life
from tests.support.world import Reply


@pytest.fixture
def the() -> Iterator[Life]:
    with life({("TEA", "reno"): 5}) as made:
        yield made


def _ordered(the: Life, id: str = "PO-1", **more: Any) -> Reply:
    body = {"supplier": "Leaf & Co", "node": "reno", "lines": {"TEA": 20}, "expected": "2040-01-02", **more}
    return the.call("PUT", f"/v1/purchase-orders/{id}", body, "support")


def _wrong(reply: Reply) -> set[str]:
    return {each["field"] for each in reply.json()["errors"]}


def test_an_order_waits_for_a_purchase_order_and_goes_on_when_it_is_received(the: Life) -> None:
    assert _ordered(the).status == 200
    order_id = the.place(an_order(("TEA", 8)))
    the.settle()
    stock = the.call("GET", "/v1/inventory/TEA").json()
    assert (stock["waiting"], stock["expected"], stock["incoming"][0]["units"]) == (8, "2040-01-02", 20)
    assert stock["promise"] == [{"from": None, "units": 0}, {"from": "2040-01-02", "units": 17}]
    reply = the.call("POST", "/v1/purchase-orders/PO-1/receive", {"lines": {"TEA": 12}}, "reno", idempotency_key="dock-1")
    assert (reply.status, reply.json()["status"]) == (200, "partly_received")
    the.settle()
    assert the.order(order_id)["status"] == "released"
    assert the.call("GET", "/v1/proof/inventory/TEA").json()["agrees"]


def test_a_channel_sees_when_it_may_sell_more_and_not_from_whom_it_comes(the: Life) -> None:
    _ordered(the)
    seen = the.call("GET", "/v1/inventory/TEA", who="api").json()
    assert seen["promise"][1] == {"from": "2040-01-02", "units": 25}
    assert not {"incoming", "waiting"} & set(seen)


def test_what_cannot_be_ordered_says_which_field_is_wrong(the: Life) -> None:
    assert _wrong(_ordered(the, node="moon", lines={"NONE": 1})) == {"node", "lines.NONE"}
    for lines in ({}, {"TEA": 0}, {"TEA": -1}, {"TEA": 1.5}, {"TEA": "2"}):
        reply = _ordered(the, lines=lines)
        assert reply.status == 422 and any(name.startswith("lines") for name in _wrong(reply)), lines
    assert _ordered(the, id="a b").status == 422
    assert _wrong(_ordered(the, expected="soon")) == {"expected"}


def test_a_node_receives_what_comes_to_it_and_sees_nothing_else(the: Life) -> None:
    _ordered(the)
    assert [each["id"] for each in the.call("GET", "/v1/purchase-orders?status=open", who="reno").json()["items"]] == ["PO-1"]
    assert the.call("GET", "/v1/purchase-orders", who="columbus").json()["items"] == []
    assert the.call("POST", "/v1/purchase-orders/PO-1/receive", {"lines": {"TEA": 1}}, "columbus", idempotency_key="x").status == 404
    assert the.call("PUT", "/v1/purchase-orders/PO-2", {}, "reno").status == 403


def test_a_transfer_leaves_one_node_and_comes_to_the_other(the: Life) -> None:
    path, body = "/v1/transfers/T-1", {"from": "reno", "to": "columbus", "lines": {"TEA": 3}}
    assert the.call("PUT", path, body, "support").json()["status"] == "draft"
    assert the.call("POST", f"{path}/send", {}, "columbus").status == 404
    assert the.call("POST", f"{path}/send", {}, "reno").json()["status"] == "in_transit"
    assert the.call("POST", f"{path}/receive", {"lines": {"TEA": 2}}, "reno", idempotency_key="x").status == 404
    received = the.call("POST", f"{path}/receive", {"lines": {"TEA": 2}}, "columbus", idempotency_key="x").json()
    assert received["lines"] == [{"sku": "TEA", "units": 3, "received": 2, "blocked": 0, "outstanding": 1, "over": 0}]
    closed = the.call("POST", f"{path}/close", {"reason": "one fell off the truck"}, "support").json()
    assert (closed["status"], closed["history"][-1]["data"]["lines"]) == ("closed", {"TEA": 1})
    nodes = {row["node"]: row["on_hand"] for row in the.call("GET", "/v1/inventory/TEA").json()["nodes"]}
    assert nodes == {"reno": 2, "columbus": 2}


def test_two_who_change_the_same_purchase_order_do_not_overwrite_each_other(the: Life) -> None:
    version = _ordered(the).json()["version"]
    body = {"supplier": "Leaf & Co", "node": "reno", "lines": {"TEA": 30}}
    first = the.call("PUT", "/v1/purchase-orders/PO-1", body, "support", if_match=f'"{version}"')
    second = the.call("PUT", "/v1/purchase-orders/PO-1", {**body, "lines": {"TEA": 1}}, "support", if_match=f'"{version}"')
    assert (first.status, second.status) == (200, 412)
    stock = the.call("GET", "/v1/inventory/TEA").json()
    assert [each["units"] for each in stock["incoming"]] == [30]
