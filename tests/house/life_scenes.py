"""What interrupts a node's work: asked to give it up, short of units, parcels one by one, held, split, merged, moved, sent again."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from tests.flow.life import Life, an_order
from tests.house.deeds import give_up, move, ok, placed
from waybill.shop import store


def _do(the: Life, work: dict[str, Any], verb: str, body: dict[str, Any], who: str = "") -> dict[str, Any]:
    done = ok(the.call("POST", f"/v1/fulfilment-orders/{work['id']}/{verb}", body, who or work["node"])).json()
    the.settle()
    return done


def asked_before_cancelling(the: Life) -> None:
    asked = [replace(node, cancels="asked") for node in store.nodes()]
    for node in asked:
        store.save(store.NODE, node.id, node)
    store.forget()
    for answer, body in (("accept", {}), ("decline", {"reason": "on the truck"})):
        order_id = placed(the, an_order(("TEA", 1)))
        (work,) = the.fulfil(order_id, "accept")
        ok(the.call("POST", f"/v1/orders/{order_id}/cancel", {"reason": "changed my mind"}))
        the.settle()
        _do(the, work, f"cancellation/{answer}", body)
    order_id = placed(the, an_order(("TEA", 1)))
    the.fulfil(order_id, "accept")
    ok(the.call("POST", f"/v1/orders/{order_id}/cancel", {"reason": "changed my mind"}))
    the.settle()
    the.world.later(25 * 3600)
    the.world.handler("reconciler")({}, None)
    the.world.later(-25 * 3600)
    assert [hold["kind"] for hold in the.order(order_id)["holds"] if hold["status"] == "active"] == ["cancellation"]
    for node in asked:
        store.save(store.NODE, node.id, replace(node, cancels=""))
    store.forget()


def short_and_in_parcels(the: Life) -> None:
    (work,) = the.fulfil(placed(the, an_order(("TEA", 3))), "accept")
    _do(the, work, "short", {"lines": [{"line": "1", "quantity": 1}], "reason": "DAMAGED"})
    _do(the, work, "hold", {"reason": "a look first"}, "support")
    _do(the, work, "release", {}, "support")
    _do(the, work, "pick", {})
    ok(the.call("GET", f"/v1/fulfilment-orders/{work['id']}/packing"))
    _do(the, work, "pack", {"packages": [{"lines": [{"line": "1", "quantity": 1}]}, {"lines": [{"line": "1", "quantity": 1}]}]})
    _do(the, work, "ship", {"packages": [2]})
    the.deliver([_do(the, work, "ship", {})])
    the.settle()
    sent = _do(the, work, "packages/1/reship", {"reason": "STOLEN", "even_so": True}, "support")
    assert the.order(sent["order"])["status"] == "released"


def kept_from_its_node(the: Life) -> None:
    """For a day, which comes by the clock or by hand; and until a person approves of it."""
    ok(the.call("PUT", "/v1/policies/approval", {"all": True}))
    store.forget()
    day = (the.world.now() + timedelta(days=3)).date().isoformat()
    order = an_order(("TEA", 1))
    by_clock, by_hand, not_there = (placed(the, {**an_order(("TEA", 1)), "shipping": {**order["shipping"], "ship_not_before": day}}) for _ in range(3))
    for order_id in (by_clock, by_hand):
        _do(the, the.order(order_id)["fulfilment_orders"][0], "approve", {}, "support")
    _do(the, the.order(not_there)["fulfilment_orders"][0], "reject", {"reason": "OTHER"}, "support")
    kept = [each["id"] for each in ok(the.call("GET", "/v1/fulfilment-orders?status=scheduled")).json()["items"]]
    assert kept == sorted(the.order(order_id)["fulfilment_orders"][0]["id"] for order_id in (by_clock, by_hand))
    (work,) = the.order(by_hand)["fulfilment_orders"]
    _do(the, work, "reschedule", {"ship_not_before": (the.world.now() + timedelta(days=9)).date().isoformat()}, "support")
    _do(the, work, "open", {}, "support")
    the.world.later(3 * 86_400)
    the.tick("parcels")
    the.settle()
    the.world.later(-3 * 86_400)
    assert [each["status"] for order_id in (by_clock, by_hand) for each in the.order(order_id)["fulfilment_orders"]] == ["requested", "requested"]
    ok(the.call("PUT", "/v1/policies/approval", {}))
    store.forget()
    for order_id in (by_clock, by_hand, not_there):
        give_up(the, order_id)


def divided_and_moved(the: Life) -> None:
    (work,) = the.fulfil(placed(the, an_order(("TEA", 2))), "accept")
    new = _do(the, work, "split", {"lines": [{"line": "1", "quantity": 1}]})
    _do(the, work, "merge", {"with": new["id"]})
    other = {"reno": "columbus", "columbus": "reno"}[work["node"]]
    move(the, "TEA", other, {"kind": "received", "quantity": 5}, "for-the-move")
    _do(the, work, "move", {"node": other}, "support")
    assert [each["node"] for each in the.work(work["order_id"])] == [other]
