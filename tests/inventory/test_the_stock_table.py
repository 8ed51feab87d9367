"""The tables themselves: conditions, movements, folding, asks, queues. One thread; concurrency is tested on the engine."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from tests.inventory import tables
from tests.inventory.fakes import Clock, Crash
from tests.support.cloud import cloud
from waybill.aws import gate
from waybill.inventory.model.row import FOLD_EVERY, Op, Verdict
from waybill.inventory.movements import Movements
from waybill.inventory.orders_table import OrdersTable
from waybill.inventory.ports import Asked
from waybill.inventory.service import Inventory
from waybill.inventory.stock_table import INVENTORY, StockTable
from waybill.kernel.errors import Conflict, KeyReused, OrderHeld, StockUnavailable
from waybill.orders import store
from waybill.orders.model import state as lifecycle
from waybill.orders.model.holds import Hold


@pytest.fixture(autouse=True)
def _cloud() -> Iterator[None]:
    with cloud():
        yield


class Dying:
    """Crashes before or after the n-th call of an operation; counts them all."""

    def __init__(self, operation: str, at: int = 1, *, after: bool) -> None:
        self.operation, self.at, self.after, self.calls = operation, at, after, 0

    def around(self, name: str, thunk: object, detail: object) -> object:
        if name != self.operation:
            return thunk()  # type: ignore[operator]
        self.calls += 1
        if self.calls == self.at and not self.after:
            raise Crash(name)
        answer = thunk()  # type: ignore[operator]
        if self.calls == self.at:
            raise Crash(name)
        return answer


def test_a_first_delivery_makes_the_row() -> None:
    table = StockTable()
    assert table.do("A", "N1", Op("x", "received", 5, 10)).done
    (row,) = table.rows(["A"])
    assert (row.sku, row.node, row.on_hand, row.available, row.version) == ("A", "N1", 5, 5, 1)
    assert INVENTORY.get("MOVES#A#N1", "x") is not None


def test_where_there_is_no_row_nothing_can_be_taken() -> None:
    assert StockTable().do("A", "N1", Op("x", "reserved", 1, 10)).verdict is Verdict.SHORT


def test_the_same_operation_again_is_done_already() -> None:
    table = StockTable()
    for _ in range(3):
        assert table.do("A", "N1", Op("x", "received", 5, 10)).done
    assert table.rows(["A"])[0].on_hand == 5


def test_a_crash_between_row_and_movement_is_mended_by_the_retry() -> None:
    table = StockTable()
    table.do("A", "N1", Op("seed", "received", 5, 10))
    with gate.watching(Dying("dynamodb.UpdateItem", after=True)), pytest.raises(Crash):
        table.do("A", "N1", Op("x", "reserved", 2, 11))
    assert INVENTORY.get("MOVES#A#N1", "x") is None
    row, ledger = table.ledger("A", "N1")
    assert row and row.reserved == 2 and [op.id for op in ledger] == ["seed", "x"]  # not lost: the row itself remembers
    assert table.do("A", "N1", Op("x", "reserved", 2, 11)).done
    assert INVENTORY.get("MOVES#A#N1", "x") is not None
    assert table.rows(["A"])[0].reserved == 2


def test_what_a_crash_left_without_a_movement_gets_one_before_it_is_folded() -> None:
    clock = Clock()
    table = StockTable(clock)
    table.do("A", "N1", Op("seed", "received", 50, clock.ms))
    with gate.watching(Dying("dynamodb.UpdateItem", after=True)), pytest.raises(Crash):
        table.do("A", "N1", Op("x", "reserved", 2, clock.ms))
    clock.forward(10)
    for number in range(FOLD_EVERY):
        table.do("A", "N1", Op(f"r{number}", "reserved", 1, clock.ms))
    row, ledger = table.ledger("A", "N1")
    assert row and "x" not in row.ops and row.floor > 0
    assert INVENTORY.get("MOVES#A#N1", "x") is not None
    assert sum(op.effect[1] for op in ledger) == row.reserved == 2 + FOLD_EVERY


def test_a_row_stays_small_and_its_ledger_whole() -> None:
    clock = Clock()
    table = StockTable(clock)
    table.do("A", "N1", Op("seed", "received", 500, clock.ms))
    for number in range(60):
        clock.forward(1)
        assert table.do("A", "N1", Op(f"r{number}", "reserved", 1, clock.ms)).done
    row, ledger = table.ledger("A", "N1")
    assert row and len(row.ops) <= 2 * FOLD_EVERY
    assert len(ledger) == 61 and sum(op.effect[1] for op in ledger) == row.reserved == 60


def test_a_folded_operation_that_comes_again_is_done_and_a_late_one_is_refused_for_good() -> None:
    clock = Clock()
    table = StockTable(clock)
    first, frozen = Op("first", "received", 5, clock.ms), Op("frozen", "received", 7, clock.ms)
    table.do("A", "N1", first)
    clock.forward(10)
    table.fold(table.rows(["A"])[0])
    assert table.rows(["A"])[0].ops == {}
    assert table.do("A", "N1", first).done
    refused = table.do("A", "N1", frozen)
    assert refused.verdict is Verdict.FENCED and refused.floor == first.at
    assert table.rows(["A"])[0].on_hand == 5


def test_a_fenced_operation_is_refused_before_and_after_the_fold() -> None:
    clock = Clock()
    table = StockTable(clock)
    table.do("A", "N1", Op("seed", "received", 5, clock.ms))
    op = Op("x", "reserved", 1, clock.ms)
    assert table.fence("A", "N1", op).verdict is Verdict.FENCED
    assert table.do("A", "N1", op).verdict is Verdict.FENCED
    clock.forward(10)
    table.fold(table.rows(["A"])[0])
    assert table.do("A", "N1", op).verdict is Verdict.FENCED
    assert table.rows(["A"])[0].reserved == 0


def test_fencing_what_has_happened_says_so() -> None:
    table = StockTable()
    table.do("A", "N1", Op("seed", "received", 5, 10))
    op = Op("x", "reserved", 1, 10)
    table.do("A", "N1", op)
    assert table.fence("A", "N1", op).done
    assert table.fence("B", "N1", op).verdict is Verdict.FENCED  # also where there is no row yet
    assert table.do("B", "N1", replace(op, kind="received")).verdict is Verdict.FENCED


def test_an_ask_is_answered_by_the_first_of_its_key() -> None:
    table = StockTable()
    first = table.ask("A", "N1", Asked("k", "same", 10))
    assert table.ask("A", "N1", Asked("k", "same", 99)) == first
    with pytest.raises(KeyReused):
        table.ask("A", "N1", Asked("k", "other", 99))
    again = table.ask_again("A", "N1", first, 50)
    assert (again.at, again.attempt) == (50, 2)
    assert table.ask_again("A", "N1", first, 70) == again  # whoever comes second takes what the first has written


def inventory() -> Inventory:
    return Inventory(StockTable(), OrdersTable())


def test_an_order_reserves_ships_and_proves() -> None:
    tables.stock(A={"N1": 5}, B={"N1": 5})
    tables.place("ord_1", {"A": 2, "B": 1, "BOOK.pdf": 1}, downloads=("BOOK.pdf",))
    held = inventory().reserve("ord_1")
    assert held.held == {"1": {"N1": 2}, "2": {"N1": 1}}
    inventory().ship("ord_1", "N1", {"1": 2, "3": 1}, "fo_1-1:5")
    proof = Movements(StockTable(), OrdersTable()).proof("A")
    assert proof["agrees"], proof
    assert proof["nodes"][0] == proof["nodes"][0] | {"on_hand": 3, "reserved": 0, "movements": 3, "claims": {}}
    assert OrdersTable().demand("ord_1").reservation.shipped == {"1": 2}


def test_a_reservation_is_one_entry_in_the_timeline() -> None:
    tables.stock(A={"N1": 5})
    tables.place("ord_1", {"A": 2})
    for _ in range(2):
        inventory().reserve("ord_1")
    (entry,) = OrdersTable().demand("ord_1").reservation.history
    assert entry.type == "stock.reserved" and entry.data == {"epoch": 1, "lines": {"1": {"N1": 2}}}


def test_somebody_elses_reservation_record_is_a_conflict() -> None:
    tables.place("ord_1", {"A": 2})
    orders = OrdersTable()
    stale = orders.demand("ord_1").reservation
    orders.save(stale.to_release("x", 1, close=True))
    with pytest.raises(Conflict):
        orders.save(stale.to_release("y", 1, close=True))


def test_a_hold_on_reserving_blocks_and_another_does_not() -> None:
    tables.stock(A={"N1": 5})
    tables.place("ord_1", {"A": 2})
    hold = Hold("sums", "sums", "off by a cent", tables.AT, "intake")
    store.change_state("ord_1", lambda record: lifecycle.place_hold(record.state, hold, tables.AT, "test"))
    with pytest.raises(OrderHeld):
        inventory().reserve("ord_1")
    store.change_state("ord_1", lambda record: lifecycle.release_hold(record.state, "sums", tables.AT, "test"))
    later = Hold("late", "manual", "check the address", tables.AT, "clerk", blocks=("release",))
    store.change_state("ord_1", lambda record: lifecycle.place_hold(record.state, later, tables.AT, "test"))
    assert inventory().reserve("ord_1").held


def test_a_backordered_order_waits_in_the_queue_of_its_sku_until_it_has_its_stock() -> None:
    tables.place("ord_2", {"A": 1}, "2026-11-23T02:00:00.000Z")
    tables.place("ord_1", {"A": 2}, "2026-11-23T01:00:00.000Z")
    orders = OrdersTable()
    for order_id in ("ord_1", "ord_2"):
        with pytest.raises(StockUnavailable):
            inventory().reserve(order_id)
        demand = orders.demand(order_id)
        short = inventory().shortage(demand)
        inventory().queue_up(demand)
        store.change_state(order_id, lambda record, short=short: lifecycle.backorder(record.state, short, tables.AT, "test"))
    assert list(orders.wanting("A")) == ["ord_1", "ord_2"]
    tables.stock(A={"N1": 2})
    inventory().reserve("ord_1")
    assert list(orders.wanting("A")) == ["ord_2"]
    state = store.load("ord_1").state
    assert state.backordered() == {} and state.unrouted() == {"1": 2}


@pytest.mark.parametrize("operation", ["dynamodb.UpdateItem", "dynamodb.PutItem"])
@pytest.mark.parametrize("after", [False, True])
def test_reserving_survives_a_crash_around_every_write(operation: str, after: bool) -> None:
    tables.stock(A={"N1": 50}, B={"N1": 50})
    for crash_at in range(1, 5):
        order_id = tables.place(f"ord_{crash_at}", {"A": 2, "B": 1})
        with gate.watching(Dying(operation, crash_at, after=after)):
            try:
                inventory().reserve(order_id)
            except Crash:
                inventory().reserve(order_id)
    movements = Movements(StockTable(), OrdersTable())
    for sku, units in (("A", 8), ("B", 4)):
        proof = movements.proof(sku)
        assert proof["agrees"] and proof["nodes"][0]["reserved"] == units, proof


def test_a_lost_answer_counts_once() -> None:
    """The update was executed and its answer lost; the client's own retry then meets its own operation."""
    tables.stock(A={"N1": 50})
    table = StockTable()
    op = Op("x", "reserved", 2, 10**13)
    with gate.watching(Dying("dynamodb.UpdateItem", after=True)), pytest.raises(Crash):
        table.do("A", "N1", op)
    assert table.do("A", "N1", op).done
    assert table.rows(["A"])[0].reserved == 2
