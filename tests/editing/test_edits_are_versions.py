"""Every edit is a version: who, when, why and what; what stood before it can be put back, and that is a version too."""

from __future__ import annotations

import pytest

from tests.editing.bench import edit, held, let_go, quantities, reserved, tenders, undo
from tests.flow.holds_true import check
from tests.flow.life import Life, an_order
from tests.flow.lived import life


@pytest.fixture
def the():
    with life() as made:
        yield made


def edits(the: Life, order_id: str, who: str = "support") -> list[dict]:
    return the.call("GET", f"/v1/orders/{order_id}/edits", who=who).json()["items"]


def content(the: Life, order_id: str) -> dict:
    """What an order says, apart from what has happened to it. Lines without units are not in it."""
    order = the.order(order_id)
    lines = [{name: line[name] for name in ("id", "sku", "quantity", "unit_price", "discount", "tax")} for line in order["lines"] if line["quantity"]]
    return {"lines": lines, **{name: order[name] for name in ("totals", "shipping", "note", "customer")}}


def test_who_when_why_and_what_is_listed(the):
    order_id = held(the)
    edit(the, order_id, lines={"1": 3}, reason="she called")
    edit(the, order_id, note="leave with the neighbour")
    first, second = edits(the, order_id, "viewer")
    assert (first["number"], first["actor"], first["reason"], first["settled"]) == (1, "support:support", "she called", True)
    assert first["money"]["difference"] == "4.20" and first["lines"] == [{"line": "1", "sku": "TEA", "before": 2, "after": 3}]
    assert second["note"] and second["money"]["difference"] == "0.00"


def test_doing_and_undoing_leaves_what_stood_before(the):
    order_id = held(the, {**an_order(("TEA", 3), ("CUP", 1)), "note": "as it was"})
    before = content(the, order_id)
    ship_to = {"line1": "9 Other St", "city": "Reno", "region": "NV", "postal_code": "89501"}
    pot = {"sku": "POT", "quantity": 1, "unit_price": "10.00", "tax": "1.00"}
    edit(the, order_id, lines={"1": 1, "2": 0}, add=[pot], surcharges=[{"gross": "3.00", "tax_percent": "20"}], shipping={"method": "express", "amount": "9.99"}, ship_to=ship_to, note="x")
    assert content(the, order_id) != before and reserved(the, "POT") == 1
    assert undo(the, order_id, 1).json()["undoes"] == 1
    assert content(the, order_id) == before and reserved(the, "POT") == 0 and reserved(the, "TEA") == 3
    let_go(the, order_id)
    shipped = the.fulfil(order_id)
    the.settle()
    the.deliver(shipped)
    the.settle()
    assert check(the, order_id)["payments"]["balances"]["charged"] == before["totals"]["total"]


def test_the_same_key_is_the_same_undo_and_no_other(the):
    order_id = held(the)
    edit(the, order_id, lines={"1": 3})
    version, path = the.order(order_id)["version"], f"/v1/orders/{order_id}/edits/1/undo"
    given = {"idempotency_key": "back", "if_match": f'"{version}"'}
    first, again = (the.call("POST", path, {"reason": "a mistake"}, "support", **given) for _ in range(2))
    assert (first.status, again.status) == (201, 201) and first.json()["number"] == again.json()["number"] == 2
    for other in ({}, {"reason": "another"}, {"reason": "a mistake", "dryRun": False}, {"reason": 5}):
        assert the.call("POST", path, other, "support", **given).status == 422, other
    assert [version["undoes"] for version in edits(the, order_id)] == [None, 1]


def test_an_undo_that_is_asked_wrongly_is_refused_by_field(the):
    order_id = held(the)
    edit(the, order_id, lines={"1": 3})
    for body, field in (({"reason": 5}, "reason"), ({"dryRun": "yes"}, "dryRun"), ({"why": "?"}, "why")):
        reply = the.call("POST", f"/v1/orders/{order_id}/edits/1/undo", body, "support", idempotency_key="u", if_match='"1"')
        assert reply.status == 422 and [each["field"] for each in reply.json()["errors"]] == [field]


def test_an_undo_is_undone(the):
    order_id = held(the)
    edit(the, order_id, lines={"1": 3})
    edited = content(the, order_id)
    undo(the, order_id, 1)
    undo(the, order_id, 2)
    assert content(the, order_id) == edited and [version["undoes"] for version in edits(the, order_id)] == [None, 1, 2]
    check_money(the, order_id, "22.00")


def check_money(the: Life, order_id: str, total: str) -> None:
    assert f"{sum(float(tender['balances']['authorised']) for tender in tenders(the, order_id)):.2f}" == total


def test_undoing_an_earlier_edit_takes_the_later_ones_with_it(the):
    order_id = held(the)
    before = content(the, order_id)
    edit(the, order_id, lines={"1": 3})
    edit(the, order_id, lines={"2": 2})
    undo(the, order_id, 1)
    assert content(the, order_id) == before


def test_what_undoing_would_do_is_seen_before(the):
    order_id = held(the)
    edit(the, order_id, lines={"1": 3})
    before = the.order(order_id)
    seen = the.call("POST", f"/v1/orders/{order_id}/edits/1/undo", {"dryRun": True}, "support")
    assert seen.status == 200 and seen.json()["money"]["difference"] == "-4.20" and the.order(order_id) == before


def test_what_was_undone_already_is_nothing_to_undo(the):
    order_id = held(the)
    edit(the, order_id, lines={"1": 3})
    undo(the, order_id, 1)
    assert undo(the, order_id, 1).status == 422 and undo(the, order_id, 9).status == 404


def test_units_that_were_cancelled_since_are_not_brought_back(the):
    order_id = held(the, an_order(("TEA", 3), ("CUP", 1)))
    edit(the, order_id, lines={"1": 4})
    the.call("POST", f"/v1/orders/{order_id}/cancel", {"reason": "less", "lines": {"1": 1}}, "api", idempotency_key="less")
    the.settle()
    undo(the, order_id, 1)
    line = the.order(order_id)["lines"][0]
    assert line["quantity"] == 3 and line["quantities"]["cancelled"] == 1 and reserved(the, "TEA") == 2


def test_what_stock_does_not_suffice_for_is_not_put_back(the):
    order_id = held(the, an_order(("POT", 3)))
    edit(the, order_id, lines={"1": 1})
    other = the.place(an_order(("POT", 2)), "other")
    the.settle()
    assert reserved(the, "POT") == 3 and other
    refused = undo(the, order_id, 1)
    assert refused.status == 409 and refused.json()["code"] == "stock_unavailable" and quantities(the, order_id)["POT"] == 1


def test_another_channel_sees_no_edits_and_makes_none(the):
    order_id = held(the)
    edit(the, order_id, lines={"1": 3})
    assert the.call("GET", f"/v1/orders/{order_id}/edits", who="shopify").status == 404
    assert edit(the, order_id, "shopify", lines={"1": 4}).status == 404 and edit(the, order_id, "viewer", lines={"1": 4}).status == 403


def test_the_customer_is_told_once_what_the_order_comes_to(the):
    order_id = held(the)
    edit(the, order_id, lines={"1": 3})
    mails = [mail for mail in the.world.mails() if "was changed" in mail]
    assert len(mails) == 1 and "22.00" in mails[0]


def test_what_somebody_was_faster_to_take_is_waited_for_and_never_oversold(the):
    order_id = held(the, an_order(("TEA", 1)))
    version = the.order(order_id)["version"]
    pot = {"sku": "POT", "quantity": 3, "unit_price": "10.00"}
    reply = the.call("POST", f"/v1/orders/{order_id}/edits", {"add": [pot]}, "support", idempotency_key="race", if_match=str(version))
    assert reply.status == 201
    for each in ("columbus", "reno"):
        the.call("POST", f"/v1/inventory/POT/{each}/movements", {"kind": "counted", "quantity": 0, "reason": "stolen"}, idempotency_key=f"gone-{each}")
    the.settle()
    let_go(the, order_id)
    assert the.order(order_id)["status"] == "backordered" and not the.work(order_id)
    the.call("POST", "/v1/inventory/POT/reno/movements", {"kind": "received", "quantity": 5}, idempotency_key="po")
    the.settle()
    assert the.order(order_id)["status"] == "released"
    check(the, order_id)


def test_an_order_that_waits_for_a_brokering_run_goes_with_what_was_edited(the):
    assert the.call("PUT", "/v1/policies/brokering", {"methods": ["standard"]}).status == 200
    order_id = the.place(an_order())
    the.settle()
    assert the.order(order_id)["status"] == "confirmed"
    assert edit(the, order_id, lines={"1": 3, "2": 0}, add=[{"sku": "POT", "quantity": 1, "unit_price": "10.00"}]).status == 201
    assert the.order(order_id)["status"] == "confirmed"
    the.world.handler("brokering")({}, None)
    the.settle()
    order = check(the, order_id)
    assert order["status"] == "released" and sum(count["quantity"] for work in the.work(order_id) for count in work["lines"].values()) == 4


def test_a_bundle_that_is_added_is_taken_apart_and_counted_as_it_is_sold(the):
    assert the.call("PUT", "/v1/policies/bundles", {"CUP": {"TEA": 2, "POT": 1}}).status == 200
    order_id = held(the, an_order(("TEA", 1)))
    reply = edit(the, order_id, add=[{"sku": "CUP", "title": "Set", "quantity": 1, "unit_price": "12.00", "tax": "1.00"}])
    assert reply.json()["lines"] == [{"line": "e1-1", "sku": "CUP", "before": 0, "after": 1}], reply.content
    assert reserved(the, "TEA") == 3 and reserved(the, "POT") == 1
    assert edit(the, order_id, lines={"e1-1": 2}).status == 201
    assert reserved(the, "TEA") == 5 and the.order(order_id)["totals"]["total"] == "35.40"
    let_go(the, order_id)
    check(the, order_id)


def test_a_node_that_has_rejected_it_leaves_it_to_be_edited(the):
    order_id = the.place(an_order(("POT", 1)))
    the.settle()
    for work in the.work(order_id):
        the.call("POST", f"/v1/fulfilment-orders/{work['id']}/reject", {"reason": "INCORRECT_ADDRESS"}, work["node"])
    the.settle()
    assert the.order(order_id)["status"] == "on_hold"
    assert edit(the, order_id, add=[{"sku": "TEA", "quantity": 1, "unit_price": "4.00"}]).status == 201
    for hold in [hold for hold in the.order(order_id)["holds"] if hold["status"] == "active"]:
        the.call("POST", f"/v1/orders/{order_id}/holds/{hold['id']}/release", {}, "support")
    the.settle()
    order = check(the, order_id)
    assert order["status"] == "released" and order["totals"]["total"] == "13.40"
