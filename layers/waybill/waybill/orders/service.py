"""What people and channels do to an order: read it, cancel it, release its holds."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from waybill.aws import workflow
from waybill.aws.tables import Write
from waybill.kernel.clock import Clock, instant
from waybill.kernel.errors import IllegalTransition, NotFound
from waybill.kernel.plain import plain
from waybill.orders import store
from waybill.orders.cancelling import Cancelling
from waybill.orders.model import state as verbs
from waybill.orders.model.holds import EDIT, Hold
from waybill.orders.model.order import Address
from waybill.orders.model.risk import Assessment, assessed
from waybill.orders.model.state import State
from waybill.orders.store import Record


@dataclass(frozen=True, slots=True)
class Orders:
    """Use cases on one order; each is safe to repeat."""

    clock: Clock

    def cancel(self, order_id: str, reason: str, actor: str, still: Callable[[Record], bool] = lambda record: True) -> Record:
        """Cancels all that has not left: STATE and every open fulfilment order in one transaction, so that against a parcel
        being shipped exactly one of the two wins (I20). Nodes that want to be asked are: the order is cancelled once the last of them has said yes.
        `still`: asked of what is about to be written over, whether it is still to be cancelled. Raises IllegalTransition once something has shipped."""
        at = instant(self.clock())

        def decide(record: Record) -> list[Write]:
            return Cancelling(record, reason, actor, at).whole() if still(record) else []

        store.change(order_id, decide)
        return store.load(order_id)

    def cancel_lines(self, order_id: str, units: Mapping[str, int], reason: str, key: str, actor: str) -> Record:
        """Cancels units by line that are not packed; the rest goes on. A node that wants to be asked is, and they are cancelled once it says yes. Once under
        a key. Raises InvalidInput for lines that there are not, IllegalTransition where not so many can be, or nothing would be left."""
        at = instant(self.clock())

        def decide(record: Record) -> list[Write]:
            return [] if _has(record, key) else Cancelling(record, reason, actor, at).part(units, key)

        store.change(order_id, decide)
        return store.load(order_id)

    def cancel_rest(self, order_id: str, reason: str, key: str, actor: str) -> Record:
        """Cancels what has not left, also where a part has: that stays as it is. Nodes that want to be asked are. Once under a key. Raises IllegalTransition
        where nothing of it is left."""
        at = instant(self.clock())

        def decide(record: Record) -> list[Write]:
            return [] if key and _has(record, key) else Cancelling(record, reason, actor, at).rest(key)

        store.change(order_id, decide)
        return store.load(order_id)

    def release_hold(self, order_id: str, hold_id: str, actor: str, note: str = "") -> Record:
        """Releases one hold; with the last blocking one the order goes on. Raises NotFound for an unknown hold, IllegalTransition for one
        that ends by itself."""
        at = instant(self.clock())

        def released(record: Record) -> State:
            if any(hold.id == hold_id and hold.kind == EDIT and hold.active for hold in record.state.holds):
                raise IllegalTransition("the money of an edit is being seen to: this hold ends by itself, or when the edit is undone")
            return verbs.release_hold(record.state, hold_id, at, actor, note)

        store.change_state(order_id, released)
        return store.load(order_id)

    def readdress(self, order_id: str, ship_to: Address, as_of: str, actor: str) -> Record:
        """It goes elsewhere, as was said at `as_of`: what was said earlier and is heard later changes nothing. Raises IllegalTransition
        once a node has some of it."""
        at = instant(self.clock())

        def moved(record: Record) -> list[Write]:
            if as_of <= store.addressed_as_of(record) or record.customer.ship_to == ship_to:
                return []
            if record.state.cancelled or store.is_at_nodes(record):
                raise IllegalTransition(f"the order is {record.state.status}: a node has the old address, or the parcel has left")
            old = plain(record.customer.ship_to)
            fields = sorted(name for name, value in plain(ship_to).items() if old[name] != value)
            after = verbs.noted(record.state, "order.readdressed", at, actor, {"fields": fields})
            return [record.save(after), store.addressed(record, replace(record.customer, ship_to=ship_to), as_of), *store.still_kept(record)]

        store.change(order_id, moved)
        return store.load(order_id)

    def assess(self, order_id: str, said: Assessment, policy: Mapping[str, Any], actor: str) -> Record:
        """A channel or a fraud service says what the risk of an order is; by the policy it is held, or let go."""
        at = instant(self.clock())
        store.change_state(order_id, lambda record: assessed(record.state, said, policy, at, actor))
        return store.load(order_id)

    def place_hold(self, order_id: str, reason: str, actor: str) -> Record:
        """A person stops an order before its next step. Raises IllegalTransition once it is with a node."""
        at = instant(self.clock())

        def held(record: Record) -> list[Write]:
            waits = record.state.status == "released" and not store.is_at_nodes(record)
            if not waits and record.state.status not in ("received", "confirmed", "backordered", "on_hold"):
                raise IllegalTransition(f"the order is {record.state.status}: too late for a hold")
            number = sum(1 for hold in record.state.holds if hold.kind == "manual") + 1
            hold = Hold(id=f"manual-{number}", kind="manual", reason=reason, placed_at=at, source=actor)
            return [record.save(verbs.place_hold(record.state, hold, at, actor)), *(store.still_kept(record) if waits else ())]

        store.change(order_id, held)
        return store.load(order_id)


def _has(record: Record, key: str) -> bool:
    return any(entry.data.get("key") == key for entry in record.state.history)


def restart(order_id: str, at: str) -> int:
    """Counts one more run for an order whose execution was lost and starts it. Answers the run."""
    state = store.change_state(order_id, lambda record: verbs.restarted(record.state, at, "reconciler"))
    workflow.start(order_id, state.run)
    return state.run


def of_channel(record: Record, channel: str) -> Record:
    """The record, if it is this channel's; somebody else's order is as good as none."""
    if record.order.channel != channel:
        raise NotFound(f"there is no order {record.order.id}")
    return record
