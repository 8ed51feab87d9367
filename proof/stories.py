"""The lives that are swept here: those of `tests/flow`, and some that go on after delivery."""

from __future__ import annotations

from tests.flow.life import DECLINED, Life, an_order
from tests.flow.stories import STORIES as OF_THE_FLOW
from tests.flow.stories import Story, delivered

_DECISION_S = 60
"""As long as a person has to decide what becomes of a payment that was declined: `cloud.built`."""


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


def declined(the: Life) -> str:
    """Nobody decides in time. The deadline passes by the clock: where something had to wait so long, it has passed before."""
    order_id = the.place(an_order(token=DECLINED))
    the.settle()
    the.world.later(_DECISION_S)
    the.settle()
    return order_id


def _refund(the: Life, order_id: str, body: dict[str, object], key: str) -> None:
    reply = the.call("POST", f"/v1/orders/{order_id}/refunds", body, "admin", idempotency_key=key)
    assert reply.status < 300, reply.content
    the.settle()


def reshipped(the: Life) -> str:
    """A parcel is lost and sent again, once however often it is asked for."""
    order_id = the.place(an_order(("TEA", 2)))
    the.settle()
    (work,) = the.fulfil(order_id)
    the.settle()
    the.scan(work["packages"][0], "lost", "2026-11-24T00:00:00Z")
    made = []
    for _ in range(2):
        reply = the.call("POST", f"/v1/fulfilment-orders/{work['id']}/packages/1/reship", {"reason": "LOST"}, "support")
        assert reply.status == 202, reply.content
        made.append(reply.json()["order"])
        the.settle()
    assert made[0] == made[1]
    the.deliver(the.fulfil(made[0]))
    the.settle()
    assert the.order(made[0])["status"] == "completed"
    return order_id


STORIES = {
    **OF_THE_FLOW,
    "reshipped": Story(reshipped, "shipped"),
    "declined": Story(declined, "on_hold"),
    "refunded": Story(refunded, "completed"),
    "refunded-whole": Story(refunded_whole, "completed"),
}
