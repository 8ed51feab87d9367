"""Edits as another system has published them (`tests/support/published.py`): the same amounts, refusals, records, refunds and stock."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pytest

from tests.editing.bench import active, edit, held, let_go, preview, quantities, tenders
from tests.flow.life import Life
from tests.flow.lived import life
from tests.support.published import cases
from tests.support.world import Reply
from waybill.bootstrap import inventory as inventory_root
from waybill.shop import store as shop
from waybill.shop.model import Item

_STATE = "an editing state that is opened and left: here an order is edited by one call, over the version that was looked at"
_COUPON = "coupons belong to the shop that sells: here a discount is an amount, and is replayed as one (oe-25)"
_NOT_OURS = {
    "oe-01": _STATE,
    "oe-02": _STATE,
    "oe-04": "a refund whose payment must be named: here the policy says which gives back first, the case allows it",
    "oe-26": "shipping worked out anew by country: what the shop asks for shipping is said, never worked out",
    "oe-30": _STATE,
    "oe-50": _COUPON,
    "oe-51": _COUPON,
    "oe-53": _COUPON,
}
_PRICES = {"A": "1299.00", "B": "1399.00", "C": "2199.00", "D": "2299.00", "E": "143.74"}


@pytest.fixture
def the():
    with life({}) as made:
        movements = inventory_root.movements()
        for sku in _PRICES:
            shop.save(shop.ITEM, sku, Item(sku, sku, 500, 100, 100, 100, 1, 2))
            movements.receive(sku, "reno", 100, "opening")
        shop.forget()
        yield made


def tax(price: str, units: int, included: bool) -> str:
    each = Decimal(price) * units
    part = each - each / Decimal("1.2") if included else each * Decimal("0.2")
    return str(part.quantize(Decimal("0.01"), ROUND_HALF_UP))


def line(row: dict[str, Any], included: bool = False) -> dict[str, Any]:
    price = _PRICES[row["sku"]]
    more = {"attributes": row["attributes"]} if "attributes" in row else {}
    return {"sku": row["sku"], "quantity": row["quantity"], "unit_price": price, "tax": tax(price, max(1, row["quantity"]), included), **more}


def order(given: dict[str, Any], gateway_takes: str = "channel") -> dict[str, Any]:
    included = bool(given.get("prices_include_tax"))
    lines = [{"id": row["line"], **line(row, included)} for row in given["lines"]]
    goods = sum(Decimal(each["unit_price"]) * each["quantity"] + (0 if included else Decimal(each["tax"])) for each in lines)
    total, ship_to = str(goods + 5), {"name": "Ada", "line1": "1 Main St", "city": "Denver", "region": "CO", "postal_code": "80202", "country": "US"}
    return {
        "external_reference": "published",
        "currency": "USD",
        "customer": {"email": "ada@example.com"},
        "ship_to": ship_to,
        "lines": lines,
        "tax_included": included,
        "shipping": {"amount": "5.00"},
        "tenders": given.get("tenders") or [{"kind": gateway_takes, "amount": total}],
        "total": total,
    }


def change(when: dict[str, Any], included: bool = False) -> dict[str, Any]:
    made: dict[str, Any] = {name: when[name] for name in ("surcharges",) if name in when}
    if "set_lines" in when:
        made["lines"] = when["set_lines"]
    if "add" in when:
        made["add"] = [line(row, included) for row in when["add"]]
    if "ship_to" in when:
        made["ship_to"] = {"line1": "9 Other St", "city": "Reno", "region": "NV", "postal_code": "89501", "country": when["ship_to"]}
    return made


_REFUSED = {
    "nothing_to_change": (422, "body"),
    "negative_quantity": (422, "add[0].quantity"),
    "insufficient_stock": (409, "lines.e1-1"),
    "above_quantity_limit": (422, "limits"),
}


@pytest.mark.parametrize("case", cases("order_edit", _NOT_OURS))
def test_an_edit_comes_to_what_is_published(the, case):
    given, when, expect = case["given"], case["when"], case["expect"]
    if "lines" not in given:
        _stock(the, case)
    elif case["id"] == "oe-37":
        _two_payments(the, expect)
    elif when["action"] in ("leave_editing", "go_to", "read_edit"):
        _money_follows(the, case)
    elif "stock" in expect:
        _stock(the, case)
    else:
        _edited(the, given, when, expect)


def _edited(the: Life, given: dict[str, Any], when: dict[str, Any], expect: dict[str, Any]) -> None:
    assert the.call("PUT", "/v1/policies/limits", {"units_per_line": 999}).status == 200
    order_id, included = held(the, order(given)), bool(given.get("prices_include_tax"))
    before = the.order(order_id)
    surcharged = edit(the, order_id, surcharges=[{"gross": "-6.00", "tax_percent": "20"}]) if "coupon" in given else None
    assert surcharged is None or surcharged.status == 201
    ask = preview if when["action"] == "preview_edit" or expect.get("stored_order_unchanged") else edit
    reply = ask(the, order_id, **change(when, included))
    if "error" in expect:
        status, field = _REFUSED[expect["error"]]
        assert (reply.status, field in [error["field"] for error in reply.json()["errors"]]) == (status, True), reply.content
    else:
        assert reply.status in (200, 201), reply.content
        _as_said(the, order_id, before, reply, expect)
    if expect.get("stored_order_unchanged"):
        assert the.order(order_id) == before


def _as_said(the: Life, order_id: str, before: dict[str, Any], reply: Reply, expect: dict[str, Any]) -> None:
    body = reply.json()
    lines = {row["id"]: row for row in body.get("order_lines") or the.order(order_id)["lines"]}
    if "gross_change" in expect:
        assert body["money"]["difference"] == expect["gross_change"]
    if "number_of_lines" in expect:
        assert len(lines) == expect["number_of_lines"]
    for id, units in expect.get("quantity_after", {}).items():
        assert lines[id]["quantity"] == units
    if "surcharge" in expect:
        assert expect["surcharge"].items() <= body["surcharges"][0].items()
    if "line_gross_factor" in expect:
        assert Decimal(lines["1"]["total"]) == Decimal(before["lines"][0]["total"]) * int(expect["line_gross_factor"])
    if "ship_to_after" in expect:
        assert the.order(order_id)["customer"]["ship_to"]["country"] == expect["ship_to_after"]
    records = the.call("GET", f"/v1/orders/{order_id}/edits").json()["items"]
    for record, known in zip(expect.get("edit_records", ()), records, strict=False):
        assert known["money"]["difference"] == record["gross_change"]
        assert len(known["lines"]) == record.get("lines_touched", len(known["lines"]))


def _money_follows(the: Life, case: dict[str, Any]) -> None:
    """What comes on top holds the order until it is paid; what is too much is owed by who has it, and the edit is settled then."""
    given, expect = case["given"], case["expect"]
    order_id = held(the, order(given))
    edited = {"surcharges": given["edited_with"]["surcharges"], "reason": given["edited_with"].get("reason", "")}
    assert edit(the, order_id, **edited).status == 201
    if "manual_payment" in given:
        body = {"amount": given["manual_payment"], "reference": "cash"}
        assert the.call("POST", f"/v1/orders/{order_id}/payments/2/paid", body, "finance", idempotency_key="cash").status == 201
        the.settle()
    (version,) = the.call("GET", f"/v1/orders/{order_id}/edits").json()["items"]
    if "error" in expect:
        assert "payment" in active(the, order_id) and not version["settled"]
        let_go(the, order_id)
        assert the.order(order_id)["status"] == "on_hold"
        return
    assert version["settled"] and "payment" not in active(the, order_id)
    owed = [event["data"] for event in the.call("GET", f"/v1/orders/{order_id}/timeline").json()["items"] if event["type"] == "payment.refund_owed"]
    assert [f"{each['amount'] / 100:.2f}" for each in owed] == [refund["amount"] for refund in expect.get("refunds", [{"amount": "3.00"}] if version["money"]["difference"] == "-3.00" else [])]
    assert version["reason"] == edited["reason"]
    let_go(the, order_id)
    assert the.order(order_id)["status"] == "released"


def _two_payments(the: Life, expect: dict[str, Any]) -> None:
    """The last payment gives back what the first need not."""
    paid = [{"kind": "channel", "amount": "177.49", "reference": "P1"}, {"kind": "terms", "amount": "172.48"}]
    goods = order({"lines": [{"line": "1", "sku": "E", "quantity": 2}]})
    total = Decimal(goods["total"])
    paid[1]["amount"] = str(total - Decimal(paid[0]["amount"]))
    order_id = held(the, {**goods, "tenders": paid})
    body = {"amount": paid[1]["amount"], "reference": "P2"}
    assert the.call("POST", f"/v1/orders/{order_id}/payments/2/paid", body, "finance", idempotency_key="P2").status == 201
    assert edit(the, order_id, surcharges=[{"gross": "-6.00", "tax_percent": "20"}]).status == 201
    owed = [event["data"] for event in the.call("GET", f"/v1/orders/{order_id}/timeline").json()["items"] if event["type"] == "payment.refund_owed"]
    assert [(each["tender"], f"{each['amount'] / 100:.2f}") for each in owed] == [(2, expect["refunds"][0]["amount"])]
    assert sum(Decimal(tender["amount"]) for tender in tenders(the, order_id)) == total - 6 == Decimal(the.order(order_id)["totals"]["total"])


def _stock(the: Life, case: dict[str, Any]) -> None:
    """The published orders follow each other: each is brought to where its case begins."""
    sku, expected = next(iter(case["expect"]["stock"].items()))
    first = {"B": [{"line": "1", "sku": "B", "quantity": 1}], "C": [{"line": "1", "sku": "B", "quantity": 1}]}[sku]
    order_id = held(the, order({"lines": first}))
    if case["id"] in ("oe-44", "oe-45"):
        assert edit(the, order_id, lines={"1": 2}).status == 201
    if case["id"] in ("oe-47", "oe-48"):
        assert edit(the, order_id, add=[line({"sku": "C", "quantity": 1})]).status == 201
    if case["id"] == "oe-48":
        assert edit(the, order_id, lines={"e1-1": 0}).status == 201 and quantities(the, order_id)["C"] == 0
    if case["id"] == "oe-45":
        paid = {"amount": "1678.80", "reference": "cash"}
        assert the.call("POST", f"/v1/orders/{order_id}/payments/2/paid", paid, "finance", idempotency_key="cash").status == 201
        let_go(the, order_id)
        the.fulfil(order_id)
        the.settle()
    row = the.call("GET", f"/v1/inventory/{sku}").json()["nodes"][0]
    assert {"on_hand": row["on_hand"], "allocated": row["reserved"]} == expected
