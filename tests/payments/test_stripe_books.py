"""Stripe's books as it shows them: its own published samples, and sums that must add up."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.payments.strict import Reply, Strict, judged, serving, spec
from tests.payments.strict_stripe import nested, typed
from tests.support.template import ROOT
from waybill.payments.notices import Dispute
from waybill.payments.ports import AUTHORISED, GatewayRefused, Standing
from waybill.payments.stripe.answers import read_dispute, read_intent, read_refund
from waybill.payments.stripe.books import Movement, Payout, StripeBooks
from waybill.payments.stripe.gateway import Stripe

SINCE = datetime(2026, 11, 1, tzinfo=UTC)
LINE: dict[str, Any] = {
    "id": "txn_1", "object": "balance_transaction", "amount": 2599, "fee": 105, "net": 2494, "currency": "usd", "type": "charge",
    "created": 1795000000, "available_on": 1795170000, "description": None,
    "source": {"id": "ch_1", "object": "charge", "payment_intent": "pi_1", "metadata": {"key": "not a refund's"}},
}  # fmt: skip
REFUND = {"id": "re_1", "object": "refund", "payment_intent": "pi_1", "metadata": {"key": "ord_1/1/refund/1"}}


class Books(Strict):
    """Lists in pages of two, each request held against Stripe's OpenAPI."""

    def __init__(self) -> None:
        super().__init__()
        self.lists: dict[str, list[dict[str, Any]]] = {}

    def parse(self, method: str, path: str, body: bytes) -> tuple[str, Any]:
        return path, None

    def answer(self, method: str, path: str, told: Any, headers: dict[str, str]) -> Reply:
        asked = urlsplit(path)
        wanted = spec("stripe")["requests"][f"GET {asked.path}"]
        judged("stripe", f"GET {asked.path}", typed(nested(asked.query), wanted))
        rows = self.lists[asked.path.rpartition("/")[2]]
        after = parse_qs(asked.query).get("starting_after", [""])[0]
        start = [row["id"] for row in rows].index(after) + 1 if after else 0
        return 200, {"object": "list", "data": rows[start : start + 2], "has_more": start + 2 < len(rows)}


@pytest.fixture
def books() -> Iterator[Books]:
    gateway = Books()
    with serving(gateway):
        yield gateway


def _stripe_books(books: Books) -> StripeBooks:
    return StripeBooks("sk_test", books.base)


def test_a_movement_says_which_payment_it_was_and_what_it_cost(books: Books) -> None:
    books.lists["balance_transactions"] = [LINE]
    (line,) = _stripe_books(books).movements(SINCE)
    assert line == Movement("txn_1", "charge", 2599, 105, 2494, "USD", "2026-11-18T11:06:40.000Z", "2026-11-20T10:20:00.000Z", "ch_1", "pi_1", "", "")


def test_every_page_is_read_and_a_refund_bears_our_key(books: Books) -> None:
    refund = {**LINE, "id": "txn_2", "type": "refund", "amount": -500, "fee": 0, "net": -500, "source": REFUND}
    fee = {**LINE, "id": "txn_3", "type": "stripe_fee", "amount": -30, "fee": 0, "net": -30, "source": None}
    books.lists["balance_transactions"] = [LINE, refund, fee]
    lines = list(_stripe_books(books).movements(SINCE))
    assert [(line.id, line.net, line.key) for line in lines] == [("txn_1", 2494, ""), ("txn_2", -500, "ord_1/1/refund/1"), ("txn_3", -30, "")]
    assert len(books.seen) == 2 and "created%5Bgte%5D=1793491200" in books.seen[0][1]


def test_a_payout_and_what_it_is_made_of(books: Books) -> None:
    payout = {"id": "po_1", "status": "paid", "amount": 2494, "currency": "usd", "created": 1795000000, "arrival_date": 1795132800}
    books.lists |= {
        "payouts": [payout],
        "balance_transactions": [LINE, {**LINE, "id": "txn_9", "type": "payout", "amount": -2494, "fee": 0, "net": -2494, "source": "po_1"}],
    }
    (made,) = _stripe_books(books).payouts(SINCE)
    assert made == Payout("po_1", "paid", 2494, "USD", "2026-11-18T11:06:40.000Z", "2026-11-20T00:00:00.000Z")
    assert sum(line.net for line in _stripe_books(books).movements_of("po_1")) == 0


@pytest.mark.parametrize("wrong", [{"fee": None}, {"amount": True}, {"created": "now"}, {"currency": 1}, {"id": ""}])
def test_books_that_cannot_be_read_are_refused(books: Books, wrong: dict[str, Any]) -> None:
    books.lists["balance_transactions"] = [{**LINE, **wrong}]
    with pytest.raises(GatewayRefused):
        list(_stripe_books(books).movements(SINCE))


def test_a_row_that_does_not_add_up_is_shown_as_it_is_for_whoever_judges_it(books: Books) -> None:
    books.lists["balance_transactions"] = [{**LINE, "net": 2495}]
    assert [line.net for line in _stripe_books(books).movements(SINCE)] == [2495]


def test_disputes_are_read_as_they_stand(books: Books) -> None:
    def dispute(number: int, status: str) -> dict[str, Any]:
        return {"id": f"dp_{number}", "status": status, "amount": 2599, "currency": "usd", "reason": "fraudulent"}

    words = ["warning_needs_response", "needs_response", "under_review", "won", "lost"]
    books.lists["disputes"] = [dispute(number, status) for number, status in enumerate(words)]
    told = Stripe("sk_test", books.base).disputes("pi_1")
    assert [each.status for each in told] == ["inquiry", "open", "open", "won", "lost"]
    assert told[1] == Dispute("dp_1", "open", 2599, "USD", "fraudulent")


def test_what_stripe_publishes_as_samples_can_be_read(books: Books) -> None:
    file = ROOT.parent / "shared" / "samples" / "payments_stripe" / "fixtures3.json"
    if not file.exists():
        pytest.skip("Stripe's published samples are not here")
    samples = json.loads(file.read_text())["resources"]
    books.lists = {"balance_transactions": [samples["balance_transaction"]], "payouts": [samples["payout"]]}
    assert [line.id for line in _stripe_books(books).movements(SINCE)] == [samples["balance_transaction"]["id"]]
    assert [each.id for each in _stripe_books(books).payouts(SINCE)] == [samples["payout"]["id"]]
    assert read_dispute(samples["dispute"]).id == samples["dispute"]["id"]
    assert read_refund(samples["refund"]).reference == samples["refund"]["id"]
    held = {**samples["payment_intent"], "status": "requires_capture", "amount_capturable": 1099, "amount_received": 0}
    assert read_intent(held, expected_id=held["id"]) == Standing(AUTHORISED, 1099)
