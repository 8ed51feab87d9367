"""Decisions that were taken, read back from the Orders table. `ports.Decisions`."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from waybill.kernel.clock import Clock
from waybill.kernel.errors import NotFound
from waybill.kernel.ids import order_of_decision
from waybill.orders import store
from waybill.orders.codec import DECISION, DOC, order_from, partition
from waybill.orders.store import ORDERS
from waybill.routing.model.conditions import attributes
from waybill.routing.model.receipt import unfolded

DAYS_BACK = 60
_PAGE = 100


class DecisionsTable:
    """An order's first decision is what a back-test asks again: the later ones answer what went wrong."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def one(self, decision_id: str) -> dict[str, Any]:
        known = order_of_decision(decision_id)
        kept = ORDERS.get(partition(known[0]), f"{DECISION}{known[1]}") if known else None
        if kept is None:
            raise NotFound(f"there is no decision {decision_id[:64]!r}")
        return unfolded(kept)

    def latest(self, most: int, since: str = "") -> list[tuple[str, dict[str, Any]]]:
        """(order id, receipt) of the newest orders that have one, newest first; of those decided after `since` alone."""
        found: list[tuple[str, dict[str, Any]]] = []
        for order_ids in self._newest():
            kept = {item["pk"]: unfolded(item) for item in ORDERS.get_many([(partition(id), f"{DECISION}1") for id in order_ids])}
            found += [(id, kept[partition(id)]) for id in order_ids if partition(id) in kept and kept[partition(id)]["at"] > since]
            if len(found) >= most:
                break
        return found[:most]

    def with_attributes(self, receipts: list[tuple[str, dict[str, Any]]]) -> list[tuple[str, dict[str, Any]]]:
        """The same, with every attribute of the order among its facts: rules that are new may ask for what no earlier ones did."""
        kept = {item["pk"]: order_from(item) for item in ORDERS.get_many([(partition(id), DOC) for id, _ in receipts])}

        def known(id: str, receipt: dict[str, Any]) -> dict[str, Any]:
            if partition(id) not in kept or not receipt["asked"]["order"]:
                return receipt
            order = kept[partition(id)]
            facts = attributes(order.attributes, (line.attributes for line in order.lines if line.ships))
            return {**receipt, "asked": {**receipt["asked"], "order": {**facts, **receipt["asked"]["order"]}}}

        return [(id, known(id, receipt)) for id, receipt in receipts]

    def _newest(self) -> Iterator[list[str]]:
        today = self._clock().date()
        for back in range(DAYS_BACK):
            start: dict[str, Any] | None = None
            while True:
                rows, start = store.of_day((today - timedelta(days=back)).isoformat(), _PAGE, start)
                if rows:
                    yield [row["pk"].removeprefix("ORDER#") for row in rows]
                if start is None:
                    break
