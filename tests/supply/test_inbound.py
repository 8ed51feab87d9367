"""Purchase orders and transfers: nothing is received twice, nothing vanishes on the way unsaid."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.inventory.fakes import Crash
from tests.inventory.house import House
from waybill.kernel.errors import Conflict, IllegalTransition, InvalidInput, StaleVersion, StockUnavailable
from waybill.supply.model.inbound import PURCHASE_ORDER, TRANSFER, Inbound
from waybill.supply.model.promise import Due
from waybill.supply.service import Supply, wanted


class FakeInbounds:
    """`ports.Inbounds` over a dictionary; dies at the gate when told to."""

    def __init__(self) -> None:
        self.known: dict[tuple[str, str], Inbound] = {}
        self.gate = lambda: None

    def load(self, kind: str, id: str) -> Inbound | None:
        return self.known.get((kind, id))

    def save(self, inbound: Inbound) -> Inbound:
        self.gate()
        known = self.known.get((inbound.kind, inbound.id))
        if (known.version if known else 0) != inbound.version:
            raise Conflict("somebody else was first")
        self.known[inbound.kind, inbound.id] = saved = replace(inbound, version=inbound.version + 1)
        self.gate()
        return saved

    def due(self, skus: Iterable[str]) -> dict[str, list[Due]]:
        return {sku: [Due(each.id, each.node, each.expected, each.outstanding[sku]) for each in self.known.values() if sku in each.outstanding] for sku in skus}

    def unfinished(self) -> Iterator[Inbound]:
        return (each for each in self.known.values() if each.under_way)


class Yard:
    """A house with supply on its way to it."""

    def __init__(self, **stock: dict[str, int]) -> None:
        self.house, self.inbounds = House(**stock), FakeInbounds()
        self.supply = Supply(self.inbounds, self.house.movements, self.house.clock)

    def ordered(self, **units: int) -> Inbound:
        return self.supply.place(wanted(PURCHASE_ORDER, "PO-1", "Leaf & Co", "N1", units, "2026-12-01"), "support")

    def transfer(self, **units: int) -> Inbound:
        return self.supply.place(wanted(TRANSFER, "T-1", "N1", "N2", units, ""), "support")

    def due(self, sku: str) -> int:
        return sum(each.units for each in self.inbounds.due([sku])[sku])

    def on_hand(self, sku: str, node: str) -> int:
        return self.house.stock.by_place[sku, node].on_hand if (sku, node) in self.house.stock.by_place else 0


def test_what_was_ordered_is_due_until_it_has_come_and_the_same_receipt_is_taken_once() -> None:
    yard = Yard()
    yard.ordered(A=10, B=2)
    for _ in range(2):
        yard.supply.receive(PURCHASE_ORDER, "PO-1", "first", {"A": 6}, {"A": 1}, "dock")
    assert (yard.house.numbers("A", "N1"), yard.due("A"), yard.due("B")) == ((7, 0, 6), 3, 2)
    yard.supply.receive(PURCHASE_ORDER, "PO-1", "second", {"A": 3, "B": 2}, {}, "dock")
    assert (yard.inbounds.load(PURCHASE_ORDER, "PO-1").status, yard.due("A"), yard.due("B")) == ("received", 0, 0)
    yard.house.sound()


def test_more_than_was_ordered_is_taken_and_shown_as_over() -> None:
    yard = Yard()
    yard.ordered(A=2)
    after = yard.supply.receive(PURCHASE_ORDER, "PO-1", "first", {"A": 5}, {}, "dock")
    assert (after.lines["A"].over, yard.on_hand("A", "N1")) == (3, 5)


def test_what_is_not_on_it_is_refused_by_its_name() -> None:
    yard = Yard()
    yard.ordered(A=2)
    with pytest.raises(InvalidInput) as refused:
        yard.supply.receive(PURCHASE_ORDER, "PO-1", "first", {"X": 1}, {}, "dock")
    assert list(refused.value.fields) == ["lines.X"]


def test_an_order_is_changed_over_the_version_that_was_read_and_never_below_what_has_come() -> None:
    yard = Yard()
    first = yard.ordered(A=10)
    yard.supply.receive(PURCHASE_ORDER, "PO-1", "first", {"A": 6}, {}, "dock")
    with pytest.raises(StaleVersion):
        yard.supply.place(wanted(PURCHASE_ORDER, "PO-1", "Leaf & Co", "N1", {"A": 8}, ""), "support", first.version)
    with pytest.raises(InvalidInput):
        yard.ordered(A=5)
    assert yard.ordered(A=6).status == "received"
    with pytest.raises(IllegalTransition):
        yard.ordered(A=60)


def test_a_closed_order_brings_nothing_more_and_says_what_never_came() -> None:
    yard = Yard()
    yard.ordered(A=10)
    yard.supply.receive(PURCHASE_ORDER, "PO-1", "first", {"A": 6}, {}, "dock")
    closed = yard.supply.close(PURCHASE_ORDER, "PO-1", "discontinued", "support")
    assert (closed.status, closed.history[-1].data["lines"], yard.due("A")) == ("closed", {"A": 4}, 0)
    with pytest.raises(IllegalTransition):
        yard.supply.receive(PURCHASE_ORDER, "PO-1", "late", {"A": 1}, {}, "dock")


def test_a_transfer_takes_what_is_free_and_nothing_that_an_order_holds() -> None:
    yard = Yard(A={"N1": 5}, B={"N1": 4})
    yard.house.inventory.reserve(yard.house.orders.place("ord_1", A=3))
    yard.transfer(A=3, B=4)
    sent = yard.supply.send("T-1", "support")
    assert (sent.status, sent.lines["A"].units, sent.lines["B"].units, sent.history[-1].data["short"]) == ("in_transit", 0, 4, {"A": 3})
    assert (yard.on_hand("B", "N1"), yard.due("B"), yard.on_hand("B", "N2")) == (0, 4, 0)
    yard.supply.receive(TRANSFER, "T-1", "here", {"B": 3}, {"B": 1}, "dock")
    assert yard.house.numbers("B", "N2") == (4, 0, 3)
    yard.house.sound()


def test_a_transfer_of_nothing_stays_a_draft_and_leaves_when_there_is_something() -> None:
    yard = Yard()
    yard.transfer(A=3)
    with pytest.raises(StockUnavailable):
        yard.supply.send("T-1", "support")
    yard.house.movements.receive("A", "N1", 3, "delivery")
    assert yard.supply.send("T-1", "support").status == "in_transit"
    assert yard.supply.send("T-1", "support").status == "in_transit"
    assert yard.on_hand("A", "N1") == 0


def test_nothing_is_sent_to_where_it_is() -> None:
    with pytest.raises(InvalidInput):
        Yard().supply.place(wanted(TRANSFER, "T-1", "N1", "N1", {"A": 1}, ""), "support")


deeds = st.lists(
    st.one_of(
        st.tuples(st.just("send"), st.just("")),
        st.tuples(st.just("receive"), st.sampled_from(["a", "b", "c"])),
        st.tuples(st.just("blocked"), st.sampled_from(["d", "e"])),
        st.tuples(st.just("close"), st.just("")),
        st.tuples(st.just("finish"), st.just("")),
    ),
    max_size=8,
)


@settings(max_examples=200, deadline=None)
@given(deeds, st.sets(st.integers(1, 60), max_size=4))
def test_no_unit_is_made_or_lost_between_two_nodes_wherever_somebody_dies(story: list[tuple[str, str]], crashes: set[int]) -> None:
    yard = Yard(A={"N1": 6})
    yard.transfer(A=5)
    steps = 0

    def gate(_: str = "") -> None:
        nonlocal steps
        steps += 1
        if steps in crashes:
            raise Crash("here")

    yard.inbounds.gate = yard.house.stock.gate = gate
    for verb, key in story:
        try:
            if verb == "send":
                yard.supply.send("T-1", "support")
            elif verb in ("receive", "blocked"):
                yard.supply.receive(TRANSFER, "T-1", key, *(({"A": 2}, {}) if verb == "receive" else ({}, {"A": 1})), "dock")
            elif verb == "close":
                yard.supply.close(TRANSFER, "T-1", "lost", "support")
            else:
                yard.supply.finish()
        except (Crash, IllegalTransition, StockUnavailable):
            continue
    yard.inbounds.gate, yard.house.stock.gate = (lambda: None), (lambda name: None)
    yard.supply.finish()
    yard.house.sound()
    known = yard.inbounds.load(TRANSFER, "T-1")
    assert known and known.under_way is None
    line, left = known.lines["A"], 6 - yard.on_hand("A", "N1")
    kinds = Counter[str]()
    for op in [*yard.house.stock.ledger("A", "N1")[1], *yard.house.stock.ledger("A", "N2")[1]]:
        kinds[op.kind] += op.quantity
    assert left == kinds["sent_on"] == (line.units if known.status not in ("draft", "cancelled") else 0)
    assert yard.on_hand("A", "N2") == line.received + line.blocked
    assert left + line.over == line.received + line.blocked + (line.outstanding if left else 0)
