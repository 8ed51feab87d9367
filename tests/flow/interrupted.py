"""Lives between an order and its node: asked to give it up, short of units, parcels one by one, work split, merged and moved."""

from __future__ import annotations

from typing import Any

from tests.flow.acts import let_go, placed, worked
from tests.flow.life import Life, an_order
from waybill.payments.ports import Capabilities


def cancelled_when_its_node_agrees(the: Life) -> str:
    """Nothing goes back before it does."""
    order_id = _asked_to_cancel(the, an_order(), "accept", "pick")
    assert the.order(order_id)["status"] == "in_fulfilment"
    _answered(the, order_id, "cancellation/accept", {})
    return order_id


def not_cancelled_as_its_node_will_not(the: Life) -> str:
    order_id = _asked_to_cancel(the, an_order(), "accept", "pick", "pack")
    _answered(the, order_id, "cancellation/decline", {"reason": "on the truck"})
    return _worked_on(the, order_id, "ship")


def not_cancelled_as_it_ships_instead(the: Life) -> str:
    return _worked_on(the, _asked_to_cancel(the, an_order(), "accept", "pick", "pack"), "ship")


def cancelled_as_its_node_cannot_ship_it_after_all(the: Life) -> str:
    """It would not give it up, and then has none of it: nobody else is asked, and its stock is written off."""
    order_id = _asked_to_cancel(the, an_order(("TEA", 2)), "accept", "pick")
    before = _on_hand(the, "TEA")
    _answered(the, order_id, "cancellation/decline", {"reason": "on the truck"})
    for _ in range(2):
        _answered(the, order_id, "reject", {"reason": "NOT_IN_STOCK"})
    assert _on_hand(the, "TEA") == before - 2
    return order_id


def a_part_cancelled_when_its_node_agrees(the: Life) -> str:
    order_id = placed(the, an_order(("TEA", 3)))
    the.fulfil(order_id, "accept", "pick", "pack")
    reply = the.call("POST", f"/v1/orders/{order_id}/cancel", {"lines": {"1": 1}, "reason": "one too many"}, idempotency_key="part-1")
    assert reply.status == 200, reply.content
    the.settle()
    _answered(the, order_id, "cancellation/accept", {})
    return _worked_on(the, order_id, "pack", "ship")


def _on_hand(the: Life, sku: str) -> int:
    return sum(row["on_hand"] for row in the.call("GET", f"/v1/inventory?sku={sku}").json()["items"])


def _asked_to_cancel(the: Life, order: dict[str, Any], *verbs: str) -> str:
    order_id = placed(the, order)
    the.fulfil(order_id, *verbs)
    reply = the.call("POST", f"/v1/orders/{order_id}/cancel", {"reason": "changed my mind"})
    assert reply.status == 200, reply.content
    the.settle()
    return order_id


def _answered(the: Life, order_id: str, answer: str, body: dict[str, Any]) -> None:
    for each in the.work(order_id):
        reply = the.call("POST", f"/v1/fulfilment-orders/{each['id']}/{answer}", body, each["node"])
        assert reply.status == 200, reply.content
    the.settle()


def _worked_on(the: Life, order_id: str, *verbs: str) -> str:
    shipped = the.fulfil(order_id, *verbs)
    the.settle()
    the.deliver(shipped)
    the.settle()
    return order_id


def the_rest_cancelled(the: Life) -> str:
    """One node's parcel has left and is paid for; the other node has packed, and nobody wants it any more. A line of it needs no parcel."""
    the.gateway.allows = Capabilities(several_captures=True, renewal=False, hold_days=7)
    order = an_order(("POT", 1), ("CUP", 1), ("TEA", 1))
    order["lines"][2]["ships"] = False
    order_id = placed(the, order)
    one, other = the.fulfil(order_id, "accept", "pick", "pack")
    shipped = the.carry_out([one], "ship")
    the.settle()
    _rest_cancelled(the, order_id)
    assert other["id"] not in [work["id"] for work in the.work(order_id)]
    the.deliver(shipped)
    the.settle()
    return order_id


def its_other_parcel_cancelled(the: Life) -> str:
    """One of two parcels of the same work has left and arrived; its node gives the other one up."""
    order_id = placed(the, an_order(("TEA", 2), ("TEA", 1)))
    (work,) = the.fulfil(order_id, "accept", "pick")
    parcels = [{"lines": [{"line": "1", "quantity": 2}]}, {"lines": [{"line": "2", "quantity": 1}]}]
    for verb, body in (("pack", {"packages": parcels}), ("ship", {"packages": [2]})):
        reply = the.call("POST", f"/v1/fulfilment-orders/{work['id']}/{verb}", body, work["node"])
        assert reply.status == 200, reply.content
    the.settle()
    the.deliver([{"packages": [package for package in reply.json()["packages"] if package["n"] == 2]}])
    the.settle()
    _rest_cancelled(the, order_id)
    _answered(the, order_id, "cancellation/accept", {})
    return order_id


def _rest_cancelled(the: Life, order_id: str) -> None:
    reply = the.call("POST", f"/v1/orders/{order_id}/cancel", {"unshipped": True, "reason": "the one is enough"}, idempotency_key="rest-1")
    assert reply.status == 200, reply.content
    the.settle()


def left_parcel_by_parcel(the: Life) -> str:
    """The second parcel first; the carrier tells of the other before its node does."""
    order_id = placed(the, an_order(("TEA", 2), ("TEA", 1)))
    the.fulfil(order_id, "accept", "pick")
    (work,) = the.work(order_id)
    parcels = [{"lines": [{"line": "1", "quantity": 2}]}, {"lines": [{"line": "2", "quantity": 1}]}]
    for verb, body in (("pack", {"packages": parcels}), ("ship", {"packages": [2]})):
        reply = the.call("POST", f"/v1/fulfilment-orders/{work['id']}/{verb}", body, work["node"])
        assert reply.status == 200, reply.content
    the.settle()
    assert the.order(order_id)["status"] == "partially_shipped"
    the.scan(reply.json()["packages"][0], "in_transit", "2026-11-24T00:00:00Z")
    the.settle()
    the.deliver([reply.json()])
    the.settle()
    return order_id


def short_and_the_rest_from_elsewhere(the: Life) -> str:
    return worked(the, _short(the, an_order(("TEA", 2)), "NOT_IN_STOCK"))


def short_and_nobody_gets_the_rest(the: Life) -> str:
    _policy(the, "short_pick", {"then": "cancel"})
    return worked(the, _short(the, an_order(("TEA", 2), ("TEA", 1)), "DAMAGED"))


def short_and_a_person_is_asked(the: Life) -> str:
    """Who lets it go has it looked for elsewhere."""
    _policy(the, "short_pick", {"then": "ask"})
    order_id = _short(the, an_order(("TEA", 2)), "OTHER")
    first = the.fulfil(order_id)
    the.settle()
    (hold,) = [each for each in the.order(order_id)["holds"] if each["status"] == "active"]
    reply = the.call("POST", f"/v1/orders/{order_id}/holds/{hold['id']}/release", {"note": "try the other"})
    assert reply.status == 200, reply.content
    the.settle()
    second = the.fulfil(order_id)
    the.settle()
    the.deliver([*first, *second])
    the.settle()
    return order_id


def short_where_nobody_else_has_it(the: Life) -> str:
    """The rest goes on all the same; a person has the same node look again."""
    order_id = _short(the, an_order(("TEA", 2)), "NOT_IN_STOCK")
    first = the.fulfil(order_id)
    the.settle()
    let_go(the, order_id)
    second = the.fulfil(order_id)
    the.settle()
    the.deliver([*first, *second])
    the.settle()
    return order_id


def _short(the: Life, order: dict[str, Any], reason: str) -> str:
    order_id = placed(the, order)
    the.fulfil(order_id, "accept")
    (work,) = the.work(order_id)
    body = {"lines": [{"line": "1", "quantity": 1}], "reason": reason}
    reply = the.call("POST", f"/v1/fulfilment-orders/{work['id']}/short", body, work["node"], idempotency_key="short-1")
    assert reply.status == 200, reply.content
    the.settle()
    return order_id


def _policy(the: Life, name: str, says: dict[str, Any]) -> None:
    reply = the.call("PUT", f"/v1/policies/{name}", says)
    assert reply.status == 200, reply.content


def split_and_put_together(the: Life) -> str:
    """One piece of work is made two, then one again, then two: each goes its way."""
    order_id = placed(the, an_order(("TEA", 3)))
    for time in (1, 2):
        (work,) = the.fulfil(order_id, "accept")
        body = {"lines": [{"line": "1", "quantity": 1}]}
        reply = the.call("POST", f"/v1/fulfilment-orders/{work['id']}/split", body, work["node"], idempotency_key=f"split-{time}")
        assert reply.status == 200, reply.content
        one, other = the.work(order_id)
        assert reply.json()["id"] in (one["id"], other["id"])
        if time == 1:
            reply = the.call("POST", f"/v1/fulfilment-orders/{one['id']}/merge", {"with": other["id"]}, one["node"])
            assert reply.status == 200, reply.content
    return worked(the, order_id)


def moved_to_the_other_node(the: Life) -> str:
    order_id = placed(the, an_order(("TEA", 2)))
    (work,) = the.fulfil(order_id, "accept")
    other = {"reno": "columbus", "columbus": "reno"}[work["node"]]
    reply = the.call("POST", f"/v1/fulfilment-orders/{work['id']}/move", {"node": other}, "support")
    assert reply.status == 202, reply.content
    the.settle()
    (work,) = the.work(order_id)
    assert work["node"] == other
    return worked(the, order_id)
