"""Many workers at once, on an engine with exact conditional writes and a localstripe behind a door that knows idempotency keys."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from local.engine.testing import Engine
from local.engine.testing import engine_fixture as engine  # noqa: F401 (a fixture)
from tests.payments.localstripe_process import KEY, Localstripe
from tests.payments.with_keys import with_keys
from tests.support.template import resources
from waybill.aws import clients
from waybill.kernel.clock import utc_now
from waybill.kernel.errors import Conflict, IllegalTransition, OrderCancelled
from waybill.orders import store
from waybill.orders.model import state as states
from waybill.orders.model.order import Customer, Line, Order, Shipping, Tender
from waybill.payments.dynamodb import OrdersTable
from waybill.payments.service import Payments
from waybill.payments.stripe.gateway import Stripe

pytestmark = pytest.mark.engine
AT = "2026-11-23T03:00:00.000Z"
WORKERS = 8


@pytest.fixture
def payments(engine: Engine, stripe_server: Localstripe, monkeypatch: pytest.MonkeyPatch) -> Iterator[Payments]:  # noqa: F811
    for name, value in {**engine.environment(), "ORDERS_TABLE": "OrdersTable"}.items():
        monkeypatch.setenv(name, value)
    clients.forget()
    _table()
    with with_keys(stripe_server.base) as door:
        yield Payments(OrdersTable(), {"stripe": Stripe(KEY, door)}, utc_now)
    clients.forget()


def _table() -> None:
    dynamodb = clients.client("dynamodb")
    if "OrdersTable" in dynamodb.list_tables()["TableNames"]:
        return
    described = resources("AWS::DynamoDB::Table")["OrdersTable"]
    wanted = {name: described[name] for name in ("AttributeDefinitions", "KeySchema", "GlobalSecondaryIndexes", "BillingMode")}
    dynamodb.create_table(TableName="OrdersTable", **wanted)


def _place(order_id: str, token: str) -> str:
    line = Line("1", "SKU-1", "Thing", 2, 1250, tax=99)
    order = Order(order_id, "web", order_id, AT, "USD", (line,), Shipping(), (Tender("card", 2599, "stripe", token),), 2599)
    store.add(order, Customer(), states.received(order_id, {"1": 2}, AT, "test", {}))
    return order_id


def _all_at_once(*jobs: Callable[[], Any]) -> list[BaseException | None]:
    """Every job starts at the same moment; what each of them raised."""
    gate = threading.Barrier(len(jobs))

    def run(job: Callable[[], Any]) -> BaseException | None:
        gate.wait()
        try:
            job()
        except (Conflict, IllegalTransition, OrderCancelled) as problem:
            return problem
        return None

    with ThreadPoolExecutor(len(jobs)) as pool:
        return list(pool.map(run, jobs))


def test_eight_workers_with_the_same_command_authorise_and_capture_once(payments: Payments, stripe_server: Localstripe) -> None:
    order = _place("ord_eight", stripe_server.token("4242424242424242"))
    _all_at_once(*[lambda: payments.authorise(order, "token-1")] * WORKERS)
    payments.authorise(order, "token-1")
    assert stripe_server.authorised(order) == 1 and store.load(order).state.confirmed
    _all_at_once(*[lambda: payments.capture(order)] * WORKERS)
    payments.capture(order)
    assert stripe_server.captures(order) == [2599]
    told = [entry["type"] for entry in store.load(order).tenders[0]["history"]]
    assert told == ["payment.authorised", "payment.captured"]


def test_a_cancel_that_races_an_authorisation_leaves_no_money_with_us(payments: Payments, stripe_server: Localstripe) -> None:
    token = stripe_server.token("4242424242424242")

    def cancel(order: str) -> None:
        store.change_state(order, lambda record: states.cancel(record.state, "customer", AT, "test"))
        payments.void(order)

    for number in range(10):
        order = _place(f"ord_race{number}", token)
        _all_at_once(lambda order=order: payments.authorise(order, "token-1"), lambda order=order: cancel(order))
        payments.void(order)
        with pytest.raises(OrderCancelled):
            payments.authorise(order, "token-1")
        assert stripe_server.authorised(order) == 0 and stripe_server.captures(order) == []
