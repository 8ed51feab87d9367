"""Many rounds of reconciliation at once, on an engine with exact conditional writes."""

from __future__ import annotations

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest

from local.engine.testing import Engine
from local.engine.testing import engine_fixture as engine  # noqa: F401 (a fixture)
from tests.payments.books_world import NOW, FakeStatement, a_busy_day
from tests.support.template import resources
from waybill.aws import clients
from waybill.aws.attributes import unpack_item
from waybill.payments.reconciliation import table
from waybill.payments.reconciliation.settling import Settling

pytestmark = pytest.mark.engine
ROUNDS = 6


def test_many_rounds_at_once_tell_each_fee_once_and_open_each_case_once(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: F811
    for name, value in {**engine.environment(), "ORDERS_TABLE": "OrdersTable"}.items():
        monkeypatch.setenv(name, value)
    clients.forget()
    described = resources("AWS::DynamoDB::Table")["OrdersTable"]
    wanted = {name: described[name] for name in ("AttributeDefinitions", "KeySchema", "GlobalSecondaryIndexes", "BillingMode")}
    clients.client("dynamodb").create_table(TableName="OrdersTable", **wanted)
    a_busy_day(statement := FakeStatement())
    together = threading.Barrier(ROUNDS)

    def one(_: int) -> int:
        together.wait()
        return Settling({"stripe": lambda: statement}, lambda: NOW).run()["open"]

    with ThreadPoolExecutor(ROUNDS) as pool:
        list(pool.map(one, range(ROUNDS)))
    assert Settling({"stripe": lambda: statement}, lambda: NOW).run() == {"open": 4}
    items = [unpack_item(item) for item in clients.client("dynamodb").scan(TableName="OrdersTable")["Items"]]
    told = Counter(entry["type"] for item in items if {"row", "parts"} & item.keys() for entry in item["history"])
    assert told == {"payment.fee_charged": 3, "payout.settled": 1}
    assert sorted(case.difference.kind for case in table.all_open()) == ["missing_here", "missing_here", "missing_there", "payout_does_not_sum"]
    clients.forget()
