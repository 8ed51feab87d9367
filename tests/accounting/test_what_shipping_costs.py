"""What labels cost us: owed to the carrier when it sells one, or when it has the parcel under a label of our own; owed no more once it has taken the label back."""

from __future__ import annotations

from collections import defaultdict
from itertools import permutations
from typing import Any

import pytest

from tests.accounting.test_the_journal import ACCOUNTS
from tests.accounting.worlds import AT, FakeLedger, catalogue, order, record, shipped
from waybill.accounting.model.beancount import account_names
from waybill.accounting.model.chart import Chart
from waybill.accounting.service import Books
from waybill.kernel.events import Event
from waybill.orders.model.order import Line, Order
from waybill.shop.model import Account

SOLD = {"package": 1, "carrier": "easypost", "service": "USPS:GroundAdvantage", "tracking_number": "9400", "shipment": "shp_1", "cost": 607, "currency": "USD"}
OURS = {"n": 1, "carrier": "parcelway", "service": "ground", "tracking_number": "PW1", "lines": {"l1": 2}, "cost": 800, "currency": "CAD"}
MADE = order((Line("l1", "A", "x", 2, 500),))


def told(what: str, seq: int = 3, made: Order = MADE, **data: Any) -> Event:
    fo = f"fo_{made.id.removeprefix('ord_')}-1"
    return Event(f"{fo}:{seq}", f"fulfilment_order.{what}", AT, made.id, {"fo_id": fo, "node": "reno", **data})


def left(*packages: dict[str, Any], made: Order = MADE) -> Event:
    event = shipped(made, 1, {"l1": 2}, {})
    return Event(event.id, event.type, event.time, event.subject, {**event.data, "packages": list(packages)})


def posted(*events: Event, more: tuple[Account, ...] = ()) -> dict[tuple[str, str], int]:
    """Balances by account and currency, those that come to nothing left out."""
    ledger = FakeLedger()
    books = Books(ledger, lambda _: record(MADE), catalogue, lambda: [*ACCOUNTS, *more])
    for event in events:
        books.post(event)
    sums: dict[tuple[str, str], int] = defaultdict(int)
    for entry in ledger.entries.values():
        for leg in entry.postings:
            sums[leg.account, leg.currency] += leg.amount
    return {place: amount for place, amount in sums.items() if amount}


def test_a_label_that_is_bought_is_owed_when_it_is_bought_and_not_again_when_its_parcel_leaves() -> None:
    bought = told("label_bought", **SOLD)
    assert posted(bought) == {("freight-out", "USD"): 607, ("carrier-payable", "USD"): -607}
    away = posted(bought, left({**OURS, "shipment": "shp_1", "cost": 607, "currency": "USD"}))
    assert (away["freight-out", "USD"], away["carrier-payable", "USD"]) == (607, -607)


@pytest.mark.parametrize("arrival", list(permutations(range(4))))
def test_a_label_that_was_given_back_is_owed_no_more_in_whatever_order_and_however_often_it_is_told(arrival: tuple[int, ...]) -> None:
    events = [
        told("label_bought", 3, **SOLD),
        told("label_voided", 4, **SOLD),
        told("label_bought", 5, **SOLD | {"shipment": "shp_2", "cost": 742}),
        told("label_bought", 5, **SOLD | {"shipment": "shp_2", "cost": 742}),
    ]
    assert posted(*(events[place] for place in arrival)) == {("freight-out", "USD"): 742, ("carrier-payable", "USD"): -742}


def test_one_that_its_carrier_does_not_take_back_stays_owed() -> None:
    assert posted(told("label_bought", 3, **SOLD), told("void_refused", 4, **SOLD | {"cost": 0}))["carrier-payable", "USD"] == -607


def test_a_label_of_our_own_is_owed_by_the_list_when_its_parcel_leaves_in_the_currency_of_the_list() -> None:
    sums = posted(left(OURS, OURS | {"n": 2, "cost": 1100}))
    assert sums["freight-out", "CAD"] == 1900 == -sums["carrier-payable", "CAD"]
    assert sums["receivable", "USD"] == 1000


def test_one_of_our_own_that_was_given_back_was_never_owed() -> None:
    unsold = {name: value for name, value in SOLD.items() if name != "shipment"}
    assert posted(told("label_voided", **unsold), told("return_labelled", 4, **unsold), told("return_voided", 5, **unsold)) == {}


def test_what_a_node_sends_by_its_own_means_costs_nothing_that_we_know() -> None:
    assert not [place for place in posted(left({**OURS, "cost": 0, "currency": ""})) if "freight" in place[0]]


def test_the_way_back_is_an_expense_of_its_own() -> None:
    bought, given_back = told("return_labelled", **SOLD), told("return_voided", 4, **SOLD)
    assert posted(bought) == {("return-freight", "USD"): 607, ("carrier-payable", "USD"): -607}
    assert posted(given_back, bought) == {}


def test_a_return_label_of_our_own_is_owed_once_its_carrier_has_the_package() -> None:
    seen = {"package": 1, "status": "in_transit", "code": "", "carrier": "parcelway", "tracking_number": "PWR1", "cost": 500, "currency": "USD"}
    arrived = {"package": 1, "status": "delivered", "code": ""}
    assert posted(told("return_tracked", 6, **seen), told("return_tracked", 7, **arrived)) == {("return-freight", "USD"): 500, ("carrier-payable", "USD"): -500}


def test_a_carrier_with_an_account_of_its_own_is_owed_there() -> None:
    own = Account("carrier-payable-easypost", "Owed to EasyPost", "liability")
    sums = posted(told("label_bought", **SOLD), told("label_bought", 4, **SOLD | {"carrier": "ups"}), more=(own,))
    assert (sums["carrier-payable-easypost", "USD"], sums["carrier-payable", "USD"]) == (-607, -607)


def test_what_is_owed_stands_among_the_liabilities_even_when_its_account_was_taken_off_the_chart() -> None:
    names = account_names({"carrier-payable-ups", "freight-out", "return-freight", "clearing-ledger-x", "cogs-eu", "nobody"}, Chart())
    assert names["carrier-payable-ups"] == "Liabilities:Carrier-Payable-Ups" and names["freight-out"] == "Expenses:Freight-Out"
    assert names["clearing-ledger-x"].startswith("Liabilities:") and names["nobody"].startswith("Equity:")


def test_the_memo_names_the_parcel_so_that_an_invoice_can_be_held_against_it() -> None:
    books = Books(FakeLedger(), lambda _: record(MADE), catalogue, lambda: ACCOUNTS)
    entry = books.post(told("label_bought", **SOLD))
    assert entry is not None and entry.memo.endswith("-1 9400")
