"""Many threads on one row, on an engine whose conditional writes are exact: nothing oversold, nothing lost."""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from local.engine.testing import Engine
from local.engine.testing import engine_fixture as engine  # noqa: F401
from tests.inventory import tables
from tests.support.template import resources
from waybill.aws import clients
from waybill.inventory.model.row import Op, Verdict
from waybill.inventory.movements import Movements
from waybill.inventory.orders_table import OrdersTable
from waybill.inventory.service import Inventory
from waybill.inventory.stock_table import StockTable
from waybill.kernel.clock import utc_now
from waybill.kernel.errors import StockUnavailable

pytestmark = pytest.mark.engine
ATTEMPTS, STOCK = 800, 500


@pytest.fixture(autouse=True)
def _tables(engine: Engine) -> Iterator[None]:  # noqa: F811
    """Fresh tables on the running engine, and the environment that names them."""
    before = dict(os.environ)
    os.environ.update(engine.environment())
    clients.forget()
    number = random.Random().randrange(10**9)
    for name in ("Orders", "Inventory"):
        properties = resources("AWS::DynamoDB::Table")[f"{name}Table"]
        taken = ("AttributeDefinitions", "KeySchema", "GlobalSecondaryIndexes", "BillingMode")
        os.environ[f"{name.upper()}_TABLE"] = f"{name}-{number}"
        request = {key: properties[key] for key in taken if key in properties}
        engine.client("dynamodb").create_table(TableName=f"{name}-{number}", **request)
    clients.client("dynamodb")
    yield
    os.environ.clear()
    os.environ.update(before)
    clients.forget()


def beside(threads: int, work: Callable[[int], object], items: list[int]) -> list[object]:
    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(work, items))


def now() -> int:
    return int(utc_now().timestamp() * 1000)


@pytest.mark.parametrize("threads", [2, 8])
def test_exactly_what_is_there_is_reserved(threads: int) -> None:
    tables.stock(A={"N1": STOCK})
    table = StockTable()
    verdicts = beside(
        threads,
        lambda n: _until_final(table, lambda attempt: Op(f"ord_{n}/1/reserved/{attempt}", "reserved", 1, now())),
        list(range(ATTEMPTS)),
    )
    assert verdicts.count(Verdict.DONE) == STOCK
    row, ledger = table.ledger("A", "N1")
    assert row and (row.on_hand, row.reserved, row.available) == (STOCK, STOCK, 0)
    assert sum(op.quantity for op in ledger if op.kind == "reserved") == STOCK
    assert len(row.ops) < 100


def test_operations_that_are_delivered_three_times_happen_once_or_never() -> None:
    tables.stock(A={"N1": 100})
    table = StockTable()
    happened: set[str] = set()
    for kind, numbers in (("reserved", range(40)), ("released", range(10)), ("shipped", range(10, 30))):
        wave = [Op(f"ord_{n}/1/{kind}/1", kind, 2, now()) for n in numbers]
        thrice = wave * 3
        random.Random(7).shuffle(thrice)
        outcomes = beside(8, lambda n, ops=thrice: table.do("A", "N1", ops[n]).verdict, list(range(len(thrice))))
        verdicts = {op.id: {outcomes[n] for n, same in enumerate(thrice) if same.id == op.id} for op in wave}
        assert all(len(verdict) == 1 for verdict in verdicts.values()), verdicts
        happened |= {id for id, verdict in verdicts.items() if verdict == {Verdict.DONE}}
    assert len(happened) > 60
    row, ledger = table.ledger("A", "N1")
    assert row and {op.id for op in ledger} == {"seed/received/1"} | happened
    assert (row.on_hand, row.reserved) == (sum(op.effect[0] for op in ledger), sum(op.effect[1] for op in ledger))


@pytest.mark.parametrize("threads", [2, 8])
def test_orders_that_race_for_stock_get_it_whole_or_not_at_all(threads: int) -> None:
    """Two lines each, two nodes, each order delivered twice; more is wanted than there is."""
    tables.stock(A={"N1": 20, "N2": 20}, B={"N1": 15, "N2": 15})
    orders = [tables.place(f"ord_{n}", {"A": 1, "B": 1}) for n in range(48)]
    inventory = Inventory(StockTable(), OrdersTable())

    def reserve(number: int) -> bool:
        try:
            inventory.reserve(orders[number % len(orders)])
        except StockUnavailable:
            return False
        return True

    beside(threads, reserve, list(range(len(orders) * 2)))
    held = [OrdersTable().demand(order).reservation for order in orders]
    assert sum(1 for one in held if one.held) == 30
    assert all(not one.held or sorted(one.held) == ["1", "2"] for one in held)
    _proven(A=30, B=30)


def test_reserving_shipping_and_cancelling_beside_each_other_adds_up() -> None:
    tables.stock(A={"N1": 30, "N2": 10})
    orders = [tables.place(f"ord_{n}", {"A": 1}) for n in range(32)]
    inventory = Inventory(StockTable(), OrdersTable())

    def live(number: int) -> None:
        order = orders[number % len(orders)]
        held = inventory.reserve(order).held
        node = next(iter(held.get("1", {"": 0})))
        if number % 3 == 0 and node:
            inventory.release(order, f"{order}:9", cancelled=True)
        elif number % 3 == 1 and node:
            inventory.ship(order, node, {"1": 1}, f"{order}:8")

    def twice(number: int) -> None:
        for _ in range(2):
            try:
                live(number)
            except StockUnavailable:
                raise
            except Exception as refusal:  # noqa: BLE001  a cancelled order refuses to be reserved again
                assert type(refusal).__name__ == "OrderCancelled", refusal

    beside(8, twice, list(range(len(orders))))
    cancelled, shipped = len(range(0, 32, 3)), len(range(1, 32, 3))
    assert sum(row.on_hand for row in StockTable().rows(["A"])) == 40 - shipped
    _proven(A=32 - cancelled - shipped)


def _until_final(table: StockTable, attempt: Callable[[int], Op]) -> Verdict:
    """As a buyer would: what came too late for the floor is tried anew under another id."""
    for number in range(20):
        outcome = table.do("A", "N1", attempt(number))
        if outcome.verdict is not Verdict.FENCED:
            return outcome.verdict
    raise AssertionError("twenty attempts came too late")


def _proven(**reserved: int) -> None:
    movements = Movements(StockTable(), OrdersTable())
    for sku, units in reserved.items():
        proof = movements.proof(sku)
        assert proof["agrees"], proof
        assert sum(node["reserved"] for node in proof["nodes"]) == units
        assert sum(sum(node["claims"].values()) for node in proof["nodes"]) == units
