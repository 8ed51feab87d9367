"""Goods, money and addresses of an order that stands: seen first, then confirmed, and everything that follows from it follows."""

from __future__ import annotations

import pytest

from tests.editing.bench import active, edit, held, let_go, preview, quantities, reserved, tenders
from tests.flow.holds_true import check
from tests.flow.life import Life, an_order
from tests.flow.lived import life
from tests.house.deeds import sums_off

E_CUP = {"sku": "CUP", "title": "Cup", "quantity": 2, "unit_price": "4.00", "tax": "0.80"}


@pytest.fixture
def the():
    with life() as made:
        yield made


def finished(the: Life, order_id: str) -> dict:
    let_go(the, order_id)
    shipped = the.fulfil(order_id)
    the.settle()
    the.deliver(shipped)
    the.settle()
    order = check(the, order_id)
    assert order["status"] == "completed"
    return order


def test_looking_at_an_edit_changes_nothing_and_says_what_it_would_do(the):
    order_id = held(the)
    before = the.order(order_id)
    seen = preview(the, order_id, lines={"1": 3}, add=[{"sku": "POT", "quantity": 1, "unit_price": "10.00", "tax": "1.00"}])
    assert seen.status == 200, seen.content
    body = seen.json()
    assert body["money"]["difference"] == "15.20" and body["money"]["total_before"] == "17.80"
    assert body["lines"] == [{"line": "1", "sku": "TEA", "before": 2, "after": 3}, {"line": "e1-1", "sku": "POT", "before": 0, "after": 1}]
    assert {row["sku"]: (row["more"], row["enough"]) for row in body["stock"]} == {"TEA": (1, True), "POT": (1, True)}
    assert body["payments"] == [{"tender": 2, "kind": "card", "gateway": "stripe", "before": "0.00", "after": "15.20", "how": "authorised in addition"}]
    assert body["shipping"]["before"]["nodes"] and body["shipping"]["after"]["nodes"]
    assert the.order(order_id) == before


def test_what_is_added_is_reserved_paid_shipped_and_captured(the):
    order_id = held(the)
    assert edit(the, order_id, lines={"1": 3}).status == 201
    assert active(the, order_id) == ["remorse"] and reserved(the, "TEA") == 3
    assert [tender["balances"]["authorised"] for tender in tenders(the, order_id)] == ["17.80", "4.20"]
    order = finished(the, order_id)
    assert order["totals"]["total"] == "22.00" and order["payments"]["balances"]["charged"] == "22.00"


def test_what_is_taken_out_goes_back_on_the_shelf_and_is_not_captured(the):
    order_id = held(the)
    assert edit(the, order_id, lines={"1": 1, "2": 0}).status == 201
    assert reserved(the, "TEA") == 1 and reserved(the, "CUP") == 0
    order = finished(the, order_id)
    assert order["totals"]["total"] == "9.20" and order["payments"]["balances"]["charged"] == "9.20"


def test_an_order_that_goes_on_at_once_is_edited_while_a_person_holds_it(the):
    order_id = the.place(sums_off())
    the.settle()
    assert active(the, order_id) == ["sums"]
    assert edit(the, order_id, lines={"1": 5}).status == 201
    for hold in the.order(order_id)["holds"]:
        the.call("POST", f"/v1/orders/{order_id}/holds/{hold['id']}/release", {}, "support")
    the.settle()
    assert the.order(order_id)["status"] == "released" and quantities(the, order_id)["TEA"] == 5


def test_nobody_lets_goods_go_before_the_money_of_an_edit_is_seen_to(the):
    order_id = held(the)
    version = the.order(order_id)["version"]
    the.call("POST", f"/v1/orders/{order_id}/edits", {"lines": {"1": 3}}, "support", idempotency_key="k", if_match=f'"{version}"')
    assert "edit" in active(the, order_id)
    refused = the.call("POST", f"/v1/orders/{order_id}/holds/edit-1/release", {}, "support")
    assert refused.status == 409 and "ends by itself" in refused.json()["detail"]


def test_an_edit_looked_at_before_the_order_changed_does_not_stand(the):
    order_id = held(the)
    stale = the.order(order_id)["version"]
    assert edit(the, order_id, note="ring twice").status == 201
    refused = the.call("POST", f"/v1/orders/{order_id}/edits", {"lines": {"1": 3}}, "support", idempotency_key="k2", if_match=f'"{stale}"')
    assert refused.status == 412 and quantities(the, order_id)["TEA"] == 2


def test_the_same_key_is_the_same_edit_and_no_other(the):
    order_id = held(the)
    version, path = the.order(order_id)["version"], f"/v1/orders/{order_id}/edits"
    given = {"idempotency_key": "twice", "if_match": f'"{version}"'}
    first = the.call("POST", path, {"lines": {"1": 3}}, "support", **given)
    the.settle()
    again = the.call("POST", path, {"lines": {"1": 3}}, "support", **given)
    assert (first.status, again.status) == (201, 201) and again.json()["number"] == 1 and quantities(the, order_id)["TEA"] == 3
    assert the.call("POST", path, {"lines": {"1": 4}}, "support", **given).status == 422


def test_a_discount_and_a_surcharge_on_the_order_are_booked_to_the_cent(the):
    order_id = held(the)
    up = edit(the, order_id, surcharges=[{"title": "Gift wrap", "gross": "3.00", "tax_percent": "20"}])
    assert up.json()["surcharges"] == [{"title": "Gift wrap", "net": "2.50", "tax": "0.50", "gross": "3.00"}]
    down = edit(the, order_id, surcharges=[{"gross": "-1.20", "tax_percent": "20"}])
    assert down.json()["surcharges"][0]["net"] == "-1.00" and down.json()["money"]["difference"] == "-1.20"
    assert finished(the, order_id)["payments"]["balances"]["charged"] == "19.60"


def test_it_ships_another_way_to_another_address(the):
    order_id = held(the)
    ship_to = {"line1": "9 Other St", "city": "Reno", "region": "NV", "postal_code": "89501", "country": "US"}
    reply = edit(the, order_id, shipping={"method": "express", "amount": "9.00"}, ship_to=ship_to, note="leave with the neighbour")
    assert reply.status == 201, reply.content
    assert reply.json()["shipping_method"] == ["standard", "express"] and "ship_to.line1" in reply.json()["address"]
    order = finished(the, order_id)
    assert order["customer"]["ship_to"]["line1"] == "9 Other St" and order["shipping"]["method"] == "express" and order["totals"]["total"] == "21.80"


@pytest.mark.parametrize(
    ("change", "status", "field"),
    [
        ({}, 422, "body"),
        ({"lines": {"1": 2}}, 422, "body"),
        ({"lines": {"7": 2}}, 422, "lines.7"),
        ({"lines": {"1": -1}}, 422, "lines.1"),
        ({"add": [{**E_CUP, "quantity": -1}]}, 422, "add[0].quantity"),
        ({"add": [{**E_CUP, "sku": "NOPE"}]}, 422, "add[0].sku"),
        ({"add": [{**E_CUP, "quantity": 5000}]}, 409, "lines.2"),
        ({"lines": {"1": 100}}, 422, "limits"),
        ({"surcharges": [{"gross": "-100.00"}]}, 422, "surcharges"),
        ({"ship_to": {"line1": "1 A St", "city": "Oslo", "postal_code": "x", "region": "CO"}}, 422, "ship_to"),
        ({"quantity": 2}, 422, "quantity"),
        ({"note": "hm", "payment": {"kind": "terms"}}, 422, "payment"),
    ],
)  # fmt: skip
def test_what_could_not_stand_is_refused_with_its_field_and_nothing_changes(the, change, status, field):
    the.call("PUT", "/v1/policies/limits", {"units_per_line": 50}) if field == "limits" else None
    order_id = held(the)
    before = the.order(order_id)
    for reply in (preview(the, order_id, **change), edit(the, order_id, **change)):
        assert reply.status == status, reply.content
        assert field in [error["field"] for error in reply.json()["errors"]], reply.content
    assert the.order(order_id) == before


def test_nothing_of_it_is_left_only_by_cancelling(the):
    order_id = held(the)
    assert edit(the, order_id, lines={"1": 0, "2": 0}).status == 409


def test_once_a_node_has_any_of_it_an_edit_is_refused_and_says_what_to_do(the):
    order_id = the.place(an_order())
    the.settle()
    refused = edit(the, order_id, lines={"1": 3})
    assert refused.status == 409 and "reject" in refused.json()["detail"]
