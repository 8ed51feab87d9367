"""What nodes and carriers do: one verb a use case, each safe to repeat."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any

from waybill.aws.tables import Write
from waybill.aws.tables import replace as replace_item
from waybill.fulfilment import shortfall
from waybill.fulfilment.codec import item_of, work_from
from waybill.fulfilment.codes import a_code
from waybill.fulfilment.model import cancelling, once, pausing, pickup, refusing, returning, shortage
from waybill.fulfilment.model import fulfilment_order as verbs
from waybill.fulfilment.model.buying import refuse_unlabelled
from waybill.fulfilment.model.fulfilment_order import FulfilmentOrder
from waybill.fulfilment.model.once import Asked
from waybill.fulfilment.model.parcel import Package
from waybill.fulfilment.model.tracking import Scan
from waybill.kernel.clock import Clock, instant
from waybill.kernel.errors import NotFound
from waybill.kernel.ids import order_of_fulfilment_order
from waybill.orders import store
from waybill.orders.model import giving_up
from waybill.orders.model import state as order_verbs
from waybill.orders.model.state import State
from waybill.orders.model.work import is_kept
from waybill.orders.store import ORDERS, Record
from waybill.shop import store as shop

Changed = tuple[FulfilmentOrder, State]
"""The fulfilment order and STATE that follow; STATE as it was where nothing of it changes."""


@dataclass(frozen=True, slots=True)
class Fulfilment:
    """Use cases on one fulfilment order; `actor` is who is recorded in the timeline. `node`: whose work it must be, empty for
    anybody's; another's is NotFound. `asked`: the key under which something relative was asked, which changes nothing when it comes again; raises KeyReused
    where it asks for something else. Each answers the order as it was read and the fulfilment order as it stands then."""

    clock: Clock
    policy: Callable[[str], Mapping[str, Any]] = shop.policy
    code: Callable[[], str] = a_code

    def accept(self, fo_id: str, actor: str, node: str = "") -> tuple[Record, FulfilmentOrder]:
        """The node takes the work."""
        return self.alone(fo_id, node, lambda work, at: verbs.accept(work, at, actor))

    def reject(self, fo_id: str, reason: str, lines: list[str], actor: str, node: str = "") -> tuple[Record, FulfilmentOrder]:
        """The node cannot; routing hears of it and sends the work elsewhere, but for what somebody wanted cancelled: that is cancelled now."""

        def decide(record: Record, work: FulfilmentOrder, at: str) -> Changed:
            if work.status == "packed" or not (refusing.unwanted(work) or refusing.was_refused(work)):
                return verbs.reject(work, reason, lines, at, actor), record.state
            return shortfall.refused(record, work, reason, lines, at, actor)

        return self.changed(fo_id, node, decide)

    def withdraw(self, fo_id: str, actor: str, to: str = "") -> tuple[Record, FulfilmentOrder]:
        """A person sends the work elsewhere before anybody has begun; routing hears of it as of a rejection."""
        return self.alone(fo_id, "", lambda work, at: verbs.withdraw(work, to, at, actor, shop.node(work.node).is_told and not work.is_kept))

    def pick(self, fo_id: str, units: Mapping[str, int], actor: str, node: str = "", asked: Asked | None = None) -> tuple[Record, FulfilmentOrder]:
        """Units are picked; none named: all that are missing."""
        return self.changed(fo_id, node, once_only(asked, lambda record, work, at: (verbs.pick(work, units, at, actor), record.state)))

    def ship(self, fo_id: str, actor: str, node: str = "", packages: Collection[int] = ()) -> tuple[Record, FulfilmentOrder]:
        """Parcels leave, these or all: fulfilment order and STATE in one transaction, so that a cancellation wins or loses as a whole (I20).

        Raises OrderHeld where a hold keeps the goods here, NotFound for a parcel that there is not.
        """

        def decide(record: Record, work: FulfilmentOrder, at: str) -> Changed:
            leaving = verbs.to_leave(work, packages)
            if not leaving:
                return work, record.state
            order_verbs.refuse_held(record.state, "ship")
            refuse_unlabelled(work, leaving)
            return self._at_store(_shipped(record, work, leaving, at, actor), at, actor)

        return self.changed(fo_id, node, decide)

    def track(self, fo_id: str, tracking_number: str, scan: Scan, actor: str) -> tuple[Record, FulfilmentOrder]:
        """A carrier's statement; with a delivered package its units are delivered in the order too. Parcels that the carrier has
        in its hands have left, whether or not the node has said so."""

        def decide(record: Record, work: FulfilmentOrder, at: str) -> Changed:
            if not any(package.tracking_number == tracking_number for package in work.packages):
                return verbs.seen_of_old(work, tracking_number, scan, at, actor), record.state
            seen = verbs.track(work, work.parcel(tracking_number).n, scan, at, actor)
            if seen is not work and seen.left_unsaid:
                return self._at_store(_shipped(record, seen, seen.left_unsaid, at, actor), at, actor)
            arrived = _more(work.arrived(), seen.arrived())
            state = order_verbs.deliver(record.state, arrived, at, actor) if arrived else record.state
            return self._at_store((seen, state), at, actor)

        return self.changed(fo_id, "", decide)

    def _at_store(self, changed: Changed, at: str, actor: str) -> Changed:
        """What has come to the store at which its customer fetches it waits for him."""
        work, state = changed
        if not work.goes_to_a_store:
            return changed
        return pickup.arrived(work, self.code(), pickup.days(self.policy(pickup.POLICY)), at, actor), state

    def track_back(self, fo_id: str, tracking_number: str, scan: Scan, actor: str) -> tuple[Record, FulfilmentOrder]:
        """A carrier's statement of a package that comes back."""
        return self.alone(fo_id, "", lambda work, at: returning.track(work, tracking_number, scan, at, actor))

    def short(self, fo_id: str, units: Mapping[str, int], reason: str, actor: str, node: str = "", asked: Asked | None = None) -> tuple[Record, FulfilmentOrder]:
        """The node has not all of it: the rest goes on; what lacks is sought elsewhere, cancelled, or put before a person, by the policy `short_pick`;
        cancelled in any case where it is what somebody had asked the node to cancel."""
        return self._short(fo_id, lambda work: units, reason, actor, node, asked)

    def only(self, fo_id: str, there: Mapping[str, int], reason: str, actor: str, node: str = "", asked: Asked | None = None) -> tuple[Record, FulfilmentOrder]:
        """The same, said by how many units of a line there are: saying it again changes nothing."""

        def lacking(work: FulfilmentOrder) -> dict[str, int] | None:
            for line in there:
                verbs.known(work, line)
            return {line: work.lines[line].quantity - units for line, units in there.items() if work.lines[line].quantity > units} or None

        return self._short(fo_id, lacking, reason, actor, node, asked)

    def left_without(self, fo_id: str, packages: Callable[[Record, FulfilmentOrder], tuple[Package, ...]], actor: str, node: str) -> tuple[Record, FulfilmentOrder]:
        """The node says what is in each of its parcels that are packed, and that it has not the rest."""

        def decide(record: Record, work: FulfilmentOrder, at: str) -> Changed:
            if work.status not in shortage.IN_PARCELS:
                return work, record.state
            told = packages(record, work)
            missing = _more(verbs.held(told), work.units())
            return self._lacking(record, work, missing, "NOT_IN_STOCK", at, actor, told) if missing else (work, record.state)

        return self.changed(fo_id, node, decide)

    def _short(
        self, fo_id: str, lacking: Callable[[FulfilmentOrder], Mapping[str, int] | None], reason: str, actor: str, node: str, asked: Asked | None
    ) -> tuple[Record, FulfilmentOrder]:
        def decide(record: Record, work: FulfilmentOrder, at: str) -> Changed:
            units = lacking(work)
            return (work, record.state) if units is None else self._lacking(record, work, units, reason, at, actor)

        return self.changed(fo_id, node, once_only(asked, decide))

    def _lacking(self, record: Record, work: FulfilmentOrder, units: Mapping[str, int], reason: str, at: str, actor: str, packages: tuple[Package, ...] | None = None) -> Changed:
        then = shortage.then(self.policy(shortage.POLICY))
        return self._at_store(shortfall.short(record, work, units, reason, then, at, actor, packages), at, actor)

    def cancellation_accepted(self, fo_id: str, actor: str, node: str = "") -> tuple[Record, FulfilmentOrder]:
        """The node will not ship what somebody has cancelled; now it is. Raises IllegalTransition where nobody asks, or it has left."""

        def decide(record: Record, work: FulfilmentOrder, at: str) -> Changed:
            after = cancelling.accepted(work, at, actor)
            if after is work:
                return work, record.state
            reason = work.pause.reason if work.pause else ""
            state = giving_up.answered(record.state, _others(record, work), at)
            return after, giving_up.give_up(state, cancelling.asked_about(work), reason, at, actor)

        return self.changed(fo_id, node, decide)

    def cancellation_declined(self, fo_id: str, reason: str, actor: str, node: str = "") -> tuple[Record, FulfilmentOrder]:
        """The node ships it all the same. Raises IllegalTransition where nobody asks."""

        def decide(record: Record, work: FulfilmentOrder, at: str) -> Changed:
            after = cancelling.declined(work, reason, at, actor)
            return (after, _refused(record, work, reason, at, actor)) if after is not work else (work, record.state)

        return self.changed(fo_id, node, decide)

    def cancellation_answered(self, fo_id: str, given_up: Mapping[str, int], reason: str, actor: str, node: str = "") -> tuple[Record, FulfilmentOrder]:
        """The node gives up so many units of each line that it is asked about; for that `reason` it ships the others all the same.
        Raises IllegalTransition where nobody asks."""

        def decide(record: Record, work: FulfilmentOrder, at: str) -> Changed:
            asked = cancelling.asked_about(work)
            agreed = {line: min(units, given_up.get(line, 0)) for line, units in asked.items() if given_up.get(line)}
            going = _more(agreed, asked)
            if not agreed:
                return cancelling.declined(work, reason, at, actor), _refused(record, work, reason, at, actor)
            why, state = work.pause.reason if work.pause else "", giving_up.answered(record.state, _others(record, work), at)
            state = giving_up.give_up(state, agreed, why, at, actor)
            return cancelling.partly(work, agreed, at, actor), giving_up.decline(state, work.id, going, reason, at, actor) if going else state

        return self.changed(fo_id, node, decide)

    def hold(self, fo_id: str, reason: str, actor: str) -> tuple[Record, FulfilmentOrder]:
        """Somebody stops the work at its node."""
        return self.alone(fo_id, "", lambda work, at: pausing.hold(work, reason, at, actor))

    def release(self, fo_id: str, actor: str) -> tuple[Record, FulfilmentOrder]:
        """And lets it go on."""
        return self.alone(fo_id, "", lambda work, at: pausing.release(work, at, actor))

    def alone(self, fo_id: str, node: str, verb: Callable[[FulfilmentOrder, str], FulfilmentOrder]) -> tuple[Record, FulfilmentOrder]:
        """A change of a fulfilment order that STATE has no part in."""
        return self.changed(fo_id, node, lambda record, work, at: (verb(work, at), record.state))

    def changed(
        self, fo_id: str, node: str, decide: Callable[[Record, FulfilmentOrder, str], Changed]
    ) -> tuple[Record, FulfilmentOrder]:
        """One change of a fulfilment order and of STATE, both or neither; from the start whenever somebody else was first."""
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


def once_only(asked: Asked | None, decide: Callable[[Record, FulfilmentOrder, str], Changed]) -> Callable[[Record, FulfilmentOrder, str], Changed]:
    """The change, unless it was made under this key before; the key stands in the same write."""

    def unless_made(record: Record, work: FulfilmentOrder, at: str) -> Changed:
        if once.before(work.asked, asked):
            return work, record.state
        after, state = decide(record, work, at)
        return replace(after, asked=once.remembered(after.asked, asked)) if asked else after, state

    return unless_made


def save(work: FulfilmentOrder) -> Write:
    """The write that replaces a fulfilment order, if it is still the version that was read."""
    return replace_item(ORDERS, item_of(work), work.version)


def load(fo_id: str, node: str = "") -> tuple[Record, FulfilmentOrder]:
    """The order and the fulfilment order. Raises NotFound."""
    record = store.load(order_of(fo_id))
    return record, find(record, fo_id, node)


def find(record: Record, fo_id: str, node: str = "") -> FulfilmentOrder:
    """Raises NotFound, for another node's work as for none."""
    item = next((item for item in record.fulfilment_orders if item["id"] == fo_id), None)
    if item is None or (node and node not in _whose(item)):
        raise NotFound(f"there is no fulfilment order {fo_id[:64]!r}")
    return work_from(item)


def _whose(item: Mapping[str, Any]) -> tuple[str, ...]:
    """The node whose work it is, once it was asked; and the store at which it waits, or has waited, for its customer."""
    if is_kept(item):
        return ()
    there = item["status"] in (pickup.WAITS, "delivered")
    return (item["node"], item["pickup"]["node"]) if there and item.get("pickup") else (item["node"],)


def order_of(fo_id: str) -> str:
    """The order that a fulfilment order belongs to. Raises NotFound for what is no such id."""
    known = order_of_fulfilment_order(fo_id)
    if known is None:
        raise NotFound(f"there is no fulfilment order {fo_id[:64]!r}")
    return known[0]


def _shipped(record: Record, work: FulfilmentOrder, leaving: Collection[int], at: str, actor: str) -> Changed:
    units = verbs.held(package for package in work.packages if package.n in leaving)
    state = order_verbs.ship(record.state, units, work.id, at, actor)
    shipped = verbs.ship(work, leaving, state.all_shipped, at, actor, gone(record))
    if work.status == "cancellation_requested":
        state = _refused(replace(record, state=state), work, "it has left", at, actor)
    arrived = _more(work.arrived(), shipped.arrived())
    return shipped, order_verbs.deliver(state, arrived, at, actor) if arrived else state


def _refused(record: Record, work: FulfilmentOrder, reason: str, at: str, actor: str) -> State:
    """A cancellation that the node has not agreed to is over."""
    state = giving_up.answered(record.state, _others(record, work), at)
    return giving_up.decline(state, work.id, cancelling.asked_about(work), reason, at, actor)


def _others(record: Record, work: FulfilmentOrder) -> list[dict[str, Any]]:
    return [item for item in record.fulfilment_orders if item["id"] != work.id]


def _more(before: Mapping[str, int], after: Mapping[str, int]) -> dict[str, int]:
    return {line: units - before.get(line, 0) for line, units in after.items() if units > before.get(line, 0)}


def gone(record: Record) -> dict[str, int]:
    """Units that have left already, by line."""
    left = {line: counters.shipped + counters.delivered for line, counters in record.state.lines.items()}
    return {line: units for line, units in left.items() if units}
