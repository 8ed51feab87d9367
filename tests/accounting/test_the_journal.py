"""Every entry balances, parcels sum to their order to the cent, entries only grow."""

from __future__ import annotations

from collections import Counter, defaultdict
from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.accounting.worlds import FakeLedger, cancelled, catalogue, order, payment, record, shipped
from waybill.accounting.model.chart import STANDARD
from waybill.accounting.model.entry import Entry, Posting, Unbalanced, totals
from waybill.accounting.service import Books
from waybill.kernel.money import allocate
from waybill.orders.model.order import Line, Order, Shipping
from waybill.orders.model.sale import first_units
from waybill.orders.store import Record
from waybill.payments.owed import due
from waybill.shop.model import Account

ACCOUNTS = [Account(id, id, kind) for id, kind in STANDARD.items()] + [
    Account("clearing-stripe", "Stripe", "asset"),
    Account("clearing-api", "Our own shop", "asset"),
]


def books(known: Record) -> tuple[Books, FakeLedger]:
    ledger = FakeLedger()
    return Books(ledger, lambda _: known, catalogue, lambda: ACCOUNTS), ledger


def balances(ledger: FakeLedger, currency: str) -> dict[str, int]:
    sums: dict[str, int] = defaultdict(int)
    for entry in ledger.entries.values():
        for leg in entry.postings:
            if leg.currency == currency:
                sums[leg.account] += leg.amount
    return sums


lines = st.builds(
    Line,
    id=st.just(""),
    sku=st.sampled_from(["A", "B", "UNKNOWN"]),
    title=st.just("x"),
    quantity=st.integers(1, 7),
    unit_price=st.integers(0, 10_000),
    tax=st.integers(0, 500),
    ships=st.sampled_from([True, True, True, False]),
)


@st.composite
def orders(draw: st.DrawFn) -> Order:
    drawn = draw(st.lists(lines, min_size=1, max_size=4))
    numbered = tuple(
        Line(
            f"l{n}",
            one.sku,
            one.title,
            one.quantity,
            one.unit_price,
            draw(st.integers(0, one.unit_price * one.quantity)),
            one.tax,
            one.ships,
        )
        for n, one in enumerate(drawn, 1)
    )
    shipping = Shipping("ground", draw(st.integers(0, 3000)), 0, draw(st.integers(0, 200)))
    more = {"tax_included": draw(st.booleans()), "fees": draw(st.integers(0, 300)), "currency": draw(st.sampled_from(["USD", "JPY"]))}
    made = order(numbered, shipping=shipping, **more)
    off = draw(st.sampled_from([0, 0, 0, 1, -7]))
    return order(numbered, shipping=shipping, total=made.total + off, **more)


@st.composite
def splits(draw: st.DrawFn, made: Order) -> list[dict[str, int]]:
    """All the units that ship, dealt into parcels."""
    units = draw(st.permutations([line.id for line in made.lines if line.ships for _ in range(line.quantity)]))
    parcels: list[dict[str, int]] = []
    while units:
        size = draw(st.integers(1, len(units)))
        parcels.append(dict(Counter(units[:size])))
        units = units[size:]
    return parcels


def cumulated(parcels: list[dict[str, int]]) -> list[dict[str, int]]:
    gone: Counter[str] = Counter()
    before = []
    for parcel in parcels:
        before.append(dict(gone))
        gone.update(parcel)
    return before


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_parcels_sum_to_the_order_to_the_cent(data: st.DataObject) -> None:
    made = data.draw(orders())
    parcels = data.draw(splits(made))
    if not parcels:
        return
    post, ledger = books(record(made, parcels=parcels))
    events = [shipped(made, n, parcel, before) for n, (parcel, before) in enumerate(zip(parcels, cumulated(parcels), strict=True), 1)]
    for event in data.draw(st.permutations(events)):
        post.post(event)
    sums = balances(ledger, made.currency)
    cost = sum(701 * line.quantity for line in made.lines if line.ships and line.sku != "UNKNOWN")
    assert sums["receivable"] == made.total
    assert -sums["sales-tax"] == made.tax
    assert sum(balances(ledger, "USD").values()) == 0
    assert balances(ledger, "USD")["cogs"] == cost == -balances(ledger, "USD")["inventory"]
    assert all(not any(totals(entry.postings).values()) for entry in ledger.entries.values())


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_money_in_and_goods_out_leave_the_customer_owing_nothing(data: st.DataObject) -> None:
    made = data.draw(orders().filter(lambda one: one.total > 0 and any(line.ships for line in one.lines)))
    parcels = data.draw(splits(made))
    post, ledger = books(record(made, parcels=parcels))
    for n, (parcel, before) in enumerate(zip(parcels, cumulated(parcels), strict=True), 1):
        post.post(shipped(made, n, parcel, before))
    post.post(payment(made, "captured", made.total))
    assert balances(ledger, made.currency)["receivable"] == 0
    assert balances(ledger, made.currency)["clearing-stripe"] == made.total


@given(st.integers(-10_000, 10_000), st.integers(1, 40), st.data())
def test_the_first_units_of_a_line_bear_what_allocate_gives_them(amount: int, quantity: int, data: st.DataObject) -> None:
    count = data.draw(st.integers(0, quantity))
    assert first_units(amount, quantity, count) == sum(allocate(amount, [1] * quantity)[:count])


@settings(max_examples=100, deadline=None)
@given(st.integers(1, 7), st.integers(0, 999), st.integers(0, 99), st.data())
def test_what_ships_of_a_partly_cancelled_order_is_what_the_customer_owes(quantity: int, price: int, tax: int, data: st.DataObject) -> None:
    gone = data.draw(st.integers(0, quantity - 1))
    made = order((Line("l1", "A", "x", quantity, price, 0, tax), Line("l2", "B", "y", 1, 100)), shipping=Shipping("ground", 500))
    known = cancelled(record(made), "l1", gone)
    post, ledger = books(known)
    post.post(shipped(made, 1, {"l1": quantity - gone, "l2": 1}, {}))
    assert balances(ledger, "USD")["receivable"] == due(made, known.state.lines)


@pytest.mark.parametrize("arrival", list(permutations(range(3))))
def test_entries_are_the_same_whatever_the_order_in_which_parcels_are_told(arrival: tuple[int, ...]) -> None:
    made = order((Line("l1", "A", "x", 7, 333, 100, 59),), shipping=Shipping("ground", 1000, 0, 83))
    parcels = [{"l1": 3}, {"l1": 1}, {"l1": 3}]
    post, ledger = books(record(made, parcels=parcels))
    for n in arrival:
        post.post(shipped(made, n + 1, parcels[n]))
    owed = [leg.amount for _, entry in sorted(ledger.entries.items()) for leg in entry.postings if leg.account == "receivable"]
    assert owed == [1445, 482, 1446]
    assert sum(owed) == made.total


def test_an_event_told_twice_is_one_entry_and_the_first_one_stands() -> None:
    made = order((Line("l1", "A", "x", 2, 500),))
    post, ledger = books(record(made, parcels=[{"l1": 2}]))
    first = post.post(shipped(made, 1, {"l1": 2}))
    post.post(shipped(made, 1, {"l1": 1}))
    assert list(ledger.entries.values()) == [first]


def test_money_that_a_channel_has_taken_lies_on_the_channels_clearing_account() -> None:
    made = order((Line("l1", "A", "x", 2, 500),))
    post, ledger = books(record(made))
    post.post(payment(made, "recorded", 1000))
    assert dict(balances(ledger, "USD")) == {"clearing-api": 1000, "receivable": -1000}


def test_a_gateway_without_an_account_of_its_own_uses_the_common_clearing_account() -> None:
    made = order((Line("l1", "A", "x", 2, 500),))
    post, ledger = books(record(made, gateway="adyen"))
    post.post(payment(made, "captured", 1000))
    assert balances(ledger, "USD")["clearing"] == 1000


def test_a_refund_goes_back_the_way_the_money_came() -> None:
    made = order((Line("l1", "A", "x", 2, 500),))
    post, ledger = books(record(made))
    post.post(payment(made, "captured", 1000, 3))
    post.post(payment(made, "refunded", 1000, 4))
    assert not any(balances(ledger, "USD").values())
    assert len(ledger.entries) == 2


def test_an_event_that_moves_no_money_makes_no_entry() -> None:
    made = order((Line("l1", "UNKNOWN", "x", 2, 0),))
    post, ledger = books(record(made))
    assert post.post(shipped(made, 1, {"l1": 2}, {})) is None
    assert post.post(payment(made, "captured", 0)) is None
    assert post.post(payment(made, "authorised", 100)) is None
    assert not ledger.entries


def test_an_entry_that_does_not_balance_cannot_be_made() -> None:
    legs = (Posting("sales", -100, "USD"), Posting("receivable", 100, "EUR"))
    with pytest.raises(Unbalanced):
        Entry("e:1", "x", "2026-11-23T00:00:00.000Z", "ord_1", "api", "USD", "", legs)
    with pytest.raises(Unbalanced):
        Entry("e:1", "x", "2026-11-23T00:00:00.000Z", "ord_1", "api", "USD", "", ())


def test_prices_that_contain_the_tax_are_booked_without_it() -> None:
    made = order((Line("l1", "A", "x", 1, 1190, 0, 190),), tax_included=True, shipping=Shipping("ground", 595, 0, 95))
    post, ledger = books(record(made))
    post.post(shipped(made, 1, {"l1": 1}, {}))
    sums = balances(ledger, "USD")
    assert (sums["sales"], sums["shipping-income"], sums["sales-tax"], sums["receivable"]) == (-1000, -500, -285, 1785)
