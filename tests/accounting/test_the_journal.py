"""Every entry balances, parcels sum to their order to the cent, entries only grow."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.accounting.worlds import AT, FakeLedger, cancelled, catalogue, order, payment, record, shipped
from waybill.accounting.model.chart import STANDARD
from waybill.accounting.model.entry import Entry, Posting, Unbalanced, totals
from waybill.accounting.service import Books
from waybill.kernel.events import Event
from waybill.kernel.money import allocate
from waybill.orders.model import state as verbs
from waybill.orders.model.giving_up import give_up
from waybill.orders.model.order import Line, Order, Shipping, Surcharge
from waybill.orders.model.sale import first_units
from waybill.orders.model.state import State
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


@dataclass(frozen=True)
class Lived:
    """An order of which units leave and are cancelled, one after the other: `events` are what is told of it."""

    made: Order
    state: State | None = None
    works: tuple[dict[str, Any], ...] = ()
    events: tuple[Event, ...] = ()
    old: bool = False

    @property
    def now(self) -> State:
        return self.state or record(self.made).state

    def ships(self, units: dict[str, int]) -> Lived:
        number, gone = len(self.works) + 1, {line: each.shipped for line, each in self.now.lines.items()}
        after = verbs.ship(verbs.release(self.now, units, [], AT, "test"), units, "fo", AT, "test")
        told = shipped(self.made, number, units, gone, after.all_shipped)
        entry = {"seq": 5, "type": told.type, "at": told.time, "actor": "node", "data": told.data}
        return replace(self, state=after, works=(*self.works, {"sk": f"FO#{number}", "id": f"fo-{number}", "history": [entry]}), events=(*self.events, told))

    def cancels(self, units: dict[str, int]) -> Lived:
        after = give_up(verbs.release(self.now, units, [], AT, "test"), units, "asked for", AT, "test")
        new = [entry for entry in after.history[len(self.now.history) :] if entry.type in ("order.lines_cancelled", "order.cancelled")]
        return replace(self, state=after, events=(*self.events, *(Event(f"{self.made.id}:{entry.seq}", entry.type, entry.at, self.made.id, dict(entry.data)) for entry in new)))

    def told_as_before(self) -> Lived:
        """By one who did not say whether a cancellation was the last."""
        return replace(self, events=tuple(replace(event, data={name: value for name, value in event.data.items() if event.type != "order.lines_cancelled" or name in ("reason", "lines", "before")}) for event in self.events))

    def _ledger(self, events: Iterable[Event]) -> FakeLedger:
        post, ledger = books(replace(record(self.made), state=self.now, fulfilment_orders=self.works))
        for event in events:
            post.post(event)
        return ledger

    def invoiced(self) -> list[int]:
        entries = self._ledger(self.events).entries.values()
        return [leg.amount for entry in entries for leg in entry.postings if leg.account == "receivable"]

    def owes_nothing_more(self, events: Iterable[Event] = ()) -> bool:
        """What was invoiced is what the payments take, once nothing is left to leave."""
        ledger, gone = self._ledger(events or self.events), any(each.shipped for each in self.now.lines.values())
        return balances(ledger, self.made.currency)["receivable"] == (due(self.made, self.now.lines) if gone else 0)


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
    post.post(shipped(made, 1, {"l1": quantity - gone, "l2": 1}, {}, last=True))
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


def test_what_leaves_after_some_units_were_cancelled_does_not_change_what_was_invoiced_before() -> None:
    """I12: two parcels, and units cancelled between them: what is invoiced is what is owed, to the cent."""
    made = order((Line("l1", "A", "x", 4, 1000), Line("l2", "B", "y", 2, 500)), shipping=Shipping("ground", 900))
    life = Lived(made).ships({"l1": 1}).cancels({"l1": 2}).ships({"l1": 1, "l2": 2})
    assert life.invoiced() == [1000 + 180, 2000 + 720]
    assert life.owes_nothing_more()


def test_what_belongs_to_the_whole_order_is_invoiced_when_the_rest_of_it_is_cancelled() -> None:
    """Nothing more leaves: the shipping, and the line that needs no parcel, are owed all the same."""
    made = order((Line("l1", "A", "x", 2, 500), Line("gift", "CARD", "a gift card", 1, 300, ships=False)), shipping=Shipping("ground", 400))
    life = Lived(made).ships({"l1": 1}).cancels({"l1": 1})
    assert life.invoiced() == [500 + 150 + 200, 350]
    assert life.owes_nothing_more()


def test_nothing_is_invoiced_of_an_order_of_which_nothing_leaves() -> None:
    life = Lived(order((Line("l1", "A", "x", 2, 500),), shipping=Shipping("ground", 400))).cancels({"l1": 1}).cancels({"l1": 1})
    assert life.invoiced() == [] and life.owes_nothing_more()


def test_a_discount_on_the_whole_order_never_makes_an_invoice_less_than_nothing() -> None:
    made = order((Line("l1", "A", "x", 2, 1000),), shipping=Shipping("ground", 0), surcharges=(Surcharge("coupon", -1500),))
    life = Lived(made).ships({"l1": 1}).cancels({"l1": 1})
    assert life.invoiced() == [250, -250] and life.owes_nothing_more()


def test_a_cancellation_that_does_not_say_whether_it_was_the_last_is_read_from_the_record() -> None:
    """Of the time before it said so."""
    made = order((Line("l1", "A", "x", 3, 500),), shipping=Shipping("ground", 600))
    life = Lived(made).cancels({"l1": 1}).ships({"l1": 1}).cancels({"l1": 1}).told_as_before()
    assert life.invoiced() == [700, 400] and life.owes_nothing_more()
    life = Lived(made).ships({"l1": 1}).cancels({"l1": 1}).ships({"l1": 1}).told_as_before()
    assert life.invoiced() == [700, 900] and life.owes_nothing_more()


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_whatever_leaves_and_is_cancelled_what_is_invoiced_is_what_is_owed(data: st.DataObject) -> None:
    made = data.draw(orders())
    life = Lived(made)
    for parcel in data.draw(splits(made)):
        life = life.cancels(parcel) if data.draw(st.booleans()) else life.ships(parcel)
    assert life.owes_nothing_more(data.draw(st.permutations(life.events)))


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
