"""An order without stock, through the state machine, the waits queue, the stream and back."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.inventory import tables
from tests.support.world import World, world
from waybill.aws import workflow
from waybill.inventory.orders_table import OrdersTable
from waybill.orders import store


@pytest.fixture
def shop() -> Iterator[World]:
    with world() as here:
        tables.open_shop()
        yield here


def receive(shop: World, units: int, key: str) -> None:
    headers = {"x-api-key": "key-admin", "idempotency-key": key}
    assert shop.call("POST", "/v1/inventory/A/N1/movements", {"kind": "received", "quantity": units}, headers).status == 201


def where(shop: World, order_id: str) -> str:
    return shop.machine.executions[order_id].state


def start(order_id: str, units: int, at: str = tables.AT) -> None:
    tables.place(order_id, {"A": units}, at)
    workflow.start(order_id)


def test_none_left_is_a_visible_backorder_that_goes_on_when_stock_arrives(shop: World) -> None:
    start("ord_1", 3)
    shop.settle()
    assert where(shop, "ord_1") == "Await stock"
    assert store.load("ord_1").state.status == "backordered"
    assert store.in_attention("backordered", 10, None)[0] == ["ord_1"]
    receive(shop, 2, "k1")
    shop.settle()
    assert where(shop, "ord_1") == "Await stock"  # not enough yet, and nobody went round in circles for it
    assert shop.machine.executions["ord_1"].visited.count("Reserve stock, authorise payment") == 1
    receive(shop, 1, "k2")
    shop.settle()
    assert where(shop, "ord_1") != "Await stock"
    assert OrdersTable().demand("ord_1").reservation.held == {"1": {"N1": 3}}
    assert store.load("ord_1").state.backordered() == {}
    assert list(OrdersTable().wanting("A")) == []


def test_stock_that_arrives_before_the_token_is_kept_is_not_missed(shop: World) -> None:
    start("ord_1", 3)
    shop.machine.step()  # the command to reserve is in the queue
    shop._queues_once()  # there is none
    shop.machine.step()  # Await stock: the message with the token is in the queue
    assert where(shop, "ord_1") == "Await stock"
    receive(shop, 3, "k1")
    while shop._streams_once():  # the stream has told it to nobody
        pass
    assert where(shop, "ord_1") == "Await stock"
    shop.settle()
    assert where(shop, "ord_1") != "Await stock"
    assert OrdersTable().demand("ord_1").reservation.held == {"1": {"N1": 3}}


def test_what_a_cancelled_order_gives_back_goes_to_the_one_that_waits_longest(shop: World) -> None:
    receive(shop, 3, "k1")
    start("ord_1", 3)
    shop.settle()
    start("ord_3", 2, "2026-11-23T03:00:00.000Z")
    start("ord_2", 2, "2026-11-23T02:00:00.000Z")
    shop.settle()
    assert {where(shop, order) for order in ("ord_2", "ord_3")} == {"Await stock"}
    assert shop.call("POST", "/v1/orders/ord_1/cancel", {"reason": "customer"}, {"x-api-key": "key-admin"}).status == 200
    shop.settle()
    assert OrdersTable().demand("ord_1").reservation.held == {}
    assert OrdersTable().demand("ord_2").reservation.held == {"1": {"N1": 2}}
    assert where(shop, "ord_3") == "Await stock"


def test_an_order_cancelled_while_it_waits_leaves_the_queue(shop: World) -> None:
    start("ord_1", 3)
    shop.settle()
    assert shop.call("POST", "/v1/orders/ord_1/cancel", {"reason": "customer"}, {"x-api-key": "key-admin"}).status == 200
    shop.settle()
    assert where(shop, "ord_1") == "Cancelled"
    receive(shop, 3, "k1")
    shop.settle()
    assert list(OrdersTable().wanting("A")) == []
    assert sum(row["available"] for row in shop.call("GET", "/v1/inventory", headers={"x-api-key": "key-viewer"}).json()["items"]) == 3
