"""What people say of where orders ship from: pinned, sent elsewhere, and after too many rejections asked for."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from tests.routing.orders import ORDER, order_of, pot, tea
from tests.support.shop import headers
from waybill.aws import http
from waybill.bootstrap import clock as bootstrap_clock
from waybill.bootstrap import inventory as inventory_root
from waybill.bootstrap import routing as routing_root
from waybill.fulfilment.service import Fulfilment
from waybill.kernel.errors import IllegalTransition, InvalidInput
from waybill.kernel.ids import fulfilment_order_id
from waybill.orders.model import state as verbs
from waybill.routing.model.receipt import unfolded
from waybill.routing.steering import Direction, Steering
from waybill.shop import store as shop

FIRST = fulfilment_order_id(ORDER, 1)


def steering() -> Steering:
    return Steering(Fulfilment(bootstrap_clock.utc_now), lambda: [node.id for node in shop.nodes()], bootstrap_clock.utc_now)


def test_an_order_pinned_to_a_node_ships_from_there_though_it_costs_more():
    with order_of(tea()) as desk:
        steering().send([ORDER], Direction(only=("columbus",)), "support:ann")
        desk.route()
        assert desk.work() == {"columbus": {"1": 1}}
        assert desk.stock("TEA") == {"columbus": (10, 1), "reno": (10, 0)}
        assert unfolded(desk.record.decisions[0])["ruled_out"] == {"reno": "person"}


def test_work_that_nobody_has_begun_is_sent_elsewhere_and_its_stock_goes_with_it():
    with order_of(tea()) as desk:
        desk.route()
        told = steering().send([ORDER], Direction(without=("reno",)), "support:ann")
        desk.go_on()
        assert told == [{"order": ORDER, "moved": [FIRST], "stays": {}}]
        assert desk.work() == {"columbus": {"1": 1}}
        assert desk.stock("TEA") == {"columbus": (10, 1), "reno": (10, 0)}


def test_sending_it_twice_moves_it_once():
    with order_of(tea()) as desk:
        desk.route()
        for _ in range(2):
            steering().send([ORDER], Direction(without=("reno",)), "support:ann")
            desk.go_on()
        assert len(desk.record.fulfilment_orders) == 2
        assert [entry.type for entry in desk.record.state.history].count("order.directed") == 1


def test_a_dry_run_tells_what_would_move_and_moves_nothing():
    with order_of(tea()) as desk:
        desk.route()
        before = desk.record
        assert steering().send([ORDER], Direction(without=("reno",)), "support:ann", dry=True)[0]["moved"] == [FIRST]
        assert desk.record.state == before.state and desk.work() == {"reno": {"1": 1}}


def test_what_is_being_picked_stays_and_says_so():
    with order_of(tea()) as desk:
        desk.route()
        Fulfilment(bootstrap_clock.utc_now).accept(FIRST, "node")
        Fulfilment(bootstrap_clock.utc_now).pick(FIRST, {}, "node")
        assert steering().send([ORDER], Direction(without=("reno",)), "support:ann")[0]["stays"] == {FIRST: "is picked already"}
        with pytest.raises(IllegalTransition):
            Fulfilment(bootstrap_clock.utc_now).withdraw(FIRST, "support:ann")


def test_a_node_that_a_person_sent_work_away_from_is_not_in_doubt_once_the_word_is_taken_back():
    with order_of(tea()) as desk:
        desk.route()
        for direction in (Direction(without=("reno",)), Direction(), Direction(only=("reno",))):
            steering().send([ORDER], direction, "support:ann")
            desk.go_on()
        assert desk.work() == {"reno": {"1": 1}}


def test_an_order_pinned_where_its_goods_are_not_comes_before_a_person_and_keeps_its_stock():
    with order_of(pot()) as desk:
        steering().send([ORDER], Direction(only=("columbus",)), "support:ann")
        desk.route()
        assert [hold.kind for hold in desk.record.state.active_holds] == ["unfillable"]
        assert ("token-1", "OrderHeld") in desk.tokens
        assert desk.stock("POT")["reno"] == (3, 1)


def test_a_cancelled_order_is_not_sent_anywhere_and_the_next_one_is():
    with order_of(tea()) as desk:
        desk.change(lambda state: verbs.cancel(state, "customer", "2026-11-23T04:00:00.000Z", "support"))
        told = steering().send(["ord_of_nobody", ORDER], Direction(only=("reno",)), "support:ann")
        assert ["problem" in each for each in told] == [True, True]


@pytest.mark.parametrize(
    ("direction", "field"),
    [
        (Direction(only=("reno", "mars")), "only[1]"),
        (Direction(without=("mars",)), "without[0]"),
        (Direction(without=("reno", "columbus")), "without"),
        (Direction(only=("reno",), without=("reno",)), "without"),
    ],
)
def test_a_direction_that_leads_nowhere_is_refused_by_its_field(direction: Direction, field: str):
    with order_of(tea()), pytest.raises(InvalidInput) as refused:
        steering().send([ORDER], direction, "support:ann")
    assert field in refused.value.fields


def test_after_too_many_rejections_a_person_decides_and_may_let_all_nodes_be_asked_again():
    with order_of(tea()) as desk:
        service = replace(desk.service, most_rejections=lambda: 1)
        service.route(ORDER, "token-1")
        desk.reject(1, "OTHER")
        service.go_on(ORDER)
        (hold,) = desk.record.state.active_holds
        assert (hold.kind, hold.reason) == ("unfillable", "rejections so far: 1, the last by reno (OTHER)")
        assert desk.work() == {} and set(unfolded(desk.record.decisions[1])["ruled_out"].values()) == {"too_often"}
        desk.change(lambda state: verbs.release_hold(state, hold.id, "2099-01-01T00:00:00.000Z", "support"))
        inventory_root.inventory().reserve(ORDER)
        service.go_on(ORDER)
        assert desk.work() == {"reno": {"1": 1}}


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "orders"),
        ({"orders": [ORDER], "node": "reno"}, "orders"),
        ({"orders": []}, "orders"),
        ({"orders": "all"}, "orders"),
        ({"node": "mars"}, "without[0]"),
        ({"orders": [ORDER], "whither": []}, "whither"),
        ({"orders": [ORDER], "only": "reno"}, "only"),
        ({"orders": [ORDER], "dryRun": "yes"}, "dryRun"),
    ],
)
def test_the_door_names_the_field_that_is_wrong(body: dict, field: str):
    with order_of(tea()):
        answer = _asked(body)
        assert answer["statusCode"] in (400, 422) and field in [each["field"] for each in json.loads(answer["body"])["errors"]]


def test_everything_that_waits_at_a_node_is_sent_elsewhere():
    with order_of(tea()) as desk:
        desk.route()
        answer = json.loads(_asked({"node": "reno"})["body"])
        assert answer == {"items": [{"order": ORDER, "moved": [FIRST], "stays": {}}], "dryRun": False, "more": False}
        desk.go_on()
        assert desk.work() == {"columbus": {"1": 1}}
        assert json.loads(_asked({"node": "reno"})["body"])["items"] == []


def _asked(body: dict) -> dict:
    event = {
        "rawPath": "/v1/routing/reroute",
        "headers": {**headers("support"), "content-type": "application/json"},
        "requestContext": {"http": {"method": "POST", "path": "/v1/routing/reroute"}},
        "body": json.dumps(body),
    }
    return http.serve(event, routing_root.rules_api())
