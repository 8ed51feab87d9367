"""Money at the desk over the real contexts: what a person sees and does, and what the gateway was asked for it."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from tests.desk.person import Person
from tests.flow.life import Life, an_order
from tests.flow.lived import life
from waybill.shop import store as shop


@pytest.fixture(scope="module")
def the() -> Iterator[Life]:
    with life({("TEA", "reno"): 50, ("CUP", "columbus"): 50, ("POT", "reno"): 50}) as made:
        yield made


def _completed(the: Life) -> str:
    order_id = _placed(the)
    the.deliver(the.fulfil(order_id))
    the.settle()
    return order_id


def _placed(the: Life, **tender: str) -> str:
    order = an_order()
    order_id = the.place({**order, "tenders": [{**order["tenders"][0], **tender}]}, order["external_reference"])
    the.settle()
    return order_id


def _wanted(page: str) -> dict[str, str]:
    """The fields of the form that would grant what was seen."""
    return dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', page[page.index('/refunds"') :]))


def test_a_refund_pressed_twice_is_one_refund_of_what_was_seen(the: Life) -> None:
    order_id = _completed(the)
    clerk, page = Person(the.world, "key-support"), f"/desk/orders/{order_id}"
    clerk.get(f"{page}/refund")
    assert clerk.post(f"{page}/refund", **{"units-0": "1", "reason": "torn"}) == 200
    amount = re.search(r"Refund \$([0-9.]+)</button>", clerk.page)
    fields = _wanted(clerk.page)
    for _ in range(2):
        assert clerk.post(f"{page}/refunds", **fields) == 303
    the.settle()
    assert amount and the.gateway.refunds(order_id) == [round(float(amount[1]) * 100)]
    clerk.get(page)
    for text in ("Refund 1", "torn", "asked for by support", "Partly refunded", "Refund 1 granted", "Refund 1 paid", "Refund done"):
        assert text in clerk.page, text
    assert "Paid</span>" in clerk.page


def test_what_two_people_decide_at_once_is_decided_once(the: Life) -> None:
    order_id = _completed(the)
    one, other, page = Person(the.world, "key-support"), Person(the.world, "key-finance"), f"/desk/orders/{order_id}"
    for person, goodwill in ((one, "3.00"), (other, "4.00")):
        person.get(f"{page}/refund")
        person.post(f"{page}/refund", goodwill=goodwill)
    assert one.post(f"{page}/refunds", **_wanted(one.page)) == 303
    assert other.post(f"{page}/refunds", **_wanted(other.page)) == 412 and "look again" in other.page
    the.settle()
    assert the.gateway.refunds(order_id) == [300]


def test_a_second_person_is_another_person_whatever_the_door(the: Life) -> None:
    shop.save(shop.POLICY, "refunds", {"limit": {"USD": 100}})
    shop.forget()
    order_id = _completed(the)
    fay, page = Person(the.world, "key-finance"), f"/desk/orders/{order_id}"
    fay.get(f"{page}/refund")
    fay.post(f"{page}/refund", goodwill="2.00")
    assert "Propose to refund $2.00" in fay.page and fay.post(f"{page}/refunds", **_wanted(fay.page)) == 303
    fay.get(page)
    assert fay.post(f"{page}/refunds/1/approve") == 403
    assert the.ask("POST", f"/v1/orders/{order_id}/refunds/1/approve", {}, "finance").status == 403
    other = Person(the.world, "key-admin")
    other.get(page)
    assert other.post(f"{page}/refunds/1/approve") == 303
    the.settle()
    assert the.gateway.refunds(order_id) == [200]
    shop.save(shop.POLICY, "refunds", {})
    shop.forget()


def test_an_invoice_is_noted_as_paid_once_however_often_it_is_pressed(the: Life) -> None:
    order_id = _placed(the, kind="terms", token="")
    finance, page = Person(the.world, "key-finance"), f"/desk/orders/{order_id}"
    finance.get(page)
    assert "To be paid" in finance.page
    amount, seen = re.search(r'name="amount"[^>]* value="([^"]+)"', finance.page), re.search(r'name="seen" value="([^"]+)"', finance.page)
    assert amount and seen
    posted = finance.page
    for _ in range(2):
        finance.page = posted
        assert finance.post(f"{page}/payments/1/paid", amount=amount[1], reference="bank 7", seen=seen[1]) == 303
    finance.get(page)
    assert "Charged in full" in finance.page and "bank 7" in finance.page
    assert the.call("GET", f"/v1/orders/{order_id}/payments").json()["balances"]["charged"] == amount[1]


def test_money_that_no_card_takes_back_is_one_store_credit_however_often_it_is_pressed(the: Life) -> None:
    order_id = _completed(the)
    clerk, page = Person(the.world, "key-support"), f"/desk/orders/{order_id}"
    the.gateway.refuses_refunds = True
    the.call("POST", f"/v1/orders/{order_id}/refunds", {"goodwill": "2.00"}, idempotency_key="r")
    the.settle()
    the.gateway.refuses_refunds = False
    clerk.get(page)
    assert "Give store credit instead" in clerk.page
    posted, codes = clerk.page, set()
    for _ in range(2):
        clerk.page = posted
        assert clerk.post(f"{page}/refunds/1/credit") == 200
        codes |= set(re.findall(r'class="code mono">([^<]+)<', clerk.page))
    (code,) = codes
    assert the.call("POST", "/v1/credits/look", {"code": code}).json()["balance"] == "2.00"
    clerk.get(page)
    assert "Refund 1 given as store credit: $2.00" in clerk.page and code not in clerk.page
