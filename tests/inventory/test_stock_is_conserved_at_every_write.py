"""I1 to I5 after every single step of several workers who reserve, release, ship, move, receive, adjust and count beside each other.

What must hold is worked out here anew from the ledger, and not asked of the proof that the product makes of itself.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.inventory.fakes import Clock, FakeOrders, FakeStock, Turns, differences
from tests.inventory.test_stock_is_conserved import ORDERS, deliver, messages, runs, seeded
from waybill.inventory.model.row import Op
from waybill.inventory.movements import BY_HAND, Movements
from waybill.inventory.service import Inventory
from waybill.kernel.errors import WaybillError

ON_HAND = Counter(dict.fromkeys(("received", "adjusted", "returned", "quarantined"), 1) | dict.fromkeys(("shipped", "written_off", "scrapped"), -1))
RESERVED = Counter({"shipped": -1, "written_off": -1, "damaged": -1, "reserved": 1, "released": -1})
BLOCKED = Counter({"blocked": 1, "damaged": 1, "quarantined": 1, "unblocked": -1, "scrapped": -1})

by_hand = st.tuples(
    st.sampled_from(BY_HAND), st.sampled_from("AB"), st.sampled_from(["N1", "N2"]), st.integers(-3, 6), st.sampled_from(["k1", "k2", "k3"])
)
"""A movement by hand, its key drawn from few: some are repeats, beside the first or after it."""
works = st.lists(st.lists(st.one_of(messages, by_hand), min_size=1, max_size=5), min_size=2, max_size=4)


@dataclass
class Witness:
    """Looks at every row after every step, and remembers each movement that it has ever seen."""

    stock: FakeStock
    orders: FakeOrders
    seen: dict[tuple[str, str], dict[str, Op]] = field(default_factory=dict)
    looks: int = 0

    def look(self) -> None:
        self.looks += 1
        for place, row in self.stock.by_place.items():
            ops = {op.id: op for op in self.stock.ledger(*place)[1]}
            before = self.seen.get(place, {})
            assert before.items() <= ops.items(), "a movement was taken back or rewritten"
            self.seen[place] = ops
            assert row.on_hand == sum(ON_HAND[op.kind] * op.quantity for op in ops.values()), "I1"
            assert 0 <= row.reserved <= row.on_hand, "I2"
            assert row.reserved == sum(RESERVED[op.kind] * op.quantity for op in ops.values()), "I3"
            assert row.blocked == sum(BLOCKED[op.kind] * op.quantity for op in ops.values()) >= 0, "I1"
            assert row.available == row.on_hand - row.reserved - row.blocked >= 0, "I4"
        assert differences(self.stock, self.orders) == [], "I3: by order"

    def rest(self) -> None:
        """When nothing is under way: what the rows hold is what the orders claim; each order's units have ended in one way each."""
        claimed = Counter[tuple[str, str]]()
        for record in self.orders.records.values():
            for line, nodes in record.held.items():
                for node, units in nodes.items():
                    claimed[record.skus[line], node] += units
        assert {place: row.reserved for place, row in self.stock.by_place.items() if row.reserved} == +claimed
        for order_id, record in self.orders.records.items():
            ops = [op for ledger in self.seen.values() for op in ledger.values() if op.id.startswith(f"{order_id}/")]
            units = Counter[str]()
            for op in ops:
                units[op.kind] += op.quantity
            assert units["shipped"] == sum(record.shipped.values())
            held = sum(sum(nodes.values()) for nodes in record.held.values())
            assert units["reserved"] == units["released"] + units["shipped"] + units["written_off"] + units["damaged"] + held, "I5"

    def done_under(self, key: str, sku: str, node: str) -> list[Op]:
        return [op for id, op in self.seen.get((sku, node), {}).items() if id.startswith(f"{key}/")]


class Tidy(FakeStock):
    """Folds at every other write, so that who sleeps wakes behind the floor."""

    fold_every = 2


Told = list[tuple[str, str, str, Op]]
"""(key, SKU, node, movement) of what was answered as done."""


def _deed(inventory: Inventory, movements: Movements, orders: FakeOrders, todo: tuple, told: Told) -> None:
    if todo[0] in ORDERS:
        deliver(inventory, orders, *todo)
        return
    kind, sku, node, quantity, key = todo
    try:
        told.append((key, sku, node, movements.record(sku, node, kind, quantity, key, reason="counted")))
    except WaybillError:
        return


@settings(max_examples=400, deadline=None)
@given(works, runs)
def test_after_every_write_of_anybody_nothing_is_oversold_lost_or_made_up(beside: list[list[tuple]], schedule: list[tuple[int, int]]) -> None:
    clock = Clock()
    stock, orders = seeded(clock)
    witness, told = Witness(stock, orders), Told()
    turns = Turns(witness.look)

    def process(who: int) -> Callable[[], object]:
        gate = turns.gate(who)
        mine, shelves = FakeOrders(gate, orders), Tidy(clock, gate, stock)
        inventory, movements = Inventory(shelves, mine, clock=clock), Movements(shelves, mine, clock)
        return lambda: [_deed(inventory, movements, mine, todo, told) for todo in beside[who]]

    turns.run([process(who) for who in range(len(beside))], [who for who, steps in schedule for _ in range(steps)], lambda: clock.forward(3))
    assert not turns.errors, turns.errors
    assert witness.looks
    alone = Inventory(stock, orders, clock=clock)
    for order_id in ORDERS:
        alone.held(order_id)
    witness.look()
    witness.rest()
    for key, sku, node, op in told:
        assert witness.done_under(key, sku, node) == [op], "what was answered as done has happened, once"
    for order_id in ORDERS:
        alone.release(order_id, "end", cancelled=True)
    witness.look()
    witness.rest()
    assert not any(row.reserved for row in stock.by_place.values()), "I5: every reservation has ended"
