"""A part of an order is cancelled: its stock goes back, its money is not taken or goes back, the rest goes on; once, however often it is asked for."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.flow.holds_true import check
from tests.flow.life import Life, an_order
from tests.flow.lived import life
from tests.support.world import Reply
from waybill.shop import store as shop


@pytest.fixture
def the() -> Iterator[Life]:
    with life({("TEA", "reno"): 9, ("CUP", "reno"): 5}) as made:
        yield made


def _cancel(the: Life, order_id: str, key: str = "one", **units: int) -> Reply:
    lines = {line.removeprefix("l"): count for line, count in units.items()}
    reply = the.call("POST", f"/v1/orders/{order_id}/cancel", {"reason": "changed my mind", "lines": lines}, "support", idempotency_key=key)
    the.settle()
    return reply


def _free(the: Life, sku: str) -> int:
    return the.call("GET", f"/v1/inventory/{sku}").json()["available"]


def test_the_rest_ships_and_only_the_rest_is_paid_for(the: Life) -> None:
    order_id = _waiting(the)
    for _ in range(2):
        assert _cancel(the, order_id, l1=2).status == 200
    assert the.order(order_id)["lines"][0]["quantities"]["cancelled"] == 2
    _received(the, 5)
    shipped = the.fulfil(order_id)
    the.settle()
    the.deliver(shipped)
    the.settle()
    assert the.order(order_id)["status"] == "completed"
    check(the, order_id)


def _waiting(the: Life) -> str:
    order_id = the.place(an_order(("TEA", 12), ("CUP", 1)), key="waiting")
    the.settle()
    assert the.order(order_id)["status"] == "backordered"
    return order_id


def _received(the: Life, units: int) -> None:
    body = {"kind": "received", "quantity": units, "reference": "PO"}
    assert the.call("POST", "/v1/inventory/TEA/reno/movements", body, idempotency_key="po").status == 201
    the.settle()


def test_what_suffices_without_the_cancelled_part_need_not_wait(the: Life) -> None:
    order_id = _waiting(the)
    _cancel(the, order_id, l1=3)
    assert the.order(order_id)["status"] == "released"
    assert sum(work["lines"]["1"]["quantity"] for work in the.work(order_id)) == 9


def test_stock_that_was_reserved_for_it_goes_back_to_others(the: Life) -> None:
    assert the.call("PUT", "/v1/policies/brokering", {"methods": ["standard"]}).status == 200
    shop.forget()
    order_id = the.place(an_order(("TEA", 4), ("CUP", 1)))
    the.settle()
    assert the.order(order_id)["status"] == "confirmed" and _free(the, "TEA") == 5
    assert _cancel(the, order_id, l1=3).status == 200
    assert _free(the, "TEA") == 8
    assert the.call("GET", "/v1/proof/inventory/TEA").json()["agrees"]
    the.world.handler("brokering")({"detail-type": "Scheduled Event"}, None)
    the.settle()
    assert [work["lines"]["1"]["quantity"] for work in the.work(order_id)] == [1]


def test_what_a_node_has_not_packed_is_cancelled_in_part_and_the_rest_of_its_work_goes_on(the: Life) -> None:
    order_id = the.place(an_order(("TEA", 3)))
    the.settle()
    the.fulfil(order_id, "accept", "pick")
    for _ in range(2):
        assert _cancel(the, order_id, l1=1).status == 200
    (work,) = the.work(order_id)
    assert (work["status"], work["lines"]["1"]["quantity"]) == ("picked", 2)
    assert _free(the, "TEA") == 7
    shipped = the.fulfil(order_id, "pack", "ship")
    the.settle()
    the.deliver(shipped)
    the.settle()
    assert check(the, order_id)["status"] == "completed"


def test_what_is_packed_cannot_be_cancelled_in_part_and_not_the_whole_as_a_part(the: Life) -> None:
    order_id = the.place(an_order(("TEA", 2)))
    the.settle()
    the.fulfil(order_id, "accept", "pick", "pack")
    assert _cancel(the, order_id, l1=1).status == 409
    waiting = _waiting(the)
    assert _cancel(the, waiting, "two", l1=12, l2=1).status == 409
    assert _cancel(the, waiting, "three", l9=1).json()["errors"][0]["field"] == "lines.9"
    for units in (0, -1, 1.5, "1", True):
        reply = the.call("POST", f"/v1/orders/{waiting}/cancel", {"lines": {"1": units}}, "support", idempotency_key="x")
        assert reply.json()["errors"][0]["field"] == "lines.1", units
    assert the.call("POST", f"/v1/orders/{waiting}/cancel", {"lines": {"1": 1}}, "support").status == 400
