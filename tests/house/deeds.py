"""What the scenes do again and again."""

from __future__ import annotations

from typing import Any

from tests.channels.documents import SECRETS
from tests.flow.life import Life, an_order
from tests.support.shop import headers
from waybill.channels.model.signature import signed
from waybill.payments import ports


def placed(the: Life, order: dict[str, Any]) -> str:
    order_id = the.place(order, order["external_reference"])
    the.settle()
    return order_id


def work_off(the: Life, order_id: str) -> str:
    shipped = the.fulfil(order_id)
    the.settle()
    the.deliver(shipped)
    the.settle()
    assert the.order(order_id)["status"] == "completed"
    return order_id


def give_up(the: Life, order_id: str) -> None:
    ok(the.call("POST", f"/v1/orders/{order_id}/cancel", {"reason": "changed my mind"}))
    the.settle()


def let_go(the: Life, order_id: str) -> None:
    for hold in the.order(order_id)["holds"]:
        ok(the.call("POST", f"/v1/orders/{order_id}/holds/{hold['id']}/release", {"note": "seen"}))
    the.settle()


def lapse(the: Life, order_id: str) -> None:
    """The gateway gives an authorisation up, and we find out in time."""
    the.gateway.of(order_id)[0].status = ports.VOIDED
    the.world.later(8 * 86_400)
    the.world.handler("payment_care")({}, None)
    the.settle()


def arrives(the: Life, sku: str, units: int) -> None:
    move(the, sku, "reno", {"kind": "received", "quantity": units})
    the.settle()


def move(the: Life, sku: str, node: str, movement: dict[str, Any], key: str = "") -> None:
    ok(the.call("POST", f"/v1/inventory/{sku}/{node}/movements", movement, idempotency_key=key or f"{sku}-{movement['quantity']}"))


def sums_off() -> dict[str, Any]:
    order = an_order()
    return {**order, "total": "99.99", "tenders": [{**order["tenders"][0], "amount": "99.99"}]}


def paid_outside(order: dict[str, Any]) -> dict[str, Any]:
    return {**order, "tenders": [{"kind": "channel", "amount": order["total"], "reference": "paid-1"}]}


def webhook(the: Life, raw: bytes, topic: str) -> Any:
    given = {"x-shopify-topic": topic, "x-shopify-hmac-sha256": signed(raw, SECRETS["shopify"])}
    return the.world.call("POST", "/v1/channels/shopify/webhooks", raw, {**headers("shopify"), **given})


def documents_parked(the: Life) -> list[dict[str, Any]]:
    found = ok(the.call("GET", "/v1/documents?status=parked")).json()["items"]
    assert found
    return found


def ok(reply: Any) -> Any:
    assert 200 <= reply.status < 300, reply.content
    return reply
