"""What the orders' waiting states ask of stock: which units are lacking, and a place in the queue for them."""

from __future__ import annotations

from collections.abc import Callable

from waybill.inventory.orders_table import demand_of
from waybill.inventory.service import Inventory
from waybill.orders.store import Record


def shortage(inventory: Inventory) -> Callable[[Record], dict[str, int]]:
    """Units by line that cannot be reserved now."""
    return lambda record: inventory.shortage(demand_of(record))


def queue_up(inventory: Inventory) -> Callable[[Record, dict[str, int]], None]:
    """Notes the order as waiting for every SKU that it lacks."""
    return lambda record, short: inventory.queue_up(demand_of(record))
