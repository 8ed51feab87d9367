"""The door reads `OrderIn` by hand: what the one takes the other takes, and both name the same field."""

import copy

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from tests.channels.documents import AT, sample
from waybill.channels import api
from waybill.kernel.errors import InvalidInput
from waybill.orders.edge import OrderIn

FULL = {
    **sample("api_card")["body"],
    "channel": "api",
    "bill_to": {"line1": "1 Elm St", "city": "Salem"},
    "fees": "0.50",
    "groups": [{"id": "mum", "ship_to": {"line1": "1 Elm St", "city": "Salem", "region": "OR", "postal_code": "97301"}, "method": "express", "promise_days": 2}],
    "charges": [{"title": "gift wrap", "amount": "0.50"}],
    "taxes": [{"title": "CO State Tax", "rate": "2.9", "amount": "1.80"}],
    "tax_included": False,
    "customer": {**sample("api_card")["body"]["customer"], "reference": "C-17", "tax_id": "DE123456789"},
    "ship_to": {**sample("api_card")["body"]["ship_to"], "instructions": "behind the green door"},
    "note": "ring twice",
    "attributes": {"gift": True, "points": 12, "campaign": "autumn"},
}
FULL["lines"][1] |= {"total": "27.00"}
FULL["tenders"][0] |= {"currency": "USD", "attributes": {"checkout": "web"}}
ODD = st.sampled_from(
    [None, "", " ", "x", "X" * 600, 0, -1, 1, 10**30, True, [], {}, [1], {"a": 1}, "1.5", "-1", "NaN", "Infinity", "1e9", "12.34567", "USD",
     "US", "card", "2026-11-20T17:30:00Z", "2026-11-20", "a@b.co", "\x01", "ünïcode", "4242424242424242"]
)  # fmt: skip


def paths(value, at=()):
    """Every place in a body, inner ones too."""
    for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
        yield (*at, key)
        if isinstance(inner, (dict, list)):
            yield from paths(inner, (*at, key))


PLACES = sorted(paths(FULL), key=str)


def changed(place, value, how):
    body = copy.deepcopy(FULL)
    inner = body
    for key in place[:-1]:
        inner = inner[key]
    if how == "replace":
        inner[place[-1]] = value
    elif how == "drop":
        del inner[place[-1]]
    elif isinstance(inner, dict):
        inner["surprise"] = value
    return body


def by_hand(body):
    try:
        return api.normalise("api", body, AT), {}
    except InvalidInput as problem:
        return None, problem.fields


def by_pydantic(body):
    try:
        OrderIn.model_validate(body)
    except ValidationError as problem:
        return {_name(error["loc"]) for error in problem.errors()}
    return set()


def _name(location):
    text = ""
    for part in location:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else str(part)
    return text


def test_the_full_body_is_taken_by_both():
    assert by_hand(FULL)[0] is not None and by_pydantic(FULL) == set()


@settings(max_examples=250, deadline=None)
@given(st.sampled_from(PLACES), ODD, st.sampled_from(["replace", "drop", "add"]))
def test_what_the_door_takes_is_of_the_published_shape(place, value, how):
    body = changed(place, value, how)
    if by_hand(body)[0] is not None:
        assert by_pydantic(body) == set()


STRICTER = ("placed_at", "attributes", "token", ".id", "ships", "tax_included", "currency", "].total", "].discount", "shipping")
"""Where the door asks more than the shape says: real currencies, no lax booleans and instants, no card numbers, a token for a card, lines that come to
what they say, shipping where something ships."""


@settings(max_examples=250, deadline=None)
@given(st.sampled_from(PLACES), ODD, st.sampled_from(["replace", "drop", "add"]))
def test_what_is_of_the_published_shape_the_door_takes(place, value, how):
    body = changed(place, value, how)
    if not by_pydantic(body):
        refused = {field: why for field, why in by_hand(body)[1].items() if "card number" not in why and "decimal places" not in why}
        assert not [field for field in refused if not any(known in field for known in STRICTER)], refused


@pytest.mark.parametrize(
    ("place", "value", "field"),
    [
        (("lines", 0, "quantity"), 0, "lines[0].quantity"),
        (("lines", 1, "unit_price"), 1.5, "lines[1].unit_price"),
        (("customer", "email"), "nobody", "customer.email"),
        (("ship_to", "city"), "", "ship_to.city"),
        (("tenders", 0, "kind"), "cheque", "tenders[0].kind"),
    ],
)
def test_both_blame_the_same_field(place, value, field):
    body = changed(place, value, "replace")
    assert field in by_hand(body)[1] and field in by_pydantic(body)


def test_everything_wrong_is_named_at_once():
    body = {**FULL, "total": "-1", "surprise": 1, "currency": "usd", "lines": [{"sku": "", "quantity": "2"}]}
    fields = by_hand(body)[1]
    assert set(fields) == {"total", "surprise", "currency", "lines[0].sku", "lines[0].quantity", "lines[0].unit_price"}


def test_a_line_that_says_what_it_comes_to_and_an_order_in_which_nothing_ships_are_taken():
    lines = [{"sku": "S", "quantity": 2, "unit_price": "3.00", "discount": "1.00", "total": "5.00", "ships": False}]
    imported, refused = by_hand({**FULL, "lines": lines, "shipping": None})
    assert not refused and imported.order.shipping.amount == 0 and imported.order.lines[0].net == 500


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"currency": "ZZZ"}, "currency"),
        ({"currency": "JPY", "total": "97.88"}, "total"),
        ({"placed_at": "2026-11-24T00:00:00Z"}, "placed_at"),
        ({"tenders": [{"kind": "card", "amount": "97.88"}]}, "tenders[0].token"),
        ({"lines": [{"id": "a", "sku": "S", "quantity": 1, "unit_price": "1"}] * 2}, "lines[1].id"),
        ({"note": "4242 4242 4242 4242"}, "note"),
        ({"attributes": {"": "x"}}, "attributes"),
        ({"lines": [{"sku": "S", "quantity": 2, "unit_price": "3.00", "total": "5.00"}]}, "lines[0].total"),
        ({"lines": [{"sku": "S", "quantity": 2, "unit_price": "3.00", "discount": "1.00", "total": "6.00"}]}, "lines[0].discount"),
        ({"lines": [{"sku": "S", "quantity": 2, "unit_price": "3.00", "total": "6.001"}]}, "lines[0].total"),
        ({"tenders": [{"kind": "terms", "amount": "97.88", "currency": "EUR"}]}, "tenders[0].currency"),
        ({"tenders": [{"kind": "terms", "amount": "97.88", "attributes": {" ": 1}}]}, "tenders[0].attributes"),
        ({"shipping": None}, "shipping"),
    ],
)
def test_what_a_shape_cannot_say_is_refused_all_the_same(change, field):
    assert field in by_hand({**FULL, **change})[1]
