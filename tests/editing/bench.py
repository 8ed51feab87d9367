"""An order that waits where it may be edited, and a clerk who edits it."""

from __future__ import annotations

import itertools
from typing import Any

from tests.flow.life import Life, an_order
from tests.support.world import Reply

_key = itertools.count(1)


def held(the: Life, order: dict[str, Any] | None = None) -> str:
    """A confirmed order in its remorse window: its stock is reserved, its payment authorised, no node has it."""
    assert the.call("PUT", "/v1/policies/remorse", {"minutes": 60}).status == 200
    order_id = the.place(order or an_order())
    the.settle()
    return order_id


def let_go(the: Life, order_id: str) -> None:
    reply = the.call("POST", f"/v1/orders/{order_id}/holds/remorse/release", {}, "support")
    assert reply.status == 200, reply.content
    the.settle()


def preview(the: Life, order_id: str, **change: Any) -> Reply:
    return the.call("POST", f"/v1/orders/{order_id}/edits", {**change, "dryRun": True}, "support")


def edit(the: Life, order_id: str, who: str = "support", **change: Any) -> Reply:
    """Confirms what was looked at, and lets all that follows from it happen."""
    version = the.order(order_id)["version"]
    reply = the.call("POST", f"/v1/orders/{order_id}/edits", change, who, idempotency_key=f"edit-{next(_key)}", if_match=f'"{version}"')
    the.settle()
    return reply


def undo(the: Life, order_id: str, number: int) -> Reply:
    version = the.order(order_id)["version"]
    path = f"/v1/orders/{order_id}/edits/{number}/undo"
    reply = the.call("POST", path, {}, "support", idempotency_key=f"undo-{next(_key)}", if_match=f'"{version}"')
    the.settle()
    return reply


def active(the: Life, order_id: str) -> list[str]:
    return [hold["kind"] for hold in the.order(order_id)["holds"] if hold["status"] == "active"]


def quantities(the: Life, order_id: str) -> dict[str, int]:
    return {line["sku"]: line["quantity"] for line in the.order(order_id)["lines"]}


def reserved(the: Life, sku: str) -> int:
    return sum(row["reserved"] for row in the.call("GET", f"/v1/inventory/{sku}").json()["nodes"])


def tenders(the: Life, order_id: str) -> list[dict[str, Any]]:
    return the.call("GET", f"/v1/orders/{order_id}/payments").json()["tenders"]
