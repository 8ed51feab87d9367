"""What an edit does to each kind of payment: asked for more, given back, noted as owed, or held until somebody has paid."""

from __future__ import annotations

from typing import Any

import pytest

from tests.editing.bench import active, edit, held, let_go, preview, quantities, tenders, undo
from tests.flow.holds_true import check
from tests.flow.life import DECLINED, Life, an_order
from tests.flow.lived import life


@pytest.fixture
def the():
    with life() as made:
        yield made


def paid_by(*paid: tuple[str, str, str]) -> dict[str, Any]:
    return {**an_order(), "tenders": [{"kind": kind, "amount": amount, **({"token": token} if token else {})} for kind, amount, token in paid]}


def balances(the: Life, order_id: str) -> list[dict[str, str]]:
    return [{name: amount for name, amount in tender["balances"].items() if float(amount)} for tender in tenders(the, order_id)]


def finished(the: Life, order_id: str, *, asked_once: bool = True) -> dict[str, Any]:
    shipped = the.fulfil(order_id)
    the.settle()
    the.deliver(shipped)
    the.settle()
    order = check(the, order_id) if asked_once else the.order(order_id)
    assert order["status"] == "completed"
    return order


def paid_by_hand(the: Life, order_id: str, number: int, amount: str, key: str = "cash") -> int:
    body = {"amount": amount, "reference": "till 4"}
    status = the.call("POST", f"/v1/orders/{order_id}/payments/{number}/paid", body, "finance", idempotency_key=key).status
    the.settle()
    return status


def test_what_the_card_would_not_give_holds_the_goods_and_says_how_much(the):
    order_id = held(the)
    reply = edit(the, order_id, lines={"1": 3}, payment={"kind": "card", "token": DECLINED})
    assert reply.status == 201
    (hold,) = [hold for hold in the.order(order_id)["holds"] if hold["kind"] == "payment"]
    assert hold["reason"].startswith("4.20 USD more is to be paid: ")
    let_go(the, order_id)
    assert the.order(order_id)["status"] == "on_hold" and not the.work(order_id)
    the.call("POST", f"/v1/orders/{order_id}/payments/2/retry", {"token": "tok_good"}, "support", idempotency_key="again")
    the.settle()
    assert finished(the, order_id, asked_once=False)["payments"]["balances"]["charged"] == "22.00"


def test_what_the_card_would_not_give_is_undone(the):
    order_id = held(the)
    edit(the, order_id, lines={"1": 3}, payment={"kind": "card", "token": DECLINED})
    assert undo(the, order_id, 1).status == 201
    assert active(the, order_id) == ["remorse"]
    let_go(the, order_id)
    assert finished(the, order_id)["payments"]["balances"]["charged"] == "17.80"


def test_what_is_not_needed_any_more_is_let_go_at_once(the):
    order_id = held(the)
    edit(the, order_id, lines={"1": 3})
    undo(the, order_id, 1)
    assert balances(the, order_id) == [{"authorised": "17.80"}, {"cancelled": "4.20"}]
    edit(the, order_id, lines={"1": 4})
    assert balances(the, order_id)[2] == {"authorised": "8.40"}
    let_go(the, order_id)
    assert finished(the, order_id)["payments"]["balances"]["charged"] == "26.20"


def test_what_was_authorised_before_bears_what_comes_on_top_again(the):
    order_id = held(the)
    edit(the, order_id, lines={"1": 1})
    edit(the, order_id, lines={"1": 2})
    assert balances(the, order_id) == [{"authorised": "17.80"}]
    let_go(the, order_id)
    assert finished(the, order_id)["payments"]["balances"]["charged"] == "17.80"


def test_more_is_never_taken_from_a_channel_and_nothing_leaves_until_somebody_has_paid(the):
    order_id = held(the, paid_by(("channel", "17.80", "")))
    seen = preview(the, order_id, lines={"1": 3}).json()
    assert [(row["kind"], row["after"], row["how"].partition(":")[0]) for row in seen["payments"]] == [("terms", "4.20", "awaited")]
    edit(the, order_id, lines={"1": 3})
    let_go(the, order_id)
    assert [hold["reason"] for hold in the.order(order_id)["holds"] if hold["status"] == "active"] == ["4.20 USD more is to be paid"]
    assert paid_by_hand(the, order_id, 2, "4.20") == 201
    assert finished(the, order_id)["totals"]["total"] == "22.00"


def test_what_a_channel_has_taken_too_much_is_noted_as_owed(the):
    order_id = held(the, paid_by(("channel", "17.80", "")))
    edit(the, order_id, lines={"1": 1})
    owed = [event for event in the.call("GET", f"/v1/orders/{order_id}/timeline").json()["items"] if event["type"] == "payment.refund_owed"]
    assert [event["data"]["amount"] for event in owed] == [420]


def test_an_invoice_is_for_what_the_order_comes_to_by_now(the):
    order_id = held(the, paid_by(("terms", "17.80", "")))
    edit(the, order_id, lines={"1": 1})
    assert paid_by_hand(the, order_id, 1, "17.80") == 422 and paid_by_hand(the, order_id, 1, "13.60") == 201
    edit(the, order_id, lines={"2": 2})
    assert [tender["amount"] for tender in tenders(the, order_id)] == ["13.60", "4.40"]


def test_a_gift_card_pays_what_comes_on_top(the):
    code = the.call("POST", "/v1/credits", {"kind": "gift_card", "amount": "10.00", "currency": "USD"}, "finance", idempotency_key="gift").json()["code"]
    order_id = held(the)
    edit(the, order_id, lines={"1": 3}, payment={"kind": "gift_card", "token": code})
    let_go(the, order_id)
    assert finished(the, order_id)["payments"]["balances"]["charged"] == "22.00"
    assert the.call("POST", "/v1/credits/look", {"code": code}, "finance").json()["balance"] == "5.80"


def test_an_order_that_was_declined_is_asked_for_what_it_comes_to_by_now(the):
    order_id = the.place(an_order(token=DECLINED))
    the.settle()
    assert edit(the, order_id, lines={"1": 1}).status == 201
    the.call("POST", f"/v1/orders/{order_id}/payments/1/retry", {"token": "tok_good"}, "support", idempotency_key="again")
    the.settle()
    assert balances(the, order_id) == [{"authorised": "13.60"}]
    assert finished(the, order_id, asked_once=False)["payments"]["balances"]["charged"] == "13.60"


def test_one_that_nobody_was_asked_to_pay_for_yet_is_asked_once_for_all_of_it(the):
    order_id = the.place(an_order(("POT", 900)) | {"lines": [{"sku": "POT", "quantity": 900, "unit_price": "0.01", "tax": "0.00"}], "total": "14.00", "tenders": [{"kind": "card", "token": "tok_good", "amount": "14.00"}]})
    the.settle()
    assert the.order(order_id)["status"] == "backordered"
    assert edit(the, order_id, lines={"1": 1}, add=[{"sku": "TEA", "quantity": 2, "unit_price": "10.00"}]).status == 201
    assert balances(the, order_id) == [{"authorised": "25.01"}] and the.order(order_id)["status"] == "released"


def test_units_cancelled_earlier_stay_returned_when_the_order_is_edited(the):
    order_id = held(the, an_order(("TEA", 3), ("CUP", 1)))
    the.call("POST", f"/v1/orders/{order_id}/cancel", {"reason": "less", "lines": {"1": 1}}, "api", idempotency_key="less")
    the.settle()
    edit(the, order_id, lines={"1": 1})
    assert quantities(the, order_id)["TEA"] == 2
    let_go(the, order_id)
    finished(the, order_id)


