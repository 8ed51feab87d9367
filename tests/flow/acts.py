"""What is done again and again in the lives of an order."""

from __future__ import annotations

from typing import Any

from tests.flow.life import Life, an_order

RECEIVED = {"kind": "received", "quantity": 5, "reference": "PO-1"}


def placed(the: Life, order: dict[str, Any]) -> str:
    order_id = the.place(order)
    the.settle()
    return order_id


def sums_off() -> dict[str, Any]:
    order = an_order()
    return {**order, "total": "99.99", "tenders": [{**order["tenders"][0], "amount": "99.99"}]}


def cancelled(the: Life, order_id: str) -> str:
    reply = the.call("POST", f"/v1/orders/{order_id}/cancel", {"reason": "changed my mind"})
    assert reply.status == 200, reply.content
    the.settle()
    return order_id


def let_go(the: Life, order_id: str) -> str:
    for hold in the.order(order_id)["holds"]:
        reply = the.call("POST", f"/v1/orders/{order_id}/holds/{hold['id']}/release", {"note": "seen"})
        assert reply.status == 200, reply.content
    the.settle()
    return order_id


def stock_arrives(the: Life) -> None:
    reply = the.call("POST", "/v1/inventory/TEA/reno/movements", RECEIVED, idempotency_key="po-1")
    assert reply.status < 300, reply.content
    the.settle()


def worked(the: Life, order_id: str) -> str:
    shipped = the.fulfil(order_id)
    the.settle()
    the.deliver(shipped)
    the.settle()
    return order_id
