"""What never runs out: a vendor who ships for us, what is made to order. It is pledged, leaves and is proven like any stock."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.flow.holds_true import check as holds_true
from tests.flow.life import Life, an_order
from tests.flow.lived import life
from tests.inventory.fakes import Crash
from tests.inventory.house import House
from waybill.inventory.model.endless import check, read
from waybill.inventory.service import Inventory
from waybill.kernel.errors import InvalidInput, WaybillError
from waybill.shop import store as shop


def _endless(house: House, **policy: list[str]) -> Inventory:
    return replace(house.inventory, endless=lambda: read(policy))


def test_an_order_takes_what_is_counted_nowhere_and_gives_back_nothing_that_others_could_take() -> None:
    house = House(B={"N1": 1})
    inventory = _endless(house, N2=["A"])
    inventory.reserve(house.orders.place("ord_1", A=400, B=1))
    assert house.numbers("A", "N2") == (400, 400, 0)
    inventory.ship("ord_1", "N2", {"1": 150}, "fo_1-1:4")
    assert house.numbers("A", "N2") == (250, 250, 0)
    inventory.release("ord_1", "cancelled")
    assert (house.numbers("A", "N2"), house.numbers("B", "N1")) == ((0, 0, 0), (1, 0, 1))
    house.sound()


def test_what_was_counted_is_given_back_as_such_also_after_it_has_become_endless() -> None:
    house = House(A={"N1": 3})
    house.inventory.reserve(house.orders.place("ord_1", A=3))
    house.orders.known["ord_1"].wanted = (replace(house.orders.known["ord_1"].wanted[0], quantity=5),)
    inventory = _endless(house, N1=["*"])
    inventory.reserve("ord_1")
    assert house.numbers("A", "N1") == (5, 5, 0)
    house.inventory.release("ord_1", "cancelled")
    assert house.numbers("A", "N1") == (3, 0, 3)
    house.sound()


def test_what_does_not_suffice_elsewhere_undoes_what_was_pledged() -> None:
    house = House(B={"N1": 1})
    inventory = replace(_endless(house, N2=["A"]), planner=lambda order, wanted, available: {"1": {"N2": 2}, "2": {"N1": 1}})
    house.inventory.reserve(house.orders.place("ord_1", B=1))
    house.orders.place("ord_2", A=2, B=1)
    with pytest.raises(WaybillError):
        inventory.reserve("ord_2")
    assert house.numbers("A", "N2") == (0, 0, 0)
    house.sound()


verbs = st.sampled_from(["reserve", "release", "ship", "move", "back"])


@settings(max_examples=200, deadline=None)
@given(st.lists(verbs, max_size=8), st.sets(st.integers(1, 80), max_size=3))
def test_nothing_pledged_is_left_behind_wherever_somebody_dies(story: list[str], crashes: set[int]) -> None:
    house, steps = House(A={"N1": 2}), 0
    inventory = _endless(house, N2=["A"])
    house.orders.place("ord_1", A=5)

    def gate(_: str) -> None:
        nonlocal steps
        steps += 1
        if steps in crashes:
            raise Crash("here")

    house.stock.gate = house.orders.gate = gate
    for number, verb in enumerate(story):
        try:
            if verb == "reserve":
                inventory.reserve("ord_1")
            elif verb == "release":
                inventory.release("ord_1", f"r{number}")
            elif verb == "ship":
                inventory.ship("ord_1", "N2", {"1": 1}, f"s{number}")
            elif verb == "move":
                inventory.move("ord_1", "N1", {"1": 1}, {"1": {"N2": 1}}, f"m{number}")
            else:
                inventory.move("ord_1", "N2", {"1": 1}, {"1": {"N1": 1}}, f"b{number}")
        except (Crash, WaybillError):
            continue
    house.stock.gate = house.orders.gate = lambda name: None
    inventory.release("ord_1", "end", cancelled=True)
    house.sound()
    assert house.orders.records["ord_1"].pledged == {}
    assert house.row("A", "N1").reserved == 0
    if ("A", "N2") in house.stock.by_place:
        assert house.numbers("A", "N2") == (0, 0, 0)


def test_a_policy_that_cannot_be_obeyed_says_which_part() -> None:
    with pytest.raises(InvalidInput) as refused:
        check({"moon": ["A"], "N1": "A", "N2": ["A", "X"], "N3": ["*"]}, ["N1", "N2", "N3"], ["A"])
    assert set(refused.value.fields) == {"moon", "N1", "N2[1]"}


@pytest.fixture
def the() -> Iterator[Life]:
    with life({("TEA", "reno"): 5}) as made:
        assert made.call("PUT", "/v1/policies/endless", {"columbus": ["POT"]}).status == 200
        shop.forget()
        yield made


def test_a_vendor_ships_what_the_shop_has_not_and_the_books_of_stock_agree(the: Life) -> None:
    order_id = the.place(an_order(("TEA", 1), ("POT", 2)))
    the.settle()
    assert {work["node"]: len(work["lines"]) for work in the.work(order_id)} == {"reno": 1, "columbus": 1}
    shipped = the.fulfil(order_id)
    the.settle()
    the.deliver(shipped)
    the.settle()
    holds_true(the, order_id)
    assert the.call("GET", "/v1/inventory/POT?channel=api").json()["endless"] == ["columbus"]


def test_a_cart_keeps_what_never_runs_out_and_the_order_takes_it_over(the: Life) -> None:
    the.call("PUT", "/v1/carts/one", {"lines": [{"sku": "POT", "quantity": 2}]}, "api")
    order_id = the.place({**an_order(("POT", 2)), "attributes": {"cart": "one"}})
    the.settle()
    assert the.order(order_id)["status"] == "released"
    the.call("POST", f"/v1/orders/{order_id}/cancel", {"reason": "changed my mind"})
    the.settle()
    (row,) = the.call("GET", "/v1/inventory/POT").json()["nodes"]
    assert (row["node"], row["on_hand"], row["reserved"], row["available"]) == ("columbus", 0, 0, 0)
    assert the.call("GET", "/v1/proof/inventory/POT").json()["agrees"]
