"""A customer takes some of what lies at the counter: the rest waits on, or is cancelled; money is taken for what he has alone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from proof.living import living
from proof.scheduler import First
from proof.stories import fetched_at
from tests.flow.life import Life
from tests.fulfilment.test_pick_up import sent_to_reno, waiting
from tests.support.world import Reply
from waybill.fulfilment.service import load


@pytest.fixture
def the() -> Iterator[Life]:
    with living(None, First(), 0) as made:
        yield made


def counter(the: Life, *lines: tuple[str, int]) -> tuple[str, str]:
    """(order, fulfilment order) of these lines that lies at columbus."""
    order_id = the.place(fetched_at("columbus", *(lines or (("TEA", 3),))))
    the.settle()
    (work,) = the.fulfil(order_id, "accept", "pick", "ready")
    the.settle()
    return order_id, work["id"]


def take(the: Life, fo_id: str, *lines: tuple[str, int], who: str = "columbus", key: str = "", **more: str) -> Reply:
    body = {"name": "Ada Byron", "lines": [{"line": line, "quantity": units} for line, units in lines], **more}
    reply = the.call("POST", f"/v1/fulfilment-orders/{fo_id}/collect", body, who, **({"idempotency_key": key} if key else {}))
    the.settle()
    return reply


def told(the: Life, order_id: str) -> list[str]:
    return [entry["type"] for entry in the.call("GET", f"/v1/orders/{order_id}/timeline").json()["items"]]


def captured(the: Life, order_id: str) -> str:
    charged: str = the.order(order_id)["payments"]["balances"]["charged"]
    return charged


def stock(the: Life, sku: str = "TEA") -> tuple[int, int]:
    """(on hand, reserved) over all nodes."""
    rows = the.call("GET", f"/v1/inventory/{sku}").json()["nodes"]
    each: list[dict[str, Any]] = list(rows.values()) if isinstance(rows, dict) else rows
    return sum(row["on_hand"] for row in each), sum(row["reserved"] for row in each)


def test_what_is_left_at_the_counter_waits_on_until_the_same_day_under_the_same_code(the: Life) -> None:
    order_id, fo_id = counter(the)
    before = load(fo_id)[1].pickup
    reply = take(the, fo_id, ("1", 2))
    assert (reply.status, reply.json()["status"], reply.json()["lines"]["1"]["collected"]) == (200, "ready_for_pickup", 2)
    assert load(fo_id)[1].pickup == before
    order = the.order(order_id)
    assert (order["status"], order["lines"][0]["quantities"]) == ("partially_delivered", {"picked": 1, "delivered": 2})
    assert take(the, fo_id, ("1", 1)).json()["status"] == "delivered"
    assert the.order(order_id)["status"] == "completed"
    assert told(the, order_id).count("fulfilment_order.collected") == told(the, order_id).count("fulfilment_order.shipped") == 2


def test_money_is_captured_for_what_was_taken_alone(the: Life) -> None:
    order_id, fo_id = counter(the)
    take(the, fo_id, ("1", 2), rest="cancel")
    order = the.order(order_id)
    assert (order["status"], order["lines"][0]["quantities"]) == ("completed", {"delivered": 2, "cancelled": 1})
    assert captured(the, order_id) == "13.27"  # two of three at 4.00, two thirds of 0.40 tax, 5.00 shipping
    assert told(the, order_id).count("payment.captured") == 1
    assert stock(the)[1] == 0


def test_the_rest_is_cancelled_in_the_write_that_hands_over_the_others(the: Life) -> None:
    order_id, fo_id = counter(the)
    assert take(the, fo_id, ("1", 2), rest="cancel").json()["status"] == "delivered"
    assert told(the, order_id).count("order.lines_cancelled") == told(the, order_id).count("order.completed") == told(the, order_id).count("order.shipped") == 1


def test_units_are_cancelled_while_it_waits_and_their_stock_comes_back(the: Life) -> None:
    order_id, fo_id = counter(the)
    reply = the.call("POST", f"/v1/orders/{order_id}/cancel", {"reason": "one is enough", "lines": {"1": 2}}, idempotency_key="fewer")
    assert reply.status == 200, reply.content
    the.settle()
    assert (load(fo_id)[1].status, load(fo_id)[1].units(), stock(the)[1]) == ("ready_for_pickup", {"1": 1}, 1)
    assert take(the, fo_id, ("1", 2)).status == 422
    assert take(the, fo_id, ("1", 1)).json()["status"] == "delivered"
    assert the.order(order_id)["status"] == "completed"


def test_what_nobody_wants_of_the_rest_ends_the_work_and_the_order(the: Life) -> None:
    order_id, fo_id = counter(the)
    take(the, fo_id, ("1", 2))
    before = stock(the)
    reply = the.call("POST", f"/v1/orders/{order_id}/cancel", {"reason": "enough", "lines": {"1": 1}}, idempotency_key="fewer")
    assert reply.status == 200, reply.content
    the.settle()
    assert (load(fo_id)[1].status, the.order(order_id)["status"]) == ("delivered", "completed")
    assert stock(the) == (before[0], 0)
    assert the.call("GET", "/v1/fulfilment-orders?status=ready_for_pickup", None, "columbus").json()["items"] == []
    assert captured(the, order_id) == "13.27"


def test_a_part_asked_for_twice_under_its_key_is_handed_over_once(the: Life) -> None:
    _, fo_id = counter(the)
    for _ in range(2):
        assert take(the, fo_id, ("1", 1), key="till-7").json()["lines"]["1"]["collected"] == 1
    assert take(the, fo_id, ("1", 2), key="till-7").status == 422
    assert load(fo_id)[1].lines["1"].collected == 1


@pytest.mark.parametrize("lines", [(("1", 4),), (("9", 1),), ()])
def test_more_than_lies_there_is_refused_and_nothing_is_lost(the: Life, lines: tuple[tuple[str, int], ...]) -> None:
    _, fo_id = counter(the)
    assert take(the, fo_id, *lines).status == 422
    assert load(fo_id)[1].lines["1"].collected == 0


def test_a_part_of_what_is_over_is_refused(the: Life) -> None:
    _, fo_id = counter(the)
    take(the, fo_id, ("1", 3))
    assert take(the, fo_id, ("1", 1)).status == 409


def test_the_rest_is_kept_or_cancelled_and_nothing_else(the: Life) -> None:
    _, fo_id = counter(the)
    assert take(the, fo_id, ("1", 1), rest="donate").status == 422


def test_one_line_of_two_may_be_taken(the: Life) -> None:
    order_id, fo_id = counter(the, ("TEA", 2), ("CUP", 1))
    take(the, fo_id, ("2", 1))
    assert [line["quantities"] for line in the.order(order_id)["lines"]] == [{"picked": 2}, {"delivered": 1}]


def test_of_what_was_sent_to_the_store_a_part_may_be_taken_and_the_rest_waits(the: Life) -> None:
    order_id = the.place(fetched_at("reno", ("CUP", 2)))
    the.settle()
    (work,) = the.fulfil(order_id)
    the.settle()
    the.deliver([work])
    the.settle()
    refused = take(the, work["id"], ("1", 1), who="reno", rest="cancel")
    assert refused.status == 409 and "return" in refused.json()["detail"]
    assert take(the, work["id"], ("1", 1), who="reno").json()["status"] == "ready_for_pickup"
    assert the.order(order_id)["lines"][0]["quantities"] == {"shipped": 1, "delivered": 1}
    assert take(the, work["id"], ("1", 1), who="reno").json()["status"] == "delivered"
    assert (the.order(order_id)["status"], told(the, order_id).count("payment.captured")) == ("completed", 1)


def test_who_comes_for_the_rest_is_reminded_of_it_alone(the: Life) -> None:
    _, fo_id = counter(the)
    take(the, fo_id, ("1", 2))
    the.world.later(4 * 86_400)
    the.tick("parcels")
    said = load(fo_id)[1].history[-1]
    assert (said.type, said.data["lines"]) == ("fulfilment_order.pickup_reminder", {"1": 1})


def test_the_whole_is_still_collected_without_naming_it(the: Life) -> None:
    _, fo_id = waiting(the)
    assert the.call("POST", f"/v1/fulfilment-orders/{fo_id}/collect", {"name": "Ada Byron", "rest": "cancel"}, "columbus").json()["status"] == "delivered"


def test_units_of_what_was_sent_to_the_store_are_not_cancelled(the: Life) -> None:
    order_id, _ = sent_to_reno(the)
    assert the.call("POST", f"/v1/orders/{order_id}/cancel", {"reason": "no", "lines": {"1": 1}}, idempotency_key="fewer").status == 409


def test_the_rest_of_an_order_is_cancelled_where_it_waits(the: Life) -> None:
    order_id, fo_id = counter(the)
    take(the, fo_id, ("1", 2))
    assert the.call("POST", f"/v1/orders/{order_id}/cancel", {"reason": "never came", "unshipped": True}, idempotency_key="rest").status == 200
    the.settle()
    assert (load(fo_id)[1].status, the.order(order_id)["status"], captured(the, order_id)) == ("delivered", "completed", "13.27")
