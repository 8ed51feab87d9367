"""Money of every channel to the currency's own exponent; payments in several parts, and what was given back of them, to the unit."""

import copy
import json
import re
from decimal import Decimal

import pytest

from tests.channels.benches import BENCHES
from tests.channels.documents import AT, sample
from tests.channels.leaves import plain
from tests.channels.sources import full
from waybill.channels import api, registry
from waybill.channels.checks import checked, sums
from waybill.kernel.errors import Malformed

BY_KIND = {bench.kind: bench for bench in BENCHES}
IN_MINOR_UNITS = ("square", "commercetools")
_AMOUNT = re.compile(r"-?[0-9]+\.[0-9]{2,4}\Z")
_MAGENTO = ("price", "row_total", "discount_amount", "tax_amount", "grand_total", "total_paid", "shipping_amount")


def normalised(kind, document):
    return checked(registry.adapter(kind).normalise(kind, document, AT), {})


def in_dollars(kind):
    return plain(json.dumps(BY_KIND[kind].document(1)))


def in_currency(kind, node, currency, name=""):
    """A document in US dollars → the same numbers of minor units in another currency."""
    if isinstance(node, dict):
        return {key: in_currency(kind, value, currency, key) for key, value in node.items()}
    if isinstance(node, list):
        return [in_currency(kind, value, currency, name) for value in node]
    if node == "USD":
        return currency
    places = {"JPY": 0, "KWD": 3}[currency]
    if name == "fractionDigits":
        return places
    if kind not in IN_MINOR_UNITS and isinstance(node, str) and _AMOUNT.match(node):
        return f"{Decimal(node) * 100 / 10**places:.{places}f}"
    if kind == "magento" and name in _MAGENTO and isinstance(node, (int, Decimal)):
        return Decimal(node) * 100 / 10**places
    return node


@pytest.mark.parametrize("currency", ["JPY", "KWD"])
@pytest.mark.parametrize("kind", BY_KIND)
def test_yen_and_dinars_come_to_the_same_minor_units(kind, currency):
    dollars = normalised(kind, in_dollars(kind)).order
    other = normalised(kind, in_currency(kind, in_dollars(kind), currency))
    assert other.order.currency == currency and not sums(other.order)
    assert [(line.unit_price, line.discount, line.tax) for line in other.order.lines] == [(line.unit_price, line.discount, line.tax) for line in dollars.lines]
    assert (other.order.total, other.order.shipping, other.order.fees) == (dollars.total, dollars.shipping, dollars.fees)
    assert [tender.amount for tender in other.order.tenders] == [tender.amount for tender in dollars.tenders]


@pytest.mark.parametrize(("currency", "amounts", "total"), [("JPY", ("24", "2", "6", "32"), 32), ("KWD", ("24.125", "1.805", "6.000", "31.930"), 31930)])
def test_our_own_orders_come_in_yen_and_dinars(currency, amounts, total):
    price, tax, shipping, whole = amounts
    body = {
        **sample("api_card")["body"],
        "currency": currency,
        "lines": [{"sku": "TEA", "quantity": 1, "unit_price": price, "tax": tax}],
        "shipping": {"method": "standard", "amount": shipping},
        "tenders": [{"kind": "card", "token": "pm_card_visa", "amount": whole}],
        "total": whole,
    }
    order = api.normalise("api", body, AT).order
    assert order.total == total and not sums(order)


@pytest.mark.parametrize("kind", [kind for kind in BY_KIND if kind not in IN_MINOR_UNITS])
def test_half_a_yen_is_refused_by_name_and_never_rounded(kind):
    document = in_currency(kind, in_dollars(kind), "JPY")
    with pytest.raises(Malformed, match="JPY has 0 decimal places"):
        registry.adapter(kind).normalise(kind, _halved(kind, document), AT)


def _halved(kind, document):
    made = copy.deepcopy(document)
    at = {
        "shopify": lambda it: it.update(total_price="10.50"),
        "woocommerce": lambda it: it.update(total="10.50"),
        "bigcommerce": lambda it: it["order"].update(total_inc_tax="10.5000"),
        "amazon": lambda it: it["proceeds"]["grandTotal"].update(amount="10.50"),
        "magento": lambda it: it.update(grand_total=Decimal("10.5")),
        "ebay": lambda it: it["pricingSummary"]["total"].update(value="10.50"),
    }
    at[kind](made)
    return made


# ── several payments, and what was given back ──


def standing(kind, document):
    return registry.adapter(kind).normalise(kind, plain(document) if isinstance(document, str) else document, AT).standing


def tenders(kind, document):
    return [(tender.gateway, tender.amount) for tender in registry.adapter(kind).normalise(kind, document, AT).order.tenders]


def test_gift_cards_are_tenders_of_their_own_beside_the_rest():
    assert tenders("shopify", full("shopify")) == [("shopify_payments", 7010), ("gift_card", 1000)]
    assert tenders("square", full("square")) == [("square card", 6555), ("square square_gift_card", 1000)]
    assert tenders("bigcommerce", full("bigcommerce")) == [("store credit", 500), ("gift certificate", 1000), ("Credit Card", 6438)]
    assert tenders("magento", full("magento")) == [("gift card", 1000), ("store credit", 500), ("reward points", 100), ("stripe_payments", 7455)]
    assert tenders("commercetools", full("commercetools")) == [("CREDIT_CARD", 6245), ("GIFT_CARD", 1000)]


@pytest.mark.parametrize("kind", ["shopify", "woocommerce", "square", "magento", "commercetools"])
def test_money_given_back_without_a_line_is_counted_and_takes_no_unit_off(kind):
    said = standing(kind, full(kind))
    assert (said.refunded, dict(said.removed)) == ({"magento": 50}.get(kind, 400), {})


def shopify_refund(amount, status="success", lines=(), kind="refund"):
    return {"refund_line_items": list(lines), "transactions": [{"kind": kind, "status": status, "amount": amount}]}


def test_several_refunds_of_shopify_are_their_sum_and_only_what_has_succeeded():
    cancelled = {"line_item_id": 1, "quantity": 1, "restock_type": "cancel"}
    returned = {"line_item_id": 2, "quantity": 1, "restock_type": "return"}
    refunds = [
        shopify_refund("6.95"),  # of the shipping alone
        shopify_refund("24.00", lines=[cancelled]),
        shopify_refund("18.50", lines=[returned]),
        shopify_refund("9.99", status="pending"),
        shopify_refund("9.99", status="failure"),
        {"refund_line_items": [], "transactions": []},
    ]
    said = standing("shopify", {**full("shopify"), "refunds": refunds})
    assert said.refunded == 695 + 2400 + 1850 and dict(said.removed) == {"1": 1}


def test_several_refunds_of_woocommerce_are_their_sum():
    refunds = [{"id": 1, "reason": "shipping", "total": "-6.95"}, {"id": 2, "reason": "", "total": "-24.00"}]
    assert standing("woocommerce", {**full("woocommerce"), "refunds": refunds}).refunded == 3095


def test_several_refunds_of_square_are_their_sum_but_for_those_that_came_to_nothing():
    document = full("square")
    refunds = [{"amount_money": {"amount": amount, "currency": "USD"}, "status": status} for amount, status in ((400, "APPROVED"), (695, "PENDING"), (99, "FAILED"), (99, "REJECTED"))]
    assert standing("square", {**document, "order": {**document["order"], "refunds": refunds}}).refunded == 1095


def test_what_bigcommerce_says_it_has_given_back_is_taken_at_its_word():
    document = full("bigcommerce")
    said = standing("bigcommerce", {**document, "order": {**document["order"], "refunded_amount": "16.9500", "payment_status": "partially refunded"}})
    assert (said.paid, said.refunded) == (7938, 1695)


def test_magento_counts_gift_cards_and_store_credit_apart_and_all_of_it_is_paid_and_given_back():
    document = full("magento")
    more = {**document["extension_attributes"], "gift_cards_refunded": 10, "customer_balance_refunded": 5}
    said = standing("magento", {**document, "total_refunded": Decimal("6.95"), "extension_attributes": more})
    assert (said.paid, said.refunded) == (9055, 695 + 1000 + 500)
    assert registry.adapter("magento").normalise("magento", document, AT).order.total == 9055
