"""The books and the mails of a whole life: a split order, every message of the bus delivered twice and the newest first."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from email import message_from_string
from email.header import decode_header, make_header
from typing import Any

import pytest

from tests.flow.life import Life, an_order
from tests.flow.lived import life
from waybill.aws.clients import client

STOCK = {("TEA", "reno"): 2, ("TEA", "columbus"): 1, ("CUP", "columbus"): 5, ("POT", "reno"): 3}


def an_odd_order() -> dict[str, Any]:
    """Three nodes' worth of lines whose prices, discounts and taxes do not divide by their units."""
    lines = [
        {"sku": "TEA", "title": "Tea", "quantity": 3, "unit_price": "3.33", "discount": "1.00", "tax": "0.77"},
        {"sku": "CUP", "title": "Cup", "quantity": 5, "unit_price": "4.01", "discount": "0.03", "tax": "1.66"},
        {"sku": "POT", "title": "Pot", "quantity": 1, "unit_price": "19.99", "tax": "1.65"},
    ]
    total = "54.06"
    tenders = [{"kind": "card", "gateway": "stripe", "token": "tok_good", "amount": total}]
    return {**an_order(), "lines": lines, "shipping": {"amount": "0.97", "tax": "0.01"}, "tenders": tenders, "total": total}


@pytest.mark.parametrize("twice", [False, True])
def test_a_split_order_is_booked_to_the_cent_and_told_once_whatever_is_delivered_twice(twice: bool) -> None:
    with life(STOCK) as the:
        if twice:
            _deliver_twice(the)
        order_id = the.place(an_odd_order())
        the.settle()
        shipped = the.fulfil(order_id)
        assert len(shipped) == 2
        the.settle()
        the.deliver(shipped)
        the.settle()
        order = the.order(order_id)
        assert order["status"] == "completed" and order["totals"]["discrepancy"] == "0.00"
        entries = _journal(the, order_id)
        assert Counter(entry["event"] for entry in entries) == {"fulfilment_order.shipped": 2, "payment.captured": 1}
        sums = _sums(entries)
        assert sums["receivable"] == 0 and sums["clearing-stripe"] == Decimal("54.06")
        assert sums["sales-tax"] == Decimal("-4.09") and sums["shipping-income"] == Decimal("-0.97")
        subjects = Counter(_subject(mail) for mail in the.world.mails())
        confirmed = [subject for subject in subjects if "confirmed" in subject]
        assert len(confirmed) == 1 and subjects[confirmed[0]] == 1
        assert sum(times for subject, times in subjects.items() if "on its way" in subject) == 2


def _deliver_twice(the: Life) -> None:
    """Whatever a handler has taken without complaint, it is given once more."""
    for folder in ("notifications", "accounting_worker"):
        real = the.world.handler(folder)

        def again(event: dict[str, Any], context: object, real: Any = real) -> dict[str, Any]:
            real(event, context)
            return real({"Records": event["Records"][::-1]}, context)

        the.world._handlers[folder] = again


def _journal(the: Life, order_id: str) -> list[dict[str, Any]]:
    reply = the.world.call("GET", "/v1/journal", headers={"x-api-key": "key-admin"}, query={"order": order_id})
    assert reply.status == 200, reply.content
    items: list[dict[str, Any]] = reply.json()["items"]
    return items


def _sums(entries: list[dict[str, Any]]) -> Counter[str]:
    sums: Counter[str] = Counter()
    for entry in entries:
        for leg in entry["postings"]:
            sums[leg["account"]] += Decimal(leg["amount"])  # type: ignore[assignment]
    return sums


def _subject(raw: str) -> str:
    return str(make_header(decode_header(message_from_string(raw)["Subject"])))


def test_personal_data_never_reaches_the_books_or_the_memory_of_mails() -> None:
    with life() as the:
        order_id = the.place(an_order())
        the.settle()
        the.fulfil(order_id)
        the.settle()
        for table in ("LedgerTable", "MessagesTable"):
            stored = str(client("dynamodb").scan(TableName=table)["Items"]).lower()
            assert stored and not any(private in stored for private in ("ada", "byron", "main st", "80202"))
