"""I1 to I5 over random lives of many orders: interleaved, redelivered, frozen, with time passing."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.inventory.fakes import Clock, Crash, FakeOrders, FakeStock, Turns, differences
from waybill.inventory.model.row import DAMAGED, WRITTEN_OFF
from waybill.inventory.movements import Movements
from waybill.inventory.service import Inventory
from waybill.kernel.errors import WaybillError

ORDERS = ("ord_1", "ord_2", "ord_3")
IN_AND_OUT = ("returned", "quarantined", "blocked", "unblocked", "scrapped")
messages = st.tuples(
    st.sampled_from(ORDERS), st.sampled_from(["reserve", "reserve", "release", "cancel", "ship", "move", "gone", "damaged"]), st.integers(0, 3)
)
steps = st.one_of(
    messages,
    st.tuples(st.just("stock"), st.sampled_from(["receive", "adjust", *IN_AND_OUT]), st.integers(1, 4)),
    st.tuples(st.just("time"), st.just("passes"), st.integers(1, 5)),
)


def seeded(clock: Clock) -> tuple[FakeStock, FakeOrders]:
    stock, orders = FakeStock(clock), FakeOrders()
    for node, units in (("N1", 3), ("N2", 2)):
        Movements(stock, orders, clock).receive("A", node, units, "seed")
        Movements(stock, orders, clock).receive("B", node, units, "seed")
    for order_id in ORDERS:
        orders.place(order_id, A=2, B=1)
    return stock, orders


def deliver(inventory: Inventory, orders: FakeOrders, order_id: str, verb: str, number: int) -> None:
    """One message to one order; a refusal is an answer like any other."""
    held = orders.records[order_id].held if order_id in orders.records else {}
    line, nodes = next(iter(held.items()), ("1", {"N1": 1}))
    node = next(iter(nodes))
    other = "N2" if node == "N1" else "N1"
    cause = f"{order_id}/{verb}/{number}"
    try:
        if verb == "reserve":
            inventory.reserve(order_id)
        elif verb == "release":
            inventory.release(order_id, cause)
        elif verb == "cancel":
            inventory.release(order_id, cause, cancelled=True)
        elif verb == "ship":
            inventory.ship(order_id, node, {line: 1}, cause)
        else:
            inventory.move(order_id, node, {line: 1}, {line: {other: 1}}, cause, loss={"gone": WRITTEN_OFF, "damaged": DAMAGED}.get(verb, ""))
    except WaybillError:
        return


@settings(max_examples=300, deadline=None)
@given(st.lists(steps, max_size=30), st.lists(st.integers(1, 400), max_size=4))
def test_stock_is_conserved_whatever_is_delivered_however_often_and_wherever_it_crashes(
    story: list[tuple[str, str, int]], crashes: list[int]
) -> None:
    clock = Clock()
    stock, orders = seeded(clock)
    taken = 0

    def gate(name: str) -> None:
        nonlocal taken
        taken += 1
        if taken in crashes:
            raise Crash(name)

    stock.gate = orders.gate = gate
    inventory, movements = Inventory(stock, orders, clock=clock), Movements(stock, orders, clock)
    for number, (who, verb, amount) in enumerate(story):
        try:
            if who == "time":
                clock.forward(amount)
            elif who == "stock" and verb == "receive":
                movements.receive("A", "N1", amount, f"delivery-{amount}")
            elif who == "stock" and verb in IN_AND_OUT:
                movements.record("A", "N1", verb, amount, f"{verb}-{number % 3}", reason="seen")
            elif who == "stock":
                movements.adjust("A", "N2", -amount, f"count-{number}", "counted")
            else:
                deliver(inventory, orders, who, verb, amount)
        except (Crash, WaybillError):
            pass
        assert differences(stock, orders) == []
    stock.gate = orders.gate = lambda name: None
    for order_id in ORDERS:
        inventory.release(order_id, "end", cancelled=True)
    assert all(row.reserved == 0 for row in stock.by_place.values())  # I5: every reservation has ended
    assert differences(stock, orders) == []


runs = st.lists(st.tuples(st.integers(0, 4), st.integers(1, 12)), max_size=14)
"""Who goes next and for how many steps: long enough for a process to freeze while the world goes on."""


Work = Callable[[Inventory, FakeOrders, Movements], object]


def beside(works: list[Work], schedule: list[tuple[int, int]], prepare: Callable[[Inventory], object]) -> None:
    """Runs the works beside each other, then closes every order; the invariants must hold after both."""
    clock = Clock()
    stock, orders = seeded(clock)
    alone = Inventory(stock, orders, clock=clock)
    prepare(alone)
    turns = Turns()

    def process(who: int) -> Callable[[], object]:
        gate = turns.gate(who)
        mine, shelves = FakeOrders(gate, orders), FakeStock(clock, gate, stock)
        return lambda: works[who](Inventory(shelves, mine, clock=clock), mine, Movements(shelves, mine, clock))

    turns.run([process(who) for who in range(len(works))], [who for who, steps in schedule for _ in range(steps)], lambda: clock.forward(3))
    assert not turns.errors, turns.errors
    assert differences(stock, orders) == []
    for order_id in ORDERS:
        alone.release(order_id, "end", cancelled=True)
    assert all(row.reserved == 0 for row in stock.by_place.values())
    assert differences(stock, orders) == []


@settings(max_examples=250, deadline=None)
@given(st.lists(st.lists(messages, min_size=1, max_size=4), min_size=2, max_size=4), runs)
def test_processes_beside_each_other_neither_oversell_nor_leak_in_any_order_of_their_steps(
    works: list[list[tuple[str, str, int]]], schedule: list[tuple[int, int]]
) -> None:
    def work(todo: list[tuple[str, str, int]]) -> Work:
        return lambda inventory, orders, movements: [deliver(inventory, orders, *message) for message in todo]

    beside([work(todo) for todo in works], schedule, lambda inventory: None)


@settings(max_examples=400, deadline=None)
@given(runs)
def test_a_twin_that_wakes_late_cannot_reserve_for_an_attempt_that_was_given_up(schedule: list[tuple[int, int]]) -> None:
    """Two deliveries of one message carry out one batch. One finds a line short and gives up; then stock arrives; then the other
    wakes in the midst of the batch."""

    def shelves_of_b_are_taken(inventory: Inventory) -> None:
        inventory.orders.place("ord_2", B=5)  # type: ignore[attr-defined]
        inventory.orders.place("ord_1", A=2, B=3)  # type: ignore[attr-defined]
        inventory.reserve("ord_3")
        inventory.orders.place("ord_3", A=2, B=1)  # type: ignore[attr-defined]
        inventory.release("ord_3", "room")

    def reserve(inventory: Inventory, orders: FakeOrders, movements: Movements) -> None:
        deliver(inventory, orders, "ord_1", "reserve", 0)

    def take_and_return(inventory: Inventory, orders: FakeOrders, movements: Movements) -> None:
        deliver(inventory, orders, "ord_2", "reserve", 0)
        deliver(inventory, orders, "ord_2", "release", 0)

    beside([reserve, reserve, take_and_return], schedule, shelves_of_b_are_taken)


@pytest.mark.parametrize("asleep_at", range(1, 16))
def test_a_twin_that_slept_through_a_fold_does_not_do_it_again(asleep_at: int) -> None:
    """One twin freezes at some step; the other finishes, time passes, the row is folded; then the first wakes."""

    def reserve(inventory: Inventory, orders: FakeOrders, movements: Movements) -> None:
        deliver(inventory, orders, "ord_1", "reserve", 0)

    def deliveries(inventory: Inventory, orders: FakeOrders, movements: Movements) -> None:
        for number in range(12):
            movements.receive("A", "N1", 1, f"delivery-{number}")

    beside([reserve, reserve, deliveries], [(0, asleep_at), (1, 60), (3, 1), (2, 120)], lambda inventory: None)
