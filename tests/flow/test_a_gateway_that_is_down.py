"""A gateway is down for six hours: orders wait visibly, nothing becomes a dead letter, and all goes on by itself."""

from __future__ import annotations

from typing import Any

from tests.flow.life import Life, an_order
from tests.flow.lived import life

_HOURS = 6


def _pass(the: Life, minutes: int) -> None:
    """Time goes by in steps, as it does for a queue."""
    for _ in range(minutes):
        the.world.later(60)
        the.settle()


def _gateway(the: Life, name: str = "stripe") -> dict[str, Any]:
    items = the.call("GET", "/v1/gateways", who="viewer").json()["items"]
    return next(item for item in items if item["name"] == name)


def _timeline(the: Life, order_id: str) -> list[str]:
    return [entry["type"] for entry in the.call("GET", f"/v1/orders/{order_id}/timeline").json()["items"]]


def test_six_hours_without_the_gateway_cost_no_order_and_no_letter() -> None:
    with life({("TEA", "reno"): 100}) as the:
        shipping = the.place(an_order(("TEA", 1)), "before-1")
        cancelling = the.place(an_order(("TEA", 1)), "before-2")
        the.settle()
        the.gateway.down = True
        waiting = [the.place(an_order(("TEA", 1)), f"during-{n}") for n in range(3)]
        the.fulfil(shipping)
        the.call("POST", f"/v1/orders/{cancelling}/cancel", {"reason": "customer"})
        the.settle()
        before = the.world.invocations
        _pass(the, _HOURS * 60)
        assert the.world.dead_letters() == {}
        assert (the.world.invocations - before) < 1200, "nobody hammers at a shut door"
        for order_id in waiting:
            assert the.order(order_id)["status"] == "received"
            assert _timeline(the, order_id).count("payment.waiting") == 1
        down = _gateway(the)
        assert down["status"] == "down" and down["waiting"] == 5 and down["down_since"] and down["waiting_since"]
        assert _gateway(the, "paypal") == {"name": "paypal", "status": "up", "waiting": 0}

        the.gateway.down = False
        _pass(the, 30)
        assert _gateway(the) == {"name": "stripe", "status": "up", "waiting": 0}
        assert {the.order(order_id)["status"] for order_id in waiting} == {"released"}
        assert [the.gateway.authorised(order_id) for order_id in waiting] == [1, 1, 1]
        assert len(the.gateway.captures(shipping)) == 1
        assert "payment.voided" in _timeline(the, cancelling)
        assert the.world.dead_letters() == {}


def test_a_short_hiccup_costs_a_minute() -> None:
    with life({("TEA", "reno"): 100}) as the:
        the.gateway.down = True
        order_id = the.place(an_order(("TEA", 1)))
        the.settle()
        assert the.order(order_id)["status"] == "received"
        the.gateway.down = False
        _pass(the, 2)
        assert the.order(order_id)["status"] == "released"


def test_an_order_that_is_cancelled_while_it_waits_is_never_authorised() -> None:
    with life({("TEA", "reno"): 100}) as the:
        the.gateway.down = True
        order_id = the.place(an_order(("TEA", 1)))
        the.settle()
        the.call("POST", f"/v1/orders/{order_id}/cancel", {"reason": "customer"})
        _pass(the, 30)
        the.gateway.down = False
        _pass(the, 30)
        assert the.order(order_id)["status"] == "cancelled" and the.gateway.authorised(order_id) == 0
        assert the.world.dead_letters() == {} and _gateway(the)["waiting"] == 0


def test_who_may_not_read_the_gateways_is_told_so() -> None:
    with life() as the:
        assert the.call("GET", "/v1/gateways", who="api").status == 403
