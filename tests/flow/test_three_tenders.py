"""One order, three tenders, two parcels, a partial return: every cent is somewhere, and says why."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

from tests.flow.life import Life, an_order
from tests.flow.lived import life
from waybill.orders import documents
from waybill.payments.ports import Capabilities

_STOCK = {("POT", "reno"): 9, ("CUP", "columbus"): 9}


def _issued(the: Life, kind: str, amount: str) -> str:
    body = {"kind": kind, "amount": amount, "currency": "USD", "reason": "a present"}
    return the.call("POST", "/v1/credits", body, idempotency_key=f"{kind}-1").json()["code"]


def _left(the: Life, code: str) -> tuple[str, str]:
    seen = the.call("POST", "/v1/credits/look", {"code": f"{code[:4]}-{code[4:]}".lower()}).json()
    return seen["balance"], seen["held"]


def _money(the: Life, order_id: str) -> tuple[str, list[tuple[str, str, str]]]:
    """The order's charge status, and (kind, charged, still authorised) of each tender."""
    seen = the.call("GET", f"/v1/orders/{order_id}/payments").json()
    return seen["charge_status"], [(t["kind"], t["balances"]["charged"], t["balances"]["authorised"]) for t in seen["tenders"]]


def _accounts(the: Life, order_id: str) -> dict[str, Decimal]:
    sums: dict[str, Decimal] = {}
    for entry in the.call("GET", f"/v1/journal?order={order_id}").json()["items"]:
        for leg in entry["postings"]:
            sums[leg["account"]] = sums.get(leg["account"], Decimal(0)) + Decimal(leg["amount"])
    return {account: amount for account, amount in sums.items() if amount}


def _ship(the: Life, order_id: str, work: dict[str, Any]) -> None:
    the.carry_out([work])
    the.settle()


def test_every_cent_of_three_tenders_is_explained() -> None:
    with life(_STOCK) as the:
        the.gateway.allows = Capabilities(several_captures=True, renewal=False, hold_days=7)
        gift, credit = _issued(the, "gift_card", "10.00"), _issued(the, "store_credit", "7.50")
        order = an_order(("POT", 3), ("CUP", 2))  # 12.40 + 8.40 + 5.00 shipping
        card = {**order["tenders"][0], "amount": "8.30"}
        tenders = [card, {"kind": "store_credit", "token": credit, "amount": "7.50"}, {"kind": "gift_card", "token": gift, "amount": "10.00"}]
        order_id = the.place({**order, "tenders": tenders})
        the.settle()
        assert (_left(the, gift), _left(the, credit)) == (("0.00", "10.00"), ("0.00", "7.50"))
        assert _money(the, order_id) == ("none", [("card", "0.00", "8.30"), ("store_credit", "0.00", "7.50"), ("gift_card", "0.00", "10.00")])

        first, second = sorted(the.work(order_id), key=lambda work: "1" not in work["lines"])
        _ship(the, order_id, first)  # three pots and their part of the shipping: the gift card first, then the store credit
        status, after_one = _money(the, order_id)
        taken = sum(Decimal(charged) for _, charged, _ in after_one)
        assert status == "partial" and after_one[2] == ("gift_card", "10.00", "0.00") and after_one[0][1] == "0.00"
        assert after_one[1] == ("store_credit", str(taken - 10), str(Decimal("17.50") - taken))
        assert _accounts(the, order_id)["sales"] == Decimal("-12.00")

        _ship(the, order_id, second)
        assert _money(the, order_id) == ("full", [("card", "8.30", "0.00"), ("store_credit", "7.50", "0.00"), ("gift_card", "10.00", "0.00")])
        assert (_left(the, gift), _left(the, credit)) == (("0.00", "0.00"), ("0.00", "0.00"))
        assert _accounts(the, order_id).get("receivable") is None

        path = f"/v1/orders/{order_id}/refunds"
        back = the.call("POST", path, {"lines": [{"line": "1", "quantity": 2}, {"line": "2", "quantity": 1}]}, idempotency_key="back-1").json()
        # two of three pots: 8.00 and 0.27 tax; one of two cups: 4.00 and 0.20: the card returns first, the rest is store credit again
        assert back["amount"] == "12.47" and [portion["amount"] for portion in back["portions"]] == ["8.30", "4.17"]
        the.settle()
        assert the.call("GET", path).json()["items"][0]["status"] == "paid"
        assert _money(the, order_id)[0] == "full", "what was granted back is owed no more"
        assert _left(the, credit) == ("4.17", "0.00") and the.gateway.refunds(order_id) == [830]

        rest = the.call("POST", path, {"everything": True}, idempotency_key="back-2").json()
        assert rest["amount"] == "13.33"
        the.settle()
        assert (_left(the, gift), _left(the, credit)) == (("10.00", "0.00"), ("7.50", "0.00"))
        accounts = _accounts(the, order_id)
        assert set(accounts) <= {"cogs", "inventory", "freight-out", "carrier-payable"}, "what came in for it has gone back, to the cent"


def test_nothing_of_a_cancelled_order_stays_held_on_any_tender() -> None:
    with life(_STOCK) as the:
        gift = _issued(the, "gift_card", "10.00")
        order = an_order(("POT", 3))
        tenders = [{"kind": "gift_card", "token": gift, "amount": "10.00"}, {**order["tenders"][0], "amount": "7.40"}]
        order_id = the.place({**order, "tenders": tenders})
        the.settle()
        the.call("POST", f"/v1/orders/{order_id}/cancel", {"reason": "changed my mind"})
        the.settle()
        assert _left(the, gift) == ("10.00", "0.00")
        assert _money(the, order_id)[1] == [("gift_card", "0.00", "0.00"), ("card", "0.00", "0.00")]


def test_a_code_is_neither_in_the_order_nor_in_the_document_that_was_kept() -> None:
    with life(_STOCK) as the:
        gift = _issued(the, "gift_card", "20.00")
        order = an_order(("POT", 3))
        body = {**order, "tenders": [{"kind": "gift_card", "token": gift, "amount": order["total"]}]}
        order_id = the.place(body, "k")
        assert the.place(body, "k") == order_id, "the same key with the same body is the same order"
        the.settle()
        kept = documents.load("api#k").body.decode()
        assert "gift_card" in kept and gift not in kept and gift not in json.dumps(the.order(order_id))


def test_a_card_that_was_not_enough_lets_the_gift_card_go() -> None:
    with life(_STOCK) as the:
        gift = _issued(the, "gift_card", "10.00")
        order = an_order(("POT", 3), token="tok_declined")
        tenders = [{"kind": "gift_card", "token": gift, "amount": "10.00"}, {**order["tenders"][0], "amount": "7.40"}]
        order_id = the.place({**order, "tenders": tenders})
        the.settle()
        assert the.order(order_id)["status"] == "on_hold" and _left(the, gift) == ("10.00", "0.00")
        the.call("POST", f"/v1/orders/{order_id}/payments/2/retry", {"token": "tok_good"}, idempotency_key="again")
        the.settle()
        assert the.order(order_id)["status"] != "on_hold" and _left(the, gift) == ("0.00", "10.00")
