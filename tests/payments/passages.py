"""Passages of an order's money, each from a world at rest to the next: `before` leads there, `goes` is where anything may die."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.flow.life import Life, an_order, whole_life
from tests.support.world import Crash
from waybill.payments import ports
from waybill.payments.notices import Dispute
from waybill.payments.ports import Capabilities, Returned
from waybill.payments.stripe.webhooks import signature
from waybill.shop import store as shop

STOCK = {("TEA", "reno"): 9, ("POT", "reno"): 9, ("CUP", "columbus"): 9}
IN_PARTS = Capabilities(several_captures=True, renewal=False, hold_days=7, at_once=True)


@dataclass(frozen=True)
class Passage:
    """`left` is what each tender has in the end, by kind: (authorised, charged, refunded); `told` which entries the timeline then has
    exactly so often. `as_credit` went back past the gateway."""

    before: Callable[[Life], str]
    goes: Callable[[Life, str], object]
    left: dict[str, tuple[str, str, str]]
    told: dict[str, int]
    as_credit: str = "0"


# Where they begin


def _three_tenders(the: Life) -> str:
    """3 pots at one node, 2 cups at the other, 5.00 of shipping: 25.80."""
    order = an_order(("POT", 3), ("CUP", 2))
    credits = [_issued(the, "store_credit", "7.50"), _issued(the, "gift_card", "10.00")]
    order_id = the.place({**order, "tenders": [{**order["tenders"][0], "amount": "8.30"}, *credits]})
    the.settle()
    return order_id


def _issued(the: Life, kind: str, amount: str) -> dict[str, str]:
    issued = the.call("POST", "/v1/credits", {"kind": kind, "amount": amount, "currency": "USD"}, idempotency_key=f"{kind}-1")
    return {"kind": kind, "token": issued.json()["code"], "amount": amount}


def _three_tenders_shipped(the: Life) -> str:
    order_id = _three_tenders(the)
    the.fulfil(order_id)
    the.settle()
    return order_id


def _placed(the: Life) -> str:
    the.gateway.stem = "pi_"
    order_id = the.place(an_order())
    the.settle()
    return order_id


def _completed(the: Life) -> str:
    the.gateway.stem = "pi_"
    return whole_life(the, an_order())


def _refund_refused(the: Life) -> str:
    order_id = _completed(the)
    the.gateway.refuses_refunds = True
    _refund(the, order_id)
    the.gateway.refuses_refunds = False
    return order_id


def _refunded(the: Life) -> str:
    order_id = _completed(the)
    _refund(the, order_id)
    return order_id


def _on_terms(the: Life) -> str:
    shop.save(shop.POLICY, "payments", {"ship_unpaid": []})
    shop.forget()
    order = an_order()
    order_id = the.place({**order, "tenders": [{"kind": "terms", "amount": order["total"]}]})
    the.settle()
    return order_id


def _lapsed(the: Life) -> str:
    order_id = _placed(the)
    the.gateway.of(order_id)[0].status = ports.VOIDED
    the.world.later(8 * 86_400)
    _scheduled(the)
    return order_id


def _soon_to_lapse(the: Life) -> str:
    order_id = _placed(the)
    the.world.later(6 * 86_400)
    return order_id


def _cancelled(the: Life) -> str:
    order_id = _placed(the)
    _cancel(the, order_id)
    return order_id


# What happens


def _ships(the: Life, order_id: str) -> None:
    for work in the.work(order_id):
        the.carry_out([work])
        the.settle()


def _cancel(the: Life, order_id: str) -> None:
    the.call("POST", f"/v1/orders/{order_id}/cancel", {"reason": "changed my mind"})
    the.settle()


def _refund(the: Life, order_id: str, **wanted: Any) -> None:
    body = wanted or {"lines": [{"line": "1", "quantity": 1}]}
    assert the.call("POST", f"/v1/orders/{order_id}/refunds", body, idempotency_key="back").status == 201
    the.settle()


def _part_of_three(the: Life, order_id: str) -> None:
    _refund(the, order_id, lines=[{"line": "1", "quantity": 2}, {"line": "2", "quantity": 1}])


def _again(the: Life, order_id: str) -> None:
    assert the.call("POST", f"/v1/orders/{order_id}/refunds/1/retry", {}, "support").status == 200
    the.settle()


def _withdrawn(the: Life, order_id: str) -> None:
    assert the.call("POST", f"/v1/orders/{order_id}/refunds/1/reject", {}).status == 200
    the.settle()


def _as_credit(the: Life, order_id: str) -> None:
    assert the.call("POST", f"/v1/orders/{order_id}/refunds/1/credit", {}).status == 201
    the.settle()


def _noted(the: Life, order_id: str) -> None:
    body = {"amount": "17.80", "reference": "bank 7"}
    assert the.call("POST", f"/v1/orders/{order_id}/payments/1/paid", body, idempotency_key="paid").status == 201
    the.settle()


def _secured_again(the: Life, order_id: str) -> None:
    path = f"/v1/orders/{order_id}/payments/1/retry"
    assert the.call("POST", path, {"token": "tok_good"}, "support", idempotency_key="again").status == 202
    the.settle()


def _disputed(the: Life, order_id: str) -> None:
    (payment,) = the.gateway.of(order_id)
    payment.disputes[:] = [Dispute("dp_1", "open", 100, "USD", "fraudulent")]
    _tells(the, order_id, "charge.dispute.created", {"object": "dispute", "id": "dp_1", "metadata": {"order_id": order_id}})


def _came_back(the: Life, order_id: str) -> None:
    (payment,) = the.gateway.of(order_id)
    key, made = payment.refunds[0]
    payment.refunds[0] = (key, Returned("failed", 0, made.reference, "account_closed"))
    _tells(the, order_id, "refund.failed", {"object": "refund", "id": made.reference, "metadata": {"order_id": order_id}})


def _yes_after_all(the: Life, order_id: str) -> None:
    (payment,) = the.gateway.of(order_id)
    payment.status, payment.reason = ports.AUTHORISED, ""
    reference = next(name for name, known in the.gateway.payments.items() if known is payment)
    _tells(the, order_id, "payment_intent.amount_capturable_updated", {"object": "payment_intent", "id": reference, "metadata": {"order_id": order_id}})


def _tells(the: Life, order_id: str, type: str, about: dict[str, Any]) -> None:
    """As the gateway sends it, until it is answered."""
    raw, stamp = json.dumps({"id": "evt_1", "object": "event", "type": type, "data": {"object": about}}).encode(), str(int(the.world.now().timestamp()))
    headers = {"stripe-signature": f"t={stamp},v1={signature(stamp, raw, 'whsec_new')}"}
    _until_done(the, lambda: the.world.call("POST", "/v1/gateways/stripe/webhooks", raw, headers))
    the.settle()


def _scheduled(the: Life, order_id: str = "") -> None:
    _until_done(the, lambda: the.world.handler("payment_care")({}, None))
    the.settle()


def _until_done(the: Life, deed: Callable[[], object]) -> None:
    while True:
        try:
            deed()
            return
        except Crash as crash:
            the.world.crashes.append(crash)
            the.world.restart()


PASSAGES = {
    "three_tenders_are_taken_with_two_parcels": Passage(
        _three_tenders,
        _ships,
        {"card": ("0.00", "8.30", "0.00"), "store_credit": ("0.00", "7.50", "0.00"), "gift_card": ("0.00", "10.00", "0.00")},
        {"payment.captured": 4, "payment.capture_failed": 0},
    ),
    "three_tenders_of_a_cancelled_order_are_let_go": Passage(
        _three_tenders,
        _cancel,
        {"card": ("0.00", "0.00", "0.00"), "store_credit": ("0.00", "0.00", "0.00"), "gift_card": ("0.00", "0.00", "0.00")},
        {"payment.voided": 3, "payment.captured": 0},
    ),
    "a_return_over_two_tenders": Passage(
        _three_tenders_shipped,
        _part_of_three,
        {"card": ("0.00", "0.00", "8.30"), "store_credit": ("0.00", "3.33", "4.17"), "gift_card": ("0.00", "10.00", "0.00")},
        {"refund.granted": 1, "refund.paid": 1, "payment.refunded": 2},
    ),
    "a_refund_that_was_refused_is_tried_again": Passage(
        _refund_refused, _again, {"card": ("0.00", "13.60", "4.20")}, {"refund.retried": 1, "refund.paid": 1, "payment.refunded": 1}
    ),
    "a_refund_that_was_refused_is_withdrawn": Passage(
        _refund_refused, _withdrawn, {"card": ("0.00", "17.80", "0.00")}, {"refund.withdrawn": 1, "refund.paid": 0, "payment.refunded": 0}
    ),
    "a_refund_that_was_refused_goes_back_as_store_credit": Passage(
        _refund_refused,
        _as_credit,
        {"card": ("0.00", "13.60", "4.20")},
        {"refund.credited": 1, "refund.granted": 1, "payment.credited": 1},
        as_credit="4.20",
    ),
    "a_refund_comes_back": Passage(
        _refunded, _came_back, {"card": ("0.00", "17.80", "0.00")}, {"payment.refund_returned": 1, "refund.failed": 1, "refund.granted": 1}
    ),
    "a_customer_disputes": Passage(_completed, _disputed, {"card": ("0.00", "16.80", "0.00")}, {"payment.disputed": 1}),
    "the_bank_says_yes_after_the_order_was_cancelled": Passage(
        _cancelled, _yes_after_all, {"card": ("0.00", "0.00", "0.00")}, {"payment.captured": 0, "order.confirmed": 1}
    ),
    "an_invoice_is_paid_and_the_goods_leave": Passage(
        _on_terms, _noted, {"terms": ("0.00", "17.80", "0.00")}, {"payment.recorded": 1, "order.released": 1}
    ),
    "a_lapsed_authorisation_is_asked_for_again": Passage(
        _lapsed, _secured_again, {"card": ("17.80", "0.00", "0.00")}, {"payment.authorised": 2, "payment.lapsed": 1}
    ),
    "a_person_is_asked_in_time": Passage(_soon_to_lapse, _scheduled, {"card": ("17.80", "0.00", "0.00")}, {"order.held": 1, "payment.renewed": 0}),
}
