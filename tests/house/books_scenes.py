"""A gateway's books held against ours, and a case that a person closes."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.flow.life import Life, an_order
from tests.house.deeds import ok, placed, work_off
from tests.payments.strict import Reply, Strict, serving
from waybill.kernel.clock import instant, utc_now
from waybill.payments.reconciliation import table


def reconciled(the: Life) -> None:
    """One payment of ours, one that nobody knows, and what was paid out of both."""
    order_id = work_off(the, placed(the, an_order()))
    table.move(table.cursor("stripe", "rows"), instant(utc_now() - timedelta(hours=3)))
    books = _Books(order_id, the.gateway.captures(order_id)[0])
    with serving(books) as base, pytest.MonkeyPatch.context() as patch:
        patch.setenv("STRIPE_API_BASE", base)
        opened = the.world.handler("payouts")({}, None)["open"]
        assert the.world.handler("payouts")({}, None)["open"] == opened >= 1
    the.settle()
    found = ok(the.call("GET", "/v1/cases?kind=missing_here")).json()["items"]
    (case,) = [case for case in found if case["about"] == "stranger/txn_2"]
    ok(the.call("POST", f"/v1/cases/{case['id']}/close", {"why": "a payment of the old shop"}))
    fees = [entry for entry in ok(the.call("GET", f"/v1/journal?order={order_id}")).json()["items"] if entry["event"] == "payment.fee_charged"]
    assert len(fees) == 1


class _Books(Strict):
    """Two charges and the payout of both."""

    def __init__(self, order_id: str, amount: int) -> None:
        super().__init__()
        self._at = int(utc_now().timestamp()) - 7200
        self._rows = [self._row("txn_1", amount, "pi_1", {"order_id": order_id}), self._row("txn_2", 900, "pi_unknown", {})]

    def parse(self, method: str, path: str, body: bytes) -> tuple[str, Any]:
        return path, None

    def answer(self, method: str, path: str, told: Any, headers: dict[str, str]) -> Reply:
        asked = urlsplit(path)
        if asked.path == "/v1/payouts":
            return 200, _page(
                [
                    {
                        "id": "po_1",
                        "status": "paid",
                        "amount": sum(row["net"] for row in self._rows),
                        "currency": "usd",
                        "created": self._at,
                        "arrival_date": self._at,
                    }
                ]
            )
        if asked.path == "/v1/balance_transactions":
            return 200, _page(self._rows if "payout" in parse_qs(asked.query) else [row for row in self._rows if _within(row, parse_qs(asked.query))])
        return 404, {"error": {"type": "invalid_request_error", "code": "resource_missing"}}

    def _row(self, id: str, amount: int, payment: str, marks: dict[str, str]) -> dict[str, Any]:
        source = {"id": f"ch_{id}", "object": "charge", "payment_intent": payment, "metadata": marks}
        return {
            "id": id,
            "type": "charge",
            "amount": amount,
            "fee": 40,
            "net": amount - 40,
            "currency": "usd",
            "created": self._at,
            "available_on": self._at,
            "source": source,
        }


def _within(row: dict[str, Any], query: dict[str, list[str]]) -> bool:
    return int(query["created[gte]"][0]) <= row["created"] < int(query["created[lt]"][0])


def _page(rows: list[dict[str, Any]]) -> dict[str, Any]:
    return {"object": "list", "data": rows, "has_more": False}
