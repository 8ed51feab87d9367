"""Carts in the Orders table: `ports.Orders` for their reservations, and `carts.Store` for what they want until when."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from waybill.aws import tables
from waybill.inventory.model.cart import Cart
from waybill.inventory.model.plan import Wanted
from waybill.inventory.model.reservation import Reservation
from waybill.inventory.orders_table import RSV, OrdersTable, reservation_from
from waybill.inventory.ports import Demand
from waybill.kernel.errors import NotFound
from waybill.orders.codec import partition
from waybill.orders.store import ORDERS

_CART, _OPEN = "CART", "CARTS#open"


class CartsTable(OrdersTable):
    """A cart lies where an order of its id would: its reservation is proven and taken over like any other."""

    def demand(self, order_id: str) -> Demand:
        items = {item["sk"]: item for item in ORDERS.partition(partition(order_id))}
        if _CART not in items:
            raise NotFound("there is no such cart")
        cart = _cart_from(items[_CART])
        reservation = reservation_from(items[RSV]) if RSV in items else Reservation(order_id)
        skus = sorted({*cart.wanted, *reservation.skus.values()})
        return Demand(order_id, cart.expires_at, tuple(Wanted(sku, sku, cart.wanted.get(sku, 0)) for sku in skus), reservation, channel=cart.channel)

    def load(self, id: str) -> Cart | None:
        item = ORDERS.get(partition(id), _CART)
        return _cart_from(item) if item else None

    def keep(self, cart: Cart, *, over: bool = False) -> Cart:
        item = {"pk": partition(cart.id), "sk": _CART, "version": cart.version + 1, "channel": cart.channel, "expires_at": cart.expires_at}
        index = {} if over else {"lookup_pk": _OPEN, "lookup_sk": f"{cart.expires_at}#{cart.id}"}
        tables.commit(tables.replace(ORDERS, {**item, "wanted": dict(cart.wanted), **index}, cart.version))
        return Cart(cart.id, cart.channel, cart.expires_at, dict(cart.wanted), cart.version + 1)

    def expired(self, now: str) -> Iterator[str]:
        start: dict[str, Any] | None = None
        while True:
            page = ORDERS.page(_OPEN, index="lookup", keys=("lookup_pk", "lookup_sk"), between=("0", now), start=start)
            for item in page.items:
                yield item["pk"].removeprefix("ORDER#")
            start = page.next
            if start is None:
                return


def _cart_from(item: dict[str, Any]) -> Cart:
    return Cart(item["pk"].removeprefix("ORDER#"), item["channel"], item["expires_at"], item["wanted"], item["version"])
