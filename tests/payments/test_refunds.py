"""Refunds: the arithmetic to the cent, the decision apart from the money, the door."""

from __future__ import annotations

import itertools
import random
from typing import Any

import pytest

from tests.flow.life import Life, an_order, whole_life
from tests.flow.lived import life
from tests.support.faults import EveryCrash
from waybill.aws import gate
from waybill.kernel.errors import IllegalTransition, InvalidInput
from waybill.orders.model.counters import Counters
from waybill.orders.model.order import Line, Order, Shipping, Tender
from waybill.orders.model.sale import Sold
from waybill.payments.model.allocation import returned
from waybill.payments.model.refunds import ALL, Refund, Wanted, taken_back

_keys = itertools.count(1)


def an_order_of(*lines: tuple[int, int, int, int], shipping: Shipping | None = None, included: bool = False, fees: int = 0) -> Order:
    """Lines of (quantity, unit price, discount, tax), paid by one card."""
    rows = tuple(Line(f"l{n}", "SKU", "Thing", *line) for n, line in enumerate(lines, 1))
    order = Order("ord_r", "web", "r", "2026-11-23T00:00:00Z", "USD", rows, shipping or Shipping(), (Tender("card", 0),), 0, included, fees)
    return Order(**{**{name: getattr(order, name) for name in Order.__slots__}, "total": order.computed_total})


def delivered(order: Order) -> dict[str, Counters]:
    return {line.id: Counters(delivered=line.quantity) for line in order.lines}


def granted(order: Order, before: list[Refund], wanted: Wanted) -> Refund:
    taken = taken_back(order, delivered(order), before, wanted)
    money = (taken.lines, taken.sold, taken.shipping, taken.goodwill, taken.fee, ())
    return Refund(order.id, len(before) + 1, "granted", order.currency, *money, "", "me", "k", "d")


@pytest.mark.parametrize("seed", range(200))
def test_however_units_and_shipping_come_back_they_sum_to_what_was_paid(seed: int) -> None:
    dice = random.Random(seed)
    lines = [
        (q := dice.randint(1, 7), p := dice.randint(1, 999), dice.randint(0, q * p // 2), dice.randint(0, 300)) for _ in range(dice.randint(1, 4))
    ]
    fare = dice.randint(0, 999)
    order = an_order_of(*lines, shipping=Shipping(amount=fare, tax=dice.randint(0, fare // 5)), included=dice.random() < 0.5)
    refunds: list[Refund] = []
    units = [line.id for line in order.lines for _ in range(line.quantity)]
    dice.shuffle(units)
    while units:
        some = [units.pop() for _ in range(dice.randint(1, len(units)))]
        wanted = Wanted({line: some.count(line) for line in set(some)}, goodwill=1)
        refunds.append(granted(order, refunds, wanted))
    if fare:
        half = fare // 2
        for part in (half, ALL) if half else (ALL,):
            refunds.append(granted(order, refunds, Wanted(shipping=part)))
    assert sum(refund.sold.total for refund in refunds) == order.total
    assert sum((refund.sold for refund in refunds), Sold()).tax == order.tax


@pytest.mark.parametrize("seed", range(60))
def test_everything_is_what_was_paid_whatever_was_refunded_before(seed: int) -> None:
    dice = random.Random(seed)
    order = an_order_of((3, 333, 100, 61), (2, 1999, 0, 7), shipping=Shipping(amount=499, tax=41), included=seed % 2 == 0, fees=seed)
    before = [granted(order, [], Wanted({"l1": dice.randint(1, 2)}, goodwill=dice.randint(0, 50), fee=dice.randint(0, 20)))]
    last = granted(order, before, Wanted(everything=True))
    assert before[0].amount + last.amount == order.total
    with pytest.raises(InvalidInput):
        taken_back(order, delivered(order), [*before, last], Wanted({"l1": 1}))


def test_never_more_units_than_have_left() -> None:
    order = an_order_of((3, 1000, 0, 0))
    counters = {"l1": Counters(delivered=1, shipped=1, released=1)}
    assert taken_back(order, counters, [], Wanted({"l1": 2})).amount == 2000
    for wanted in (Wanted({"l1": 3}), Wanted({"l9": 1}), Wanted({"l1": 0}), Wanted(shipping=1), Wanted(everything=True), Wanted()):
        with pytest.raises(InvalidInput):
            taken_back(order, counters, [], wanted)


def test_the_policy_says_which_tender_returns_first_and_none_returns_more_than_it_took() -> None:
    tenders = [(1, "channel", 500), (2, "card", 300), (3, "card", 0)]
    assert [(p.tender, p.amount) for p in returned(600, tenders, ("card", "channel"))] == [(2, 300), (1, 300)]
    assert [(p.tender, p.amount) for p in returned(400, tenders, ("channel", "card"))] == [(1, 400)]
    for amount in (801, 0, -1):
        with pytest.raises(IllegalTransition):
            returned(amount, tenders, ("card",))


# ── through the system ──


def ask(the: Life, order_id: str, body: dict[str, Any], key: str = "", who: str = "admin") -> Any:
    return the.call("POST", f"/v1/orders/{order_id}/refunds", body, who, idempotency_key=key or f"refund-{next(_keys)}")


def charged(the: Life, order_id: str) -> str:
    return the.call("GET", f"/v1/orders/{order_id}/payments").json()["balances"]["charged"]


def test_a_refund_pays_back_once_is_booked_and_a_full_return_leaves_nothing() -> None:
    with life({("TEA", "columbus"): 5, ("CUP", "columbus"): 5}) as the:
        order_id = whole_life(the, an_order())  # 2 × TEA, 1 × CUP, shipping: 17.80
        assert charged(the, order_id) == "17.80"
        first = ask(the, order_id, {"lines": [{"line": "1", "quantity": 1}], "reason": "broken"}, "k1")
        again = ask(the, order_id, {"lines": [{"line": "1", "quantity": 1}], "reason": "broken"}, "k1")
        assert (first.status, again.json()) == (201, first.json())
        assert first.json()["amount"] == "4.20" and first.json()["breakdown"]["tax"] == "0.20"
        the.settle()
        assert charged(the, order_id) == "13.60"
        assert ask(the, order_id, {"everything": True}).json()["amount"] == "13.60"
        the.settle()
        assert charged(the, order_id) == "0.00"
        listed = the.call("GET", f"/v1/orders/{order_id}/refunds").json()["items"]
        assert [refund["status"] for refund in listed] == ["paid", "paid"]
        (payment,) = the.gateway.payments.values()
        assert [refund.amount for _, refund in payment.refunds] == [420, 1360]
        receivable = [
            p for entry in the.call("GET", f"/v1/journal?order={order_id}").json()["items"] for p in entry["postings"] if p["account"] == "receivable"
        ]
        assert sum(round(100 * float(posting["amount"])) for posting in receivable) == 0


def test_seen_before_it_is_done_a_refund_changes_nothing() -> None:
    with life({("TEA", "columbus"): 5, ("CUP", "columbus"): 5}) as the:
        order_id = whole_life(the, an_order())
        seen = ask(the, order_id, {"everything": True, "dryRun": True}).json()
        assert (seen["amount"], seen["dry_run"]) == ("17.80", True)
        the.settle()
        assert charged(the, order_id) == "17.80"
        assert the.call("GET", f"/v1/orders/{order_id}/refunds").json()["items"] == []


def test_above_the_limit_a_second_person_decides() -> None:
    with life({("TEA", "columbus"): 5, ("CUP", "columbus"): 5}) as the:
        from waybill.shop import store as shop

        shop.save(shop.POLICY, "refunds", {"limit": {"USD": 1000}})
        shop.forget()
        order_id = whole_life(the, an_order())
        proposed = ask(the, order_id, {"everything": True}, who="support").json()
        assert proposed["status"] == "proposed"
        the.settle()
        assert charged(the, order_id) == "17.80"
        assert ask(the, order_id, {"everything": True}, who="support").status in (409, 422)  # it is promised already
        approve = f"/v1/orders/{order_id}/refunds/1/approve"
        assert the.call("POST", approve, {}, "support").status == 403
        assert the.call("POST", approve, {}, "admin").json()["status"] == "granted"
        the.settle()
        assert charged(the, order_id) == "0.00"


BAD = [
    {}, {"lines": []}, {"lines": "1"}, {"lines": [{"line": "1"}]}, {"lines": [{"line": "1", "quantity": 0}]}, {"lines": [{"line": "1", "quantity": -1}]},
    {"lines": [{"line": "1", "quantity": 3}]}, {"lines": [{"line": "9", "quantity": 1}]}, {"lines": [{"line": "1", "quantity": True}]},
    {"lines": [{"line": "1", "quantity": 1}, {"line": "1", "quantity": 1}]}, {"shipping": "5.001"}, {"shipping": "-1.00"}, {"shipping": "6.00"},
    {"shipping": 5}, {"goodwill": "NaN"}, {"goodwill": "1e999"}, {"goodwill": "99.00"}, {"fee": "1.00"}, {"everything": "yes"}, {"everything": True, "fee": "1.00"},
    {"lines": [{"line": "1", "quantity": 1}], "fee": "4.20"}, {"colour": "red"}, {"reason": "x" * 201, "shipping": "all"}, {"reason": "\u0000", "shipping": "all"},
]  # fmt: skip


def test_nonsense_is_refused_clearly_and_returns_nothing() -> None:
    with life({("TEA", "columbus"): 5, ("CUP", "columbus"): 5}) as the:
        order_id = whole_life(the, an_order())
        for body in BAD:
            reply = ask(the, order_id, body)
            assert 400 <= reply.status < 500 and reply.json()["detail"], body
        assert the.call("POST", f"/v1/orders/{order_id}/refunds", {"shipping": "all"}).status == 400  # without a key
        assert ask(the, "ord_" + "a" * 20, {"shipping": "all"}).status == 404
        for who in ("api", "viewer", "columbus", "nobody"):
            assert ask(the, order_id, {"shipping": "all"}, who=who).status in (401, 403), who
        the.settle()
        assert charged(the, order_id) == "17.80"


@pytest.mark.timeout(300)
def test_no_crash_in_a_refund_pays_twice_or_never() -> None:
    with life({("TEA", "columbus"): 5, ("CUP", "columbus"): 5}) as the:
        order_id = whole_life(the, an_order())
        crashes = EveryCrash(invocation=lambda: the.world.invocations)

        def refunded() -> None:
            assert ask(the, order_id, {"lines": [{"line": "1", "quantity": 1}]}, "k1").status == 201
            the.settle()

        def judge() -> None:
            (payment,) = the.gateway.payments.values()
            assert [refund.amount for _, refund in payment.refunds] == [420]
            assert charged(the, order_id) == "13.60"
            (refund,) = the.call("GET", f"/v1/orders/{order_id}/refunds").json()["items"]
            assert refund["status"] == "paid"
            events = [entry["event"] for entry in the.call("GET", f"/v1/journal?order={order_id}").json()["items"]]
            assert (events.count("refund.granted"), events.count("payment.refunded")) == (1, 1)

        with gate.watching(crashes):
            crashes.told(refunded)
        crashes.finish(judge)
        judge()
    assert crashes.points and not crashes.failures, "\n\n".join(crashes.failures)


def test_what_the_channel_took_the_channel_owes() -> None:
    with life({("TEA", "columbus"): 5, ("CUP", "columbus"): 5}) as the:
        order = an_order()
        order_id = whole_life(the, {**order, "tenders": [{"kind": "channel", "amount": order["total"], "reference": "paid-1"}]})
        assert ask(the, order_id, {"shipping": "all"}).status == 201
        the.settle()
        timeline = [entry["type"] for entry in the.call("GET", f"/v1/orders/{order_id}/timeline").json()["items"]]
        assert timeline.count("payment.refund_owed") == 1 and "refund.paid" in timeline
        assert ask(the, order_id, {"everything": True}).json()["amount"] == "12.80"


def test_a_refund_that_was_refused_is_tried_again_and_booked_once() -> None:
    with life({("TEA", "columbus"): 5, ("CUP", "columbus"): 5}) as the:
        order_id = whole_life(the, an_order())
        the.gateway.refuses_refunds = True
        ask(the, order_id, {"everything": True})
        the.settle()
        path = f"/v1/orders/{order_id}/refunds"
        assert the.call("GET", path).json()["items"][0]["status"] == "failed" and charged(the, order_id) == "17.80"
        assert ask(the, order_id, {"goodwill": "1.00"}).status == 409, "what failed is still promised"
        the.gateway.refuses_refunds = False
        for _ in range(2):
            assert the.call("POST", f"{path}/1/retry", {}, "support").json()["status"] == "granted"
        the.settle()
        assert the.call("GET", path).json()["items"][0]["status"] == "paid" and charged(the, order_id) == "0.00"
        assert sum(the.gateway.refunds(order_id)) == 1780
        assert _owed(the, order_id) == 0


def test_a_refund_that_cannot_be_paid_may_be_withdrawn_and_then_nothing_was_booked_and_the_units_are_free_again() -> None:
    with life({("TEA", "columbus"): 5, ("CUP", "columbus"): 5}) as the:
        order_id = whole_life(the, an_order())
        the.gateway.refuses_refunds = True
        ask(the, order_id, {"everything": True})
        the.settle()
        reject = f"/v1/orders/{order_id}/refunds/1/reject"
        assert the.call("POST", reject, {}, "support").status == 403
        assert the.call("POST", reject, {}).json()["status"] == the.call("POST", reject, {}).json()["status"] == "rejected"
        the.settle()
        assert _owed(the, order_id) == 0 and charged(the, order_id) == "17.80"
        the.gateway.refuses_refunds = False
        ask(the, order_id, {"everything": True})
        the.settle()
        assert charged(the, order_id) == "0.00" and _owed(the, order_id) == 0


def test_a_refund_that_no_gateway_would_pay_goes_back_once_as_store_credit_and_the_books_owe_nobody() -> None:
    with life({("TEA", "columbus"): 5, ("CUP", "columbus"): 5}) as the:
        order_id = whole_life(the, an_order())
        the.gateway.refuses_refunds = True
        ask(the, order_id, {"lines": [{"line": "1", "quantity": 1}]})
        the.settle()
        the.gateway.refuses_refunds = False
        given = [the.call("POST", f"/v1/orders/{order_id}/refunds/1/credit", {}, "support").json() for _ in range(2)]
        assert given[0] == given[1] and given[0]["status"] == "paid" and given[0]["credit"]["balance"] == given[0]["amount"] == "4.20"
        the.settle()
        assert charged(the, order_id) == "13.60" and not the.gateway.refunds(order_id) and _owed(the, order_id) == 0
        assert ask(the, order_id, {"goodwill": "13.61"}).status == 409, "what went back as credit is refunded no second time"
        for verb in ("retry", "reject"):
            assert the.call("POST", f"/v1/orders/{order_id}/refunds/1/{verb}", {}).status == 409
        entry = next(entry for entry in the.call("GET", f"/v1/journal?order={order_id}").json()["items"] if entry["event"] == "credit.issued")
        assert {leg["account"]: leg["amount"] for leg in entry["postings"]}["clearing-ledger"] == "-4.20"
        assert the.call("POST", "/v1/credits/look", {"code": given[0]["credit"]["code"]}).json()["kind"] == "store_credit"


@pytest.mark.parametrize("paid", [False, True])
def test_only_a_refund_that_failed_goes_back_as_store_credit(paid: bool) -> None:
    with life({("TEA", "columbus"): 5, ("CUP", "columbus"): 5}) as the:
        order_id = whole_life(the, an_order())
        ask(the, order_id, {"goodwill": "1.00"})
        if paid:
            the.settle()
        assert the.call("POST", f"/v1/orders/{order_id}/refunds/1/credit", {}).status == 409
        assert the.call("POST", f"/v1/orders/{order_id}/refunds/2/credit", {}).status == 404
        for who in ("viewer", "api", "columbus"):
            assert the.ask("POST", f"/v1/orders/{order_id}/refunds/1/credit", {}, who).status == 403


def test_who_decides_on_what_stands_no_more_is_told_so() -> None:
    with life({("TEA", "columbus"): 5, ("CUP", "columbus"): 5}) as the:
        order_id = whole_life(the, an_order())
        path, body = f"/v1/orders/{order_id}/refunds", {"lines": [{"line": "1", "quantity": 1}]}
        seen = the.call("POST", path, {**body, "dryRun": True}).headers["etag"]
        assert the.call("GET", path).headers["etag"] == seen
        first = the.call("POST", path, body, idempotency_key="a", if_match=seen)
        late = the.call("POST", path, body, idempotency_key="b", if_match=seen)
        assert (first.status, late.status, late.json()["code"]) == (201, 412, "stale_version")
        assert the.call("POST", path, body, idempotency_key="a", if_match=seen).status == 201, "the same request is answered again"
        assert len(the.call("GET", path).json()["items"]) == 1


def _owed(the: Life, order_id: str) -> int:
    entries = the.call("GET", f"/v1/journal?order={order_id}").json()["items"]
    return sum(round(100 * float(leg["amount"])) for entry in entries for leg in entry["postings"] if leg["account"] == "receivable")
