"""An order edited at the desk: seen first, confirmed on what was seen, listed, put back."""

from __future__ import annotations

import re

import pytest

from tests.desk.person import Person
from tests.editing.bench import held, quantities
from tests.flow.life import Life, an_order
from tests.flow.lived import life


@pytest.fixture
def the():
    with life() as made:
        yield made


def fields(page: str) -> dict[str, str]:
    """What the button under the preview posts."""
    return dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', page.partition("/edits\"")[2]))


def at(the: Life, order_id: str, key: str = "key-support") -> tuple[Person, str]:
    person, page = Person(the.world, key), f"/desk/orders/{order_id}"
    person.get(page)
    return person, page


def test_an_edit_is_seen_before_it_stands_and_can_be_put_back(the):
    order_id = held(the)
    clerk, page = at(the, order_id)
    assert "Edit…" in clerk.page and clerk.get(f"{page}/edit") == 200
    wanted = {"units-0": "3", "surcharges-gross": "-1.20", "surcharges-tax_percent": "20", "reason": "she called"}
    assert clerk.post(f"{page}/edit", **wanted) == 200
    for text in ("2 → 3", "20.80", "-1.00 without tax", "authorised in addition", "It would ship from", "Confirm the edit"):
        assert text in clerk.page, text
    assert quantities(the, order_id)["TEA"] == 2
    assert clerk.post(f"{page}/edits", **fields(clerk.page)) == 303
    the.settle()
    clerk.get(f"{page}?said=edited")
    for text in ("The order is edited", "Version 1", "TEA: 2 → 3", "she called", "$20.80", "Edited, version 1"):
        assert text in clerk.page, text
    assert clerk.post(f"{page}/edits/1/undo") == 200 and "As it was before version 1" in clerk.page and quantities(the, order_id)["TEA"] == 3
    assert clerk.post(f"{page}/edits", **fields(clerk.page)) == 303
    the.settle()
    assert quantities(the, order_id)["TEA"] == 2


def test_what_was_seen_is_what_is_confirmed_and_twice_is_once(the):
    order_id = held(the)
    clerk, page = at(the, order_id)
    clerk.get(f"{page}/edit")
    clerk.post(f"{page}/edit", **{"units-0": "3"})
    seen = fields(clerk.page)
    assert clerk.post(f"{page}/edits", **seen) == 303
    the.settle()
    clerk.get(page)
    again = {name: value for name, value in seen.items() if name != "token"}
    assert clerk.post(f"{page}/edits", **again) == 303 and quantities(the, order_id)["TEA"] == 3
    clerk.get(page)
    assert clerk.post(f"{page}/edits", **{**again, "units-0": "4"}) == 412 and "look at the edit again" in clerk.page


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({}, "nothing would change"),
        ({"units-0": "x"}, "whole number"),
        ({"units-0": "999"}, "not enough stock"),
        ({"add-sku": "NOPE", "add-quantity": "1", "add-unit_price": "1.00"}, "has not these SKUs"),
        ({"add-sku": "POT"}, "is required"),
        ({"surcharges-gross": "NaN"}, "decimal string"),
    ],
)
def test_what_could_not_stand_is_said_beside_what_was_typed(the, typed, said):
    order_id = held(the)
    clerk, page = at(the, order_id)
    clerk.get(f"{page}/edit")
    assert clerk.post(f"{page}/edit", **typed) in (409, 422)
    assert said in clerk.page.lower() or said in clerk.page, clerk.page[:3000]


def test_who_may_only_look_edits_nothing(the):
    order_id = held(the)
    viewer, page = at(the, order_id, "key-viewer")
    assert "Edit…" not in viewer.page and viewer.post(f"{page}/edit", **{"units-0": "3"}) == 403


def test_an_order_that_a_node_has_offers_no_edit(the):
    order_id = the.place(an_order())
    the.settle()
    assert "Edit…" not in at(the, order_id)[0].page
