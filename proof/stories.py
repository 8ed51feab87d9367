"""The lives that are swept here: those of `tests/flow`, and some that go on after delivery."""

from __future__ import annotations

from tests.flow.life import Life
from tests.flow.stories import STORIES as OF_THE_FLOW
from tests.flow.stories import Story, delivered


def refunded(the: Life) -> str:
    """A unit comes back: its money goes back, once."""
    order_id = delivered(the)
    _refund(the, order_id, {"lines": [{"line": "1", "quantity": 1}], "reason": "chipped"}, "refund-1")
    return order_id


def refunded_whole(the: Life) -> str:
    """A unit first, then everything."""
    order_id = refunded(the)
    _refund(the, order_id, {"everything": True}, "refund-2")
    return order_id


def _refund(the: Life, order_id: str, body: dict[str, object], key: str) -> None:
    reply = the.call("POST", f"/v1/orders/{order_id}/refunds", body, "admin", idempotency_key=key)
    assert reply.status < 300, reply.content
    the.settle()


STORIES = {**OF_THE_FLOW, "refunded": Story(refunded, "completed"), "refunded-whole": Story(refunded_whole, "completed")}
