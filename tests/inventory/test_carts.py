"""Stock kept for a cart: nobody else's while it lasts, the order's without a gap, given back when nobody comes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from tests.inventory.fakes import Crash
from tests.inventory.house import House
from waybill.inventory.carts import Carts
from waybill.inventory.model.cart import Cart, check, wanted
from waybill.inventory.model.plan import Wanted
from waybill.kernel.clock import instant
from waybill.kernel.errors import Conflict, InvalidInput, StockUnavailable

CART = "cart_1"


class FakeStore:
    """`carts.Store` in memory; what a cart wants stands where the fake orders look for it."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.carts: dict[str, Cart] = {}
        self.open: set[str] = set()

    def load(self, id: str) -> Cart | None:
        return self.carts.get(id)

    def keep(self, cart: Cart, *, over: bool = False) -> Cart:
        if self.carts.get(cart.id, Cart(cart.id, "", "")).version != cart.version:
            raise Conflict("somebody else was first")
        self.carts[cart.id] = after = replace(cart, version=cart.version + 1)
        (self.open.discard if over else self.open.add)(cart.id)
        if cart.id not in self.house.orders.known:
            self.house.orders.place(cart.id)
        skus = {*cart.wanted, *self.house.orders.records[cart.id].skus.values()} if cart.id in self.house.orders.records else set(cart.wanted)
        self.house.orders.known[cart.id].wanted = tuple(Wanted(sku, sku, cart.wanted.get(sku, 0)) for sku in sorted(skus))
        return after

    def expired(self, now: str) -> Iterator[str]:
        yield from [id for id in sorted(self.open) if self.carts[id].expires_at <= now]


def carts_of(house: House) -> Carts:
    return Carts(house.inventory, FakeStore(house), lambda: 10, house.clock)


def order(house: House, name: str = "ord_1", cart: str = CART, **units: int) -> str:
    house.orders.place(name, **units)
    house.orders.known[name].cart = cart
    return name


def test_what_a_cart_has_no_other_order_gets() -> None:
    house = House(A={"N1": 3})
    carts_of(house).keep(CART, "web", {"A": 2})
    house.orders.place("ord_other", A=2)
    with pytest.raises(StockUnavailable):
        house.inventory.reserve("ord_other")
    house.sound()


def test_the_order_takes_over_what_its_cart_had_when_nothing_else_is_left() -> None:
    house = House(A={"N1": 2}, B={"N2": 1})
    carts_of(house).keep(CART, "web", {"A": 2, "B": 1})
    held = house.inventory.reserve(order(house, A=2, B=1)).held
    assert held == {"1": {"N1": 2}, "2": {"N2": 1}}
    assert house.numbers("A", "N1") == (2, 2, 0)
    house.inventory.ship("ord_1", "N1", {"1": 2}, "left")
    assert house.numbers("A", "N1") == (0, 0, 0)
    house.sound()


def test_an_order_of_more_than_its_cart_reserves_the_rest_and_one_of_less_leaves_it_to_be_given_back() -> None:
    house = House(A={"N1": 5}, B={"N1": 5})
    carts = carts_of(house)
    carts.keep(CART, "web", {"A": 2, "B": 3})
    assert house.inventory.reserve(order(house, A=4, B=1)).held == {"1": {"N1": 4}, "2": {"N1": 1}}
    assert (house.numbers("A", "N1"), house.numbers("B", "N1")) == ((5, 4, 1), (5, 3, 2))
    house.sound()
    house.clock.forward(601)
    assert carts.sweep() == {"expired": 1}
    assert house.numbers("B", "N1") == (5, 1, 4)
    house.sound()


def test_a_cart_that_nobody_comes_back_for_gives_its_stock_back_once() -> None:
    house = House(A={"N1": 3})
    carts = carts_of(house)
    carts.keep(CART, "web", {"A": 2})
    house.clock.forward(599)
    assert carts.sweep() == {"expired": 0}
    house.clock.forward(2)
    assert [carts.sweep()["expired"] for _ in range(2)] == [1, 0]
    assert house.numbers("A", "N1") == (3, 0, 3)
    house.sound()


def test_a_cart_that_is_spoken_of_again_is_kept_for_as_long_again() -> None:
    house = House(A={"N1": 3})
    carts = carts_of(house)
    for _ in range(3):
        carts.keep(CART, "web", {"A": 2})
        house.clock.forward(500)
        assert carts.sweep() == {"expired": 0}
    assert carts.store.load(CART).expires_at > instant(house.clock())
    assert house.numbers("A", "N1") == (3, 2, 1)


def test_a_cart_that_changes_its_mind_has_what_it_wants_now() -> None:
    house = House(A={"N1": 3}, B={"N1": 3})
    carts = carts_of(house)
    for wish in ({"A": 3}, {"A": 1, "B": 2}, {"B": 1}, {"A": 2, "B": 3}):
        _, held = carts.keep(CART, "web", wish)
        assert {sku: sum(nodes.values()) for sku, nodes in held.held.items()} == wish
        house.sound()
    carts.end(CART, "web")
    assert (house.numbers("A", "N1"), house.numbers("B", "N1")) == ((3, 0, 3), (3, 0, 3))


def test_a_cart_that_wants_too_much_keeps_what_it_had() -> None:
    house = House(A={"N1": 3})
    carts = carts_of(house)
    carts.keep(CART, "web", {"A": 2})
    with pytest.raises(StockUnavailable):
        carts.keep(CART, "web", {"A": 4})
    assert house.numbers("A", "N1") == (3, 2, 1)
    house.sound()


def test_a_cart_that_has_become_an_order_keeps_nothing_more() -> None:
    house = House(A={"N1": 3})
    carts = carts_of(house)
    carts.keep(CART, "web", {"A": 1})
    house.inventory.reserve(order(house, A=1))
    with pytest.raises(Conflict):
        carts.keep(CART, "web", {"A": 2})
    assert house.numbers("A", "N1") == (3, 1, 2)
    house.sound()


def test_two_orders_of_the_same_cart_do_not_get_its_stock_twice() -> None:
    house = House(A={"N1": 2})
    carts_of(house).keep(CART, "web", {"A": 2})
    house.inventory.reserve(order(house, A=2))
    with pytest.raises(StockUnavailable):
        house.inventory.reserve(order(house, "ord_2", A=2))
    house.sound()


def test_a_cart_of_which_there_is_none_changes_nothing() -> None:
    house = House(A={"N1": 2})
    assert house.inventory.reserve(order(house, cart="cart_unheard_of", A=1)).held == {"1": {"N1": 1}}


@pytest.mark.parametrize("step", range(30))
def test_wherever_the_process_dies_the_order_gets_it_and_the_sums_hold(step: int) -> None:
    house = House(A={"N1": 2}, B={"N2": 1})
    carts_of(house).keep(CART, "web", {"A": 2, "B": 1})
    order(house, A=2, B=1)
    left = [step]

    def dies(name: str) -> None:
        left[0] -= 1
        if left[0] == -1:
            raise Crash

    house.stock.gate = house.orders.gate = dies
    try:
        house.inventory.reserve("ord_1")
    except Crash:
        house.sound()
    house.stock.gate = house.orders.gate = lambda name: None
    assert house.inventory.reserve("ord_1").held == {"1": {"N1": 2}, "2": {"N2": 1}}
    house.sound()


@pytest.mark.parametrize("step", range(30))
def test_the_sweep_and_the_order_never_both_have_it(step: int) -> None:
    house = House(A={"N1": 2})
    carts = carts_of(house)
    carts.keep(CART, "web", {"A": 2})
    order(house, A=2)
    house.clock.forward(601)
    count = [0]

    def sweeps(name: str) -> None:
        count[0] += 1
        if count[0] == step:
            house.stock.gate = house.orders.gate = lambda name: None
            carts.sweep()

    house.stock.gate = house.orders.gate = sweeps
    house.inventory.reserve("ord_1")
    assert house.numbers("A", "N1") == (2, 2, 0)
    house.sound()


@pytest.mark.parametrize(
    ("lines", "field"),
    [
        ([], "lines"),
        ("TEA", "lines"),
        ([{"sku": "A", "quantity": 0}], "lines[0].quantity"),
        ([{"sku": "A", "quantity": 1}, {"sku": "B", "quantity": 1.5}], "lines[1].quantity"),
        ([{"sku": "A", "quantity": 1}, {"sku": "A", "quantity": 1}], "lines[1].sku"),
        ([7], "lines[0].sku"),
    ],
)
def test_a_wish_that_cannot_be_read_names_the_row(lines: object, field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        wanted(lines)
    assert field in refused.value.fields


@pytest.mark.parametrize("policy", [{"minutes": 0}, {"minutes": True}, {"hours": 1}])
def test_a_policy_that_cannot_be_obeyed_is_refused_by_its_field(policy: dict[str, object]) -> None:
    with pytest.raises(InvalidInput) as refused:
        check(policy)
    assert set(refused.value.fields) == set(policy)
