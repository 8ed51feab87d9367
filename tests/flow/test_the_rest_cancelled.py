"""A part of an order has left, and what has not is cancelled: what was agreed is paid for, the rest is given up, and the order ends."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from tests.flow.holds_true import check
from tests.flow.life import Life, an_order
from tests.flow.lived import life
from tests.support.world import Reply
from waybill.payments.ports import Capabilities
from waybill.shop import store as shop

IN_PARTS = Capabilities(several_captures=True, renewal=False, hold_days=7)


@pytest.fixture
def the() -> Iterator[Life]:
    with life({("POT", "reno"): 3, ("CUP", "columbus"): 3, ("TEA", "reno"): 9}) as world:
        world.gateway.allows = IN_PARTS
        yield world


def _cancel_rest(the: Life, order_id: str, key: str = "rest-1") -> Reply:
    reply = the.call("POST", f"/v1/orders/{order_id}/cancel", {"reason": "changed my mind", "unshipped": True}, "support", idempotency_key=key)
    the.settle()
    return reply


def _one_of_two_has_left(the: Life, order: dict[str, Any] | None = None, *verbs: str) -> tuple[str, list[dict[str, Any]]]:
    """POT from one node has left, CUP is at another. Answers what has shipped."""
    order_id = the.place(order or an_order(("POT", 1), ("CUP", 1)))
    the.settle()
    first, second = the.work(order_id)
    shipped = the.carry_out([first])
    the.settle()
    if verbs:
        the.carry_out([second], *verbs)
    assert the.order(order_id)["status"] == "partially_shipped"
    return order_id, shipped


def _arrived(the: Life, order_id: str, shipped: list[dict[str, Any]]) -> dict[str, Any]:
    the.deliver(shipped)
    the.settle()
    return check(the, order_id)


def _parts(the: Life) -> list[int]:
    return [part for payment in the.gateway.payments.values() for part in payment.parts]


@pytest.mark.parametrize("verbs", [(), ("accept", "pick"), ("accept", "pick", "pack")])
def test_what_was_agreed_is_paid_for_though_nothing_more_leaves(the: Life, verbs: tuple[str, ...]) -> None:
    order_id, shipped = _one_of_two_has_left(the, None, *verbs)
    assert _parts(the) == [440 + 250]
    for _ in range(2):
        assert _cancel_rest(the, order_id).status == 200
    order = the.order(order_id)
    assert (order["status"], [work["status"] for work in order["fulfilment_orders"]]) == ("shipped", ["shipped", "cancelled"])
    assert _parts(the) == [690, 250]
    assert the.call("GET", "/v1/inventory/POT").json()["available"] == 3
    assert _arrived(the, order_id, shipped)["status"] == "completed"


def test_a_gateway_that_takes_no_parts_is_asked_once_for_all_that_is_owed(the: Life) -> None:
    the.gateway.allows = Capabilities(several_captures=False, renewal=False, hold_days=7)
    order_id, shipped = _one_of_two_has_left(the)
    assert _parts(the) == []
    _cancel_rest(the, order_id)
    assert _parts(the) == [940]
    assert _arrived(the, order_id, shipped)["status"] == "completed"


def test_where_nothing_more_is_owed_the_gateway_lets_the_rest_go(the: Life) -> None:
    order = an_order(("POT", 1), ("CUP", 1))
    free = {**order, "shipping": {"amount": "0.00"}, "total": "8.80", "tenders": [{**order["tenders"][0], "amount": "8.80"}]}
    order_id, shipped = _one_of_two_has_left(the, free)
    _cancel_rest(the, order_id)
    (payment,) = the.gateway.payments.values()
    assert (payment.parts, payment.status) == ([440], "captured")
    (tender,) = _arrived(the, order_id, shipped)["payments"]["tenders"]
    assert (tender["balances"]["charged"], tender["balances"]["authorised"], tender["balances"]["cancelled"]) == ("4.40", "0.00", "4.40")


def test_what_has_arrived_already_completes_the_order_when_the_rest_is_cancelled(the: Life) -> None:
    order_id, shipped = _one_of_two_has_left(the)
    the.deliver(shipped)
    the.settle()
    assert the.order(order_id)["status"] == "partially_delivered"
    _cancel_rest(the, order_id)
    assert check(the, order_id)["status"] == "completed"


def test_its_parcel_by_parcel_work_ships_no_other_parcel(the: Life) -> None:
    order_id, work = _a_parcel_of_its_work_has_left(the)
    assert _cancel_rest(the, order_id).status == 200
    (work,) = the.order(order_id)["fulfilment_orders"]
    assert (work["status"], len(work["packages"]), work["lines"]["1"]["quantity"]) == ("shipped", 1, 0)
    assert the.call("POST", f"/v1/fulfilment-orders/{work['id']}/ship", {}, work["node"]).json()["status"] == "shipped"
    assert the.call("GET", "/v1/inventory/TEA").json()["available"] == 8
    assert _arrived(the, order_id, [work])["status"] == "completed"


def _a_parcel_of_its_work_has_left(the: Life) -> tuple[str, dict[str, Any]]:
    """Two TEA in one parcel, one in another, which has left."""
    order_id = the.place(an_order(("TEA", 2), ("TEA", 1)))
    the.settle()
    (work,) = the.fulfil(order_id, "accept", "pick")
    parcels = [{"lines": [{"line": "1", "quantity": 2}]}, {"lines": [{"line": "2", "quantity": 1}]}]
    for verb, body in (("pack", {"packages": parcels}), ("ship", {"packages": [2]})):
        reply = the.call("POST", f"/v1/fulfilment-orders/{work['id']}/{verb}", body, work["node"])
        assert reply.status == 200, reply.content
    the.settle()
    return order_id, reply.json()


def _ask_nodes() -> None:
    for node in shop.nodes():
        shop.save(shop.NODE, node.id, replace(node, cancels="asked"))
    shop.forget()


@pytest.mark.parametrize("agrees", [True, False])
def test_nodes_that_want_to_be_asked_are(the: Life, agrees: bool) -> None:
    _ask_nodes()
    order_id, work = _a_parcel_of_its_work_has_left(the)
    for key in ("rest-1", "rest-1", "rest-2"):
        assert _cancel_rest(the, order_id, key).status == 200
    assert the.order(order_id)["status"] == "partially_shipped"
    answer, body = ("accept", {}) if agrees else ("decline", {"reason": "on the truck"})
    reply = the.call("POST", f"/v1/fulfilment-orders/{work['id']}/cancellation/{answer}", body, work["node"])
    assert reply.json()["status"] == ("shipped" if agrees else "partially_shipped"), reply.content
    the.settle()
    if not agrees:
        the.call("POST", f"/v1/fulfilment-orders/{work['id']}/ship", {}, work["node"])
        the.settle()
    shipped = the.order(order_id)["fulfilment_orders"]
    assert len(shipped[0]["packages"]) == (1 if agrees else 2)
    assert _arrived(the, order_id, shipped)["status"] == "completed"


def test_a_part_that_waits_for_stock_is_cancelled_with_the_rest(the: Life) -> None:
    order_id = the.place(an_order(("POT", 1), ("CUP", 1)))
    the.settle()
    first, second = the.work(order_id)
    shipped = the.carry_out([first])
    the.settle()
    the.call("POST", f"/v1/fulfilment-orders/{second['id']}/reject", {"reason": "NOT_IN_STOCK"}, second["node"])
    the.settle()
    assert _cancel_rest(the, order_id).status == 200
    assert not [hold for hold in the.order(order_id)["holds"] if hold["status"] == "active"]
    assert _arrived(the, order_id, shipped)["status"] == "completed"


def test_of_what_has_left_nothing_is_cancelled_and_of_an_order_of_which_nothing_has_all_of_it(the: Life) -> None:
    order_id = the.place(an_order(("TEA", 1)), "one")
    the.settle()
    assert _cancel_rest(the, order_id).status == 200
    assert check(the, order_id)["status"] == "cancelled" and _parts(the) == []
    order_id = the.place(an_order(("TEA", 1)), "two")
    the.settle()
    the.fulfil(order_id)
    the.settle()
    reply = _cancel_rest(the, order_id, "rest-2")
    assert reply.status == 409 and "nothing of it is left" in reply.json()["detail"]
    whole = the.call("POST", f"/v1/orders/{order_id}/cancel", {"reason": "no"}, "support")
    assert whole.status == 409 and "`unshipped`" in whole.json()["detail"]


def test_bad_input_says_what_to_do(the: Life) -> None:
    order_id = the.place(an_order(("TEA", 1)))
    the.settle()
    for body in ({"unshipped": "yes"}, {"unshipped": 1}, {"unshipped": True, "lines": {"1": 1}}):
        reply = the.call("POST", f"/v1/orders/{order_id}/cancel", body, "support", idempotency_key="x")
        assert reply.status == 422 and reply.json()["errors"][0]["field"] == "unshipped", body
    assert the.call("POST", f"/v1/orders/{order_id}/cancel", {"unshipped": True}, "support").status == 400
