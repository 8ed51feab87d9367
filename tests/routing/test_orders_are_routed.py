"""Routing on the real tables: the command, repeats, rejections, the last shipment; the process dying at every call."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.routing.orders import NEW_YORK, ORDER, cup, gift_card, order_of, pot, tea
from waybill.bootstrap import inventory as inventory_root
from waybill.inventory.stock_table import StockTable
from waybill.orders.model import state as verbs
from waybill.orders.model.holds import Hold
from waybill.routing import present
from waybill.routing.model.receipt import answer, differences, replay, unfolded
from waybill.routing.model.rules import BUILT_IN
from waybill.shop import store as shop


def test_an_order_goes_to_the_nearest_node_that_has_it():
    with order_of(tea(2)) as desk:
        desk.route()
        assert desk.work() == {"reno": {"1": 2}}
        assert desk.record.state.status == "released"
        assert not desk.tokens


def test_the_same_goods_leave_from_the_other_coast_for_the_other_coast():
    with order_of(tea(2), to=NEW_YORK) as desk:
        desk.route()
        assert desk.work() == {"columbus": {"1": 2}}


def test_what_no_node_has_alone_is_split():
    with order_of(cup(), pot()) as desk:
        desk.route()
        assert desk.work() == {"columbus": {"2": 1}, "reno": {"3": 1}}
        assert [item["id"] for item in desk.record.fulfilment_orders] == ["fo_aaaaaaaaaaaaaaaaaaaa-1", "fo_aaaaaaaaaaaaaaaaaaaa-2"]


def test_a_line_is_split_by_quantity_where_no_node_has_enough_at_the_cheapest_weight_break():
    with order_of(tea(13)) as desk:
        desk.route()
        assert desk.work() == {"columbus": {"1": 6}, "reno": {"1": 7}}


def test_what_needs_no_stock_goes_with_the_first_parcel():
    with order_of(tea(), gift_card()) as desk:
        desk.route()
        assert desk.work() == {"reno": {"1": 1, "9": 1}}


def test_an_order_of_which_nothing_ships_comes_before_a_person():
    with order_of(gift_card()) as desk:
        desk.route()
        assert [hold.kind for hold in desk.record.state.active_holds] == ["unfillable"]
        assert ("token-1", "OrderHeld") in desk.tokens


def test_a_repeated_command_changes_nothing_but_the_token():
    with order_of(tea()) as desk:
        desk.route("first")
        before = desk.record
        desk.route("second")
        assert desk.record.state == before.state
        assert len(desk.record.fulfilment_orders) == len(desk.record.decisions) == 1
        assert desk.record.wait["token"] == "second"


def test_a_command_after_the_last_parcel_has_left_is_answered_at_once():
    with order_of(tea()) as desk:
        desk.route("first")
        desk.ship(1)
        desk.route("second")
        assert desk.tokens.answers == [("second", "succeeded")]


def test_the_last_parcel_answers_the_machine():
    with order_of(cup(), pot()) as desk:
        desk.route()
        desk.ship(1)
        desk.go_on()
        assert not desk.tokens
        desk.ship(2)
        desk.go_on()
        assert desk.tokens.answers == [("token-1", "succeeded")]


def test_a_cancelled_order_is_never_released():
    with order_of(tea()) as desk:
        desk.change(lambda state: verbs.cancel(state, "asked for", "2026-11-23T03:21:00.000Z", "support"))
        desk.route()
        assert desk.tokens.answers == [("token-1", "OrderCancelled")]
        assert not desk.work()


def test_a_held_order_is_not_released_until_the_hold_goes():
    with order_of(tea()) as desk:
        desk.change(
            lambda state: verbs.place_hold(
                state, Hold("manual-1", "manual", "look", "2026-11-23T03:21:00.000Z", "support"), "2026-11-23T03:21:00.000Z", "support"
            )
        )
        desk.route()
        assert desk.tokens.answers == [("token-1", "OrderHeld")]
        assert not desk.work()


def test_a_closed_node_ships_nothing_even_what_is_reserved_there():
    with order_of(tea()) as desk:
        _close("reno")
        desk.route()
        assert desk.work() == {"columbus": {"1": 1}}
        assert desk.stock("TEA") == {"columbus": (10, 1), "reno": (10, 0)}
        assert unfolded(desk.record.decisions[0])["ruled_out"] == {"reno": "closed"}


@pytest.mark.parametrize(
    ("closed", "ships"),
    [
        ((("2026-01-01T00:00:00.000Z", "2099-01-01T00:00:00.000Z"),), "columbus"),
        ((("2026-01-01T00:00:00.000Z", "2026-01-02T00:00:00.000Z"), ("2098-01-01T00:00:00.000Z", "2099-01-01T00:00:00.000Z")), "reno"),
    ],
)
def test_a_node_ships_nothing_during_a_planned_outage_and_is_asked_before_and_after_it(closed: tuple, ships: str):
    with order_of(tea()) as desk:
        shop.save(shop.NODE, "reno", replace(shop.node("reno"), closed=closed))
        shop.forget()
        desk.route()
        assert desk.work() == {ships: {"1": 1}}


def test_stock_that_is_not_reserved_and_not_there_is_waited_for():
    with order_of(pot(), stock={("TEA", "reno"): 1}, reserved=False) as desk:
        desk.route()
        assert desk.tokens.answers == [("token-1", "StockUnavailable")]


@pytest.mark.parametrize(
    ("reason", "on_hand", "free"), [("NOT_IN_STOCK", 8, 8), ("DAMAGED", 10, 8), ("UNDELIVERABLE_DESTINATION", 10, 10), ("OTHER", 10, 10)]
)
def test_rejected_work_goes_to_another_node_and_stock_is_written_off_or_blocked_by_reason(reason, on_hand, free):
    with order_of(tea(2)) as desk:
        desk.route()
        desk.reject(1, reason)
        desk.go_on()
        assert desk.work() == {"columbus": {"1": 2}}
        assert desk.stock("TEA") == {"columbus": (10, 2), "reno": (on_hand, 0)}
        assert [row.available for row in StockTable().rows(["TEA"]) if row.node == "reno"] == [free]
        assert desk.record.decisions[1]["cause"] == "fo_aaaaaaaaaaaaaaaaaaaa-1"
        assert unfolded(desk.record.decisions[1])["ruled_out"] == {"reno": "rejected"}
        assert not desk.tokens


def test_work_that_every_node_rejects_though_it_has_it_comes_before_a_person():
    with order_of(tea(2)) as desk:
        desk.route()
        for number in (1, 2):
            desk.reject(number, "OTHER")
            desk.go_on()
        assert desk.work() == {}
        assert [hold.kind for hold in desk.record.state.active_holds] == ["unfillable"]
        assert desk.tokens.answers == [("token-1", "OrderHeld")]


def test_a_person_who_lets_the_hold_go_sends_it_to_the_same_nodes_again():
    with order_of(pot()) as desk:
        desk.route()
        desk.reject(1, "OTHER")
        desk.go_on()
        desk.change(lambda state: verbs.release_hold(state, "unfillable-1", "2099-11-24T03:20:00.000Z", "support"))
        inventory_root.inventory().reserve(ORDER)
        desk.route("token-2")
        assert desk.work() == {"reno": {"3": 1}}


def test_work_that_nobody_has_any_more_waits_for_stock():
    with order_of(pot(3)) as desk:
        desk.route()
        desk.reject(1, "NOT_IN_STOCK")
        desk.go_on()
        assert desk.tokens.answers == [("token-1", "StockUnavailable")]
        assert desk.record.state.unrouted() == {"3": 3}
        assert desk.stock("POT") == {"reno": (0, 0)}


def test_when_the_stock_has_come_the_order_goes_on():
    with order_of(pot(3)) as desk:
        desk.route()
        desk.reject(1, "NOT_IN_STOCK")
        desk.go_on()
        inventory_root.movements().receive("POT", "reno", 3, "delivery-1")
        inventory_root.inventory().reserve(ORDER)
        desk.route("token-2")
        assert desk.work() == {"reno": {"3": 3}}


def test_of_rejected_work_goes_on_what_others_have_and_the_rest_waits():
    with order_of(tea(12), stock={("TEA", "reno"): 12, ("TEA", "columbus"): 4}) as desk:
        desk.route()
        desk.reject(1, "NOT_IN_STOCK")
        desk.go_on()
        assert desk.work() == {"columbus": {"1": 4}}
        assert desk.record.state.unrouted() == {"1": 8}
        assert desk.tokens.answers == [("token-1", "StockUnavailable")]


def test_a_rejection_of_one_part_leaves_the_other_part_where_it_is():
    with order_of(cup(), pot(), tea()) as desk:
        desk.route()
        before = desk.work()
        reno = next(n for n, item in enumerate(desk.record.fulfilment_orders, 1) if item["node"] == "reno")
        desk.reject(reno, "NOT_IN_STOCK")
        desk.go_on()
        assert {"2": 1}.items() <= desk.work()["columbus"].items()
        assert desk.stock("CUP") == {"columbus": (5, 1)}
        assert "reno" in before


def test_units_at_work_elsewhere_are_not_promised_twice():
    with order_of(tea(12)) as desk:
        desk.route()
        assert desk.work() == {"columbus": {"1": 5}, "reno": {"1": 7}}
        desk.reject(1, "OTHER")
        desk.go_on()
        assert desk.work() == {"reno": {"1": 10}}
        assert desk.record.state.unrouted() == {"1": 2}
        assert [hold.kind for hold in desk.record.state.active_holds] == ["unfillable"]


def test_only_the_lines_at_fault_are_written_off():
    with order_of(tea(2), pot(), stock={("TEA", "reno"): 5, ("POT", "reno"): 3, ("TEA", "columbus"): 5, ("POT", "columbus"): 3}) as desk:
        desk.route()
        desk.reject(1, "NOT_IN_STOCK", ("3",))
        desk.go_on()
        assert desk.work() == {"columbus": {"1": 2, "3": 1}}
        assert desk.stock("POT") == {"columbus": (3, 1), "reno": (2, 0)}
        assert desk.stock("TEA") == {"columbus": (5, 2), "reno": (5, 0)}


def test_a_doubted_address_comes_before_a_person_and_then_goes_to_the_same_node():
    with order_of(tea(2)) as desk:
        desk.route("first")
        desk.reject(1, "INCORRECT_ADDRESS")
        desk.go_on()
        assert [(hold.id, hold.kind) for hold in desk.record.state.active_holds] == [("address-1", "address")]
        assert desk.tokens.answers == [("first", "OrderHeld")]
        assert desk.stock("TEA")["reno"] == (10, 2)
        desk.change(lambda state: verbs.release_hold(state, "address-1", "2099-11-24T03:20:00.000Z", "support"))
        desk.route("second")
        assert desk.work() == {"reno": {"1": 2}}


def test_work_rejected_but_not_yet_rerouted_can_still_be_cancelled():
    with order_of(tea(2)) as desk:
        desk.route()
        desk.reject(1, "OTHER")
        desk.change(lambda state: verbs.cancel(state, "asked for", "2026-11-23T03:21:00.000Z", "support"))
        desk.go_on()
        assert desk.work() == {}
        assert desk.tokens.answers == [("token-1", "OrderCancelled")]


def test_every_decision_is_kept_with_its_reasons_and_can_be_worked_out_again():
    with order_of(tea(2)) as desk:
        desk.route()
        desk.reject(1, "NOT_IN_STOCK")
        desk.go_on()
        for kept in map(unfolded, desk.record.decisions):
            assert differences(kept, answer(replay(kept, BUILT_IN))) == {}
        told = present.decisions(desk.record)
        assert [item["n"] for item in told] == [1, 2]
        assert "reno ruled out: has rejected it" in told[1]["because"]


def test_events_and_receipts_hold_no_personal_data():
    with order_of(tea(2)) as desk:
        desk.route()
        text = str([unfolded(kept) for kept in desk.record.decisions]) + str(desk.record.fulfilment_orders) + str(desk.record.state.history)
        for secret in ("Ada", "ada@", "94105"):
            assert secret not in text


def test_a_promise_is_kept_by_a_dearer_service_or_a_nearer_node():
    with order_of(tea(), promise_days=2, to=NEW_YORK) as desk:
        desk.route()
        assert desk.work() == {"columbus": {"1": 1}}


def _close(id: str) -> None:
    shop.save(shop.NODE, id, replace(shop.node(id), active=False))
    shop.forget()
