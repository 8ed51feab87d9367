"""Reserving, releasing, shipping and moving for one order at a time."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.inventory.fakes import Crash
from tests.inventory.house import House
from waybill.inventory.model.row import WRITTEN_OFF, Op
from waybill.inventory.service import Inventory
from waybill.inventory.waking import wake_waiting
from waybill.kernel.errors import IllegalTransition, OrderCancelled, OrderHeld, StockUnavailable


def test_reserving_takes_from_what_is_available_and_not_from_what_is_there() -> None:
    house = House(A={"N1": 10})
    house.orders.place("ord_1", A=3)
    held = house.inventory.reserve("ord_1")
    assert held.held == {"1": {"N1": 3}} and held.status == "reserved"
    assert house.numbers("A", "N1") == (10, 3, 7)
    house.sound()


def test_reserving_twice_is_reserving_once() -> None:
    house = House(A={"N1": 10})
    house.orders.place("ord_1", A=3)
    first = house.inventory.reserve("ord_1")
    assert house.inventory.reserve("ord_1") == first
    assert house.numbers("A", "N1") == (10, 3, 7)


def test_too_little_for_one_line_takes_nothing_for_the_others() -> None:
    house = House(A={"N1": 10}, B={"N1": 1})
    house.orders.place("ord_1", A=3, B=2)
    with pytest.raises(StockUnavailable, match="B"):
        house.inventory.reserve("ord_1")
    assert house.numbers("A", "N1") == (10, 0, 10)
    house.sound()


def test_a_lost_race_gives_back_what_was_won_and_plans_anew() -> None:
    house = House(A={"N1": 5, "N2": 5}, B={"N1": 5, "N2": 5})
    house.orders.place("ord_1", A=5, B=5)
    house.orders.place("ord_2", B=5)
    raced = []

    def somebody_is_faster(name: str) -> None:
        if name == "update" and not raced and house.row("A", "N1").reserved:
            raced.append(True)
            house.inventory.reserve("ord_2")

    house.stock.gate = somebody_is_faster
    held = house.inventory.reserve("ord_1").held
    assert raced and held == {"1": {"N2": 5}, "2": {"N2": 5}}
    assert house.numbers("A", "N1") == (5, 0, 5)
    assert house.numbers("B", "N1") == (5, 5, 0)
    house.sound()


def test_a_held_order_reserves_nothing() -> None:
    house = House(A={"N1": 10})
    house.orders.place("ord_1", A=3)
    house.orders.known["ord_1"].held_by = "sums"
    with pytest.raises(OrderHeld):
        house.inventory.reserve("ord_1")
    assert house.numbers("A", "N1") == (10, 0, 10)


def test_a_cancelled_order_gives_all_back_and_never_reserves_again() -> None:
    house = House(A={"N1": 10})
    house.orders.place("ord_1", A=3)
    house.inventory.reserve("ord_1")
    for _ in range(3):
        house.inventory.release("ord_1", "ord_1:4", cancelled=True)
    assert house.numbers("A", "N1") == (10, 0, 10)
    with pytest.raises(OrderCancelled):
        house.inventory.reserve("ord_1")
    house.sound()


def test_a_cancel_that_comes_before_the_reservation_wins_over_it() -> None:
    house = House(A={"N1": 10})
    house.orders.place("ord_1", A=3)
    house.inventory.release("ord_1", "ord_1:2", cancelled=True)
    with pytest.raises(OrderCancelled):  # though this process has loaded the order before it was cancelled
        house.inventory.reserve("ord_1")


def test_nothing_is_moved_to_another_node_for_a_cancelled_order() -> None:
    house = House(A={"N1": 10, "N2": 5})
    house.orders.place("ord_1", A=3)
    house.inventory.reserve("ord_1")
    house.inventory.release("ord_1", "ord_1:4", cancelled=True)
    with pytest.raises(OrderCancelled):
        house.inventory.move("ord_1", "", {}, {"1": {"N2": 3}}, "fo_1-1:3")
    assert house.numbers("A", "N2") == (5, 0, 5)


def test_after_a_deadline_the_stock_goes_and_may_be_reserved_again() -> None:
    house = House(A={"N1": 10})
    house.orders.place("ord_1", A=3)
    first = house.inventory.reserve("ord_1")
    house.inventory.release("ord_1", "release/0")
    assert house.numbers("A", "N1") == (10, 0, 10)
    again = house.inventory.reserve("ord_1")
    assert again.epoch > first.epoch
    assert house.numbers("A", "N1") == (10, 3, 7)
    assert [entry.type for entry in again.history] == ["stock.reserved", "stock.released", "stock.reserved"]
    house.sound()


def test_shipping_takes_from_the_shelf_and_from_the_reservation_once() -> None:
    house = House(A={"N1": 10})
    house.orders.place("ord_1", A=3)
    house.inventory.reserve("ord_1")
    for _ in range(3):
        house.inventory.ship("ord_1", "N1", {"1": 2}, "fo_1-1:5")
    assert house.numbers("A", "N1") == (8, 1, 7)
    shipped = house.inventory.ship("ord_1", "N1", {"1": 1}, "fo_1-1:6")
    assert shipped.status == "shipped" and shipped.shipped == {"1": 3}
    assert house.inventory.reserve("ord_1").held == {}  # what has left is not wanted again
    house.sound()


def test_a_node_cannot_ship_what_it_does_not_hold() -> None:
    house = House(A={"N1": 10})
    house.orders.place("ord_1", A=3)
    house.inventory.reserve("ord_1")
    with pytest.raises(IllegalTransition, match="does not hold"):
        house.inventory.ship("ord_1", "N2", {"1": 1}, "fo_1-1:5")
    assert house.numbers("A", "N1") == (10, 3, 7)


def test_what_needs_no_stock_ships_without_any() -> None:
    house = House(A={"N1": 10})
    house.orders.place("ord_1", A=3)
    house.inventory.reserve("ord_1")
    house.inventory.ship("ord_1", "N1", {"download": 1}, "fo_1-1:5")
    assert house.numbers("A", "N1") == (10, 3, 7)


def test_what_needs_stock_does_not_ship_without_a_reservation() -> None:
    house = House(A={"N1": 10})
    house.orders.place("ord_1", A=3)
    with pytest.raises(IllegalTransition, match="does not hold"):
        house.inventory.ship("ord_1", "N1", {"1": 1}, "fo_1-1:5")
    with pytest.raises(IllegalTransition, match="never reserved"):
        house.inventory.move("ord_1", "", {}, {"1": {"N1": 1}}, "fo_1-1:5")


def test_who_waits_although_units_are_there_is_not_sent_round_in_circles() -> None:
    """No open node may ship to the customer: the planner has no plan, and so the order stays short until it has one."""
    house = House(A={"N1": 10})
    house.orders.place("ord_1", A=3)
    nobody_ships = Inventory(house.stock, house.orders, planner=lambda order, wanted, available: None, clock=house.clock)
    with pytest.raises(StockUnavailable):
        nobody_ships.reserve("ord_1")
    demand = house.orders.demand("ord_1")
    assert nobody_ships.shortage(demand) == {"1": 3} and not nobody_ships.can_reserve("ord_1")
    assert house.inventory.shortage(demand) == {}


def test_a_rejection_moves_the_reservation_to_another_node() -> None:
    house = House(A={"N1": 10, "N2": 5})
    house.orders.place("ord_1", A=3)
    house.inventory.reserve("ord_1")
    for _ in range(2):
        lacking = house.inventory.move("ord_1", "N1", {"1": 3}, {"1": {"N2": 3}}, "fo_1-1:3")
        assert lacking == ()
    assert house.numbers("A", "N1") == (10, 0, 10)
    assert house.numbers("A", "N2") == (5, 3, 2)
    house.sound()


def test_units_that_were_not_there_are_written_off() -> None:
    house = House(A={"N1": 3, "N2": 5})
    house.orders.place("ord_1", A=3)
    house.inventory.reserve("ord_1")
    node = next(iter(house.orders.records["ord_1"].held["1"]))
    other = "N1" if node == "N2" else "N2"
    house.inventory.move("ord_1", node, {"1": 3}, {"1": {other: 3}}, "fo_1-1:3", loss=WRITTEN_OFF)
    on_hand, reserved, _ = house.numbers("A", node)
    assert (on_hand, reserved) == ({"N1": 0, "N2": 2}[node], 0)
    assert "stock.written_off" in [entry.type for entry in house.orders.records["ord_1"].history]
    house.sound()


def test_a_move_that_finds_nothing_elsewhere_says_what_is_lacking() -> None:
    house = House(A={"N1": 3})
    house.orders.place("ord_1", A=3)
    house.inventory.reserve("ord_1")
    lacking = house.inventory.move("ord_1", "N1", {"1": 3}, {"1": {"N2": 3}}, "fo_1-1:3", loss=WRITTEN_OFF)
    assert [(want.line, want.quantity) for want in lacking] == [("1", 3)]
    assert house.numbers("A", "N1") == (0, 0, 0)
    house.sound()


def test_units_that_no_node_gives_up_may_be_reserved_by_plan_too() -> None:
    house = House(A={"N1": 3, "N2": 3})
    house.orders.place("ord_1", A=3)
    house.inventory.reserve("ord_1")
    house.inventory.move("ord_1", "N1", {"1": 1}, {}, "fo_1-1:3", loss=WRITTEN_OFF)
    assert house.inventory.move("ord_1", "", {}, {"1": {"N2": 1}}, "fo_1-1:4") == ()
    assert house.orders.records["ord_1"].held == {"1": {"N1": 2, "N2": 1}}
    house.sound()


def test_waiting_orders_are_woken_oldest_first_as_far_as_the_stock_goes() -> None:
    house = House(A={"N1": 1})
    for order_id, units in (("ord_1", 3), ("ord_2", 9), ("ord_3", 2), ("ord_4", 2)):
        house.orders.place(order_id, A=units)
        house.inventory.queue_up(house.orders.demand(order_id))
        house.orders.known[order_id].token = f"token of {order_id}"
    house.movements.receive("A", "N1", 4, "delivery-1")
    assert wake_waiting(house.inventory, "A") == 2
    assert house.orders.woken == ["ord_1", "ord_3"]  # nine are too many, and after five none are left for the last


def test_an_order_that_has_its_stock_leaves_the_queue() -> None:
    house = House(A={"N1": 3})
    house.orders.place("ord_1", A=3)
    house.orders.known["ord_1"].backordered = True
    house.inventory.queue_up(house.orders.demand("ord_1"))
    house.inventory.reserve("ord_1")
    assert house.orders.wanting("A") == []
    assert not house.orders.known["ord_1"].backordered


def test_a_closed_node_is_not_reserved_from() -> None:
    house = House(A={"N1": 3, "N2": 2})
    house.orders.place("ord_1", A=2)
    inventory = Inventory(house.stock, house.orders, open_nodes=lambda: ["N2"], clock=house.clock)
    assert inventory.reserve("ord_1").held == {"1": {"N2": 2}}


def test_a_late_step_behind_the_floor_is_done_anew() -> None:
    house = House(A={"N1": 10})
    house.orders.place("ord_1", A=3)
    house.inventory.reserve("ord_1")
    late = house.clock.ms - 60_000
    row = house.row("A", "N1")
    house.stock.by_place["A", "N1"] = row.folded(tuple(row.ops.values()))
    for op in row.ops.values():
        house.stock.kept.setdefault(("A", "N1"), {})[op.id] = op
    intent = house.orders.records["ord_1"].to_release("release/0", late, close=False)
    house.orders.save(intent)
    assert house.inventory.held("ord_1").held == {}
    assert house.numbers("A", "N1") == (10, 0, 10)
    house.sound()


# ── crashes ──


def life(house: House) -> list[Callable[[], object]]:
    """One order's life with stock, each step as its message would have it done, again and again until it returns."""
    return [
        lambda: house.inventory.reserve("ord_1"),
        lambda: house.inventory.move("ord_1", "N1", {"1": 2}, {"1": {"N2": 2}}, "fo_1-1:3"),
        lambda: house.inventory.ship("ord_1", "N2", {"1": 2}, "fo_1-2:5"),
        lambda: house.inventory.release("ord_1", "release/0"),
        lambda: house.inventory.reserve("ord_1"),
        lambda: house.inventory.release("ord_1", "ord_1:9", cancelled=True),
    ]


def live(crash_at: int) -> tuple[House, int]:
    """Lives that life, dying at one step of the tables. Answers how many steps there were."""
    house = House(A={"N1": 10, "N2": 4}, B={"N1": 10})
    house.orders.place("ord_1", A=2, B=3)
    steps = 0

    def gate(name: str) -> None:
        nonlocal steps
        steps += 1
        if steps == crash_at:
            raise Crash(name)

    house.stock.gate = house.orders.gate = gate
    for message in life(house):
        try:
            message()
        except Crash:
            message()
        house.clock.forward(3)
    return house, steps


def test_a_crash_at_any_step_leaves_nothing_lost_doubled_or_behind() -> None:
    whole, steps = live(0)
    expected = {place: (row.on_hand, row.reserved) for place, row in whole.stock.by_place.items()}
    assert expected == {("A", "N1"): (10, 0), ("A", "N2"): (2, 0), ("B", "N1"): (10, 0)}
    for crash_at in range(1, steps + 1):
        house, _ = live(crash_at)
        assert {place: (row.on_hand, row.reserved) for place, row in house.stock.by_place.items()} == expected, crash_at
        house.sound()


def test_a_crash_that_nobody_retries_is_finished_by_whoever_comes_next() -> None:
    for crash_at in range(1, 30):
        house = House(A={"N1": 10})
        house.orders.place("ord_1", A=2)
        steps = 0

        def gate(name: str, crash_at: int = crash_at) -> None:
            nonlocal steps
            steps += 1
            if steps == crash_at:
                raise Crash(name)

        house.stock.gate = house.orders.gate = gate
        try:
            house.inventory.reserve("ord_1")
        except Crash:
            house.inventory.release("ord_1", "ord_1:2", cancelled=True)
            assert house.numbers("A", "N1") == (10, 0, 10)
        house.sound()


# ── movements by hand ──


def test_a_delivery_booked_twice_under_one_key_counts_once() -> None:
    house = House(A={"N1": 1})
    for _ in range(3):
        house.movements.receive("A", "N1", 5, "delivery-7")
    assert house.numbers("A", "N1") == (6, 0, 6)


def test_a_delivery_whose_first_attempt_came_too_late_is_booked_at_a_later_instant() -> None:
    house = House(A={"N1": 1})
    row = house.row("A", "N1")
    house.stock.by_place["A", "N1"] = row.folded((Op("future", "received", 0, house.clock.ms + 60_000),))
    for _ in range(2):
        house.movements.receive("A", "N1", 5, "delivery-7")
    assert house.row("A", "N1").on_hand == 6


def test_a_count_cannot_take_what_is_reserved() -> None:
    house = House(A={"N1": 5})
    house.orders.place("ord_1", A=4)
    house.inventory.reserve("ord_1")
    with pytest.raises(StockUnavailable):
        house.movements.adjust("A", "N1", -2, "count-1", "two were broken")
    house.movements.adjust("A", "N1", -1, "count-2", "one was broken")
    assert house.numbers("A", "N1") == (4, 4, 0)
    house.sound()
