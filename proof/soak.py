"""A shop in which anything happens: customers, clerks, nodes, carriers, a gateway that is down for a while, clocks, faults at any call, messages in any
order and more than once, indexes that lag. All from one seed; the rules are asked all the while, and in the end whether everything came about.

    python -m proof.soak [lives] [seed]
"""

from __future__ import annotations

import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from proof.cloud.sqs import record
from proof.faults import FAULTS, READS, strike
from proof.forking import doubles
from proof.judging import Judge
from proof.living import Dweller, living
from proof.quick import quick
from proof.source import EndOfStory, Source, shortened
from tests.flow.life import CARD, DECLINED, an_order
from waybill.aws import gate
from waybill.kernel.clock import instant

STEPS = 2500
_STOCK = {("TEA", "reno"): 40, ("TEA", "columbus"): 40, ("CUP", "columbus"): 60, ("POT", "reno"): 15}
_NEXT = {"requested": "accept", "accepted": "pick", "picking": "pick", "picked": "pack", "packed": "ship"}
_SCANS = ("in_transit", "out_for_delivery", "delivered")


class FromSource:
    """The scheduler of a soak: any move, any messages."""

    most = 10

    def __init__(self, source: Source) -> None:
        self.source = source

    def next(self, moves: list[Any]) -> Any:
        return self.source.one(moves)

    def batch(self, ids: Sequence[str], most: int) -> Sequence[str]:
        size = 1 + self.source.number(min(len(ids), most)) if len(ids) > 1 else len(ids)
        start = self.source.number(len(ids) - size + 1) if len(ids) > size else 0
        return ids[start : start + size]


@dataclass
class _Faults:
    """Strikes a call now and then: `every` is how many calls lie between, on average; 0 for never."""

    source: Source
    every: int
    struck: Counter[str] = field(default_factory=Counter)
    doubled: int = 0
    _left: int = 0
    _before: str = ""

    def begin(self) -> _Faults:
        self._left = 1 + self.source.number(2 * self.every) if self.every else 0
        return self

    def around(self, name: str, thunk: Callable[[], Any], detail: dict[str, Any]) -> Any:
        self._left -= 1
        if self._left:
            self._before = name
            return thunk()
        fault = self.source.one(FAULTS)
        self.begin()
        if name in READS and fault in ("asked twice", "timeout after", "crash after"):
            fault = "throttle"
        self.struck[fault] += 1
        self.doubled += doubles(fault, name, self._before)
        self._before = name
        return strike(fault, name, thunk)


@dataclass
class Soaked:
    """How a story went: orders placed, by what became of them; what is broken; the choices that tell it again."""

    placed: int = 0
    became: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    broken: list[str] = field(default_factory=list)
    choices: list[int] = field(default_factory=list)
    acts: list[str] = field(default_factory=list)

    @property
    def lives(self) -> int:
        """Orders that came to an end."""
        return self.became["completed"] + self.became["cancelled"]


def soak(seed: int = 0, given: Sequence[int] | None = None, steps: int = STEPS) -> Soaked:
    """One story."""
    source, went = Source(seed, given), Soaked()
    lag, faults = [0], _Faults(source, 0)
    with living(dict(_STOCK), FromSource(source), seed, lambda: lag[0]) as the, quick():
        judge = Judge(the)
        shop = _Shop(the, source, went)
        try:
            lag[0], faults.every = source.one((0, 0, 1, 4)), source.one((0, 0, 150, 40))
            with gate.watching(faults.begin()):
                for step in range(steps):
                    shop.act()
                    if step % 500 == 499:
                        went.broken += map(str, judge.verdict(at_rest=False))
                    if went.broken:
                        break
        except EndOfStory:
            pass
        lag[0], went.faults, went.choices = 0, faults.struck, list(source.chosen)
        with _sober(the):
            shop.come_to_rest()
            went.broken += map(str, judge.verdict(faults=faults.doubled, struck=True, dead_allowed=bool(faults.every)))
            went.broken += [f"I24 {queue}: {depth} are dead again" for queue, depth in the.world.dead_letters().items()]
            went.became.update(the.order(id)["status"] for id in judge.orders())
    went.broken = list(dict.fromkeys(went.broken))
    return went


@contextmanager
def _sober(the: Dweller) -> Iterator[None]:
    """Nothing is drawn any more: everything happens in order, and everybody answers."""
    from proof.scheduler import InOrder

    the.gateway.down = False
    the.world.scheduler = InOrder()
    for table in the.world.cloud.dynamodb.tables.values():
        for index in table.indexes.values():
            index.catch_up()
    yield


class _Shop:
    """Who does something, and what."""

    def __init__(self, the: Dweller, source: Source, went: Soaked) -> None:
        self.the, self.source, self.went = the, source, went
        self.ids: list[str] = []
        self._acts: dict[str, tuple[int, Callable[[], None]]] = {
            "the world moves": (560, self._move),
            "an order": (60, self._order),
            "a node works": (170, self._node),
            "a carrier scans": (110, self._scan),
            "time passes": (30, self._time),
            "the reconciler": (6, lambda: self._tick("reconciler")),
            "a message comes twice": (12, self._twice),
            "a customer cancels": (7, self._cancel),
            "a clerk releases": (10, self._release),
            "a clerk holds": (4, self._hold),
            "a clerk refunds": (8, self._refund),
            "stock arrives": (12, self._stock),
            "the gateway": (3, self._gateway),
            "a cold start": (4, self.the.world.restart),
            "the same order again": (4, self._again),
        }
        self._weights = {name: weight for name, (weight, _) in self._acts.items()}

    def act(self) -> None:
        name = self.source.weighted(self._weights)
        self.went.acts.append(name)
        self._acts[name][1]()

    def come_to_rest(self) -> None:
        """Everything under way happens, dead letters are sent back once, and everybody does what waits for him; what lacks stock or a better card stays
        where it is."""
        self.the.world.later(3600)
        self.the.settle()
        for queue in self.the.world.dead_letters():
            self.the.world.cloud.sqs.redrive(queue)
        self.the.settle()
        self._tick("reconciler")
        for _ in range(2):
            for id in self.ids:
                self._finished(id)
            self.the.world.later(900)
            self.the.settle()
        self._tick("reconciler")
        self.the.settle()

    def _finished(self, id: str) -> None:
        order = self.the.order(id)
        for hold in order["holds"]:
            if hold["status"] == "active":
                self.the.call("POST", f"/v1/orders/{id}/holds/{hold['id']}/release", {"note": "seen"})
        for work in order["fulfilment_orders"]:
            while work["status"] in _NEXT:
                reply = self.the.call("POST", f"/v1/fulfilment-orders/{work['id']}/{_NEXT[work['status']]}", {}, work["node"])
                if reply.status != 200:
                    break
                work = reply.json()
            for package in work.get("packages", ()) if work["status"] == "shipped" else ():
                self.the.scan_once(package, "delivered", instant(self.the.world.now()))

    def _move(self) -> None:
        for _ in range(1 + self.source.number(6)):
            moves = self.the.world.moves()
            if moves:
                self.the.world.make(self.source.one(moves))

    def _order(self) -> None:
        lines = [(sku, 1 + self.source.number(3)) for sku in ("TEA", "CUP", "POT") if self.source.often(500)] or [("TEA", 1)]
        token = DECLINED if self.source.often(60) else CARD
        self.went.placed += 1
        number = self.went.placed
        self._place(an_order(*lines, token=token, reference=f"soak-{number}"), number)

    def _place(self, order: dict[str, Any], number: int) -> None:
        reply = self.the.ask("POST", "/v1/orders", order, "api", idempotency_key=f"soak-{number}")
        if reply is not None and reply.status == 202:
            id = reply.json()["id"]
            self.ids += [id] if id not in self.ids else []

    def _again(self) -> None:
        """The same request once more: it is answered the same, or was never answered."""
        if self.went.placed:
            self._place(an_order(("TEA", 1), reference=f"again-{self.went.placed}"), 100_000 + self.went.placed)
            self._place(an_order(("TEA", 1), reference=f"again-{self.went.placed}"), 100_000 + self.went.placed)

    def _node(self) -> None:
        order = self._some_order()
        for work in (order or {}).get("fulfilment_orders", ()):
            if work["status"] in _NEXT:
                verb = "reject" if work["status"] != "packed" and self.source.often(30) else _NEXT[work["status"]]
                body = {"reason": self.source.one(("NOT_IN_STOCK", "DAMAGED"))} if verb == "reject" else {}
                self.the.ask("POST", f"/v1/fulfilment-orders/{work['id']}/{verb}", body, work["node"])

    def _scan(self) -> None:
        order = self._some_order()
        for work in (order or {}).get("fulfilment_orders", ()):
            for package in work.get("packages", ()) if work["status"] in ("shipped", "packed") else ():
                number = 2 - self.source.number(3)
                if work["status"] == "packed" and not self.source.often(30):
                    continue
                at = f"2026-11-24T{number:02d}:00:00Z"
                self.the.scan_once(package, _SCANS[number], at)

    def _cancel(self) -> None:
        if id := self._some_id():
            self.the.ask("POST", f"/v1/orders/{id}/cancel", {"reason": "changed my mind"})

    def _release(self) -> None:
        for hold in (self._some_order() or {}).get("holds", ()):
            if hold["status"] == "active":
                self.the.ask("POST", f"/v1/orders/{self._last}/holds/{hold['id']}/release", {"note": "seen"})

    def _hold(self) -> None:
        if id := self._some_id():
            self.the.ask("POST", f"/v1/orders/{id}/holds", {"reason": "a word first"})

    def _refund(self) -> None:
        if id := self._some_id():
            body = {"everything": True} if self.source.often(300) else {"lines": [{"line": "1", "quantity": 1}]}
            self.the.ask("POST", f"/v1/orders/{id}/refunds", {**body, "reason": "chipped"}, "admin", idempotency_key=f"refund-{self.source.number(10_000)}")

    def _stock(self) -> None:
        sku, node = self.source.one(list(_STOCK))
        key = f"po-{self.source.number(100_000)}"
        body = {"kind": "received", "quantity": 5 + self.source.number(20), "reference": key}
        self.the.ask("POST", f"/v1/inventory/{sku}/{node}/movements", body, idempotency_key=key)

    def _time(self) -> None:
        self.the.world.later(self.source.one((1, 30, 70, 400, 4000)))

    def _tick(self, folder: str) -> None:
        self.the.world.tick(folder)

    def _gateway(self) -> None:
        self.the.gateway.down = self.source.often(400)

    def _twice(self) -> None:
        """A message reaches a worker, and stays where it is."""
        world = self.the.world
        there = [(name, message) for name, poller in world._pollers.items() for message in world.cloud.sqs.queues[name].visible(world.cloud.clock.seconds)]
        if there:
            name, message = self.source.one(there)
            world.safely(lambda: world.handler(world._pollers[name].function)({"Records": [record(message, name)]}, None))

    def _some_id(self) -> str:
        """An order; the newest ones have most to do."""
        if not self.ids:
            return ""
        newest = self.ids[-25:] if self.source.often(800) else self.ids
        self._last = self.source.one(newest)
        return self._last

    def _some_order(self) -> dict[str, Any] | None:
        id = self._some_id()
        reply = self.the.ask("GET", f"/v1/orders/{id}") if id else None
        return reply.json() if reply is not None and reply.status == 200 else None


def short_story(seed: int, went: Soaked, most: int = 300) -> list[int]:
    """The shortest story found that breaks one of the same rules."""
    rules = {line.split(" ", 1)[0] for line in went.broken}
    return shortened(went.choices, lambda choices: bool(rules & {line.split(" ", 1)[0] for line in soak(seed, choices).broken}), most)


def main(lives: int = 1000, seed: int = 0) -> int:
    """Soaks until so many orders have come to an end. Answers 1 for a broken rule, with the seed and a short story."""
    total, faults, stories, start = Counter[str](), Counter[str](), 0, time.process_time()
    while total["completed"] + total["cancelled"] < lives:
        went = soak(seed)
        total.update(went.became)
        faults.update(went.faults)
        stories += 1
        if went.broken:
            print(f"seed {seed}:", *went.broken[:10], sep="\n  ")
            short = short_story(seed, went)
            told = soak(seed, short)
            print(f"in {len(short)} choices: {short}", *told.acts, *told.broken[:10], sep="\n  ")
            return 1
        seed += 1
    spent = time.process_time() - start
    ended = total["completed"] + total["cancelled"]
    print(f"{ended} lives in {stories} stories, {ended / spent:.0f} a second: {dict(total)}; {faults.total()} faults: {dict(faults)}")
    return 0


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
