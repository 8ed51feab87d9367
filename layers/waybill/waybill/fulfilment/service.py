"""What nodes and carriers do: one verb a use case, each safe to repeat."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from waybill.aws.tables import Write, replace
from waybill.fulfilment.codec import item_of, work_from
from waybill.fulfilment.model import fulfilment_order as verbs
from waybill.fulfilment.model.fulfilment_order import FulfilmentOrder
from waybill.fulfilment.model.tracking import Scan
from waybill.kernel.clock import Clock, instant
from waybill.kernel.errors import NotFound
from waybill.kernel.ids import order_of_fulfilment_order
from waybill.orders import store
from waybill.orders.model import state as order_verbs
from waybill.orders.store import ORDERS, Record

Verb = Callable[[FulfilmentOrder, str], FulfilmentOrder]


@dataclass(frozen=True, slots=True)
class Fulfilment:
    """Use cases on one fulfilment order; `actor` is who is recorded in the timeline."""

    clock: Clock

    def accept(self, fo_id: str, actor: str) -> tuple[Record, FulfilmentOrder]:
        """The node takes the work."""
        return self._alone(fo_id, lambda work, at: verbs.accept(work, at, actor))

    def reject(self, fo_id: str, reason: str, lines: list[str], actor: str) -> tuple[Record, FulfilmentOrder]:
        """The node cannot; routing hears of it and sends the work elsewhere."""
        return self._alone(fo_id, lambda work, at: verbs.reject(work, reason, lines, at, actor))

    def pick(self, fo_id: str, units: Mapping[str, int], actor: str) -> tuple[Record, FulfilmentOrder]:
        """Units are picked; none named: all that are missing."""
        return self._alone(fo_id, lambda work, at: verbs.pick(work, units, at, actor))

    def ship(self, fo_id: str, actor: str) -> tuple[Record, FulfilmentOrder]:
        """The parcels leave: fulfilment order and STATE in one transaction, so that a cancellation wins or loses as a whole (I20)."""

        def decide(record: Record, work: FulfilmentOrder, at: str) -> list[Write]:
            if work.status in ("shipped", "delivered"):
                return []
            verbs.MACHINE.after(work.status, "ship")
            state = order_verbs.ship(record.state, work.units(), work.id, at, actor)
            shipped = verbs.ship(work, state.all_shipped, at, actor, _gone(record))
            return [save(shipped), record.save(state)]

        return self._changed(fo_id, decide)

    def track(self, fo_id: str, package: int, scan: Scan, actor: str) -> tuple[Record, FulfilmentOrder]:
        """A carrier's statement; with a delivered package its units are delivered in the order too."""

        def decide(record: Record, work: FulfilmentOrder, at: str) -> list[Write]:
            before = work.package(package)
            after = verbs.track(work, package, scan, at, actor)
            if after is work:
                return []
            if before.delivered or not after.package(package).delivered:
                return [save(after)]
            return [save(after), record.save(order_verbs.deliver(record.state, before.lines, at, actor))]

        return self._changed(fo_id, decide)

    def _alone(self, fo_id: str, verb: Verb) -> tuple[Record, FulfilmentOrder]:
        def decide(record: Record, work: FulfilmentOrder, at: str) -> list[Write]:
            after = verb(work, at)
            return [] if after is work else [save(after)]

        return self._changed(fo_id, decide)

    def _changed(
        self, fo_id: str, decide: Callable[[Record, FulfilmentOrder, str], list[Write]]
    ) -> tuple[Record, FulfilmentOrder]:
        at = instant(self.clock())
        store.change(order_of(fo_id), lambda record: decide(record, find(record, fo_id), at))
        return load(fo_id)


def save(work: FulfilmentOrder) -> Write:
    """The write that replaces a fulfilment order, if it is still the version that was read."""
    return replace(ORDERS, item_of(work), work.version)


def load(fo_id: str) -> tuple[Record, FulfilmentOrder]:
    """The order and the fulfilment order. Raises NotFound."""
    record = store.load(order_of(fo_id))
    return record, find(record, fo_id)


def find(record: Record, fo_id: str) -> FulfilmentOrder:
    """Raises NotFound."""
    item = next((item for item in record.fulfilment_orders if item["id"] == fo_id), None)
    if item is None:
        raise NotFound(f"there is no fulfilment order {fo_id[:64]!r}")
    return work_from(item)


def order_of(fo_id: str) -> str:
    """The order that a fulfilment order belongs to. Raises NotFound for what is no such id."""
    known = order_of_fulfilment_order(fo_id)
    if known is None:
        raise NotFound(f"there is no fulfilment order {fo_id[:64]!r}")
    return known[0]


def _gone(record: Record) -> dict[str, int]:
    """Units that have left already, by line."""
    left = {line: counters.shipped + counters.delivered for line, counters in record.state.lines.items()}
    return {line: units for line, units in left.items() if units}
