"""Eight clients spend one gift card at once, on an engine with exact conditional writes: never a cent more than it holds."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from local.engine.testing import Engine
from local.engine.testing import engine_fixture as engine  # noqa: F401 (a fixture)
from tests.support.template import resources
from waybill.aws import clients
from waybill.kernel.clock import utc_now
from waybill.kernel.ids import credit_id, credit_token
from waybill.payments import ports
from waybill.payments.ledger.credits import Credits, Issued
from waybill.payments.ledger.gateway import Ledger
from waybill.payments.ledger.table import CreditTable
from waybill.payments.ports import Demand

pytestmark = pytest.mark.engine
CLIENTS = 8


@pytest.fixture
def ledger(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> Iterator[Ledger]:  # noqa: F811
    for name, value in {**engine.environment(), "ORDERS_TABLE": "OrdersTable"}.items():
        monkeypatch.setenv(name, value)
    clients.forget()
    dynamodb = clients.client("dynamodb")
    if "OrdersTable" not in dynamodb.list_tables()["TableNames"]:
        told = resources("AWS::DynamoDB::Table")["OrdersTable"]
        wanted = {name: told[name] for name in ("AttributeDefinitions", "KeySchema", "GlobalSecondaryIndexes", "BillingMode")}
        dynamodb.create_table(TableName="OrdersTable", **wanted)
    yield Ledger(CreditTable(), utc_now)
    clients.forget()


def _at_once(jobs: list[Callable[[], Any]]) -> list[Any]:
    gate = threading.Barrier(CLIENTS)

    def run(job: Callable[[], Any]) -> Any:
        gate.wait()
        return job()

    with ThreadPoolExecutor(CLIENTS) as pool:
        return list(pool.map(run, jobs))


def _issue(amount: int, key: str) -> Issued:
    return Credits(CreditTable(), utc_now, os.urandom).issue("gift_card", amount, "USD", key, "key-1")


def _reference(ledger: Ledger, code: str, order_id: str, amount: int) -> str:
    return ledger.prepare(Demand(order_id, 1, credit_token(code), amount, "USD"), f"{order_id}/1/authorise/1/prepare")


def test_eight_orders_on_a_card_that_pays_for_five(ledger: Ledger) -> None:
    code = _issue(5 * 300 + 299, "five").code
    references = [_reference(ledger, code, f"ord_{number}", 300) for number in range(CLIENTS)]
    told = _at_once([lambda r=r, n=n: ledger.authorise(r, f"ord_{n}/1/authorise/1") for n, r in enumerate(references)])
    assert sorted(standing.status for standing in told) == [ports.AUTHORISED] * 5 + [ports.DECLINED] * 3
    credit = CreditTable().read(credit_id(code))
    assert (credit.balance, credit.held) == (299, 1500)


def test_eight_times_the_same_capture_and_refund_are_one(ledger: Ledger) -> None:
    code = _issue(1000, "same").code
    reference = _reference(ledger, code, "ord_same", 1000)
    _at_once([lambda: ledger.authorise(reference, "ord_same/1/authorise/1")] * CLIENTS)
    _at_once([lambda: ledger.capture(reference, 600, "USD", "ord_same/1/capture/1")] * CLIENTS)
    _at_once([lambda: ledger.refund(reference, 250, "USD", "ord_same/1/refund/1")] * CLIENTS)
    credit = CreditTable().read(credit_id(code))
    assert [entry.type for entry in credit.entries] == ["issued", "held", "captured", "released", "returned"]
    assert credit.balance == 1000 - 600 + 250


def test_a_capture_that_races_a_void_is_one_of_both(ledger: Ledger) -> None:
    for number in range(10):
        code = _issue(100, f"race{number}").code
        reference = _reference(ledger, code, f"ord_r{number}", 100)
        ledger.authorise(reference, f"ord_r{number}/1/authorise/1")
        capture = lambda r=reference, n=number: ledger.capture(r, 100, "USD", f"ord_r{n}/1/capture/1")  # noqa: E731
        void = lambda r=reference, n=number: ledger.void(r, f"ord_r{n}/1/void/1")  # noqa: E731
        told = {standing.status for standing in _at_once([capture, void] * 4)}
        credit = CreditTable().read(credit_id(code))
        assert len(told) == 1 and credit.balance == (0 if told == {ports.CAPTURED} else 100)


def test_eight_issues_under_one_key_are_one_card(ledger: Ledger) -> None:
    issued = _at_once([lambda: _issue(700, "eight")] * CLIENTS)
    assert len({each.code for each in issued}) == 1
    assert CreditTable().read(credit_id(issued[0].code)).balance == 700
