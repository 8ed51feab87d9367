"""No amount is read wrongly in silence: of each amount in an order of each kind of channel, what is none is refused, the same otherwise written is the
same, what is of another currency is refused, and currencies of no decimals and of three are read as they are."""

import copy
import json
from decimal import Decimal

import pytest

from tests.channels.benches import BENCHES
from tests.channels.documents import AT, sample
from tests.channels.test_bad_input import parsed, places, put
from waybill.channels import api, registry, shopify
from waybill.channels.checks import checked
from waybill.kernel.errors import InvalidInput

READERS = {
    **{bench.kind: (registry.adapter(bench.kind).normalise, parsed(bench.document(1))) for bench in BENCHES},
    "shopify_discount_tax_included": (shopify.normalise, sample("shopify_discount_tax_included")["body"]),
    "woocommerce_tax_included": (registry.adapter("woocommerce").normalise, sample("woocommerce_tax_included")["body"]),
    "api_two_tenders": (api.normalise, sample("api_two_tenders")["body"]),
}
MINOR = ("square", "commercetools")
"""Those that write minor units."""


def read(name, document):
    return READERS[name][0]("c", document, AT)


def at(document, place):
    for key in place:
        document = document[key]
    return document


def with_(name, place, value):
    document = copy.deepcopy(READERS[name][1])
    put(document, place, value)
    return document


def amounts(imported):
    """Everything of an order that is money or units."""
    order, standing = imported.order, imported.standing
    lines = [(line.unit_price, line.quantity, line.discount, line.tax) for line in order.lines]
    shipping = (order.shipping.amount, order.shipping.discount, order.shipping.tax)
    return (order.currency, order.total, order.fees, shipping, lines, [tender.amount for tender in order.tenders], standing.paid, standing.refunded)


def _number(value):
    if isinstance(value, bool) or not isinstance(value, (int, str, Decimal)):
        return None
    try:
        return Decimal(value)
    except ArithmeticError:
        return None


def money_of(name):
    """Where an order says an amount that is read, and is no number of units: `x` is refused there, and one more is not."""
    _, order = READERS[name]
    for place in places(order):
        value = _number(at(order, place))
        if value is None or any(word in str(place[-1]).lower() for word in ("quantity", "qty", "digits", "days", "version", "grams")):
            continue
        if _read(name, place, "x") is None and _read(name, place, _like(at(order, place), value + 1)) is not None:
            yield place


def _read(name, place, value):
    try:
        return amounts(read(name, with_(name, place, value)))
    except InvalidInput:
        return None


def _like(said, value):
    return str(value) if isinstance(said, str) else Decimal(value) if value != int(value) else int(value)


MONEY = [pytest.param(name, place, id=f"{name}-{'.'.join(map(str, place))}") for name in READERS for place in money_of(name)]
NO_AMOUNT = ["1_0", "٣", "２４", "1e2", "1E2", "0x18", "NaN", "sNaN", "Infinity", "-Infinity", "--1", "24,00", "1,024.00", "$24.00", "24.00 USD", "24.00.1", "x", True, False,
             [], {}, [24], {"a": 24}, "9" * 40, 10**39, Decimal("1E+30"), Decimal("0.00001"), "0.00001", "24\n00", "²"]  # fmt: skip


def test_every_kind_of_channel_has_amounts():
    assert {param.values[0] for param in MONEY} == set(READERS) and len(MONEY) > 80


@pytest.mark.parametrize(("name", "place"), MONEY)
def test_what_is_no_amount_is_refused_by_name_and_never_read_as_another(name, place):
    before = amounts(read(name, copy.deepcopy(READERS[name][1])))
    taken = []
    for junk in NO_AMOUNT:
        try:
            after = amounts(read(name, with_(name, place, copy.deepcopy(junk))))
        except InvalidInput as problem:
            assert problem.fields
        else:
            taken += [junk] if after != before else []
    assert not taken


@pytest.mark.parametrize(("name", "place"), [param for param in MONEY if param.values[0] not in MINOR])
def test_the_same_amount_otherwise_written_is_the_same(name, place):
    said = at(READERS[name][1], place)
    before = amounts(read(name, copy.deepcopy(READERS[name][1])))
    value = Decimal(said)
    others = [str(value.normalize().quantize(Decimal("0.01"))), f"{value:.2f}", f"{value:.4f}", *([str(int(value)), int(value)] if value == int(value) else [])]
    for other in others:
        try:
            assert amounts(read(name, with_(name, place, other))) == before, other
        except InvalidInput as refused:
            raise AssertionError(f"{other!r}: {refused.message}") from None


@pytest.mark.parametrize(("name", "place"), MONEY)
def test_less_than_nothing_holds_the_order_or_is_refused(name, place):
    """A negative amount never goes on by itself, but for fees, which may be a discount."""
    said = at(READERS[name][1], place)
    value = -(_number(said) + 1)
    try:
        imported = checked(read(name, with_(name, place, _like(said, value))), {})
    except InvalidInput:
        return
    before = read(name, copy.deepcopy(READERS[name][1]))
    worth = [[(line.net, line.tax) for line in each.order.lines] + [each.order.total, *each.order.tenders] for each in (imported, before)]
    if worth[0] != worth[1]:
        assert {"sums", "payment"} & {finding.kind for finding in imported.findings}


@pytest.mark.parametrize("name", READERS)
def test_an_amount_in_another_currency_than_its_order_is_refused(name):
    _, order = READERS[name]
    before = amounts(read(name, copy.deepcopy(order)))
    currencies = [place for place in places(order) if at(order, place) == before[0]]
    assert currencies
    for place in currencies:
        try:
            after = amounts(read(name, with_(name, place, "EUR")))
        except InvalidInput as problem:
            assert problem.fields
        else:
            assert after == before or after == ("EUR", *before[1:]), place
            assert after == before or currencies == [place] or name.startswith(("shopify", "woocommerce")), "one of several was changed"


@pytest.mark.parametrize(("currency", "places_of_it"), [("JPY", 0), ("KWD", 3)])
@pytest.mark.parametrize("name", READERS)
def test_currencies_of_no_decimals_and_of_three_are_read_as_they_are(name, currency, places_of_it):
    """The same number of minor units, written as this currency writes it."""
    _, order = READERS[name]
    before, document = amounts(read(name, copy.deepcopy(order))), copy.deepcopy(order)
    for param in MONEY:
        if param.values[0] == name and name not in MINOR:
            said = at(order, param.values[1])
            put(document, param.values[1], _like(said, (Decimal(said) * 100).scaleb(-places_of_it).quantize(Decimal(1).scaleb(-places_of_it))))
    for place in places(order):
        if at(order, place) == before[0]:
            put(document, place, currency)
        elif place[-1] == "fractionDigits":
            put(document, place, places_of_it)
    imported = read(name, document)
    assert amounts(imported) == (currency, *before[1:]) and not imported.order.discrepancy


@pytest.mark.parametrize("said", ["1000", "1000.0", "1000.00", 1000])
def test_yen_of_shopify_are_yen_with_or_without_decimals(said):
    order = sample("shopify_paid")["body"]
    line = {"id": 1, "sku": "TEA", "quantity": 1, "price": said, "requires_shipping": True}
    bare = {name: order[name] for name in ("id", "created_at", "financial_status", "shipping_address", "email")}
    imported = shopify.normalise("c", {**bare, "currency": "JPY", "total_price": said, "line_items": [line]}, AT)
    assert (imported.order.total, imported.order.lines[0].unit_price, imported.order.discrepancy) == (1000, 1000, 0)


def test_minor_units_of_another_fraction_than_their_currencys_are_refused():
    order = json.loads(json.dumps(READERS["commercetools"][1], default=str))
    for place in list(places(order)):
        if place[-1] == "fractionDigits":
            put(order, place, 3)
    with pytest.raises(InvalidInput):
        read("commercetools", order)


# ── what the buyer saw in another currency ──


def presented(order, rate=Decimal("0.9")):
    """The same order as Shopify writes it where the buyer paid in euros: a set beside each amount, transactions in euros."""
    made = copy.deepcopy(order) | {"presentment_currency": "EUR"}

    def sets(raw, *names):
        for name in names:
            ours = raw.get(name) or "0.00"
            theirs = str((Decimal(ours) * rate).quantize(Decimal("0.01")))
            raw[f"{name}_set"] = {"shop_money": {"amount": ours, "currency_code": "USD"}, "presentment_money": {"amount": theirs, "currency_code": "EUR"}}

    sets(made, "total_price", "total_discounts", "total_tax", "subtotal_price")
    for line in made["line_items"]:
        sets(line, "price", "total_discount")
    for line in made["shipping_lines"]:
        sets(line, "price", "discounted_price")
    return made


def test_what_the_buyer_saw_in_another_currency_is_kept_and_never_taken_for_ours():
    order = parsed(BENCHES[0].document(1))
    imported = shopify.normalise("c", presented(order), AT)
    assert amounts(imported) == amounts(shopify.normalise("c", order, AT))
    assert imported.order.attributes["presentment_currency"] == "EUR" and imported.order.attributes["presentment_total"]


def test_money_given_back_in_the_buyers_currency_is_noted_in_ours():
    def shop(amount):
        return {"shop_money": {"amount": amount, "currency_code": "USD"}, "presentment_money": {"amount": "1.00", "currency_code": "EUR"}}

    line = {"line_item_id": 1, "quantity": 1, "restock_type": "return", "subtotal_set": shop("24.00"), "total_tax_set": shop("2.07")}
    shipping = {"kind": "shipping_refund", "amount_set": shop("-6.95"), "tax_amount_set": shop("-0.05")}
    paid = {"kind": "refund", "status": "success", "amount": "29.76", "currency": "EUR"}
    refund = {"refund_line_items": [line], "order_adjustments": [shipping], "transactions": [paid]}
    order = presented(parsed(BENCHES[0].document(1)))
    assert shopify.normalise("c", {**order, "refunds": [refund]}, AT).standing.refunded == 2400 + 207 + 695 + 5
    assert shopify.normalise("c", {**order, "refunds": [{**refund, "transactions": [{**paid, "currency": "USD"}]}]}, AT).standing.refunded == 2976


# ── units ──

UNITS = [
    pytest.param(name, place, id=f"{name}-{'.'.join(map(str, place))}")
    for name in READERS
    for place in places(READERS[name][1])
    if any(word in str(place[-1]).lower() for word in ("quantity", "qty")) and _read(name, place, -1) is None
]


def test_every_kind_of_channel_has_units():
    assert {param.values[0] for param in UNITS} == set(READERS)


@pytest.mark.parametrize(("name", "place"), UNITS)
@pytest.mark.parametrize("junk", [-1, "-1", Decimal("-0.5"), Decimal("1.5"), "1.5", "1e1", "٣", "1_0", "", None, 10**6, "1000000", True, [2], "two"])
def test_units_that_could_not_be_are_refused_by_name_and_never_read_as_others(name, place, junk):
    before = amounts(read(name, copy.deepcopy(READERS[name][1])))
    try:
        after = amounts(read(name, with_(name, place, junk)))
    except InvalidInput as problem:
        assert problem.fields
    else:
        gone = len(after[4]) == len(before[4]) - 1
        assert after == before or (gone and junk in ("", None))


@pytest.mark.parametrize(("name", "place"), UNITS)
def test_a_line_of_no_units_is_left_out_or_refused(name, place):
    zero = "0" if isinstance(at(READERS[name][1], place), str) else 0
    before, after = amounts(read(name, copy.deepcopy(READERS[name][1]))), _read(name, place, zero)
    assert after is None or after == before or len(after[4]) == len(before[4]) - 1


@pytest.mark.parametrize("currency", ["XXX", "usd", "", "U$D", "USDT", "BTC", "XAU", "XDR"])
@pytest.mark.parametrize("name", READERS)
def test_a_currency_that_nobody_knows_is_refused(name, currency):
    _, order = READERS[name]
    document = copy.deepcopy(order)
    for place in places(order):
        if at(order, place) == "USD":
            put(document, place, currency)
    with pytest.raises(InvalidInput) as refused:
        read(name, document)
    assert "currency" in refused.value.fields
