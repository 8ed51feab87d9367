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
from waybill.orders.model.state import State
from waybill.orders.store import ORDERS, Record

Changed = tuple[FulfilmentOrder, State]
"""The fulfilment order and STATE that follow; STATE as it was where nothing of it changes."""


@dataclass(frozen=True, slots=True)
class Fulfilment:
    """Use cases on one fulfilment order; `actor` is who is recorded in the timeline. `node`: whose work it must be, empty for
    anybody's; another's is NotFound. Each answers the order as it was read and the fulfilment order as it stands then."""

    clock: Clock

    def accept(self, fo_id: str, actor: str, node: str = "") -> tuple[Record, FulfilmentOrder]:
        """The node takes the work."""
        return self._alone(fo_id, node, lambda work, at: verbs.accept(work, at, actor))

    def reject(self, fo_id: str, reason: str, lines: list[str], actor: str, node: str = "") -> tuple[Record, FulfilmentOrder]:
        """The node cannot; routing hears of it and sends the work elsewhere."""
        return self._alone(fo_id, node, lambda work, at: verbs.reject(work, reason, lines, at, actor))

    def withdraw(self, fo_id: str, actor: str) -> tuple[Record, FulfilmentOrder]:
        """A person sends the work elsewhere before anybody has begun; routing hears of it as of a rejection."""
        return self._alone(fo_id, "", lambda work, at: verbs.withdraw(work, at, actor))

    def pick(self, fo_id: str, units: Mapping[str, int], actor: str, node: str = "") -> tuple[Record, FulfilmentOrder]:
        """Units are picked; none named: all that are missing."""
        return self._alone(fo_id, node, lambda work, at: verbs.pick(work, units, at, actor))

    def ship(self, fo_id: str, actor: str, node: str = "") -> tuple[Record, FulfilmentOrder]:
        """The parcels leave: fulfilment order and STATE in one transaction, so that a cancellation wins or loses as a whole (I20).

        Raises OrderHeld where a hold keeps the goods here.
        """

        def decide(record: Record, work: FulfilmentOrder, at: str) -> Changed:
            if work.status in verbs.LEFT:
                return work, record.state
            order_verbs.refuse_held(record.state, "ship")
            return _shipped(record, work, at, actor)

        return self._changed(fo_id, node, decide)

    def track(self, fo_id: str, tracking_number: str, scan: Scan, actor: str) -> tuple[Record, FulfilmentOrder]:
        """A carrier's statement; with a delivered package its units are delivered in the order too. Parcels that the carrier has
        in its hands have left, whether or not the node has said so."""

        def decide(record: Record, work: FulfilmentOrder, at: str) -> Changed:
            seen = verbs.track(work, work.parcel(tracking_number).n, scan, at, actor)
            if seen is not work and seen.left_unsaid:
                return _shipped(record, seen, at, actor)
            arrived = _more(work.arrived(), seen.arrived())
            return seen, order_verbs.deliver(record.state, arrived, at, actor) if arrived else record.state

        return self._changed(fo_id, "", decide)

    def _alone(self, fo_id: str, node: str, verb: Callable[[FulfilmentOrder, str], FulfilmentOrder]) -> tuple[Record, FulfilmentOrder]:
        return self._changed(fo_id, node, lambda record, work, at: (verb(work, at), record.state))

    def _changed(
        self, fo_id: str, node: str, decide: Callable[[Record, FulfilmentOrder, str], Changed]
    ) -> tuple[Record, FulfilmentOrder]:
        at = instant(self.clock())
        outcome: list[FulfilmentOrder] = []

        def writes(record: Record) -> list[Write]:
            work = find(record, fo_id, node)
            after, state = decide(record, work, at)
            outcome[:] = [after]
            changed_work = [save(after)] if after is not work else []
            return changed_work + ([record.save(state)] if state is not record.state else [])

        record = store.change(order_of(fo_id), writes)
        return record, outcome[0]


def save(work: FulfilmentOrder) -> Write:
    """The write that replaces a fulfilment order, if it is still the version that was read."""
    return replace(ORDERS, item_of(work), work.version)


def load(fo_id: str, node: str = "") -> tuple[Record, FulfilmentOrder]:
    """The order and the fulfilment order. Raises NotFound."""
    record = store.load(order_of(fo_id))
    return record, find(record, fo_id, node)


def find(record: Record, fo_id: str, node: str = "") -> FulfilmentOrder:
    """Raises NotFound, for another node's work as for none."""
    item = next((item for item in record.fulfilment_orders if item["id"] == fo_id), None)
    if item is None or (node and item["node"] != node):
        raise NotFound(f"there is no fulfilment order {fo_id[:64]!r}")
    return work_from(item)


def order_of(fo_id: str) -> str:
    """The order that a fulfilment order belongs to. Raises NotFound for what is no such id."""
    known = order_of_fulfilment_order(fo_id)
    if known is None:
        raise NotFound(f"there is no fulfilment order {fo_id[:64]!r}")
    return known[0]


def _shipped(record: Record, work: FulfilmentOrder, at: str, actor: str) -> Changed:
    verbs.MACHINE.after(work.status, "ship")
    state = order_verbs.ship(record.state, work.units(), work.id, at, actor)
    shipped = verbs.ship(work, state.all_shipped, at, actor, _gone(record))
    arrived = shipped.arrived()
    return shipped, order_verbs.deliver(state, arrived, at, actor) if arrived else state


def _more(before: Mapping[str, int], after: Mapping[str, int]) -> dict[str, int]:
    return {line: units - before.get(line, 0) for line, units in after.items() if units > before.get(line, 0)}


def _gone(record: Record) -> dict[str, int]:
    """Units that have left already, by line."""
    left = {line: counters.shipped + counters.delivered for line, counters in record.state.lines.items()}
    return {line: units for line, units in left.items() if units}
