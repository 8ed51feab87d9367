"""Orders and shelves in real tables, for the tests of the adapters and doors."""

from __future__ import annotations

from waybill.inventory.movements import Movements
from waybill.inventory.orders_table import OrdersTable
from waybill.inventory.stock_table import StockTable
from waybill.orders import store
from waybill.orders.model.order import Address, Customer, Line, Order, Shipping
from waybill.orders.model.state import received
from waybill.shop import store as shop
from waybill.shop.model import Carrier, Item, Node, Place, Service

AT = "2026-11-23T00:00:00.000Z"


def place(order_id: str, lines: dict[str, int], at: str = AT, downloads: tuple[str, ...] = ()) -> str:
    """An order of one line a SKU, lines numbered from 1."""
    kept = tuple(Line(f"{n}", sku, sku, units, 100, ships=sku not in downloads) for n, (sku, units) in enumerate(lines.items(), 1))
    order = Order(order_id, "api", order_id, at, "USD", kept, Shipping(), (), 100)
    somebody = Customer(ship_to=Address(city="New York", region="NY", postal_code="10001", country="US"))
    store.add(order, somebody, received(order_id, {line.id: line.quantity for line in kept}, at, "test", {}))
    return order_id


def stock(**skus: dict[str, int]) -> None:
    """Fills the shelves: `stock(A={"N1": 5})`."""
    movements = Movements(StockTable(), OrdersTable())
    for sku, nodes in skus.items():
        for node, units in nodes.items():
            movements.receive(sku, node, units, "seed")


def open_shop(skus: str = "AB", nodes: tuple[str, ...] = ("N1", "N2")) -> None:
    for sku in skus:
        shop.save(shop.ITEM, sku, Item(sku, f"Thing {sku}", 100, 10, 10, 10, 50, 100))
    for node in nodes:
        shop.save(shop.NODE, node, Node(node, node, "warehouse", Place(node, "1 Road", "Town", "TX", "75001", "US")))
    ground = Service("ground", "Ground", {1: 3}, (70_000,), {1: (900,)})
    shop.save(shop.CARRIER, "parcelway", Carrier("parcelway", "Parcelway", "https://parcelway.example/", (20_000,), (ground,)))
    for role, scope in (("admin", ""), ("viewer", ""), ("node", "N1"), ("channel", "api"), ("carrier", "ups")):
        shop.save(shop.KEY, shop.key_hash(f"key-{role}"), {"roles": [role], "scope": scope, "name": role})
    shop.forget()
