"""An order waits as long as its customer may think better of it, and then goes on by itself."""

from __future__ import annotations

from typing import Any

import pytest

from tests.flow.holds_true import check
from tests.flow.life import Life, an_order
from tests.flow.lived import life
from tests.house.deeds import sums_off
from waybill.kernel.errors import InvalidInput
from waybill.orders.model import remorse


@pytest.fixture
def the():
    with life() as made:
        yield made


def placed(the: Life, policy: dict[str, Any], order: dict[str, Any] | None = None) -> str:
    answer = the.call("PUT", "/v1/policies/remorse", policy)
    assert answer.status == 200, answer.content
    order_id = the.place(order or an_order())
    the.settle()
    return order_id


def active(the: Life, order_id: str) -> list[str]:
    return [hold["kind"] for hold in the.order(order_id)["holds"] if hold["status"] == "active"]


def after(the: Life, minutes: int) -> None:
    the.world.later(minutes * 60 + 2)
    the.settle()


def test_it_waits_with_its_stock_and_its_payment_and_goes_on_when_the_window_is_over(the):
    order_id = placed(the, {"minutes": 10})
    assert active(the, order_id) == ["remorse"] and the.order(order_id)["status"] == "on_hold" and not the.work(order_id)
    assert [payment.status for payment in the.gateway.of(order_id)] == ["authorised"]
    after(the, 10)
    assert active(the, order_id) == [] and the.order(order_id)["status"] == "released"


def test_a_window_longer_than_a_queue_can_wait_ends_in_its_time(the):
    order_id = placed(the, {"minutes": 40})
    for _ in range(2):
        after(the, 15)
        assert the.order(order_id)["status"] == "on_hold"
    after(the, 10)
    assert the.order(order_id)["status"] == "released"


def test_it_is_cancelled_within_its_window_and_nothing_is_left_of_it(the):
    order_id = placed(the, {"minutes": 10})
    the.call("POST", f"/v1/orders/{order_id}/cancel", {"reason": "changed my mind"}, "api")
    the.settle()
    after(the, 10)
    assert the.order(order_id)["status"] == "cancelled" and not the.work(order_id)
    check(the, order_id)


def test_a_part_of_it_is_cancelled_within_its_window_and_the_rest_goes_on(the):
    order_id = placed(the, {"minutes": 10})
    answer = the.call("POST", f"/v1/orders/{order_id}/cancel", {"reason": "one less", "lines": {"1": 1}}, "api", idempotency_key="less")
    assert answer.status == 200, answer.content
    after(the, 10)
    assert sum(line["quantity"] for work in the.work(order_id) for line in work["lines"].values()) == 2


def test_a_person_may_end_it_early(the):
    order_id = placed(the, {"minutes": 600})
    the.call("POST", f"/v1/orders/{order_id}/holds/remorse/release", {}, "support")
    the.settle()
    assert the.order(order_id)["status"] == "released"


def test_what_a_person_must_look_at_stays_held_when_the_window_is_over(the):
    order_id = placed(the, {"minutes": 10}, sums_off())
    assert active(the, order_id) == ["sums", "remorse"]
    after(the, 10)
    assert active(the, order_id) == ["sums"]
    the.call("POST", f"/v1/orders/{order_id}/holds/sums/release", {}, "support")
    the.settle()
    assert the.order(order_id)["status"] == "released"


def test_a_window_runs_from_when_the_order_was_placed_and_is_not_opened_late(the):
    order_id = placed(the, {"minutes": 10}, {**an_order(), "placed_at": "2020-01-01T00:00:00Z"})
    assert active(the, order_id) == [] and the.order(order_id)["status"] == "released"


def test_a_channel_may_have_a_window_of_its_own(the):
    channel = the.order(placed(the, {}))["channel"]
    answer = the.call("PUT", "/v1/policies/remorse", {"minutes": 10, "channels": {channel: 0}})
    assert answer.status == 200
    order_id = the.place(an_order(), "another")
    the.settle()
    assert the.order(order_id)["status"] == "released"


def test_an_end_that_was_lost_is_found(the):
    order_id = placed(the, {"minutes": 10})
    the.world.cloud.sqs.queues["WaitsQueue"].messages.clear()
    the.world.handler("reconciler")({}, None)
    the.settle()
    assert the.order(order_id)["status"] == "on_hold"
    the.world.later(601)
    the.world.handler("reconciler")({}, None)
    the.settle()
    assert the.order(order_id)["status"] == "released"


@pytest.mark.parametrize(
    ("policy", "field"),
    [({"minutes": -1}, "minutes"), ({"minutes": 1441}, "minutes"), ({"minutes": 0.5}, "minutes"), ({"hours": 1}, "hours"), ({"channels": []}, "channels"), ({"channels": {"web": True}}, "channels.web")],
)  # fmt: skip
def test_a_policy_that_could_not_be_obeyed_names_its_field(policy, field):
    with pytest.raises(InvalidInput) as refused:
        remorse.check(policy)
    assert list(refused.value.fields) == [field]
