"""The accounting functions on a cloud in this process: the queue, the HTTP routes, and what `bean-check` says of the export."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from tests.accounting.worlds import FakeLedger, catalogue, order, payment, record, shipped
from tests.support.cloud import cloud
from tests.support.shop import headers, open_shop
from tests.support.world import Crash, _load
from waybill.accounting.dynamodb import LedgerTable
from waybill.accounting.model.beancount import account_names, document, quoted
from waybill.accounting.model.chart import Chart
from waybill.accounting.model.entry import Entry, Posting
from waybill.accounting.service import Books
from waybill.aws import gate
from waybill.aws.tables import commit, overwrite
from waybill.kernel.events import Event
from waybill.orders import codec
from waybill.orders.model.order import Customer, Line, Order, Shipping
from waybill.orders.model.state import received
from waybill.orders.store import ORDERS, add
from waybill.shop import store as shop

GOODS = (Line("l1", "TEA", "Tea", 3, 400, 100, 77), Line("l2", "CUP", "Cup", 1, 300))
CARD = {
    "pk": "",
    "sk": "PAY#1",
    "version": 1,
    "kind": "card",
    "gateway": "stripe",
    "amount": 1,
    "currency": "USD",
    "events": [],
    "history": [],
}


@pytest.fixture(autouse=True)
def on_a_cloud() -> Iterator[None]:
    with cloud():
        open_shop()
        yield


def stored(**more: Any) -> Order:
    made = order(GOODS, shipping=Shipping("ground", 599, 0, 40), **more)
    state = received(made.id, {line.id: line.quantity for line in made.lines}, "2026-11-23T09:00:00.000Z", "test", {})
    add(made, Customer(), state)
    commit(overwrite(ORDERS, {**CARD, "pk": codec.partition(made.id)}))
    return made


def deliver(*events: Any) -> dict[str, Any]:
    records = [
        {"messageId": str(n), "body": json.dumps({"detail-type": event.type, "detail": event.to_dict("local")})} for n, event in enumerate(events)
    ]
    return _load("accounting_worker").handler({"Records": records}, None)


def ask(path: str, who: str = "viewer", **query: str) -> dict[str, Any]:
    event = {
        "rawPath": path,
        "headers": headers(who),
        "queryStringParameters": query,
        "requestContext": {"http": {"method": "GET", "path": path}, "requestId": "r"},
    }
    return _load("accounting").handler(event, None)


def items(answer: dict[str, Any]) -> list[dict[str, Any]]:
    assert answer["statusCode"] == 200, answer["body"]
    return json.loads(answer["body"])["items"]


def test_the_queue_posts_and_the_journal_shows_signed_decimal_strings() -> None:
    made = stored()
    deliver(shipped(made, 1, {"l1": 3, "l2": 1}, {}), payment(made, "captured", made.total))
    sale = next(entry for entry in items(ask("/v1/journal", order=made.id)) if entry["event"] == "fulfilment_order.shipped")
    legs = {leg["account"]: leg["amount"] for leg in sale["postings"]}
    assert legs == {
        "receivable": "21.16",
        "discounts": "1.00",
        "sales": "-15.00",
        "shipping-income": "-5.99",
        "sales-tax": "-1.17",
        "cogs": "7.50",
        "inventory": "-7.50",
    }
    assert sale["id"].startswith("JE#fo_") and sale["date"] == "2026-11-23" and sale["currency"] == "USD"


def test_a_redelivery_and_a_crash_before_and_after_every_call_leave_one_entry_each() -> None:
    class CrashAt:
        def __init__(self, number: int, after: bool) -> None:
            self.left, self.after = number, after

        def around(self, name: str, thunk: Any, detail: Any) -> Any:
            self.left -= 1
            if self.left == 0 and not self.after:
                raise Crash(name)
            answer = thunk()
            if self.left == 0:
                raise Crash(name)
            return answer

    made = stored()
    event = shipped(made, 1, {"l1": 3, "l2": 1}, {})
    for after in (False, True):
        for number in range(1, 6):
            shop.forget()
            with gate.watching(CrashAt(number, after)), suppress(Crash):
                deliver(event)
            assert deliver(event) == {"batchItemFailures": []}
    assert len(items(ask("/v1/journal", order=made.id))) == 1


def test_an_event_of_an_order_that_is_not_there_goes_back_to_the_queue_alone() -> None:
    made = stored()
    unknown = payment(order(GOODS, external_reference="other"), "captured", 5)
    assert deliver(unknown, payment(made, "captured", 5)) == {"batchItemFailures": [{"itemIdentifier": "0"}]}


def test_a_channel_sees_its_own_orders_entries_and_nothing_of_others() -> None:
    made = stored()
    theirs = Entry(
        "ord_x/pay1:1",
        "payment.recorded",
        "2026-11-23T08:00:00.000Z",
        "ord_x",
        "shopify",
        "USD",
        "",
        (Posting("a", 1, "USD"), Posting("b", -1, "USD")),
    )
    LedgerTable().add(theirs)
    deliver(payment(made, "captured", 5))
    assert len(items(ask("/v1/journal", "api", order=made.id))) == 1
    assert ask("/v1/journal", "shopify", order=made.id)["statusCode"] == 404
    assert ask("/v1/journal", "api", order="ord_nothing")["statusCode"] == 404
    days = {"from": "2026-11-23", "to": "2026-11-23"}
    assert [entry["order_id"] for entry in items(ask("/v1/journal", "api", **days))] == [made.id]
    assert len(items(ask("/v1/journal", "viewer", **days))) == 2
    assert ask("/v1/journal/export", "api", **days)["statusCode"] == 403
    assert ask("/v1/journal", "reno", **days)["statusCode"] == 403


def test_days_are_walked_by_cursor_without_losing_or_repeating_an_entry() -> None:
    ledger = LedgerTable()
    for n in range(25):
        legs = (Posting("sales", -1, "USD"), Posting("receivable", 1, "USD"))
        ledger.add(Entry(f"e{n:02d}:1", "x", f"2026-{10 + n // 20:02d}-{1 + n % 20:02d}T00:00:00.000Z", "ord_1", "api", "USD", "", legs))
    seen, cursor = [], ""
    for _ in range(60):
        answer = json.loads(ask("/v1/journal", **{"from": "2026-10-01", "to": "2026-11-30", "limit": "4", "cursor": cursor})["body"])
        seen += [entry["event_id"] for entry in answer["items"]]
        assert len(answer["items"]) <= 4
        cursor = answer["next"]
        if not cursor:
            break
    assert seen == [f"e{n:02d}:1" for n in range(25)]


@pytest.mark.parametrize(
    "query",
    [
        {"from": "yesterday"},
        {"to": "20261123"},
        {"from": "2026-13-01"},
        {"from": "2026-11-24", "to": "2026-11-23"},
        {"limit": "0"},
        {"limit": "NaN"},
        {"limit": "1e999"},
        {"cursor": "e30"},
        {"cursor": "bm90"},
        {"cursor": "%00"},
        {"cursor": "eyJkYXkiOiAiMTk3MC0wMS0wMSJ9"},
        {"order": "ord_1", "cursor": "eyJkYXkiOiAiMTk3MC0wMS0wMSJ9"},
    ],
)
def test_what_makes_no_sense_is_refused_and_never_an_error_of_ours(query: dict[str, str]) -> None:
    assert ask("/v1/journal", **query)["statusCode"] in (400, 422)


def test_the_export_is_what_bean_check_accepts(tmp_path: Path) -> None:
    made = stored()
    deliver(shipped(made, 1, {"l1": 2}, {}), shipped(made, 2, {"l1": 1, "l2": 1}, {"l1": 2}), payment(made, "captured", made.total))
    answer = ask("/v1/journal/export", **{"from": "2026-11-01", "to": "2026-11-30"})
    assert answer["statusCode"] == 200 and answer["headers"]["content-type"].startswith("text/plain")
    sums = checked(answer["body"], tmp_path)
    assert sums["Assets:Clearing-Stripe"] == "21.16 USD" and sums["Assets:Receivable"] == "0"
    assert ask("/v1/journal/export", format="xero")["statusCode"] == 422
    assert ask("/v1/journal/export", **{"from": "2026-01-01", "to": "2026-11-30"})["statusCode"] == 413


def test_the_export_shows_what_carriers_are_owed_in_their_own_currency(tmp_path: Path) -> None:
    made = stored()
    away = shipped(made, 1, {"l1": 2}, {})
    ours = {"n": 1, "carrier": "parcelway", "service": "ground", "tracking_number": "PW1", "lines": {"l1": 2}, "cost": 800, "currency": "CAD"}
    label = {"fo_id": away.data["fo_id"], "package": 2, "carrier": "easypost", "tracking_number": "9400", "cost": 607, "currency": "USD", "shipment": "shp_1"}
    bought, back = (Event(f"{label['fo_id']}:{n}", f"fulfilment_order.{what}", away.time, made.id, label) for n, what in ((3, "label_bought"), (4, "return_labelled")))
    deliver(bought, back, Event(away.id, away.type, away.time, made.id, {**away.data, "packages": [ours]}))
    sums = checked(ask("/v1/journal/export", **{"from": "2026-11-01", "to": "2026-11-30"})["body"], tmp_path)
    assert sums["Liabilities:Carrier-Payable-Easypost"] == "-12.14 USD" and sums["Liabilities:Carrier-Payable"] == "-8.00 CAD"
    assert sums["Expenses:Freight-Out"] in ("6.07 USD 8.00 CAD", "8.00 CAD 6.07 USD") and sums["Expenses:Return-Freight"] == "6.07 USD"


def test_hostile_names_stay_text_in_the_export(tmp_path: Path) -> None:
    legs = (Posting('x"; open Assets:Evil', 5, "JPY"), Posting("=cmd()", -5, "JPY"), Posting("Äö:ß", 1, "KWD"), Posting("", -1, "KWD"))
    entry = Entry('a"b\\', 'say "hi"\\', "2026-11-23T00:00:00.000Z", "ord_1", "api", "JPY", '\\" \n2026-01-01 open X\r\n\t\u2028=1+1 😀', legs)
    checked(document([entry], Chart(), 'My "shop"\n'), tmp_path)
    assert quoted('a"\\\n') == '"a\\"\\\\ "'


def test_two_accounts_never_share_a_name_in_the_export() -> None:
    names = account_names({"a b", "a-b", "A:b", "sales", "clearing-stripe"}, Chart())
    assert len(set(names.values())) == 5
    assert names["clearing-stripe"] == "Assets:Clearing-Stripe" and names["sales"] == "Income:Sales"


def test_a_worker_that_knows_the_accounts_needs_no_more_than_three_calls_an_event() -> None:
    class Calls:
        def __init__(self) -> None:
            self.names: list[str] = []

        def around(self, name: str, thunk: Any, detail: Any) -> Any:
            self.names.append(name)
            return thunk()

    made = stored()
    shop.accounts()
    away = shipped(made, 1, {"l1": 3, "l2": 1}, {})
    parcel = {"n": 1, "carrier": "parcelway", "service": "ground", "tracking_number": "PW1", "lines": {"l1": 3, "l2": 1}, "cost": 800, "currency": "USD"}
    with gate.watching(Calls()) as calls:
        deliver(Event(away.id, away.type, away.time, made.id, {**away.data, "packages": [parcel]}))
    assert calls.names == ["dynamodb.Query", "dynamodb.BatchGetItem", "dynamodb.PutItem"]


def checked(text: str, tmp_path: Path) -> dict[str, str]:
    """Balances by account. Fails with whatever beancount has to say."""
    from beancount import loader
    from beancount.core import data, realization

    path = tmp_path / "books.beancount"
    path.write_text(text)
    entries, errors, _ = loader.load_file(str(path))
    assert not errors, "\n".join(error.message for error in errors)
    assert any(isinstance(entry, data.Transaction) for entry in entries)
    root = realization.realize(entries)
    return {
        account: " ".join(str(position.units) for position in found.balance) or "0"
        for account in {entry.account for entry in entries if isinstance(entry, data.Open)}
        if (found := realization.get(root, account)) is not None
    }


def test_the_fake_ledger_and_the_table_agree() -> None:
    made = stored()
    for ledger in (FakeLedger(), LedgerTable()):
        books = Books(ledger, lambda _: record(made), catalogue, shop.accounts)
        entry = books.post(payment(made, "captured", 5))
        assert entry is not None and not ledger.add(entry)
