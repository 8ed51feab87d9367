"""What must hold of the whole world after an order's life, whatever crashed in it (the list of invariants by number)."""

from __future__ import annotations

from collections import Counter
from typing import Any

from tests.flow.life import Life
from waybill.orders import store
from waybill.orders.model.check import violations


def check(the: Life, order_id: str, faults: int = 0) -> dict[str, Any]:
    """Asserts every invariant that one order can break; answers the order as the API shows it."""
    record = store.load(order_id)
    assert violations(record.order, record.state, record.fulfilment_orders) == []
    _stock(the)
    _money(the, record)
    _books(the, order_id)
    _messages(the, record, faults)
    return the.order(order_id)


def _stock(the: Life) -> None:
    """I1 to I4: rows, movements and reservations agree."""
    for sku in {row["sku"] for row in the.call("GET", "/v1/inventory").json()["items"]}:
        proof = the.call("GET", f"/v1/proof/inventory/{sku}").json()
        assert proof["agrees"], proof


def _money(the: Life, record: store.Record) -> None:
    """I6, I9, I10: one authorisation, at most one capture, never more than authorised, nothing captured of a cancelled order."""
    for payment in the.gateway.payments.values():
        assert payment.authorisations <= 1
        assert payment.captures <= 1
        assert payment.captured <= payment.demand.amount
    held = [payment for payment in the.gateway.payments.values() if payment.status == "authorised"]
    captured = sum(payment.captured for payment in the.gateway.payments.values())
    refunded = sum(refund.amount for payment in the.gateway.payments.values() for refund in payment.refunds)
    if record.state.cancelled:
        assert not held and captured == refunded
    if record.state.completed:
        assert captured - refunded == record.order.total


def _books(the: Life, order_id: str) -> None:
    """I8: every entry sums to nothing."""
    for entry in the.call("GET", f"/v1/journal?order={order_id}").json()["items"]:
        assert sum(round(float(posting["amount"]) * 100) for posting in entry["postings"]) == 0, entry


def _messages(the: Life, record: store.Record, faults: int) -> None:
    """I24 to I26: nothing dead, each mail once and at most once more a fault; the workflow has ended or waits."""
    assert the.world.dead_letters() == {}
    mails = Counter(_subject(mail) for mail in the.world.mails())
    assert all(times <= 1 + faults for times in mails.values()), mails
    if record.state.confirmed and not faults:
        assert mails
    for run in the.world.machine.executions.values():
        assert run.status in ("SUCCEEDED", "RUNNING"), (run.status, run.visited)


def _subject(mail: str) -> str:
    return next((line for line in mail.splitlines() if line.lower().startswith("subject:")), mail[:80])
