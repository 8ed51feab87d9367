"""What becomes of good orders beside bad ones, and what a person gets back to correct."""

import json

from tests.channels.intake_world import stored_text
from tests.imports.desk import names, row, sheet, stored_bytes, stored_files
from tests.support import shop
from waybill.orders.model.check import violations


def three(**wrong):
    return sheet(row("A"), row("B", **(wrong or {"quantity": "two"})), row("C"))


def test_good_orders_become_orders_and_a_bad_row_is_told_with_its_column(the):
    it = the.send(three())
    assert (it["status"], it["percent"]) == ("done", 100)
    assert it["rows"] == {"of": 3, "seen": 3, "good": 2, "bad": 1, "stored": 2}
    assert it["orders"] == {"of": 3, "good": 2, "bad": 1, "known": 0, "held": 0, "stored": 2, "queued": 2}
    assert it["problems"] == [{"row": 3, "field": "quantity", "problem": "must be a whole number from 1 to 100000"}]
    assert set(the.orders()) == {"A", "C"}


def test_one_bad_row_and_nothing_is_stored_where_all_or_nothing_was_asked_for(the):
    it = the.send(three(), "reject_all")
    assert (it["status"], it["orders"]["stored"]) == ("refused", 0)
    assert the.orders() == {}


def test_all_or_nothing_is_all_where_nothing_is_wrong(the):
    assert the.send(sheet(row("A"), row("B")), "reject_all")["status"] == "done"
    assert set(the.orders()) == {"A", "B"}


def test_a_bad_row_rejects_its_whole_order(the):
    it = the.send(sheet(row("A", total="16.00", tender_amount="16.00"), row("B"), row("A", total="16.00", tender_amount="16.00", sku="")))
    assert set(the.orders()) == {"B"}
    errors = the.file(it, "errors")
    assert names(errors) == ["A", "A"]
    assert [each["field"] for each in errors] == ["", "sku"]
    assert errors[0]["problem"] == "nothing wrong here, but in row 4 of the same order"


def test_what_an_order_can_do_without_is_left_out_and_told(the):
    it = the.send(sheet(row("A", title="x" * 501, placed_at="yesterday"), row("B", quantity="0", title="")), "ignore_failed")
    orders = the.orders()
    assert set(orders) == {"A"} and orders["A"].order.lines[0].title == ""
    assert [(each["row"], each["field"]) for each in the.file(it, "notes")] == [("2", "placed_at"), ("2", "title")]
    assert names(the.file(it, "errors")) == ["B"]


def test_money_and_goods_are_never_left_out(the):
    it = the.send(sheet(row("A", line_tax="1,00"), row("B", unit_price="x"), row("C", sku="")), "ignore_failed")
    assert it["orders"]["bad"] == 3 and the.orders() == {}


def test_half_of_a_billing_address_is_left_out_whole(the):
    the.send(sheet(row("A", bill_to_city="Reno")), "ignore_failed")
    assert the.orders()["A"].customer.bill_to is None
    assert the.send(sheet(row("B", bill_to_city="Reno")), key="k-2")["problems"][0]["problem"] == "is required"


def test_the_file_of_failed_rows_is_corrected_in_place_and_sent_again(the):
    errors = the.file(the.send(three()), "errors")
    assert names(errors) == ["B"]
    errors[0]["quantity"] = "2"
    again = the.send(sheet(*errors), key="k-2")
    assert (again["orders"]["stored"], again["ignored_columns"]) == (1, [])
    assert set(the.orders()) == {"A", "B", "C"}


def test_where_nothing_was_stored_the_file_of_failed_rows_has_all_of_them(the):
    errors = the.file(the.send(three(), "reject_all"), "errors")
    assert [(each["external_reference"], bool(each["problem"])) for each in errors] == [("A", False), ("B", True), ("C", False)]
    errors[1]["quantity"] = "2"
    assert the.send(sheet(*errors), "reject_all", key="k-2")["orders"]["stored"] == 3


def test_a_dry_run_tells_everything_and_stores_nothing(the):
    it = the.send(three(), more="&dryRun=true")
    assert (it["status"], it["orders"]["bad"], it["orders"]["stored"], it["dry_run"]) == ("done", 1, 0, True)
    assert the.orders() == {} and names(the.file(it, "errors")) == ["A", "B", "C"]
    assert the.send(sheet(row("A"), row("C")), key="k-2")["orders"]["stored"] == 2


def test_what_will_hold_an_order_is_told_before(the):
    it = the.send(sheet(row("A", total="9.00"), row("B", sku="NONE"), row("C")))
    assert it["orders"]["held"] == 2
    assert [(each["external_reference"], each["field"]) for each in the.file(it, "notes")] == [("A", "sums"), ("A", "payment"), ("B", "item")]
    assert {name for name, record in the.orders().items() if record.state.active_holds} == {"A", "B"}


# ── the same order again ─────────────────────────────────────────────────────────────────────────────────────────────


def test_the_same_spreadsheet_twice_is_the_same_orders(the):
    the.send(sheet(row("A"), row("B")))
    assert len(the.orders()) == 2
    again = the.send(sheet(row("A"), row("B"), row("C")), key="k-2")
    assert (again["orders"]["known"], again["orders"]["stored"]) == (2, 1)
    assert len(the.orders()) == len(the.world.machine.executions) == 3


def test_the_same_order_twice_before_either_stands_is_one(the):
    for key in ("k-1", "k-2"):
        assert the.send(sheet(row("A")), key=key)["orders"]["stored"] == 1
    assert len(the.orders()) == len(the.world.machine.executions) == 1


def test_an_order_that_stands_with_other_content_is_an_error_on_its_row(the):
    the.send(sheet(row("A")))
    the.orders()
    it = the.send(sheet(row("B"), row("A", quantity="1", total="4.00", tender_amount="4.00")), key="k-2")
    assert it["problems"] == [{"row": 3, "field": "external_reference", "problem": "an order with this reference stands already, with other content"}]


def test_an_order_by_spreadsheet_is_the_order_that_our_api_would_have_made(the):
    body = {
        "external_reference": "A", "currency": "USD", "total": "8.00", "customer": {"email": "ada@example.com"},
        "ship_to": {"line1": "500 Main St", "city": "Denver", "region": "CO", "postal_code": "80202"},
        "tenders": [{"kind": "terms", "amount": "8.00"}], "lines": [{"sku": "TEA", "quantity": 2, "unit_price": "4.00"}],
    }  # fmt: skip
    sent = {**shop.headers("paper"), "idempotency-key": "by-hand"}
    assert the.world.call("POST", "/v1/orders", json.dumps(body).encode(), sent).status == 202
    assert set(the.orders()) == {"A"}
    assert the.send(sheet(row("A")))["orders"]["known"] == 1


# ── rows of one order ────────────────────────────────────────────────────────────────────────────────────────────────


def test_rows_of_one_order_need_not_follow_each_other_nor_repeat_it(the):
    only = {"external_reference": "A", "sku": "CUP", "quantity": "1", "unit_price": "4.00"}
    the.send(sheet(row("A", total="12.00", tender_amount="12.00"), row("B"), only))
    assert [(line.sku, line.quantity) for line in the.orders()["A"].order.lines] == [("TEA", 2), ("CUP", 1)]


def test_rows_that_contradict_each_other_name_row_and_column(the):
    it = the.send(sheet(row("A"), row("A", customer_email="max@example.com")))
    assert it["problems"] == [{"row": 3, "field": "customer_email", "problem": "differs from row 2 of the same order"}]


def test_a_row_without_a_reference_stands_for_itself(the):
    it = the.send(sheet(row(""), row("A"), row("")))
    assert [(each["row"], each["field"]) for each in it["problems"]] == [(2, "external_reference"), (4, "external_reference")]
    assert set(the.orders()) == {"A"}


def test_tenders_and_attributes_have_columns_of_their_own(the):
    more = {"tender_amount": "5.00", "tender_2_kind": "channel", "tender_2_amount": "3.00", "Attribute gift wrap": "yes", "line attribute colour": "red"}
    the.send(sheet(row("A", **more)))
    order = the.orders()["A"].order
    assert [(each.kind, each.amount) for each in order.tenders] == [("terms", 500), ("channel", 300)]
    assert order.attributes["gift wrap"] == "yes" and order.lines[0].attributes == {"colour": "red"}


# ── orders that are over ─────────────────────────────────────────────────────────────────────────────────────────────


def test_an_order_that_was_fulfilled_elsewhere_is_known_and_nothing_follows(the):
    it = the.send(sheet(row("A", history="delivered", placed_at="2024-02-03", sku="GONE"), row("B")))
    assert (it["orders"]["stored"], it["orders"]["held"]) == (2, 0)
    orders = the.orders()
    past = orders["A"]
    assert (past.state.status, past.state.history[0].at[:10], list(past.state.active_holds)) == ("completed", "2024-02-03", [])
    assert list(the.world.machine.executions) == [orders["B"].order.id]
    assert violations(past.order, past.state, past.fulfilment_orders) == []
    assert [each["id"] for each in the.call("GET", "/v1/orders?external_reference=A").json()["items"]] == [past.order.id]
    assert the.call("POST", f"/v1/orders/{past.order.id}/cancel").status == 409


def test_an_order_that_is_over_comes_once_and_not_to_life_again(the):
    for key in ("k-1", "k-2"):
        the.send(sheet(row("A", history="delivered")), key=key)
    assert set(the.orders()) == {"A"}
    assert the.send(sheet(row("A")), key="k-3")["orders"]["known"] == 1
    assert the.send(sheet(row("A", total="9.00", history="delivered")), key="k-4")["orders"]["bad"] == 1
    assert the.world.machine.executions == {}


def test_there_is_no_other_history_than_delivered(the):
    assert the.send(sheet(row("A", history="shipped")), "ignore_failed")["problems"][0]["field"] == "history"


# ── what must not be kept ────────────────────────────────────────────────────────────────────────────────────────────


def test_a_card_number_is_refused_and_kept_nowhere(the):
    it = the.send(sheet(row("A", note="4242 4242 4242 4242"), row("B")))
    assert it["problems"][0]["problem"] == "held a card number: send the gateway's token instead"
    assert not [key for key in stored_files() if "/file" in key], "the file itself is gone"
    assert "4242 4242 4242 4242" not in stored_text() and b"4242 4242 4242 4242" not in stored_bytes()


def test_the_code_of_a_gift_card_is_kept_nowhere(the):
    gift = {"tender_kind": "gift_card", "tender_token": "GIFT-1234-5678"}
    it = the.send(sheet(row("A", **gift), row("B", quantity="x", **gift)))
    assert it["orders"]["stored"] == 1 and "GIFT-1234" not in stored_text() and b"GIFT-1234" not in stored_bytes()
    assert the.orders()["A"].order.tenders[0].token.startswith("credit_")
    assert the.file(it, "errors")[0]["tender_token"] == "", "what it is kept by is no code"
