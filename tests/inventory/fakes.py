"""Stock and orders in memory. Every single step that a real table would take passes `gate`, so that a test can crash there, or let
somebody else go first."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from waybill.inventory.model.plan import Wanted
from waybill.inventory.model.proof import prove
from waybill.inventory.model.reservation import Reservation
from waybill.inventory.model.row import DONE, FOLD_EVERY, SHORT, VOIDED, Op, Outcome, Row, Verdict
from waybill.inventory.ports import Asked, Demand
from waybill.kernel.errors import Conflict, KeyReused, NotFound

Gate = Callable[[str], None]


class Crash(BaseException):
    """The process dies here."""


class Clock:
    """Stands still until moved."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 23, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def forward(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)

    @property
    def ms(self) -> int:
        return int(self.now.timestamp() * 1000)


class FakeStock:
    """`ports.Stock` over dictionaries, with the same steps as the table."""

    fold_every = FOLD_EVERY

    def __init__(self, clock: Clock, gate: Gate = lambda name: None, shared: FakeStock | None = None) -> None:
        self.clock, self.gate = clock, gate
        self.by_place: dict[tuple[str, str], Row] = shared.by_place if shared else {}
        self.kept: dict[tuple[str, str], dict[str, Op]] = shared.kept if shared else {}
        self.asks: dict[tuple[str, str, str], Asked] = shared.asks if shared else {}

    def do(self, sku: str, node: str, op: Op) -> Outcome:
        self.gate("update")
        row = self.by_place.get((sku, node), Row(sku, node))
        if row.takes(op) and row.allows(op):
            self.by_place[sku, node] = after = row.after(op)
            self.gate("updated")
            return self._done(after, op)
        if (sku, node) not in self.by_place:
            return SHORT
        return self._judged(row, op)

    def fence(self, sku: str, node: str, op: Op) -> Outcome:
        self.gate("fence")
        row = self.by_place.get((sku, node), Row(sku, node))
        void = Op(op.id, VOIDED, 0, op.at)
        if row.takes(void):
            self.by_place[sku, node] = row.after(void)
            self.gate("fenced")
            return Outcome(Verdict.FENCED, row.floor)
        return self._judged(row, op)

    def rows(self, skus: Iterable[str]) -> list[Row]:
        self.gate("rows")
        wanted = set(skus)
        return [row for (sku, _), row in sorted(self.by_place.items()) if sku in wanted]

    def ledger(self, sku: str, node: str) -> tuple[Row | None, list[Op]]:
        row = self.by_place.get((sku, node))
        known = dict(self.kept.get((sku, node), {}))
        known |= {op.id: op for op in (row.ops.values() if row else ()) if op.kind != VOIDED}
        return row, sorted(known.values(), key=lambda op: (op.at, op.id))

    def done(self, sku: str, node: str, op_id: str) -> tuple[Row | None, Op | None]:
        row = self.by_place.get((sku, node))
        known = row.ops.get(op_id) if row else None
        return row, known or self.kept.get((sku, node), {}).get(op_id)

    def ask(self, sku: str, node: str, asked: Asked) -> Asked:
        self.gate("ask")
        first = self.asks.setdefault((sku, node, asked.id), asked)
        if first.fingerprint != asked.fingerprint:
            raise KeyReused("another movement")
        return first

    def ask_again(self, sku: str, node: str, asked: Asked, at: int) -> Asked:
        self.gate("ask again")
        if self.asks[sku, node, asked.id] == asked:
            self.asks[sku, node, asked.id] = replace(asked, at=at, attempt=asked.attempt + 1, version=asked.version + 1)
        return self.asks[sku, node, asked.id]

    def _done(self, row: Row, op: Op) -> Outcome:
        self._keep(row, op)
        if row.version % self.fold_every == 0:
            self._fold(row)
        return DONE

    def _judged(self, row: Row, op: Op) -> Outcome:
        outcome = row.knows(op)
        if outcome is None:
            self.gate("movement")
            return DONE if op.id in self.kept.get((row.sku, row.node), {}) else Outcome(Verdict.FENCED, row.floor)
        if outcome.done:
            self._keep(row, row.ops[op.id])
        return outcome

    def _keep(self, row: Row, op: Op) -> None:
        self.gate("keep")
        self.kept.setdefault((row.sku, row.node), {}).setdefault(op.id, op)
        self.gate("kept")

    def _fold(self, seen: Row) -> None:
        ops = seen.to_fold(self.clock.ms)
        for op in ops:
            if op.kind != VOIDED:
                self._keep(seen, op)
        self.gate("fold")
        row = self.by_place[seen.sku, seen.node]
        if ops and row.floor < max(op.at for op in ops):
            self.by_place[seen.sku, seen.node] = row.folded(ops)


@dataclass
class FakeOrder:
    """What the fake knows of an order."""

    wanted: tuple[Wanted, ...]
    cancelled: bool = False
    channel: str = ""
    cart: str = ""
    held_by: str = ""
    backordered: bool = False
    token: str = ""
    waiting: set[str] = field(default_factory=set)
    lacking: dict[str, int] = field(default_factory=dict)


class FakeOrders:
    """`ports.Orders` over dictionaries."""

    def __init__(self, gate: Gate = lambda name: None, shared: FakeOrders | None = None) -> None:
        self.gate = gate
        self.known: dict[str, FakeOrder] = shared.known if shared else {}
        self.records: dict[str, Reservation] = shared.records if shared else {}
        self.woken: list[str] = shared.woken if shared else []

    def place(self, order_id: str, channel: str = "", **quantities: int) -> str:
        """An order of one line a SKU: `place("ord_1", A=2)`."""
        wanted = tuple(Wanted(f"{number}", sku, units) for number, (sku, units) in enumerate(quantities.items(), 1))
        self.known[order_id] = FakeOrder(wanted, channel=channel)
        return order_id

    def demand(self, order_id: str) -> Demand:
        self.gate("load")
        if order_id not in self.known:
            raise NotFound(order_id)
        order = self.known[order_id]
        return Demand(
            order_id,
            "2026-11-23T00:00:00.000Z",
            order.wanted,
            self.records.get(order_id, Reservation(order_id)),
            channel=order.channel,
            cart=order.cart,
            cancelled=order.cancelled,
            held_by=order.held_by,
            backordered=order.backordered,
            waiting=tuple(sorted(order.waiting)),
            token=order.token,
        )

    def save(self, reservation: Reservation) -> Reservation:
        self.gate("save")
        known = self.records.get(reservation.order_id, Reservation(reservation.order_id))
        if known.version != reservation.version:
            raise Conflict("somebody else was first")
        saved = replace(reservation, version=reservation.version + 1)
        self.records[reservation.order_id] = saved
        self.gate("saved")
        return saved

    def cart(self, cart_id: str) -> Reservation | None:
        self.gate("cart")
        return self.records.get(cart_id)

    def take(self, reservation: Reservation, cart: Reservation) -> Reservation:
        self.gate("take")
        known = self.records.get(reservation.order_id, Reservation(reservation.order_id))
        if self.records[cart.order_id].version != cart.version or known.version != reservation.version:
            raise Conflict("somebody else was first")
        self.records[cart.order_id] = replace(cart, version=cart.version + 1, closed=True)
        self.records[reservation.order_id] = saved = replace(reservation, version=reservation.version + 1)
        self.gate("taken")
        return saved

    def lacks(self, order_id: str, units: Mapping[str, int], at: str) -> None:
        self.gate("lacks")
        self.known[order_id].backordered = bool(units)
        self.known[order_id].lacking = dict(units)

    def go_without(self, order_id: str, units: Mapping[str, int], at: str) -> None:
        self.gate("go without")
        order = self.known[order_id]
        order.wanted = tuple(replace(want, quantity=want.quantity - units.get(want.line, 0)) for want in order.wanted)

    def want(self, order_id: str, placed_at: str, lines: Iterable[Wanted]) -> None:
        self.gate("want")
        self.known[order_id].waiting |= {line.sku for line in lines}

    def no_longer_want(self, order_id: str, skus: Iterable[str]) -> None:
        self.gate("no longer want")
        self.known[order_id].waiting -= set(skus)

    def wanting(self, sku: str) -> list[str]:
        return [order_id for order_id, order in self.known.items() if sku in order.waiting]

    def wake(self, demand: Demand) -> bool:
        if not demand.token or self.known[demand.order_id].token != demand.token:
            return False
        self.known[demand.order_id].token = ""
        self.woken.append(demand.order_id)
        return True

    def reservations(self, order_ids: list[str]) -> list[Reservation]:
        return [self.records[order_id] for order_id in order_ids if order_id in self.records]


def differences(stock: FakeStock, orders: FakeOrders) -> list[str]:
    """Every invariant (I1 to I4) that does not hold, over all rows and all orders."""
    wrong: list[str] = []
    for sku, node in list(stock.by_place):
        row, ledger = stock.ledger(sku, node)
        assert row is not None
        wrong += prove(row, ledger, orders.records.values())["differences"]
    return wrong


class Turns:
    """Lets several processes take their steps one at a time, in an order that the test dictates. `after` looks at the world after each."""

    def __init__(self, after: Callable[[], object] = lambda: None) -> None:
        self._after = after
        self._ready = threading.Condition()
        self._running: int | None = None
        self._ended: set[int] = set()
        self.errors: dict[int, BaseException] = {}

    def gate(self, who: int) -> Gate:
        def wait(name: str) -> None:
            with self._ready:
                self._running = None
                self._ready.notify_all()
                self._ready.wait_for(lambda: self._running == who)

        return wait

    def run(self, works: list[Callable[[], object]], schedule: Iterable[int], tick: Callable[[], None]) -> None:
        """`schedule` names who goes next; a number beyond the last process is a `tick` of the clock. Then all finish in turn."""
        threads = [threading.Thread(target=self._work, args=(who, work), daemon=True) for who, work in enumerate(works)]
        for thread in threads:
            thread.start()
        for who in schedule:
            if who >= len(works):
                tick()
            elif who not in self._ended:
                self._step(who)
        while len(self._ended) < len(works):
            for who in range(len(works)):
                if who not in self._ended:
                    self._step(who)
        for thread in threads:
            thread.join(5)

    def _work(self, who: int, work: Callable[[], object]) -> None:
        with self._ready:
            self._ready.wait_for(lambda: self._running == who)
        try:
            work()
        except BaseException as error:  # noqa: BLE001  the test judges
            self.errors[who] = error
        with self._ready:
            self._ended.add(who)
            self._running = None
            self._ready.notify_all()

    def _step(self, who: int) -> None:
        with self._ready:
            self._running = who
            self._ready.notify_all()
            assert self._ready.wait_for(lambda: self._running is None, timeout=5), "a process hangs"
        self._after()
