"""WooCommerce's order becomes ours: every rule of the normaliser's docstring."""

import copy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.channels.documents import AT, sample
from tests.channels.test_shopify_orders import ITEMS
from waybill.channels import woocommerce
from waybill.channels.checks import checked
from waybill.kernel.errors import InvalidInput


def read(body, **changed):
    return checked(woocommerce.normalise("woocommerce", {**body, **changed}, AT), ITEMS)


def body(name="woocommerce_processing"):
    return copy.deepcopy(sample(name)["body"])


def kinds(imported):
    return [finding.kind for finding in imported.findings]


def test_a_paid_order_reconciles_and_nothing_holds_it():
    imported = read(body())
    order = imported.order
    assert (order.external_reference, order.total, order.discrepancy, order.placed_at) == ("7301", 5772, 0, "2026-11-20T16:05:00.000Z")
    assert [(line.unit_price, line.discount, line.tax) for line in order.lines] == [(1900, 0, 133), (1000, 300, 189)]
    (tender,) = order.tenders
    assert (tender.kind, tender.gateway, tender.reference) == ("channel", "stripe", "ch_3QdemoWaybill")
    assert imported.findings == ()


def test_included_taxes_are_put_back_into_the_prices():
    order = read(body("woocommerce_tax_included")).order
    assert order.tax_included and order.discrepancy == 0
    assert (order.lines[0].unit_price, order.lines[0].tax, order.shipping.amount) == (1000, 196, 500)


def test_cash_on_delivery_goes_on_and_a_bank_transfer_waits():
    assert kinds(read(body("woocommerce_cash_on_delivery"))) == []
    waiting = read(body("woocommerce_bank_transfer"))
    assert kinds(waiting) == ["payment"] and waiting.order.tenders[0].kind == "terms"
    paid = read(body("woocommerce_bank_transfer"), date_paid_gmt="2026-11-20T16:05:03")
    assert kinds(paid) == [] and paid.order.tenders[0].kind == "channel"


@given(st.integers(1, 99), st.integers(0, 10**6), st.integers(0, 10**5))
def test_the_sum_of_a_line_stays_exact_whatever_it_divides_into(units, paid, discount):
    raw = body()
    amounts = {"total": f"{paid / 100:.2f}", "subtotal": f"{(paid + discount) / 100:.2f}"}
    raw["line_items"] = [{"id": 1, "sku": "WB-001", "quantity": units, **amounts}]
    line = read(raw).order.lines[0]
    assert line.net == paid and 0 <= line.discount < discount + units


@pytest.mark.parametrize("total", ["4.00", "-4.00"])
def test_fees_of_either_sign_are_kept_with_their_tax(total):
    fee = {"id": 5, "name": "Gift wrap", "total": total, "total_tax": "0.28"}
    raw = body()
    order = read(raw, fee_lines=[fee], total=f"{57.72 + float(total) + 0.28:.2f}").order
    assert order.fees == round(float(total) * 100) + 28 and order.discrepancy == 0


@pytest.mark.parametrize("status", ["failed", "refunded"])
def test_an_order_that_is_over_when_it_arrives_is_held(status):
    assert kinds(read(body(), status=status)) == ["manual"]


def test_a_missing_sku_is_held_and_an_item_that_does_not_ship_is_not_shipped():
    raw = body()
    raw["line_items"][0]["sku"] = ""
    assert kinds(read(raw)) == ["item"]
    from dataclasses import replace

    digital = ITEMS | {"WB-015": replace(ITEMS["WB-015"], ships=False)}
    imported = checked(woocommerce.normalise("woocommerce", body(), AT), digital)
    assert [line.ships for line in imported.order.lines] == [True, False]


def test_without_a_shipping_address_the_billing_address_is_meant():
    empty = {name: "" for name in body()["shipping"]}
    assert read(body(), shipping=empty).customer.ship_to.line1 == "88 Peachtree St NE"
    assert read(body(), shipping=[]).customer.ship_to.line1 == "88 Peachtree St NE"


def test_html_in_names_is_read():
    raw = body()
    raw["line_items"][0]["name"] = "Ship Your Idea &ndash; Black"
    assert read(raw).order.lines[0].title == "Ship Your Idea – Black"


UNREADABLE = [{"id": None}, {"currency": "EURO"}, {"total": "x"}, {"line_items": {}}, {"billing": 3}, {"total": True}]


@pytest.mark.parametrize("change", UNREADABLE)
def test_what_cannot_be_understood_is_named(change):
    with pytest.raises(InvalidInput):
        read(body(), **change)
