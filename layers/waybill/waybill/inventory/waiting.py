"""What the orders' waiting states ask of stock: which units are lacking, and a place in the queue for them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from waybill.inventory import backorders
from waybill.inventory.orders_table import demand_of
from waybill.inventory.ports import Demand
from waybill.inventory.service import Inventory
from waybill.orders.store import Record


def shortage(inventory: Inventory) -> Callable[[Record], dict[str, int]]:
    """Units by line that cannot be reserved now."""
    return lambda record: inventory.shortage(demand_of(record))


def queue_up(inventory: Inventory, policy: Callable[[], Mapping[str, Any]] = dict) -> Callable[[Record, dict[str, int]], bool]:
    """Notes the order as waiting for every SKU that it lacks. False where the shop takes no more orders for one of them (`model.backorders`)."""
    admitted = admits(policy)

    def queued(record: Record, short: dict[str, int]) -> bool:
        demand = demand_of(record)
        inventory.queue_up(demand)
        return admitted(demand)

    return queued


def admits(policy: Callable[[], Mapping[str, Any]]) -> Callable[[Demand], bool]:
    """Whether an order that stands in the queues may stay there; counts it. Who has waited before may."""

    def admitted(demand: Demand) -> bool:
        limits = policy()
        return not limits or demand.backordered or backorders.taken(demand, limits)

    return admitted
