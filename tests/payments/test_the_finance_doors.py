"""What people decide about money, through the doors: paid by hand, credits, and nonsense."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.flow.life import Life, an_order
from tests.flow.lived import life
from waybill.shop import store as shop


@pytest.fixture(scope="module")
def the() -> Iterator[Life]:
    with life({("TEA", "columbus"): 99, ("CUP", "columbus"): 99}) as it:
        yield it


def _on_terms(the: Life, kind: str = "terms", **more: Any) -> str:
    order = an_order(**more)
    order_id = the.place({**order, "tenders": [{"kind": kind, "amount": order["total"]}]}, order["external_reference"])
    the.settle()
    return order_id


def _paid(the: Life, order_id: str, amount: str, key: str, reference: str = "bank-1", who: str = "admin", tender: str = "1") -> Any:
    body = {"amount": amount, "reference": reference}
    return the.ask("POST", f"/v1/orders/{order_id}/payments/{tender}/paid", body, who, idempotency_key=key)


def _charged(the: Life, order_id: str) -> tuple[str, str]:
    seen = the.call("GET", f"/v1/orders/{order_id}/payments").json()
    return seen["balances"]["charged"], seen["charge_status"]


@pytest.mark.parametrize("kind", ["terms", "cod"])
def test_what_is_paid_later_is_noted_once_a_key_in_parts_and_booked(the: Life, kind: str) -> None:
    order_id = _on_terms(the, kind)
    for _ in range(2):
        assert _paid(the, order_id, "10.00", "p1").status == 201
    assert _charged(the, order_id) == ("10.00", "partial")
    assert _paid(the, order_id, "7.80", "p2", "bank-2").json()["balances"]["charged"] == "17.80"
    assert _charged(the, order_id) == ("17.80", "full")
    the.settle()
    booked = [entry for entry in the.call("GET", f"/v1/journal?order={order_id}").json()["items"] if entry["event"] == "payment.recorded"]
    assert len(booked) == 2


def test_never_more_than_is_to_be_paid_and_never_another_payment_under_the_same_key(the: Life) -> None:
    order_id = _on_terms(the)
    assert _paid(the, order_id, "17.81", "p1").status == 422
    assert _paid(the, order_id, "17.80", "p1").status == 201
    for amount, reference in (("17.79", "bank-1"), ("17.80", "bank-9")):
        again = _paid(the, order_id, amount, "p1", reference)
        assert (again.status, again.json()["code"]) == (422, "idempotency_key_reused")
    assert _paid(the, order_id, "0.01", "p3").status == 422
    assert _charged(the, order_id) == ("17.80", "full")


def test_where_the_policy_waits_for_the_money_the_goods_stay_until_all_of_it_is_noted(the: Life) -> None:
    shop.save(shop.POLICY, "payments", {"ship_unpaid": ["terms"]})
    shop.forget()
    order_id = _on_terms(the, "cod")
    assert the.order(order_id)["status"] == "on_hold" and not the.work(order_id)
    _paid(the, order_id, "17.00", "p1")
    the.settle()
    assert not the.work(order_id)
    _paid(the, order_id, "0.80", "p2")
    the.settle()
    assert the.work(order_id)
    shop.save(shop.POLICY, "payments", {})
    shop.forget()


def test_what_a_gateway_or_a_channel_moves_is_not_noted_by_hand(the: Life) -> None:
    order = an_order()
    by_card = the.place(order, order["external_reference"])
    by_channel = _on_terms(the, "channel")
    for order_id in (by_card, by_channel):
        the.settle()
        before = _charged(the, order_id)
        assert _paid(the, order_id, "1.00", "p1").status == 409 and _charged(the, order_id) == before


NONSENSE = ["0", "0.00", "-1.00", "1.001", "1e3", "NaN", "", " ", "1,00", "99999999999999999999", None, 5, True, ["1.00"], {"amount": "1"}]


def test_nonsense_is_refused_clearly_and_changes_nothing(the: Life) -> None:
    order_id = _on_terms(the)
    for amount in NONSENSE:
        reply = _paid(the, order_id, amount, "k")  # type: ignore[arg-type]
        assert 400 <= reply.status < 500 and reply.json()["detail"], amount
    for tender, status in (("2", 404), ("0", 404), ("x", 404), ("-1", 404), ("99999", 404)):
        assert _paid(the, order_id, "1.00", "k", tender=tender).status == status
    assert _paid(the, "ord_" + "a" * 20, "1.00", "k").status == 404
    assert _paid(the, order_id, "1.00", "").status == 400
    for who in ("support", "viewer", "api", "columbus", "nobody"):
        assert _paid(the, order_id, "1.00", "k", who=who).status in (401, 403), who
    assert _charged(the, order_id) == ("0.00", "none")


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/v1/credits", {"kind": kind, "amount": amount, "currency": currency})
        for kind, amount, currency in [
            ("voucher", "1.00", "USD"), ("gift_card", "0.00", "USD"), ("gift_card", "-1.00", "USD"), ("gift_card", "1.005", "USD"), ("gift_card", "1", "XXY"),
            ("gift_card", "1.5", "JPY"), ("", "1.00", "USD"), (7, "1.00", "USD"), ("gift_card", 1, "USD"), ("gift_card", "1.00", None),
        ]
    ]
    + [
        ("/v1/credits", {"kind": "gift_card", "amount": "1.00", "currency": "USD", "colour": "red"}),
        ("/v1/credits", {"kind": "gift_card", "amount": "1.00", "currency": "USD", "valid_until": "soon"}),
        ("/v1/credits/look", {}), ("/v1/credits/look", {"code": ""}), ("/v1/credits/look", {"code": 5}), ("/v1/credits/look", {"code": "NOBODYHASTHIS"}),
        ("/v1/credits/adjust", {"code": "NOBODYHASTHIS", "amount": "1.00", "currency": "USD", "reason": "x"}),
        ("/v1/credits/adjust", {"code": "NOBODYHASTHIS", "amount": "1.00", "currency": "USD"}),
        ("/v1/credits/adjust", {"code": "NOBODYHASTHIS", "amount": "--1.00", "currency": "USD", "reason": "x"}),
    ],
)  # fmt: skip
def test_a_credit_that_makes_no_sense_is_refused_clearly(the: Life, path: str, body: dict[str, Any]) -> None:
    reply = the.ask("POST", path, body, idempotency_key="nonsense")
    assert reply is not None and 400 <= reply.status < 500 and reply.json()["detail"], reply


def test_credits_are_issued_by_finance_looked_at_by_support_and_booked(the: Life) -> None:
    body = {"kind": "gift_card", "amount": "30.00", "currency": "USD", "paid_to": "shopify"}
    for who in ("support", "viewer", "api", "nobody"):
        assert the.ask("POST", "/v1/credits", body, who, idempotency_key="g").status in (401, 403), who
    issued = [the.call("POST", "/v1/credits", body, idempotency_key="g").json() for _ in range(2)]
    assert issued[0] == issued[1]
    code = issued[0]["code"]
    assert the.ask("POST", "/v1/credits", {**body, "amount": "31.00"}, idempotency_key="g").json()["code"] == "idempotency_key_reused"
    take = {"code": code, "amount": "-31.00", "currency": "USD", "reason": "typo"}
    assert the.ask("POST", "/v1/credits/adjust", take, idempotency_key="a").status == 409
    for _ in range(2):
        the.call("POST", "/v1/credits/adjust", {**take, "amount": "-5.00"}, idempotency_key="b")
    for other in ({"reason": "another"}, {"code": "NOBODYHASTHIS"}, {"amount": "-5.01"}):
        again = the.ask("POST", "/v1/credits/adjust", {**take, "amount": "-5.00", **other}, idempotency_key="b")
        assert (again.status, again.json()["code"]) == (422, "idempotency_key_reused"), other
    seen = the.call("POST", "/v1/credits/look", {"code": code}, "support").json()
    assert seen["balance"] == "25.00" and code not in str(seen)
    the.settle()
    postings = [leg for entry in the.call("GET", "/v1/journal").json()["items"] if entry["event"].startswith("credit.") for leg in entry["postings"]]
    assert sorted((leg["account"], leg["amount"]) for leg in postings) == [
        ("clearing", "30.00"), ("clearing-ledger", "-30.00"), ("clearing-ledger", "5.00"), ("goodwill", "-5.00"),
    ]  # fmt: skip
