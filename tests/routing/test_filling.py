"""What becomes of an order for which stock does not suffice: what there is goes, and the rest waits (FillAll) or is cancelled (FillAllAvailable)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.flow.holds_true import check
from tests.flow.life import Life, an_order
from tests.flow.lived import life
from tests.routing.in_force import filled, put_in_force
from waybill.shop import store as shop


@pytest.fixture
def the() -> Iterator[Life]:
    with life({("TEA", "reno"): 2, ("CUP", "reno"): 5}) as made:
        yield made


def _shipped(the: Life, order_id: str) -> list[dict[str, int]]:
    """The open work is done; units by line of each parcel that left."""
    done = the.fulfil(order_id)
    the.settle()
    return [{line: at["quantity"] for line, at in work["lines"].items()} for work in done]


def _received(the: Life, sku: str, units: int, key: str) -> None:
    body = {"kind": "received", "quantity": units, "reference": key}
    assert the.call("POST", f"/v1/inventory/{sku}/reno/movements", body, idempotency_key=key).status == 201
    the.settle()


def test_what_there_is_goes_and_the_rest_follows_when_it_comes(the: Life) -> None:
    put_in_force(the, filled("FillAll"))
    order_id = the.place(an_order(("TEA", 5), ("CUP", 1)))
    the.settle()
    waiting = the.order(order_id)
    assert waiting["status"] == "backordered" and waiting["lines"][0]["quantities"]["backordered"] == 3
    assert _shipped(the, order_id) == [{"1": 2, "2": 1}]
    _received(the, "TEA", 1, "first")
    assert _shipped(the, order_id) == [{"1": 1}]
    _received(the, "TEA", 10, "second")
    assert _shipped(the, order_id) == [{"1": 2}]
    assert the.order(order_id)["status"] == "shipped"
    assert sum(the.gateway.captures(order_id)) == 24_00 + 80 + 5_00
    check(the, order_id)


def test_what_there_is_not_is_cancelled_and_never_charged(the: Life) -> None:
    put_in_force(the, filled("FillAllAvailable"))
    order_id = the.place(an_order(("TEA", 5), ("CUP", 1)))
    the.settle()
    order = the.order(order_id)
    assert (order["status"], order["lines"][0]["quantities"]["cancelled"]) == ("released", 3)
    assert _shipped(the, order_id) == [{"1": 2, "2": 1}]
    assert the.order(order_id)["status"] == "shipped"
    check(the, order_id)


def test_of_what_is_not_there_at_all_nothing_is_charged(the: Life) -> None:
    put_in_force(the, filled("FillAllAvailable"))
    order_id = the.place(an_order(("POT", 1)))
    the.settle()
    assert the.order(order_id)["status"] == "cancelled"
    assert all(tender["events"] == [] for tender in the.order(order_id)["payments"]["tenders"])


def test_nothing_of_it_being_there_it_waits_and_then_goes_in_parts(the: Life) -> None:
    put_in_force(the, filled("FillAll"))
    order_id = the.place(an_order(("POT", 4)))
    the.settle()
    assert the.order(order_id)["status"] == "backordered" and the.work(order_id) == []
    _received(the, "POT", 1, "one")
    assert _shipped(the, order_id) == [{"1": 1}]
    _received(the, "POT", 3, "three")
    assert _shipped(the, order_id) == [{"1": 3}]
    assert the.order(order_id)["status"] == "shipped"


def test_what_the_channel_was_paid_for_a_cancelled_part_is_noted_as_owed(the: Life) -> None:
    put_in_force(the, filled("FillAllAvailable"))
    order_id = the.place(an_order(("TEA", 5), tenders=[{"kind": "channel", "amount": "25.40", "reference": "shop-1"}]))
    the.settle()
    (tender,) = the.order(order_id)["payments"]["tenders"]
    assert [(event["type"], event["amount"]) for event in tender["events"]] == [("CHARGE_SUCCESS", "25.40"), ("INFO", "12.24")]


def test_an_order_that_the_shop_lets_nobody_wait_for_goes_on_without(the: Life) -> None:
    put_in_force(the, filled("FillAll"))
    shop.save(shop.POLICY, "backorders", {"TEA": {"most": 0}})
    shop.forget()
    order_id = the.place(an_order(("TEA", 5)))
    the.settle()
    assert the.order(order_id)["lines"][0]["quantities"]["cancelled"] == 3


def test_the_rest_is_given_up_when_the_shop_s_patience_is_over_and_the_order_ends(the: Life) -> None:
    put_in_force(the, filled("FillAll"))
    assert the.call("PUT", "/v1/policies/patience", {"backordered": 2}).status == 200
    shop.forget()
    order_id = the.place(an_order(("TEA", 5)))
    the.settle()
    assert _shipped(the, order_id) == [{"1": 2}]
    the.world.handler("reconciler")({}, None)
    assert the.order(order_id)["status"] == "partially_shipped"
    the.world.later(3 * 86_400)
    the.world.handler("reconciler")({}, None)
    the.settle()
    order = the.order(order_id)
    assert (order["status"], order["lines"][0]["quantities"]["cancelled"]) == ("shipped", 3)
    check(the, order_id)


def test_also_an_order_that_waits_for_all_of_it_goes_on_without_what_a_node_had_not(the: Life) -> None:
    assert the.call("PUT", "/v1/policies/patience", {"backordered": 2}).status == 200
    shop.forget()
    body = {"kind": "received", "quantity": 1, "reference": "PO"}
    assert the.call("POST", "/v1/inventory/POT/columbus/movements", body, idempotency_key="po").status == 201
    order_id = the.place(an_order(("TEA", 1), ("POT", 1)))
    the.settle()
    work = {each["node"]: each for each in the.work(order_id)}
    the.call("POST", f"/v1/fulfilment-orders/{work['columbus']['id']}/reject", {"reason": "NOT_IN_STOCK"}, "columbus")
    the.settle()
    assert the.order(order_id)["status"] == "backordered"
    assert _shipped(the, order_id) == [{"1": 1}]
    the.world.later(3 * 86_400)
    the.world.handler("reconciler")({}, None)
    the.settle()
    assert the.order(order_id)["status"] == "shipped"
    check(the, order_id)
