"""Who does something in a shop in which anything happens, and what: customers, clerks, nodes, carriers, clocks.

A node looks at its list and a carrier at what is on its way, both as the index has them, which may lag. They look into the table: to ask for the list
over HTTP is an act of its own.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Protocol

from proof.cloud.sqs import record
from proof.living import Dweller
from proof.quick import seen
from proof.source import Source
from tests.flow.life import CARD, DECLINED, an_order
from waybill.fulfilment.codec import ON_THE_WAY, OPEN
from waybill.kernel.clock import instant
from waybill.orders.codec import FULFILMENT_ORDER, STATE
from waybill.shop import store as shop

STOCK = {("TEA", "reno"): 80, ("TEA", "columbus"): 80, ("CUP", "columbus"): 120, ("POT", "reno"): 30}
_WANTED = {"TEA": 450, "CUP": 330, "POT": 180}
"""How many of a thousand orders want it."""
_OTHERWISE = ("channel", "cod", "terms")
"""How is paid that is not paid by card."""
_NODES = ("reno", "columbus")
_NEXT = {"requested": "accept", "accepted": "pick", "picking": "pick", "picked": "pack", "packed": "ship"}
_SCANS = ("in_transit", "out_for_delivery", "delivered")
_ENDED = ("completed", "cancelled")
_NEWEST = 3
"""How many of the last orders somebody may think about again."""
_IN_SIGHT = 25
"""How many of the orders and of the work somebody looks at."""


class Story(Protocol):
    """What is written down of a story while it is told."""

    placed: int
    acts: list[str]


class Everybody:
    """Of one shop."""

    def __init__(self, the: Dweller, source: Source, went: Story) -> None:
        self.the, self.source, self.went = the, source, went
        self._ids: list[str] = []
        self._open: list[str] = []
        self._orders = the.world.cloud.dynamodb.tables["OrdersTable"]

    def open(self) -> None:
        """No two shops are alike: a node is told of its work or looks for it, a channel has an address or asks."""
        for node in map(shop.node, _NODES):
            if self.source.often(500):
                shop.save(shop.NODE, node.id, replace(node, webhook_url=""))
        if self.source.often(500):
            shop.save(shop.CHANNEL, "api", replace(shop.channel("api"), settings={}))
        shop.forget()

    def act(self) -> None:
        name = self.source.weighted(_WEIGHTS)
        self.went.acts.append(name)
        _ACTS[name][1](self)

    def come_to_rest(self) -> None:
        """Everything under way happens, dead letters are sent back once, and everybody does what waits for him. What lacks stock or a better card stays
        where it is; every other one of those who ordered that has had enough, and cancels."""
        self.the.world.later(3600)
        self.the.settle()
        for queue in self.the.world.dead_letters():
            self.the.world.cloud.sqs.redrive(queue)
        self.the.settle()
        self._reconciler()
        for _ in range(2):
            for id in self._ids:
                self._finished(id)
            self.the.world.later(900)
            self.the.settle()
        for id in self._waiting()[::2]:
            self.the.call("POST", f"/v1/orders/{id}/cancel", {"reason": "it takes too long"})
        self.the.settle()
        self._reconciler()
        self.the.settle()

    def statuses(self) -> list[str]:
        """What has become of each order that stands."""
        stored = (partition.items[STATE] for partition in self._orders.partitions.values() if STATE in partition.items)
        return [seen(state)["status"] for state in stored]

    def _waiting(self) -> list[str]:
        return [id for id in self._ids if self._items(id, STATE, lambda state: state["status"]) in (["on_hold"], ["backordered"])]

    def _finished(self, id: str) -> None:
        for hold in self._holds(id):
            self.the.call("POST", f"/v1/orders/{id}/holds/{hold}/release", {"note": "seen"})
        for work in self._work_of(id):
            while work["status"] in _NEXT:
                reply = self.the.call("POST", f"/v1/fulfilment-orders/{work['id']}/{_NEXT[work['status']]}", {}, work["node"])
                if reply.status != 200:
                    break
                work = reply.json()
            for package in work.get("packages", ()) if work["status"] == "shipped" else ():
                self.the.scan_once(package, "delivered", instant(self.the.world.now()))

    # ── the acts ──
    def _move(self) -> None:
        for _ in range(1 + self.source.number(6)):
            moves = self.the.world.moves()
            if moves:
                self.the.world.make(self.source.one(moves))

    def _order(self) -> None:
        lines = [(sku, 1 + self.source.number(3)) for sku, often in _WANTED.items() if self.source.often(often)] or [("TEA", 1)]
        token = DECLINED if self.source.often(60) else CARD
        self.went.placed += 1
        number = self.went.placed
        order = an_order(*lines, token=token, reference=f"soak-{number}")
        if self.source.often(100):
            order["tenders"] = [{"kind": self.source.one(_OTHERWISE), "amount": order["total"]}]
        self._place(order, number)

    def _place(self, order: dict[str, Any], number: int) -> None:
        reply = self.the.ask("POST", "/v1/orders", order, "api", idempotency_key=f"soak-{number}")
        if reply is not None and reply.status == 202:
            id = reply.json()["id"]
            if id not in self._ids:
                self._ids.append(id)
                self._open.append(id)

    def _again(self) -> None:
        """The same request once more: it is answered the same, or was never answered."""
        if self.went.placed:
            self._place(an_order(("TEA", 1), reference=f"again-{self.went.placed}"), 100_000 + self.went.placed)
            self._place(an_order(("TEA", 1), reference=f"again-{self.went.placed}"), 100_000 + self.went.placed)

    def _node(self) -> None:
        work = self._some_work(OPEN)
        if work is not None and work["status"] in _NEXT:
            verb = "reject" if work["status"] != "packed" and self.source.often(20) else _NEXT[work["status"]]
            body = {"reason": self.source.one(("NOT_IN_STOCK", "DAMAGED"))} if verb == "reject" else {}
            self.the.ask("POST", f"/v1/fulfilment-orders/{work['id']}/{verb}", body, work["node"])

    def _scan(self) -> None:
        """Now and then of a parcel that has not left."""
        work = self._some_work(OPEN if self.source.often(30) else ON_THE_WAY)
        for package in (work or {}).get("packages", ()):
            number = 2 - self.source.number(3)
            self.the.scan_once(package, _SCANS[number], f"2026-11-24T{number:02d}:00:00Z")

    def _cancel(self) -> None:
        if id := self._some_id():
            self.the.ask("POST", f"/v1/orders/{id}/cancel", {"reason": "changed my mind"})

    def _think_again(self) -> None:
        """Of one of the last orders: there is hardly anything of it yet."""
        if self._open:
            self.the.ask("POST", f"/v1/orders/{self.source.one(self._open[-_NEWEST:])}/cancel", {"reason": "not that one"})

    def _look(self) -> None:
        if id := self._some_id():
            self.the.ask("GET", f"/v1/orders/{id}")
        self.the.ask("GET", "/v1/fulfilment-orders", None, self.source.one(_NODES))

    def _release(self) -> None:
        id = self._some_id()
        for hold in self._holds(id):
            self.the.ask("POST", f"/v1/orders/{id}/holds/{hold}/release", {"note": "seen"})

    def _hold(self) -> None:
        if id := self._some_id():
            self.the.ask("POST", f"/v1/orders/{id}/holds", {"reason": "a word first"})

    def _refund(self) -> None:
        if self._ids:
            body = {"everything": True} if self.source.often(300) else {"lines": [{"line": "1", "quantity": 1}]}
            key, id = f"refund-{self.source.number(10_000)}", self.source.one(self._ids)
            self.the.ask("POST", f"/v1/orders/{id}/refunds", {**body, "reason": "chipped"}, "admin", idempotency_key=key)

    def _stock(self) -> None:
        sku, node = self.source.one(list(STOCK))
        key = f"po-{self.source.number(100_000)}"
        body = {"kind": "received", "quantity": 5 + self.source.number(20), "reference": key}
        self.the.ask("POST", f"/v1/inventory/{sku}/{node}/movements", body, idempotency_key=key)

    def _time(self) -> None:
        self.the.world.later(self.source.one((1, 1, 3, 3, 10, 10, 30, 70, 400, 4000)))

    def _reconciler(self) -> None:
        self.the.world.tick("reconciler")

    def _gateway(self) -> None:
        self.the.gateway.down = self.source.often(150)

    def _twice(self) -> None:
        """A message reaches a worker, and stays where it is."""
        world = self.the.world
        there = [
            (name, message) for name, poller in world._pollers.items() for message in world.cloud.sqs.queues[name].visible(world.cloud.clock.seconds)
        ]
        if there:
            name, message = self.source.one(there)
            world.safely(lambda: world.handler(world._pollers[name].function)({"Records": [record(message, name)]}, None))

    def _cold_start(self) -> None:
        self.the.world.restart()

    # ── what they see ──
    def _some_id(self) -> str:
        """An order; the newest of those that have not ended have most to do."""
        if not self._ids:
            return ""
        id = self.source.one(self._open[-_IN_SIGHT:] if self._open and self.source.often(800) else self._ids)
        if self._items(id, STATE, lambda state: state["status"] in _ENDED) == [True] and id in self._open:
            self._open.remove(id)
        return id

    def _some_work(self, part: str) -> dict[str, Any] | None:
        """Of the oldest in the nodes' lists."""
        index = self._orders.indexes["lookup"]
        keys = [row for node in _NODES for row in _of(part, index.rows.get(f"NODE#{node}", []))]
        return seen(index.items[self.source.one(keys)[1:]]) if keys else None

    def _work_of(self, id: str) -> list[dict[str, Any]]:
        return self._items(id, FULFILMENT_ORDER, lambda item: item)

    def _holds(self, id: str) -> list[str]:
        """The active ones, by id."""
        found = self._items(id, STATE, lambda state: [hold["id"] for hold in state.get("holds", ()) if hold["status"] == "active"])
        return [hold for holds in found for hold in holds]

    def _items(self, id: str, prefix: str, what: Callable[[dict[str, Any]], Any]) -> list[Any]:
        """What is there in the items of an order whose sort key begins so."""
        partition = self._orders.partition(f"ORDER#{id}")
        return [what(seen(partition.items[key])) for key in partition.order if key.startswith(prefix)] if partition else []


def _of(part: str, rows: list[tuple[str, str, str]]) -> list[tuple[str, str, str]]:
    """The first of a node's list that are open, or on their way."""
    first = bisect_left(rows, (part,))
    return [row for row in rows[first : first + _IN_SIGHT] if row[0].startswith(part)]


_ACTS: dict[str, tuple[int, Callable[[Everybody], None]]] = {
    "the world moves": (300, Everybody._move),
    "an order": (100, Everybody._order),
    "a node works": (205, Everybody._node),
    "a carrier scans": (75, Everybody._scan),
    "time passes": (40, Everybody._time),
    "the reconciler": (2, Everybody._reconciler),
    "a message comes twice": (10, Everybody._twice),
    "a customer thinks again": (45, Everybody._think_again),
    "a customer cancels": (15, Everybody._cancel),
    "a customer looks": (4, Everybody._look),
    "a clerk releases": (8, Everybody._release),
    "a clerk holds": (4, Everybody._hold),
    "a clerk refunds": (8, Everybody._refund),
    "stock arrives": (14, Everybody._stock),
    "the gateway": (4, Everybody._gateway),
    "a cold start": (4, Everybody._cold_start),
    "the same order again": (3, Everybody._again),
}
"""What may happen, the simplest first, and how often beside each other. The world moves seldom enough that messages wait, and come several at once."""
_WEIGHTS = {name: weight for name, (weight, _) in _ACTS.items()}
