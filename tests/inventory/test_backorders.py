"""What may be sold that is not there: counted exactly, order by order; what is beyond it is cancelled at once and costs nobody anything."""

from __future__ import annotations

from typing import Any

import pytest

from tests.flow.life import Life, an_order
from tests.flow.lived import life
from waybill.inventory.model.backorders import Limit, check, limit_of
from waybill.kernel.errors import InvalidInput
from waybill.orders.store import ORDERS
from waybill.shop import store as shop


def may_wait(the: Life, policy: dict[str, Any]) -> None:
    assert the.call("PUT", "/v1/policies/backorders", policy).status == 200
    shop.forget()


def bought(the: Life, name: str, units: int, sku: str = "TEA") -> str:
    order_id = the.place(an_order((sku, units)), key=name)
    the.settle()
    return order_id


def statuses(the: Life, *orders: str) -> list[str]:
    return [the.order(order_id)["status"] for order_id in orders]


def waiting(sku: str = "TEA") -> dict[str, Any]:
    item = ORDERS.get("BACKORDERS", sku)
    return item["waiting"] if item else {}


def test_orders_wait_up_to_the_limit_and_no_further() -> None:
    with life(stock={("TEA", "reno"): 1}) as the:
        may_wait(the, {"TEA": {"most": 5}})
        orders = [bought(the, name, units) for name, units in (("a", 3), ("b", 3), ("c", 2))]
        assert statuses(the, *orders) == ["backordered", "cancelled", "backordered"]
        assert sum(units for units, _ in waiting().values()) == 5
        assert all(tender["events"] == [] for tender in the.order(orders[1])["payments"]["tenders"])
        assert the.world.dead_letters() == {}


def test_what_has_its_stock_or_is_cancelled_makes_room_for_others() -> None:
    with life(stock={("TEA", "reno"): 1}) as the:
        may_wait(the, {"TEA": {"most": 4}})
        first, second = bought(the, "a", 2), bought(the, "b", 2)
        the.call("POST", "/v1/inventory/TEA/reno/movements", {"kind": "received", "quantity": 1, "reference": "PO"}, idempotency_key="po")
        the.settle()
        assert statuses(the, first, second) == ["released", "backordered"]
        the.call("POST", f"/v1/orders/{second}/cancel", {"reason": "customer"})
        the.settle()
        assert waiting() == {}
        assert statuses(the, bought(the, "c", 4)) == ["backordered"]


def test_a_channel_has_a_limit_of_its_own_and_what_is_not_named_the_one_of_all_others() -> None:
    policy = {"TEA": {"most": 9, "channels": {"web": 2}}, "*": {"most": 1}}
    assert limit_of(policy, "TEA").allows({"a": (2, "web"), "b": (7, "app")}, "web")
    assert not limit_of(policy, "TEA").allows({"a": (3, "web")}, "web")
    assert limit_of(policy, "TEA").allows({"a": (3, "app")}, "app")
    assert not limit_of(policy, "CUP").allows({"a": (2, "app")}, "app")
    assert not limit_of({}, "CUP").counts and Limit().allows({"a": (10**6, "web")}, "web")


def test_an_order_that_was_taken_stays_taken_when_the_limit_falls() -> None:
    with life(stock={("TEA", "reno"): 1}) as the:
        may_wait(the, {"TEA": {"most": 4}})
        order_id = bought(the, "a", 4)
        may_wait(the, {"TEA": {"most": 0}})
        the.world.handler("reconciler")({}, None)
        the.settle()
        assert statuses(the, order_id, bought(the, "b", 4)) == ["backordered", "cancelled"]


def test_without_a_policy_all_may_wait() -> None:
    with life(stock={("TEA", "reno"): 1}) as the:
        assert statuses(the, bought(the, "a", 5000)) == ["backordered"]
        assert waiting() == {}


def test_the_day_on_which_more_is_expected_is_told_with_the_stock() -> None:
    with life() as the:
        may_wait(the, {"TEA": {"most": 5, "expected": "2026-12-24"}})
        assert the.call("GET", "/v1/inventory/TEA").json()["expected"] == "2026-12-24"
        assert "expected" not in the.call("GET", "/v1/inventory/CUP").json()


@pytest.mark.parametrize(
    ("policy", "field"),
    [
        ({"TEA": 5}, "TEA"),
        ({"TEA": {"most": -1}}, "TEA.most"),
        ({"TEA": {"most": 1.5}}, "TEA.most"),
        ({"TEA": {"least": 1}}, "TEA.least"),
        ({"TEA": {"channels": {"web": "2"}}}, "TEA.channels"),
        ({"TEA": {"expected": "Christmas"}}, "TEA.expected"),
    ],
)
def test_a_policy_that_cannot_be_obeyed_is_refused_by_its_place(policy: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        check(policy)
    assert field in refused.value.fields
