"""What people decide about money."""

from __future__ import annotations

from tests.desk.person import Person
from tests.flow.life import DECLINED, Life, an_order
from tests.house.deeds import lapse, ok, placed, work_off


def credits_kept(the: Life) -> None:
    issued = ok(the.call("POST", "/v1/credits", {"kind": "gift_card", "amount": "9.00", "currency": "USD"}, idempotency_key="gift-1")).json()
    ok(the.call("POST", "/v1/credits/adjust", {"code": issued["code"], "amount": "-1.00", "currency": "USD", "reason": "typo"}, idempotency_key="a-1"))
    order = an_order(("TEA", 1))
    spent = {"kind": "gift_card", "token": issued["code"], "amount": "8.00"}
    work_off(the, placed(the, {**order, "tenders": [spent, {**order["tenders"][0], "amount": "1.40"}]}))
    assert ok(the.call("POST", "/v1/credits/look", {"code": issued["code"]}, "support")).json()["balance"] == "0.00"


def paid_by_hand(the: Life) -> None:
    order = an_order()
    order_id = placed(the, {**order, "tenders": [{"kind": "terms", "amount": order["total"]}]})
    ok(the.call("POST", f"/v1/orders/{order_id}/payments/1/paid", {"amount": order["total"], "reference": "bank-1"}, idempotency_key="paid-1"))
    work_off(the, order_id)


def tried_again(the: Life) -> None:
    declined, lapsed = placed(the, an_order(token=DECLINED)), placed(the, an_order())
    lapse(the, lapsed)
    for order_id in (declined, lapsed):
        ok(the.call("POST", f"/v1/orders/{order_id}/payments/1/retry", {"token": "tok_good"}, "support", idempotency_key=f"again-{order_id}"))
    the.settle()
    for order_id in (declined, lapsed):
        work_off(the, order_id)


def given_as_credit(the: Life) -> None:
    order_id = work_off(the, placed(the, an_order()))
    the.gateway.refuses_refunds = True
    ok(the.call("POST", f"/v1/orders/{order_id}/refunds", {"goodwill": "1.00"}, idempotency_key="no"))
    the.settle()
    the.gateway.refuses_refunds = False
    ok(the.call("POST", f"/v1/orders/{order_id}/refunds/1/credit", {}, "support"))
    the.settle()
    clerk = Person(the.world, "key-support")
    clerk.get(f"/desk/orders/{order_id}")
    assert clerk.post(f"/desk/orders/{order_id}/refunds/1/credit") == 200 and "store credit" in clerk.page
