"""Stock has grown: those that wait for it go on, the oldest first."""

from __future__ import annotations

from waybill.inventory.ports import Demand
from waybill.inventory.service import Inventory
from waybill.kernel.errors import OrderCancelled, OrderHeld, StockUnavailable


def wake_waiting(inventory: Inventory, sku: str) -> int:
    """Wakes the oldest of those that a SKU's stock suffices for, and tops those up that have gone on without. Answers how many were woken."""
    left = sum(row.available for row in inventory.rows([sku]))
    woken = 0
    for order_id in inventory.orders.wanting(sku):
        if left <= 0:
            break
        demand = inventory.orders.demand(order_id)
        units = demand.lacks(sku)
        if _went_on(inventory, demand):
            left -= _topped_up(inventory, demand, sku)
        elif demand.cancelled or not units:
            inventory.orders.no_longer_want(order_id, [sku])
        elif (units <= left or inventory.in_parts(demand)) and not inventory.shortage(demand) and inventory.orders.wake(demand):
            left -= units
            woken += 1
    return woken


def _went_on(inventory: Inventory, demand: Demand) -> bool:
    """Without what it lacks, and waits for that no less."""
    return demand.backordered and demand.has_some and not (demand.token or demand.cancelled) and inventory.in_parts(demand)


def _topped_up(inventory: Inventory, demand: Demand, sku: str) -> int:
    """It takes what has come: so many units. What was taken before a crash and not yet said is said now."""
    try:
        inventory.reserve(demand.order_id)
    except (StockUnavailable, OrderHeld, OrderCancelled):
        return 0
    return max(0, demand.lacks(sku) - inventory.orders.demand(demand.order_id).lacks(sku))
