"""Ten thousand orders a minute for one SKU at one node, in a model of how DynamoDB takes writes to one item.

    python -m bench.hot_sku [orders a minute]

The model: a request takes some milliseconds either way. An item's writes are taken one after another. A transaction holds its items from
its first phase to its last, and whatever else would write to one meanwhile is cancelled. A partition takes a thousand write units a second,
and a write costs one for each kilobyte of the item, in a transaction two; beyond that it is refused. Who is refused or cancelled waits as
the SDK does and tries again. Ours is the real row (`inventory.model.row`) with the table's rules for folding; beside it stands what is usual,
a transaction over the stock row and the order. Times are the model's own, so any machine says the same.
"""

from __future__ import annotations

import heapq
import random
import sys
from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from typing import Any

from waybill.inventory.model.row import FOLD_EVERY, RECEIVED, RESERVED, Op, Row

MINUTE = 60.0
UNITS_A_SECOND = 1000.0
ONE_WAY = 0.004
"""Seconds that a request is under way, on average, and its answer again."""
HELD = 0.010
"""Seconds from a transaction's first phase to its last, on average."""
BACKOFF, MOST_BACKOFF = 0.05, 1.0
SDK_ATTEMPTS, TRANSACTION_ATTEMPTS, ROUNDS = 4, 8, 8
REDELIVERED = 60.0
"""Seconds after which a message comes again whose function gave up; after `ROUNDS` times it is a dead letter."""
_ROW_BYTES, _OP_BYTES = 220, 64
START_MS = 1_795_400_000_000

Process = Generator[float, None, None]


@dataclass
class Sales:
    """What became of the orders. `attempts` counts every request to the hot row that was to sell a unit, refused ones too."""

    sold: int = 0
    short: int = 0
    failed: int = 0
    attempts: int = 0
    refused: int = 0


@dataclass
class Item:
    """The stock row in its partition. `held_until`: a transaction has it."""

    row: Row
    units: float = UNITS_A_SECOND
    seen: float = 0.0
    held_until: float = 0.0
    largest: int = 0

    def takes(self, now: float, times: int = 1) -> bool:
        """Whether the partition can take a write of the row, `times` as dear; it is paid for if so."""
        self.units = min(UNITS_A_SECOND, self.units + (now - self.seen) * UNITS_A_SECOND)
        self.seen = now
        size = _ROW_BYTES + _OP_BYTES * len(self.row.ops)
        self.largest = max(self.largest, size)
        cost = times * -(-size // 1024)
        if self.units < cost:
            return False
        self.units -= cost
        return True


@dataclass
class Model:
    """Processes that wait; the one whose time comes first goes on."""

    draw: random.Random
    now: float = 0.0
    due: list[tuple[float, int, Process]] = field(default_factory=list)
    number: int = 0

    def start(self, at: float, process: Process) -> None:
        self.number += 1
        heapq.heappush(self.due, (at, self.number, process))

    def run(self) -> None:
        while self.due:
            self.now, _, process = heapq.heappop(self.due)
            wait = next(process, None)
            if wait is not None:
                self.start(self.now + wait, process)

    def about(self, mean: float) -> float:
        return self.draw.expovariate(1 / mean)

    def backoff(self, attempt: int) -> float:
        return self.draw.random() * min(MOST_BACKOFF, BACKOFF * 2**attempt)


def ours(model: Model, item: Item, sales: Sales, order: str) -> Process:
    """One conditional update of the row. An operation that came too late for the row's floor is tried anew with a later instant."""
    for epoch in range(1, ROUNDS + 1):
        op = Op(f"{order}/1/{RESERVED}/{epoch}", RESERVED, 1, max(_ms(model), item.row.floor + 1))
        yield model.about(2 * ONE_WAY)  # the intent is written to the order first
        for attempt in range(SDK_ATTEMPTS):
            yield model.about(ONE_WAY)
            sales.attempts += 1
            if item.takes(model.now):
                break
            sales.refused += 1
            yield model.backoff(attempt)
        else:
            yield REDELIVERED  # the message comes again
            continue
        if item.row.takes(op):
            if not item.row.allows(op):
                sales.short += 1
                return
            item.row = item.row.after(op)
            sales.sold += 1
            if item.row.version % FOLD_EVERY == 0:
                model.start(model.now + model.about(ONE_WAY), _fold(model, item, item.row))
            return
    sales.failed += 1


def _fold(model: Model, item: Item, seen: Row) -> Process:
    """The movements of settled operations are made sure of, then they leave the row."""
    ops = seen.to_fold(_ms(model))
    if not ops:
        return
    yield model.about(2 * ONE_WAY)
    for attempt in range(SDK_ATTEMPTS):
        yield model.about(ONE_WAY)
        if item.takes(model.now):
            break
        yield model.backoff(attempt)
    else:
        return
    if item.row.floor < max(op.at for op in ops):
        item.row = item.row.folded(ops)


def transaction(model: Model, item: Item, sales: Sales, order: str) -> Process:
    """The usual way: one transaction over the stock row and the order."""
    for attempt in range(TRANSACTION_ATTEMPTS):
        yield model.about(ONE_WAY)
        sales.attempts += 1
        if item.held_until > model.now or not item.takes(model.now, 2):
            sales.refused += 1
            yield model.backoff(attempt)
            continue
        if item.row.available < 1:
            sales.short += 1
            return
        item.held_until = model.now + model.about(HELD)
        yield item.held_until - model.now
        row = item.row
        item.row = Row(row.sku, row.node, row.on_hand, row.reserved + 1, row.available - 1)
        sales.sold += 1
        return
    sales.failed += 1


WAYS: dict[str, Callable[[Model, Item, Sales, str], Process]] = {"one conditional update": ours, "a transaction over row and order": transaction}


def sold_by(way: str, orders: int, stock: int, seed: int) -> dict[str, Any]:
    """A minute of orders at random instants, and what came of them."""
    model, sales = Model(random.Random(seed)), Sales()
    item = Item(Row("HOT", "N").after(Op("seed", RECEIVED, stock, START_MS - 60_000)).folded((Op("seed", RECEIVED, stock, START_MS - 60_000),)))
    for number in range(orders):
        model.start(model.draw.random() * MINUTE, WAYS[way](model, item, sales, f"ord_{number:020d}"))
    model.run()
    assert sales.sold + sales.short + sales.failed == orders and item.row.available == stock - sales.sold
    return {
        "way": way,
        "orders": orders,
        "stock": stock,
        "sold": sales.sold,
        "oversold": max(0, sales.sold - stock),
        "failed": sales.failed,
        "failed %": 100 * sales.failed / orders,
        "attempts/success": sales.attempts / max(1, sales.sold + sales.short),
        "refused": sales.refused,
        "largest row, bytes": item.largest,
    }


def measure(orders: int = 10_000) -> list[dict[str, Any]]:
    """Enough stock for all, and for eight in ten."""
    return [sold_by(way, orders, stock, seed=1) for way in WAYS for stock in (orders, orders * 8 // 10)]


def _ms(model: Model) -> int:
    return START_MS + int(model.now * 1000)


if __name__ == "__main__":
    for each in measure(*map(int, sys.argv[1:2])):
        print(each)
