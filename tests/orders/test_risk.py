"""What a fraud service says of an order after it came: held, let go, and left to a person."""

from __future__ import annotations

from typing import Any

import pytest

from tests.flow.life import Life, an_order
from tests.flow.lived import life


@pytest.fixture
def the():
    with life() as made:
        yield made


def say(the: Life, order_id: str, score: int, who: str = "support", **more: Any) -> dict[str, Any]:
    reply = the.call("POST", f"/v1/orders/{order_id}/risk", {"score": score, "source": "signals", **more}, who)
    assert reply.status == 200, reply.content
    return reply.json()


def active(order: dict[str, Any]) -> list[str]:
    return [hold["id"] for hold in order["holds"] if hold["status"] == "active"]


def released(the: Life) -> str:
    the.call("PUT", "/v1/policies/fraud", {"hold_from": 75})
    order_id = the.place(an_order())
    the.settle()
    return order_id


def test_at_a_risk_it_is_not_packed_until_a_better_word_or_a_person_lets_it_go(the):
    order_id = released(the)
    assert active(say(the, order_id, 75)) == ["fraud-signals"]
    work = [the.carry_out([each], "accept", "pick")[0] for each in the.work(order_id)]
    assert {the.call("POST", f"/v1/fulfilment-orders/{each['id']}/pack", {}, each["node"]).status for each in work} == {409}
    assert active(say(the, order_id, 10)) == []
    the.carry_out(work, "pack", "ship")
    the.settle()
    assert the.order(order_id)["status"] == "shipped"


def test_advice_holds_whatever_the_score_and_without_a_policy_the_score_alone_does_not(the):
    order_id = the.place(an_order())
    the.settle()
    assert active(say(the, order_id, 100)) == []
    assert active(say(the, order_id, 0, recommendation="review")) == ["fraud-signals"]


def test_a_source_lets_go_only_what_it_has_held_itself(the):
    order_id = released(the)
    the.call("POST", f"/v1/orders/{order_id}/risk", {"score": 90, "source": "other"}, "support")
    assert active(say(the, order_id, 5)) == ["fraud-other"]


def test_the_same_word_twice_is_said_once_and_does_not_undo_what_a_person_decided(the):
    order_id = released(the)
    say(the, order_id, 90)
    the.call("POST", f"/v1/orders/{order_id}/holds/fraud-signals/release", {}, "support")
    before = the.order(order_id)["version"]
    assert active(say(the, order_id, 90)) == [] and the.order(order_id)["version"] == before


def test_of_an_order_that_is_over_it_is_only_noted(the):
    order_id = released(the)
    the.call("POST", f"/v1/orders/{order_id}/cancel", {"reason": "enough"}, "support")
    the.settle()
    said = say(the, order_id, 99)
    assert said["status"] == "cancelled" and active(said) == []


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"source": "signals"}, "score"),
        ({"score": 101, "source": "signals"}, "score"),
        ({"score": "9", "source": "signals"}, "score"),
        ({"score": 9}, "source"),
        ({"score": 9, "source": "Ada Byron"}, "source"),
        ({"score": 9, "source": "signals", "recommendation": "burn"}, "recommendation"),
        ({"score": 9, "source": "signals", "recommendation": ["accept"]}, "recommendation"),
        ({"score": 9, "source": "signals", "ip": "1"}, "ip"),
    ],
)
def test_what_cannot_be_read_is_refused_by_its_field(the, body, field):
    reply = the.call("POST", f"/v1/orders/{released(the)}/risk", body, "support")
    assert reply.status == 422 and [error["field"] for error in reply.json()["errors"]] == [field]


def test_another_channels_order_is_not_there_to_be_judged(the):
    reply = the.call("POST", f"/v1/orders/{released(the)}/risk", {"score": 9, "source": "signals"}, "shopify")
    assert reply.status in (401, 403, 404)
