"""The files of events/accounting_worker and events/accounting, through the functions as they are deployed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.support.cloud import cloud
from tests.support.shop import headers, open_shop
from tests.support.template import ROOT
from tests.support.world import _load
from waybill.aws.tables import commit, overwrite
from waybill.orders import codec
from waybill.orders.model.order import Customer, Line, Order, Shipping
from waybill.orders.model.state import received
from waybill.orders.store import ORDERS, add

ID = "ord_demo2345demo2345demo"
AT = "2026-11-23T03:00:00.000Z"


@pytest.fixture(autouse=True)
def with_the_order() -> Iterator[None]:
    with cloud():
        open_shop()
        line = Line("1", "TEA", "Tea", 2, 2400)
        add(Order(ID, "api", "demo", AT, "USD", (line,), Shipping("ground", 799), (), 5599), Customer(), received(ID, {"1": 2}, AT, "test", {}))
        commit(overwrite(ORDERS, {"pk": codec.partition(ID), "sk": "PAY#1", "version": 1, "kind": "card", "gateway": "stripe", "history": []}))
        yield


def run(folder: str, name: str) -> dict[str, Any]:
    event = json.loads((ROOT / "events" / folder / f"{name}.json").read_text())
    if "headers" in event:
        event["headers"] = headers("viewer")
    return _load(folder).handler(event, None)


def test_every_sample_of_the_queue_is_posted_and_what_is_unreadable_goes_back() -> None:
    names = sorted(path.stem for path in (ROOT / "events/accounting_worker").glob("*.json"))
    for name in names:
        failed = run("accounting_worker", name)["batchItemFailures"]
        assert len(failed) == (1 if name == "one_unreadable" else 0), name
    shown = json.loads(run("accounting", "journal_of_an_order")["body"])["items"]
    assert sorted(entry["event"] for entry in shown) == [
        "fulfilment_order.label_bought",
        "fulfilment_order.shipped",
        "payment.captured",
        "payment.recorded",
        "payment.refunded",
    ]
    sale = next(entry for entry in shown if entry["event"] == "fulfilment_order.shipped")
    assert next(leg["amount"] for leg in sale["postings"] if leg["account"] == "receivable") == "55.99"


def test_every_sample_of_the_api_is_answered() -> None:
    run("accounting_worker", "payment_captured")
    for path in (ROOT / "events/accounting").glob("*.json"):
        answer = run("accounting", path.stem)
        assert answer["statusCode"] == 200 and "55.99" in answer["body"], path.stem
