"""What a draft may do next, as the full table; and what it comes to, whatever was said."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from waybill.drafts import edge
from waybill.drafts.model import draft as model
from waybill.drafts.model.draft import DISCARDED, EXPIRED, MACHINE, OPEN, PLACED, PLACING, QUOTED, Draft
from waybill.drafts.model.pricing import Offer, as_customer, as_order, priced
from waybill.kernel.errors import IllegalTransition, InvalidInput
from waybill.orders.edge import OrderIn

AT, OFFERS = "2026-11-29T12:00:00.000Z", {"TEA": Offer("Tea", 400, "USD")}
MAY = {
    OPEN: {"change": OPEN, "hold": OPEN, "quote": QUOTED, "place": PLACING, "discard": DISCARDED},
    QUOTED: {"hold": QUOTED, "quote": QUOTED, "reopen": OPEN, "place": PLACING, "expire": EXPIRED, "discard": DISCARDED},
    EXPIRED: {"reopen": OPEN, "discard": DISCARDED},
    PLACING: {"finish": PLACED},
    PLACED: {},
    DISCARDED: {},
}
VERBS = sorted({verb for verbs in MAY.values() for verb in verbs})


@pytest.mark.parametrize(("status", "verb"), list(product(MAY, VERBS)))
def test_a_draft_does_what_the_table_says_and_nothing_else(status: str, verb: str) -> None:
    if verb in MAY[status]:
        assert MACHINE.after(status, verb) == MAY[status][verb]
    else:
        with pytest.raises(IllegalTransition):
            MACHINE.after(status, verb)


def test_there_is_no_state_that_the_table_does_not_know() -> None:
    assert MACHINE.states == set(MAY)


def test_a_quote_holds_through_its_last_day_and_no_longer() -> None:
    quote = Draft("dr_1", "phone", {}, QUOTED, expires_on="2026-11-30")
    assert model.expired(quote, "2026-11-30T23:59:59.999Z") is quote
    over = model.expired(quote, "2026-12-01T00:00:00.000Z")
    assert (over.status, over.log[-1][1:]) == (EXPIRED, ("clock", "expire")) and over.allowed == ["reopen", "discard"]


@pytest.mark.parametrize("day", ["2026-11-28", "2027-11-30", "tomorrow", "", "2026-13-01"])
def test_a_quote_has_a_last_day_that_is_still_to_come(day: str) -> None:
    with pytest.raises(InvalidInput):
        model.quoted(Draft("dr_1", "phone"), {}, day, AT, "support:robin")


def test_who_did_what_when_is_logged_and_a_draft_that_is_over_knows_no_person() -> None:
    said = {"customer": {"email": "ada@example.com"}, "ship_to": {"line1": "500 Main St"}, "note": "Ada", "lines": [{"sku": "TEA"}]}
    draft = model.opened("dr_1", "phone", said, "digest", AT, "support:robin")
    for end in (model.discarded(draft, AT, "desk:Vera"), model.finished(model.begun(draft, "{}", "ord_1", AT, "desk:Vera"), AT, "desk:Vera")):
        assert end.is_over and end.said == {"lines": [{"sku": "TEA"}]} and not end.order
        assert [entry[1] for entry in end.log] == ["support:robin", "desk:Vera"]


def test_the_shop_fills_in_what_was_not_said_and_nothing_that_was() -> None:
    lines = [{"sku": "TEA", "quantity": 2}, {"sku": "TEA", "quantity": 1, "unit_price": "3.00", "title": "Old tea"}, {"sku": "CUP"}]
    body = priced({"currency": "USD", "lines": lines}, OFFERS)
    assert [(line.get("title"), line.get("unit_price")) for line in body["lines"]] == [("Tea", "4.00"), ("Old tea", "3.00"), (None, None)]
    assert as_order(body, "dr_1", "phone", AT).total == 1100
    assert "unit_price" not in priced({"currency": "EUR", "lines": lines[:1]}, OFFERS)["lines"][0]


def test_a_draft_takes_every_field_of_an_order_but_those_that_are_ours_to_say() -> None:
    schema = OrderIn.model_json_schema()
    ours = {"external_reference", "total", "placed_at"}
    for name, field in schema["properties"].items():
        if name in ours:
            continue
        for value in _examples(field, schema["$defs"]):
            assert edge.said({name: value})[name] == value, name


def _examples(field: dict[str, Any], defs: dict[str, Any]) -> Iterator[Any]:
    """Something of a field's form, of objects all that they may hold."""
    kinds = [kind for kind in field.get("anyOf", [field]) if kind.get("type") != "null"]
    for kind in kinds:
        if "$ref" in kind:
            inner = defs[kind["$ref"].rpartition("/")[2]]["properties"]
            yield {name: next(_examples(each, defs)) for name, each in inner.items()}
        elif kind.get("type") == "array":
            yield [next(_examples(kind["items"], defs))]
        else:
            yield {"object": {"a": "1"}, "integer": 1, "boolean": True}.get(kind.get("type", ""), "x")


@pytest.mark.parametrize(
    ("amounts", "filled"),
    [((None,), ("8.00",)), (("3.00", None), ("3.00", "5.00")), ((None, None), (None, None)), (("9.00", None), ("9.00", None)), (("8.00", None), ("8.00", "0.00"))],
)
def test_the_one_payment_without_an_amount_takes_the_rest(amounts: tuple[str | None, ...], filled: tuple[str | None, ...]) -> None:
    tenders = [{"kind": "card", **({"amount": amount} if amount else {})} for amount in amounts]
    body = priced({"currency": "USD", "lines": [{"sku": "TEA", "quantity": 2}], "tenders": tenders}, OFFERS)
    assert tuple(each.get("amount") for each in body["tenders"]) == filled


_said = st.one_of(st.none(), st.booleans(), st.integers(), st.text("aZ09.-é\x00", max_size=8), st.sampled_from(["USD", "1.00", "-1", "1e9", "TEA", "NaN", "0.001"]))


def _some(*names: str) -> st.SearchStrategy[dict[str, object]]:
    return st.dictionaries(st.sampled_from(names), _said, max_size=len(names))


@given(
    st.fixed_dictionaries(
        {},
        optional={
            "currency": _said,
            "fees": _said,
            "tax_included": _said,
            "customer": _some("email", "name", "locale"),
            "ship_to": _some("line1", "city", "country"),
            "lines": st.lists(_some("id", "sku", "quantity", "unit_price", "discount", "tax", "ships"), max_size=3),
            "shipping": _some("method", "amount", "tax", "promise_days"),
            "tenders": st.lists(_some("kind", "amount", "token"), max_size=3),
        },
    )
)
def test_whatever_was_said_comes_to_something(body: dict[str, object]) -> None:
    try:
        said = edge.said(body)
    except InvalidInput:
        return
    order = as_order(priced({"currency": "USD", **said}, OFFERS), "dr_1", "phone", AT)
    assert order.discrepancy == 0
    as_customer(said)
