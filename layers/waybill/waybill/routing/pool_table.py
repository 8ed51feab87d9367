"""Orders that wait for the next brokering run, and the runs there were, in the Orders table."""

from __future__ import annotations

from typing import Any

from waybill.aws.tables import commit, create, overwrite
from waybill.orders.codec import partition
from waybill.orders.store import ORDERS

_POOL, _OPEN, _RUNS = "POOL", "POOL#open", "BROKERING"


class PoolTable:
    """An order's place in the pool lies in its own partition; leaving takes it out of the index alone."""

    def enter(self, order_id: str, placed_at: str) -> None:
        queue = {"lookup_pk": _OPEN, "lookup_sk": f"{placed_at}#{order_id}"}
        commit(overwrite(ORDERS, {"pk": partition(order_id), "sk": _POOL, **queue}))

    def leave(self, order_id: str) -> None:
        commit(overwrite(ORDERS, {"pk": partition(order_id), "sk": _POOL}))

    def waiting(self, most: int) -> list[str]:
        """The oldest first. May lag: look at each before acting."""
        page = ORDERS.page(_OPEN, index="lookup", keys=("lookup_pk", "lookup_sk"), limit=most)
        return [item["pk"].removeprefix("ORDER#") for item in page.items]

    def keep_run(self, run: dict[str, Any]) -> None:
        commit(create(ORDERS, {"pk": _RUNS, "sk": run["at"], **run}))

    def runs(self, limit: int, start: dict[str, Any] | None) -> tuple[list[dict[str, Any]], dict[str, Any] | None]:
        """The newest first, and where to go on."""
        page = ORDERS.page(_RUNS, limit=limit, start=start, newest_first=True)
        return [{name: value for name, value in item.items() if name not in ("pk", "sk", "write_id")} for item in page.items], page.next
