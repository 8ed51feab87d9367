"""The brokering run through the whole system: who has time waits for it, and all who waited are shared out at once."""

from __future__ import annotations

from typing import Any

import pytest

from tests.flow.life import Life, an_order
from tests.flow.lived import life
from waybill.kernel.errors import InvalidInput
from waybill.routing.brokering import check
from waybill.routing.pool_table import PoolTable
from waybill.shop import store as shop

pytest.importorskip("highspy", reason="HiGHS is not installed")
EAST = {"name": "Bea", "line1": "1 Main St", "city": "New York", "region": "NY", "postal_code": "10001"}
WEST = {"name": "Ada", "line1": "1 Main St", "city": "San Francisco", "region": "CA", "postal_code": "94105"}


def waiting_for_a_run(the: Life) -> None:
    assert the.call("PUT", "/v1/policies/brokering", {"methods": ["standard"]}).status == 200
    shop.forget()


def bought(the: Life, name: str, to: dict[str, Any], *lines: tuple[str, int]) -> str:
    order_id = the.place({**an_order(*(lines or (("TEA", 1),))), "ship_to": to}, key=name)
    the.settle()
    return order_id


def run(the: Life) -> dict[str, int]:
    told = the.world.handler("brokering")({}, None)
    the.settle()
    return told


def nodes(the: Life, order_id: str) -> list[str]:
    return [work["node"] for work in the.order(order_id)["fulfilment_orders"]]


def test_an_order_that_has_time_waits_for_the_run_and_is_routed_by_it() -> None:
    with life() as the:
        waiting_for_a_run(the)
        order_id = bought(the, "one", WEST)
        assert (nodes(the, order_id), PoolTable().waiting(9)) == ([], [order_id])
        assert run(the) == {"waited": 1, "as_allotted": 1, "by_themselves": 0}
        assert len(nodes(the, order_id)) == 1 and PoolTable().waiting(9) == []
        (decision,) = the.call("GET", f"/v1/orders/{order_id}/decisions").json()["items"]
        assert decision["cause"].startswith("run-")
        assert the.call("POST", f"/v1/routing/decisions/{decision['id']}:replay", {}).json()["identical"]


def test_the_last_unit_near_by_goes_to_whom_it_saves_more() -> None:
    with life(stock={("TEA", "reno"): 1, ("TEA", "columbus"): 1}) as the:
        waiting_for_a_run(the)
        first, second = bought(the, "first", EAST), bought(the, "second", WEST)
        run(the)
        assert (nodes(the, first), nodes(the, second)) == (["columbus"], ["reno"])
        assert the.call("GET", "/v1/proof/inventory/TEA").json()["agrees"]
        (told,) = PoolTable().runs(9, None)[0]
        assert told["cost"] <= told["as_they_come"]


def test_who_paid_for_haste_does_not_wait() -> None:
    with life() as the:
        the.call("PUT", "/v1/policies/brokering", {"methods": ["economy"]})
        shop.forget()
        assert len(nodes(the, bought(the, "one", WEST))) == 1


def test_an_order_cancelled_while_it_waited_is_left_alone() -> None:
    with life() as the:
        waiting_for_a_run(the)
        order_id = bought(the, "one", WEST)
        assert the.call("POST", f"/v1/orders/{order_id}/cancel", {"reason": "customer"}).status == 200
        the.settle()
        run(the)
        assert (the.order(order_id)["status"], nodes(the, order_id), PoolTable().waiting(9)) == ("cancelled", [], [])


def test_a_run_again_changes_nothing() -> None:
    with life() as the:
        waiting_for_a_run(the)
        orders = [bought(the, str(number), (WEST, EAST)[number % 2], ("TEA", 1), ("CUP", 1)) for number in range(4)]
        assert run(the)["waited"] == 4
        before = [nodes(the, order_id) for order_id in orders]
        assert run(the) == {"waited": 0, "as_allotted": 0, "by_themselves": 0}
        assert [nodes(the, order_id) for order_id in orders] == before and all(before)
        assert the.world.dead_letters() == {}


def test_what_was_pooled_is_routed_also_after_the_shop_wants_no_more_runs() -> None:
    with life() as the:
        waiting_for_a_run(the)
        order_id = bought(the, "one", WEST)
        the.call("PUT", "/v1/policies/brokering", {})
        shop.forget()
        run(the)
        assert len(nodes(the, order_id)) == 1


@pytest.mark.parametrize("policy", [{"methods": "standard"}, {"extra": -1}, {"extra": True}, {"method": []}])
def test_a_policy_that_cannot_be_obeyed_is_refused_by_its_field(policy: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput) as refused:
        check(policy)
    assert set(refused.value.fields) == set(policy)
