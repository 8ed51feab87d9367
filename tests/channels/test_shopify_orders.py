"""Shopify's order becomes ours: every rule of the normaliser's docstring."""

import copy

import pytest

from tests.channels.documents import AT, sample
from waybill.channels import shopify
from waybill.channels.checks import checked
from waybill.kernel.errors import InvalidInput
from waybill.shop.model import Item

ITEMS = {f"WB-{n:03d}": Item(f"WB-{n:03d}", "", 100, 10, 10, 10, 100, 200) for n in range(1, 31)}


def read(body, **changed):
    return checked(shopify.normalise("shopify", {**body, **changed}, AT), ITEMS)


def body(name="shopify_paid"):
    return copy.deepcopy(sample(name)["body"])


def kinds(imported):
    return [finding.kind for finding in imported.findings]


def test_a_paid_order_reconciles_and_nothing_holds_it():
    imported = read(body())
    order = imported.order
    assert (order.external_reference, order.number, order.total, order.discrepancy) == ("5870000001", "#1001", 7919, 0)
    assert [(line.id, line.sku, line.quantity, line.unit_price, line.tax) for line in order.lines] == [
        ("14100000001", "WB-001", 2, 2400, 414),
        ("14100000002", "WB-007", 1, 1850, 160),
    ]
    assert order.placed_at == "2026-11-20T15:12:33.000Z"
    assert imported.findings == ()


def test_money_that_shopify_has_taken_is_a_channel_tender_with_its_reference():
    (tender,) = read(body()).order.tenders
    assert (tender.kind, tender.amount, tender.gateway, tender.reference) == ("channel", 7919, "shopify_payments", "chk5870000001")


def test_allocated_discounts_and_included_taxes_reconcile():
    order = read(body("shopify_discount_tax_included")).order
    assert order.tax_included and order.discrepancy == 0
    assert [line.discount for line in order.lines] == [447, 553]


def test_a_cent_too_much_is_held_with_the_exact_difference():
    (finding,) = read(body("shopify_sums_off")).findings
    assert finding.kind == "sums" and finding.reason.endswith("difference 0.01")


def test_a_discount_that_no_line_carries_is_spread_by_value():
    raw = body()
    order = read(raw, total_discounts="10.00", total_price="69.19").order
    assert sum(line.discount for line in order.lines) == 1000 and order.discrepancy == 0
    assert [line.discount for line in order.lines] == [722, 278]


def test_tips_and_duties_are_fees():
    raw = body()
    duties = {"shop_money": {"amount": "3.00", "currency_code": "USD"}}
    order = read(raw, total_tip_received="5.00", original_total_duties_set=duties, total_price="87.19").order
    assert order.fees == 800 and order.discrepancy == 0


@pytest.mark.parametrize(
    ("status", "gateway", "tenders", "held"),
    [
        ("paid", "shopify_payments", ["channel"], []),
        ("authorized", "shopify_payments", ["terms"], []),
        ("pending", "Cash on Delivery (COD)", ["cod"], []),
        ("pending", "Bank Deposit", ["terms"], ["payment"]),
        ("partially_paid", "shopify_payments", ["channel", "terms"], ["payment"]),
        ("voided", "shopify_payments", ["terms"], ["payment"]),
        ("refunded", "shopify_payments", ["channel"], ["payment"]),
        ("", "shopify_payments", ["terms"], ["payment"]),
    ],
)
def test_what_the_financial_status_means(status, gateway, tenders, held):
    imported = read(body(), financial_status=status, payment_gateway_names=[gateway], total_outstanding="20.00")
    assert [tender.kind for tender in imported.order.tenders] == tenders
    assert kinds(imported) == held
    assert sum(tender.amount for tender in imported.order.tenders) == imported.order.total


def test_a_gift_card_does_not_ship_and_needs_no_sku():
    imported = read(body("shopify_digital_and_gift"))
    assert [line.ships for line in imported.order.lines] == [True, False] and imported.findings == ()


def test_an_order_in_which_nothing_ships_is_held():
    raw = body()
    for line in raw["line_items"]:
        line["requires_shipping"] = False
    assert kinds(read(raw)) == ["item"]


def test_a_line_of_quantity_zero_is_left_out():
    raw = body()
    raw["line_items"].append({**raw["line_items"][0], "id": 77, "quantity": 0, "tax_lines": []})
    imported = read(raw)
    assert len(imported.order.lines) == 2 and imported.findings == ()


@pytest.mark.parametrize(("sku", "reason"), [(None, "without a SKU: line 14100000001"), ("NOPE-1", "unknown SKU NOPE-1")])
def test_a_missing_or_unknown_sku_is_held_and_named(sku, reason):
    raw = body()
    raw["line_items"][0]["sku"] = sku
    (finding,) = read(raw).findings
    assert (finding.kind, finding.reason) == ("item", reason)


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        (None, "there is no shipping address"),
        ({"address1": "1 A St", "city": "Reno", "country_code": "US"}, "the shipping address lacks region, postal_code"),
        ({"address1": "1 A St", "city": "Reno", "province_code": "NV", "country_code": "US", "zip": "8950"}, "US has no such postal_code"),
        ({"address1": "1 A St", "city": "Reno", "country": "Ruritania", "zip": "8950"}, "the shipping address lacks country"),
    ],
)  # fmt: skip
def test_an_address_that_no_parcel_reaches_is_held(address, reason):
    (finding,) = read(body(), shipping_address=address).findings
    assert (finding.kind, finding.reason) == ("address", reason)


def test_a_test_order_is_held_for_a_person():
    assert kinds(read(body(), test=True)) == ["manual"]


@pytest.mark.parametrize(
    "change",
    [
        {"id": None}, {"id": {}}, {"id": "x" * 129}, {"currency": "ZZZ"}, {"currency": None}, {"total_price": "NaN"},
        {"total_price": "1e999"}, {"total_price": "1.234"}, {"total_price": {}}, {"line_items": "two"}, {"line_items": [1]},
        {"line_items": [{"quantity": -1}]}, {"line_items": [{"quantity": 1.5}]}, {"line_items": [{"quantity": 10**9}]},
        {"line_items": [{"id": 1, "quantity": 1}, {"id": 1, "quantity": 1}]}, {"taxes_included": "yes"}, {"shipping_address": "here"},
    ],
)  # fmt: skip
def test_what_cannot_be_understood_is_named_and_nothing_else_happens(change):
    with pytest.raises(InvalidInput) as told:
        read(body(), **change)
    assert told.value.message
