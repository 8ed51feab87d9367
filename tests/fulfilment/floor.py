"""An order whose work is at a node, in the small shop: the doors of fulfilment, knocked at as nodes and carriers do."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from tests.support import shop
from tests.support.cloud import plain_client
from tests.support.template import resources
from tests.support.world import Reply, World, world
from waybill.aws import secrets
from waybill.aws.tables import commit, create
from waybill.fulfilment.buying import track_item
from waybill.fulfilment.carriers.tracking_door import signature
from waybill.fulfilment.codec import item_of
from waybill.fulfilment.model import fulfilment_order as verbs
from waybill.fulfilment.model.fulfilment_order import AtNode, FulfilmentOrder, Package
from waybill.fulfilment.model.numbers import tracking_number
from waybill.fulfilment.model.packing import pack
from waybill.fulfilment.service import load, order_of, save
from waybill.kernel.events import appended
from waybill.kernel.ids import fulfilment_order_id, order_id
from waybill.orders import store
from waybill.orders.model import state as states
from waybill.orders.model.check import violations
from waybill.orders.model.order import Address, Customer, Line, Order, Shipping
from waybill.shop import store as store_of_shop

AT = "2026-11-23T03:20:00.000Z"
DENVER = Address(name="Ada Byron", line1="500 Main St", city="Denver", region="CO", postal_code="80202", country="US")
Split = tuple[tuple[str, dict[str, int]], ...]
ONE: Split = (("reno", {"1": 2, "2": 1}),)
TWO: Split = (("reno", {"1": 2}), ("columbus", {"2": 1}))


@dataclass
class Floor:
    """A world with an open shop; `put` places an order whose work has been released to nodes."""

    world: World
    numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def put(self, split: Split = ONE, promise_days: int = 0, ship_to: Address = DENVER, alone: bool = False) -> list[str]:
        """The ids of its fulfilment orders: two TEA on line 1, one CUP on line 2. `alone`: all other orders are forgotten."""
        if alone:
            _without_stream("OrdersTable")  # moto copies the whole table for every transaction: keep it small
        number = next(self.numbers)
        id = order_id("api", str(number))
        lines = (Line("1", "TEA", "Green tea", 2, 400), Line("2", "CUP", "Cup", 1, 300))
        order = Order(id, "api", str(number), AT, "USD", lines, Shipping(promise_days=promise_days), (), 1100, note="Ring twice")
        state = states.received(id, {"1": 2, "2": 1}, AT, "channel:api", {"total": 1100})
        store.add(order, Customer("ada@example.org", "Ada", ship_to=ship_to), states.confirm(state, AT, "test", 1100, "USD"))
        made = [_asked(id, n, node, units, f"2026-11-23T{number // 60 % 24:02d}:{number % 60:02d}:00.000Z") for n, (node, units) in enumerate(split, 1)]
        released = states.release(store.load(id).state, {"1": 2, "2": 1}, [work.id for work in made], AT, "routing")
        commit(store.load(id).save(released), *(create(store.ORDERS, item_of(work)) for work in made))
        return [work.id for work in made]

    def put_packed(self, split: Split = ONE) -> list[str]:
        """The same, alone and already packed: each fulfilment order in one parcel, its papers not printed."""
        made = self.put(split, alone=True)
        for fo_id in made:
            _, work = load(fo_id)
            picked = verbs.pick(verbs.accept(work, AT, "test"), {}, AT, "test")
            parcel = Package(1, work.units(), 700, "parcelway", "ground", "Ground", 800, "USD", 4, tracking_number("parcelway", fo_id))
            packed = pack(picked, (parcel,), AT, "test")
            commit(save(packed), create(store.ORDERS, track_item(packed, parcel)))
        return made

    def do(self, fo_id: str, *wanted: str, who: str = "admin") -> dict[str, Any]:
        """Each verb must be answered with 200; the document after the last one."""
        reply = None
        for verb in wanted:
            reply = self.call("POST", f"/v1/fulfilment-orders/{fo_id}/{verb}", {}, who)
            assert reply.status == 200, (verb, reply.content)
        return reply.json() if reply else self.read(fo_id)

    def restart(self) -> None:
        """Every function is cold: nothing is in anybody's memory."""
        self.world.restart()
        store_of_shop.forget()
        secrets.forget()

    def read(self, fo_id: str) -> dict[str, Any]:
        return self.call("GET", f"/v1/fulfilment-orders/{fo_id}").json()

    def call(self, method: str, path: str, body: Any = None, who: str = "admin", **headers: str) -> Reply:
        sent = {**shop.headers(who), **{name.replace("_", "-"): value for name, value in headers.items()}}
        return self.world.call(method, path, body, sent)

    def scan(self, package: dict[str, Any], status: str, at: str = "2026-11-23T04:00:00Z", more: dict[str, Any] | None = None) -> Reply:
        """One signed tracking event."""
        said = {"tracking_number": package["tracking_number"], "status": status, "code": status[:3].upper(), "at": at} | (more or {})
        return self.knock(package["carrier"], json.dumps(said).encode())

    def knock(self, carrier: str, raw: bytes, key: str = "carrier-secret", stamp: str = "") -> Reply:
        """Whatever bytes, signed with whatever key."""
        stamp = stamp or str(int(time.time()))
        headers = {"x_carrier_timestamp": stamp, "x_carrier_signature": signature(key, stamp, raw)}
        return self.call("POST", f"/v1/carriers/{carrier}/events", raw, **headers)

    def status(self, fo_id: str) -> tuple[str, str]:
        """Of the order, of the fulfilment order; what must hold of both does."""
        record, work = load(fo_id)
        if all(item["status"] != "rejected" for item in record.fulfilment_orders):  # until routing has taken it back
            assert violations(record.order, record.state, record.fulfilment_orders) == []
        return record.state.status, work.status

    def told(self, fo_id: str) -> list[str]:
        """The types of a fulfilment order's history."""
        return [entry.type.removeprefix("fulfilment_order.") for entry in load(fo_id)[1].history]

    def said_last(self, fo_id: str) -> bool:
        """Whether its shipment said that it was the order's last."""
        return next(entry.data["last"] for entry in load(fo_id)[1].history if entry.type == "fulfilment_order.shipped")

    def numbers_of(self, fo_id: str) -> list[str]:
        return [package.tracking_number for package in load(fo_id)[1].packages]

    @staticmethod
    def order_of(fo_id: str) -> str:
        return order_of(fo_id)

    def told_of_order(self, fo_id: str) -> list[str]:
        return [entry.type for entry in load(fo_id)[0].state.history]


@contextmanager
def floor() -> Iterator[Floor]:
    """A fresh one. Without streams: nobody reads them here, and moto copies them whole for every transaction."""
    with world() as the_world:
        _without_stream("OrdersTable")
        shop.open_shop({})
        yield Floor(the_world)


def _without_stream(table: str) -> None:
    dynamodb, described = plain_client("dynamodb"), resources("AWS::DynamoDB::Table")[table]
    wanted = ("AttributeDefinitions", "KeySchema", "GlobalSecondaryIndexes", "BillingMode")
    dynamodb.delete_table(TableName=table)
    dynamodb.create_table(TableName=table, **{name: described[name] for name in wanted})


def _asked(order: str, n: int, node: str, units: dict[str, int], since: str) -> FulfilmentOrder:
    fo_id = fulfilment_order_id(order, n)
    history = appended((), "fulfilment_order.requested", since, "routing", {"fo_id": fo_id, "node": node, "lines": units})
    return FulfilmentOrder(fo_id, order, node, "requested", {line: AtNode(each) for line, each in units.items()}, since, history=history)
