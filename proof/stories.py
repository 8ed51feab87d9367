"""The lives that are swept here: those of `tests/flow`, and some that go on after delivery."""

from __future__ import annotations

from typing import Any

from proof.kept_stories import KEPT, went_round
from proof.sold_stories import SOLD
from proof.van_stories import VANS
from tests.flow.life import DECLINED, Life, an_order
from tests.flow.stories import STORIES as OF_THE_FLOW
from tests.flow.stories import Story, delivered

_MOST_ROUNDS = 4
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


def comes_back(the: Life) -> str:
    """A package comes back by a label of our own."""
    order_id = delivered(the)
    (work,) = the.order(order_id)["fulfilment_orders"]
    back = _ok(the.call("POST", f"/v1/fulfilment-orders/{work['id']}/packages/1/return-label", {}, work["node"]))["packages"][0]["return_label"]
    for hour, status in enumerate(("pre_transit", "in_transit", "delivered")):
        assert the.scan(back, status, f"2026-11-25T{hour:02d}:00:00Z").status == 202
    the.settle()
    return order_id


def picked_on_a_walk(the: Life) -> str:
    """Somebody picks it on a wave, one word at a time; a line is short of a unit, which goes another way."""
    order_id = the.place(an_order(("TEA", 2), ("CUP", 1)))
    the.settle()
    for work in the.work(order_id):
        walked(the, work)
    the.settle()
    for again in (False, True):  # what was short is packed with the rest, or comes after it
        shipped = the.carry_out([work for work in the.work(order_id) if work["status"] == "picked"], "pack", "ship")
        the.settle()
        the.deliver(shipped)
        the.settle()
        if not again:
            the.carry_out([work for work in the.work(order_id) if work["status"] == "requested"], "accept", "pick")
            the.settle()
    return order_id


def walked(the: Life, work: dict[str, Any]) -> None:
    """A wave of one fulfilment order, its first line short of one unit where it has two."""
    node, device = work["node"], "phone"
    reply = the.call("POST", "/v1/waves", {"node": node, "fulfilment_orders": [work["id"]]}, node, idempotency_key=f"walk-{work['id']}")
    path = f"/v1/waves/{_ok(reply)['id']}"
    way = _ok(the.call("POST", f"{path}/take", {"device": device}, node))["stops"]
    for each in (take for stop in way for take in stop["takes"]):
        there = max(1, each["quantity"] - 1)
        pick = {name: each[name] for name in ("fulfilment_order", "line")} | {"picked": there}
        _ok(the.call("POST", f"{path}/picks", {"device": device, "picks": [pick]}, node))
        if there < each["quantity"]:
            short = {"device": device, "fulfilment_order": work["id"], "line": each["line"], "there": there, "reason": "NOT_IN_STOCK"}
            _ok(the.call("POST", f"{path}/short", short, node))
    _ok(the.call("POST", f"{path}/leave", {}, node))


def fetched_at_a_store(the: Life) -> str:
    """Its customer comes late: he is reminded, a person is told, then he has it; asked for twice, it is handed over once."""
    order_id = the.place(fetched_at("columbus"))
    the.settle()
    (work,) = the.fulfil(order_id, "accept", "pick", "ready")
    the.settle()
    for days in (4, 4):
        the.world.later(days * 86_400)
        went_round(the)
    for _ in range(2):
        _ok(the.call("POST", f"/v1/fulfilment-orders/{work['id']}/collect", {"name": "ada  byron"}, "columbus"))
        the.settle()
    went_round(the)
    return order_id


def sent_to_its_store(the: Life) -> str:
    """The store has none of it: another node sends it there, and its customer fetches it."""
    order_id = the.place(fetched_at("reno", ("TEA", 1), ("CUP", 1)))
    the.settle()
    works = the.work(order_id)
    for work in works:
        here = work["node"] == "reno"
        done = the.carry_out([work], "accept", "pick", *(("ready",) if here else ("pack", "ship")))
        the.settle()
        the.deliver(done)
        the.settle()
    for work in works:
        _ok(the.call("POST", f"/v1/fulfilment-orders/{work['id']}/collect", {"name": "Ada Byron"}, "reno"))
        the.settle()
    return order_id


def left_at_a_store(the: Life) -> str:
    """Nobody comes, and it is cancelled where it waits."""
    order_id = the.place(fetched_at("columbus"))
    the.settle()
    the.fulfil(order_id, "accept", "pick", "ready")
    the.settle()
    reply = the.call("POST", f"/v1/orders/{order_id}/cancel", {"reason": "never came"})
    assert reply.status < 300, reply.content
    the.settle()
    return order_id


def fetched_in_parts(the: Life) -> str:
    """Its customer takes one unit, asked for twice, comes again for another, and at last for what is left."""
    order_id = the.place(fetched_at("columbus", ("TEA", 2), ("CUP", 1)))
    the.settle()
    (work,) = the.fulfil(order_id, "accept", "pick", "ready")
    the.settle()
    for visit in ("1", "1", "2"):
        body = {"name": "Ada Byron", "lines": [{"line": visit, "quantity": 1}]}
        _ok(the.call("POST", f"/v1/fulfilment-orders/{work['id']}/collect", body, "columbus", idempotency_key=f"visit-{visit}"))
        the.settle()
    _ok(the.call("POST", f"/v1/fulfilment-orders/{work['id']}/collect", {"name": "Ada Byron"}, "columbus"))
    the.settle()
    return order_id


def fetched_but_for_one(the: Life) -> str:
    """Its customer takes some of it and never comes for the rest, which is cancelled."""
    order_id = the.place(fetched_at("columbus"))
    the.settle()
    (work,) = the.fulfil(order_id, "accept", "pick", "ready")
    the.settle()
    body = {"name": "Ada Byron", "lines": [{"line": "1", "quantity": 1}, {"line": "2", "quantity": 1}]}
    _ok(the.call("POST", f"/v1/fulfilment-orders/{work['id']}/collect", body, "columbus", idempotency_key="till"))
    the.settle()
    _ok(the.call("POST", f"/v1/orders/{order_id}/cancel", {"reason": "never came", "lines": {"1": 1}}, idempotency_key="fewer"))
    the.settle()
    return order_id


def fewer_at_the_store(the: Life) -> str:
    """One unit is cancelled where it waits; the customer fetches the others."""
    order_id = the.place(fetched_at("columbus"))
    the.settle()
    (work,) = the.fulfil(order_id, "accept", "pick", "ready")
    the.settle()
    _ok(the.call("POST", f"/v1/orders/{order_id}/cancel", {"reason": "one is enough", "lines": {"1": 1}}, idempotency_key="fewer"))
    the.settle()
    _ok(the.call("POST", f"/v1/fulfilment-orders/{work['id']}/collect", {"name": "Ada Byron"}, "columbus"))
    the.settle()
    return order_id


def fetched_without_the_rest(the: Life) -> str:
    """At the counter he does not want one of two."""
    order_id = the.place(fetched_at("columbus"))
    the.settle()
    (work,) = the.fulfil(order_id, "accept", "pick", "ready")
    the.settle()
    body = {"name": "Ada Byron", "lines": [{"line": "1", "quantity": 1}, {"line": "2", "quantity": 1}], "rest": "cancel"}
    for _ in range(2):
        _ok(the.call("POST", f"/v1/fulfilment-orders/{work['id']}/collect", body, "columbus", idempotency_key="till"))
        the.settle()
    return order_id


def fetched_at(node: str, *lines: tuple[str, int]) -> dict[str, Any]:
    """An order that its customer fetches there."""
    order = an_order(*(lines or (("TEA", 2), ("CUP", 1))))
    return {**order, "shipping": {**order["shipping"], "method": "pickup", "pickup_node": node}}


def _ok(reply: Any) -> Any:
    assert 200 <= reply.status < 300, reply.content
    return reply.json()


STORIES = {
    **OF_THE_FLOW,
    **SOLD,
    **VANS,
    **KEPT,
    "picked-on-a-walk": Story(picked_on_a_walk, "completed"),
    "fetched": Story(fetched_at_a_store, "completed"),
    "fetched-in-parts": Story(fetched_in_parts, "completed"),
    "fetched-but-for-one": Story(fetched_but_for_one, "completed"),
    "fewer-at-the-store": Story(fewer_at_the_store, "completed"),
    "fetched-without-the-rest": Story(fetched_without_the_rest, "completed"),
    "sent-to-its-store": Story(sent_to_its_store, "completed"),
    "left-at-a-store": Story(left_at_a_store, "cancelled"),
    "reshipped": Story(reshipped, "shipped"),
    "comes-back": Story(comes_back, "completed"),
    "declined": Story(declined, "on_hold"),
    "refunded": Story(refunded, "completed"),
    "refunded-whole": Story(refunded_whole, "completed"),
}
