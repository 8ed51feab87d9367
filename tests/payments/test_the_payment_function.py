"""The function as it is deployed: its messages from events/, the Orders table (moto), localstripe for the money."""

from __future__ import annotations

import importlib.util
import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from tests.payments.localstripe_process import ROOT, Localstripe
from tests.support.cloud import cloud
from tests.support.said import said_by
from waybill.aws import clients
from waybill.aws.tables import WriteConflict
from waybill.kernel.cards import looks_like_card_number
from waybill.orders import codec, store
from waybill.orders.model import state as states
from waybill.orders.model.order import Customer, Line, Order, Shipping, Tender
from waybill.payments.dynamodb import OrdersTable
from waybill.payments.records import account

ORDER = "ord_demo2345demo2345demo"
AT = "2026-11-23T03:00:00.000Z"


class Machine:
    """The state machine's side: stands in for the `stepfunctions` client."""

    def __init__(self) -> None:
        self.meta, self.exceptions = said_by("stepfunctions")
        self.answers: list[tuple[str, str]] = []

    def send_task_success(self, *, taskToken: str, output: str) -> None:
        self.answers.append((taskToken, "ok"))

    def send_task_failure(self, *, taskToken: str, error: str, cause: str) -> None:
        self.answers.append((taskToken, error))


@pytest.fixture
def machine() -> Iterator[Machine]:
    with cloud():
        machine = Machine()
        clients.substitute("stepfunctions", machine)
        yield machine


def _place(token: str) -> None:
    line = Line("1", "SKU-1", "Thing", 2, 1250, tax=99)
    order = Order(ORDER, "web", "1001", AT, "USD", (line,), Shipping(), (Tender("card", 2599, "stripe", token),), 2599)
    store.add(order, Customer(email="ada@example.com"), states.received(ORDER, {"1": 2}, AT, "test", {}))


def _invoke(case: str) -> dict[str, Any]:
    spec = importlib.util.spec_from_file_location("payment_app", ROOT / "functions" / "payment" / "app.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.handler(json.loads((ROOT / "events" / "payment" / f"{case}.json").read_text()), None)


DONE: dict[str, Any] = {"batchItemFailures": []}


def test_from_the_command_to_the_captured_money(
    machine: Machine, stripe_server: Localstripe, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("STRIPE_API_BASE", stripe_server.base)
    _place(stripe_server.token("4242424242424242"))
    before = len(stripe_server.captures(ORDER))
    for case in ("authorise", "authorise", "last_parcel_shipped", "last_parcel_shipped"):
        assert _invoke(case) == DONE
    assert [answer for _, answer in machine.answers] == ["ok", "ok"]
    assert len(stripe_server.captures(ORDER)) == before + 1
    record = store.load(ORDER)
    assert record.state.confirmed and [item["sk"] for item in record.tenders] == ["PAY#1"]
    assert [entry["type"] for entry in record.tenders[0]["history"]] == ["payment.authorised", "payment.captured"]
    told = re.sub(r'"Timestamp":\d+', "", capsys.readouterr().out)  # milliseconds are as long as a card number
    assert "pm_" not in told and "ada@" not in told and not looks_like_card_number(told)


def test_a_declined_card_and_a_cancelled_order(machine: Machine, stripe_server: Localstripe, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STRIPE_API_BASE", stripe_server.base)
    _place(stripe_server.token("4000000000000341"))
    assert _invoke("authorise") == DONE
    store.change_state(ORDER, lambda record: states.cancel(record.state, "customer", AT, "test"))
    assert _invoke("order_cancelled") == DONE
    assert [answer for _, answer in machine.answers] == ["PaymentDeclined"]


def test_what_cannot_be_read_or_has_no_order_goes_back_to_the_queue(machine: Machine) -> None:
    for case in ("unreadable", "authorise", "last_parcel_shipped", "order_cancelled"):
        assert len(_invoke(case)["batchItemFailures"]) == 1
    assert machine.answers == []


def test_a_gateway_that_is_down_sends_the_message_back_unanswered(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STRIPE_API_BASE", "http://127.0.0.1:9")
    _place("pm_card_visa")
    assert len(_invoke("authorise")["batchItemFailures"]) == 1
    (tender,) = store.load(ORDER).tenders
    assert machine.answers == [] and [event["type"] for event in tender["events"]] == ["AUTH_REQUEST"]


def test_the_table_keeps_what_was_written_and_refuses_what_is_stale(machine: Machine) -> None:
    _place("pm_card_visa")
    book = OrdersTable()
    seen = book.read(ORDER)
    asked = seen.tenders[0].asked("AUTH", 2599, AT, "pi_1", "me")
    after = book.save(seen, asked)
    assert book.read(ORDER).tenders == after.tenders
    with pytest.raises(WriteConflict):
        book.save(seen, asked)
    confirmed = states.confirm(after.state, AT, "payments", 2599, "USD")
    stale = account(seen.order, seen.state, [])
    with pytest.raises(WriteConflict):
        book.save(stale, asked, confirmed)
    assert not store.load(ORDER).state.confirmed
    done = book.save(after, after.tenders[0].failed(asked.events[0], "no", AT, "payments"), confirmed)
    assert book.read(ORDER) == done and store.load(ORDER).state.version == done.state.version
    assert codec.partition(ORDER) == "ORDER#" + ORDER
