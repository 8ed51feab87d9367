"""A sale's money from the customer to the bank, through the whole system: what is left at the gateway in the end is nothing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.accounting.test_the_doors import checked
from tests.flow.life import Life, an_order
from tests.flow.lived import life
from tests.house.deeds import placed, work_off
from tests.payments.books_world import FakeStatement
from waybill.kernel.clock import instant, utc_now
from waybill.orders import store
from waybill.payments.model.settlement import Payout, Row
from waybill.payments.reconciliation import table
from waybill.payments.reconciliation.settling import Settling
from waybill.payments.records import tender_from


@pytest.fixture
def the() -> Iterator[Life]:
    with life() as told:
        table.move(table.cursor("stripe", "rows"), instant(utc_now() - timedelta(hours=2)))
        yield told


def in_two_hours() -> Any:
    return utc_now() + timedelta(hours=2)


def journal(rest: str = "") -> str:
    """The journal up to the day on which the deposits of these tests are booked, which near midnight is tomorrow."""
    return f"/v1/journal{rest}?limit=200&from={utc_now().date() - timedelta(days=1)}&to={in_two_hours().date()}"


def settled(the: Life, statement: FakeStatement) -> int:
    open_cases = Settling({"stripe": lambda: statement}, in_two_hours).run()["open"]
    the.settle()
    return open_cases


def captured(order_id: str, fee: int) -> Row:
    """The gateway's row of an order's capture, with what it keeps."""
    (item,) = store.load(order_id).tenders
    (taken,) = [event for event in tender_from(item).events if event.type == "CHARGE_SUCCESS"]
    return Row(f"txn_{fee}", "charge", taken.amount, fee, taken.amount - fee, "USD", taken.at, taken.reference or "", order_id=order_id)


def sums(the: Life) -> dict[str, Decimal]:
    """Balances of the whole journal."""
    found: defaultdict[str, Decimal] = defaultdict(Decimal)
    for entry in the.call("GET", journal()).json()["items"]:
        for leg in entry["postings"]:
            found[leg["account"]] += Decimal(leg["amount"])
    return dict(found)


def test_fees_are_an_expense_and_a_deposit_leaves_nothing_at_the_gateway(the: Life, tmp_path: Path) -> None:
    rows = [captured(work_off(the, placed(the, an_order())), 73), captured(work_off(the, placed(the, an_order(("TEA", 1)))), 41)]
    of_the_account = Row("txn_of_the_account", "fee", -30, 0, -30, "USD", rows[0].at)
    deposit = sum(row.net for row in (*rows, of_the_account))
    statement = FakeStatement()
    statement.moved = [*rows, of_the_account]
    statement.made, statement.made_of = [Payout("po_1", "paid", deposit, "USD", rows[0].at)], {"po_1": statement.moved}
    assert settled(the, statement) == 0
    assert the.world.dead_letters() == {}
    after = sums(the)
    assert after["clearing-stripe"] == 0
    assert (after["gateway-fees"], after["bank"]) == (Decimal("1.44"), Decimal(deposit) / 100)
    assert sum(after.values()) == 0
    settled(the, statement)
    assert sums(the) == after, "another round books nothing twice"
    export = the.call("GET", journal("/export")).content.decode()
    assert checked(export, tmp_path)["Expenses:Gateway-Fees"] == "1.44 USD"


def test_a_deposit_that_the_bank_sends_back_lies_at_the_gateway_again(the: Life) -> None:
    statement = FakeStatement()
    for status in ("paid", "failed"):
        statement.made = [Payout("po_1", status, 500, "USD", instant(utc_now()), automatic=False)]
        settled(the, statement)
        entry = the.call("GET", journal()).json()["items"][-1]
        assert (entry["order_id"], entry["event"], entry["event_id"][:12]) == (
            None,
            f"payout.{'settled' if status == 'paid' else status}",
            "stripe/po_1:",
        )
    assert sums(the) == {"bank": 0, "clearing-stripe": 0}


def test_a_channel_reads_the_fees_of_its_own_orders_and_no_deposit(the: Life) -> None:
    order_id = work_off(the, placed(the, an_order()))
    statement = FakeStatement()
    statement.moved, statement.made = [captured(order_id, 73)], [Payout("po_1", "paid", 1, "USD", instant(utc_now()), automatic=False)]
    settled(the, statement)
    seen = {entry["event"] for entry in the.call("GET", journal(), who="api").json()["items"]}
    assert "payment.fee_charged" in seen and "payout.settled" not in seen
