"""The Orders table as stock sees it: what an order wants, its reservation `RSV`, and the queues `WANT#<sku>` of those that wait."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import astuple, replace
from itertools import islice
from typing import Any

from waybill.aws import tables
from waybill.aws.attributes import pack_item
from waybill.aws.clients import client
from waybill.inventory import backorders
from waybill.inventory.model.cart import cart_id
from waybill.inventory.model.plan import Wanted
from waybill.inventory.model.reservation import Reservation
from waybill.inventory.model.steps import Batch, Step
from waybill.inventory.ports import Demand
from waybill.kernel.events import Entry
from waybill.orders import store
from waybill.orders.codec import WANT, partition
from waybill.orders.model import state as lifecycle
from waybill.orders.model.patience import OUT_OF_STOCK
from waybill.orders.store import ORDERS, Record

RSV = "RSV"
ACTOR = "inventory"
CART = "cart"
"""The attribute by which an order names the cart that it was."""
_MOST_WAITING = 1_000
FOR_STOCK = "stock"
"""What `WAIT` says while the execution stands in the state Await stock."""


class OrdersTable:
    """`ports.Orders` on DynamoDB and Step Functions."""

    def demand(self, order_id: str) -> Demand:
        return demand_of(store.load(order_id))

    def save(self, reservation: Reservation) -> Reservation:
        tables.commit(tables.replace(ORDERS, reservation_item(reservation), reservation.version))
        return replace(reservation, version=reservation.version + 1)

    def cart(self, cart_id: str) -> Reservation | None:
        return next(map(reservation_from, ORDERS.partition(partition(cart_id), RSV)), None)

    def take(self, reservation: Reservation, cart: Reservation) -> Reservation:
        ours = tables.replace(ORDERS, reservation_item(reservation), reservation.version)
        tables.commit(ours, tables.replace(ORDERS, reservation_item(replace(cart, closed=True)), cart.version))
        return replace(reservation, version=reservation.version + 1)

    def lacks(self, order_id: str, units: Mapping[str, int], at: str) -> None:
        def now(record: Record) -> lifecycle.State:
            come = lifecycle.stock_arrived(record.state, at, ACTOR, units)
            return lifecycle.backorder(come, units, at, ACTOR) if units else come

        store.change_state(order_id, now)

    def go_without(self, order_id: str, units: Mapping[str, int], at: str) -> None:
        store.change_state(order_id, lambda record: lifecycle.go_without(record.state, units, OUT_OF_STOCK, at, ACTOR))

    def want(self, order_id: str, placed_at: str, lines: Iterable[Wanted]) -> None:
        units = Counter[str]()
        for line in lines:
            units[line.sku] += line.quantity
        for sku in sorted(units):
            queue = {"lookup_pk": WANT + sku, "lookup_sk": f"{placed_at}#{order_id}"}
            tables.commit(tables.overwrite(ORDERS, {"pk": partition(order_id), "sk": WANT + sku, "units": units[sku], **queue}))

    def waiting(self, sku: str) -> int:
        """Units of a SKU that orders wait for, of the oldest thousand of them."""
        oldest = list(islice(self.wanting(sku), _MOST_WAITING))
        return sum(item.get("units", 0) for item in ORDERS.get_many([(partition(order_id), WANT + sku) for order_id in oldest]))

    def no_longer_want(self, order_id: str, skus: Iterable[str]) -> None:
        skus = list(skus)
        for sku in skus:
            key = {"pk": partition(order_id), "sk": WANT + sku}
            client("dynamodb").delete_item(TableName=ORDERS.name, Key=pack_item(key))
        backorders.given_back(order_id, skus)

    def wanting(self, sku: str) -> Iterator[str]:
        start = None
        while True:
            page = ORDERS.page(WANT + sku, index="lookup", keys=("lookup_pk", "lookup_sk"), start=start)
            for item in page.items:
                yield item["pk"].removeprefix("ORDER#")
            start = page.next
            if start is None:
                return

    def wake(self, demand: Demand) -> bool:
        from waybill.aws import workflow

        return bool(demand.token) and workflow.succeed(demand.token, {"order_id": demand.order_id, "outcome": "stock_available"})

    def reservations(self, order_ids: list[str]) -> list[Reservation]:
        return [reservation_from(item) for item in ORDERS.get_many([(partition(order_id), RSV) for order_id in order_ids])]


def demand_of(record: Record) -> Demand:
    """What a loaded order wants of the stock; lines that do not ship want none."""
    order, state, others = record.order, record.state, record.others or {}
    wanted = tuple(
        Wanted(line.id, line.sku, state.lines[line.id].ordered - state.lines[line.id].cancelled) for line in order.lines if line.ships
    )
    hold, wait = state.blocking("reserve"), record.wait or {}
    return Demand(
        order_id=order.id,
        placed_at=state.history[0].at,
        wanted=wanted,
        reservation=reservation_from(others[RSV]) if RSV in others else Reservation(order.id),
        order=record,
        channel=order.channel,
        cart=cart_id(order.channel, str(order.attributes[CART])) if order.attributes.get(CART) else "",
        cancelled=state.cancelled,
        held_by=hold.kind if hold else "",
        backordered=bool(state.backordered()),
        waiting=tuple(key.removeprefix(WANT) for key in others if key.startswith(WANT)),
        token=wait.get("token", "") if wait.get("state") == FOR_STOCK else "",
    )


def reservation_item(reservation: Reservation) -> dict[str, Any]:
    """The record as it stands after this write."""
    batch = reservation.batch
    return {
        "pk": partition(reservation.order_id),
        "sk": RSV,
        "version": reservation.version + 1,
        "status": reservation.status,
        "epoch": reservation.epoch,
        "held": reservation.held,
        "shipped": reservation.shipped,
        "skus": reservation.skus,
        "batch": _batch_item(batch) if batch else None,
        "done": list(reservation.done),
        "closed": reservation.closed,
        **({"pledged": reservation.pledged} if reservation.pledged else {}),
        "history": [entry.to_dict() for entry in reservation.history],
    }


def _batch_item(batch: Batch) -> dict[str, Any]:
    return {"kind": batch.kind, "at": batch.at, "cause": batch.cause, "steps": [list(astuple(step)) for step in batch.steps]}


def reservation_from(item: dict[str, Any]) -> Reservation:
    raw = item.get("batch")
    batch = Batch(raw["kind"], raw["at"], raw["cause"], tuple(Step(*step) for step in raw["steps"])) if raw else None
    return Reservation(
        order_id=item["pk"].removeprefix("ORDER#"),
        version=item["version"],
        epoch=item["epoch"],
        held=item["held"],
        shipped=item["shipped"],
        skus=item["skus"],
        batch=batch,
        done=tuple(item["done"]),
        closed=item["closed"],
        history=tuple(Entry.from_dict(entry) for entry in item["history"]),
        pledged=item.get("pledged", {}),
    )
