"""Who waits for which SKU that has a limit, counted exactly: one versioned item a SKU, in the Orders table."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from waybill.aws.tables import commit, replace
from waybill.inventory.model.backorders import Limit, limit_of
from waybill.inventory.ports import Demand
from waybill.kernel.errors import Conflict, Unavailable
from waybill.orders.codec import WANT, partition
from waybill.orders.store import ORDERS

_PK = "BACKORDERS"
_MOST_TRIES = 20
Waiting = dict[str, tuple[int, str]]


def taken(demand: Demand, policy: Mapping[str, Any]) -> bool:
    """Counts an order that has been queued for what it lacks. False where a limit is overstepped by it: then it is counted nowhere.

    Called again for the same order it counts once.
    """
    done: list[str] = []
    for want in demand.missing:
        limit = limit_of(policy, want.sku)
        if limit.counts and want.sku not in done:
            units = sum(other.quantity for other in demand.missing if other.sku == want.sku)
            if not _counted(want.sku, demand, units, limit):
                given_back(demand.order_id, done)
                return False
            done.append(want.sku)
    return True


def given_back(order_id: str, skus: list[str] | tuple[str, ...]) -> None:
    """It waits for these no more."""
    for sku in skus:
        _changed(sku, lambda waiting: {id: each for id, each in waiting.items() if id != order_id} if order_id in waiting else None)


def _counted(sku: str, demand: Demand, units: int, limit: Limit) -> bool:
    allowed = True

    def counted(waiting: Waiting) -> Waiting | None:
        nonlocal allowed
        after = {**waiting, demand.order_id: (units, demand.channel)}
        if not limit.allows(after, demand.channel):
            after = {**_still_there(sku, waiting), demand.order_id: (units, demand.channel)}
        allowed = limit.allows(after, demand.channel)
        return after if allowed and after != waiting else None

    _changed(sku, counted)
    return allowed


def _still_there(sku: str, waiting: Waiting) -> Waiting:
    """Without those that stand in the queue no more: somebody died before he took them off."""
    return {id: each for id, each in waiting.items() if ORDERS.partition(partition(id), WANT + sku)}


def _changed(sku: str, change: Callable[[Waiting], Waiting | None]) -> None:
    for _ in range(_MOST_TRIES):
        found = ORDERS.partition(_PK, sku)
        item = next((each for each in found if each["sk"] == sku), {"version": 0, "waiting": {}})
        after = change({id: (each[0], each[1]) for id, each in item["waiting"].items()})
        if after is None:
            return
        kept = {"pk": _PK, "sk": sku, "version": item["version"] + 1, "waiting": {id: list(each) for id, each in after.items()}}
        try:
            commit(replace(ORDERS, kept, item["version"]))
        except Conflict:
            continue
        return
    raise Unavailable(f"many orders queue for {sku} at once; try again")
