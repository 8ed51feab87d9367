"""Edits of an order: seen before they stand, confirmed in one commit, listed, undone.

The commit writes the order anew, what stood before it, and STATE with `order.edited`; whatever follows (stock, money, the way it ships) is done by
those who hear that, and nothing leaves meanwhile: the hold that goes with it ends when the money is seen to.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from waybill.aws.tables import Write, create, overwrite
from waybill.aws.tables import replace as put_over
from waybill.channels.checks import fetched
from waybill.channels.imported import Imported
from waybill.editing import looking
from waybill.editing.model import change as model
from waybill.editing.model.change import Change
from waybill.editing.model.version import Version, money
from waybill.editing.model.version import versions_of as versions
from waybill.editing.ports import Asked, Foresee, Outcome, Stock
from waybill.kernel.clock import Clock, instant
from waybill.kernel.errors import IllegalTransition, InvalidInput, KeyReused, NotFound, StaleVersion
from waybill.kernel.plain import plain
from waybill.orders import addresses, codec, store
from waybill.orders.model import state as verbs
from waybill.orders.model.holds import EDIT, Hold
from waybill.orders.model.order import Address, Customer, Order, Tender
from waybill.orders.model.state import State
from waybill.orders.store import ORDERS, Record
from waybill.payments.bearing import borne, shares
from waybill.payments.model.allocation import Policy
from waybill.payments.records import account
from waybill.shop import store as shop

Wanted = Callable[[Record], Change]
"""What a caller wants of an order, read in its terms."""


@dataclass(frozen=True, slots=True)
class Editing:
    """`foresee` tells where it would ship from; `policy` answers the shop's by name, `paying` that of payments."""

    stock: Stock
    foresee: Foresee
    policy: Callable[[str], Mapping[str, Any]]
    paying: Callable[[], Policy]
    clock: Clock

    def preview(self, order_id: str, wanted: Wanted, seen: str = "") -> Outcome:
        """What confirming it would do. Raises what confirming would: InvalidInput naming fields, StockUnavailable, IllegalTransition, StaleVersion."""
        record = store.load(order_id)
        _refuse_stale(record, seen)
        return self._outcome(record, wanted(record), "")

    def confirm(self, order_id: str, wanted: Wanted, asked: Asked) -> tuple[Version, Record]:
        """The edit stands; the same key is the same edit. Raises as `preview`, and KeyReused."""
        return self._stands(order_id, lambda record: self._outcome(record, wanted(record), asked.actor), asked, 0)

    def preview_undo(self, order_id: str, number: int, seen: str = "") -> Outcome:
        """What undoing an edit would do. Raises NotFound, and as `preview`."""
        record = store.load(order_id)
        _refuse_stale(record, seen)
        return self._undone(record, number, "")

    def undo(self, order_id: str, number: int, asked: Asked) -> tuple[Version, Record]:
        """The order stands again as it did before that edit, and so without those that came after it. It is an edit itself."""
        return self._stands(order_id, lambda record: self._undone(record, number, asked.actor), asked, number)

    def _stands(self, order_id: str, outcome: Callable[[Record], Outcome], asked: Asked, undoes: int) -> tuple[Version, Record]:
        def decide(record: Record) -> list[Write]:
            known = _of_key(record, asked.key)
            if known is not None:
                if known.asked != asked.body:
                    raise KeyReused("this key came before with another edit", fields={"Idempotency-Key": "used before"})
                return []
            _refuse_stale(record, asked.seen)
            return _writes(outcome(record), asked, undoes, instant(self.clock()))

        store.change(order_id, decide)
        record = store.load(order_id)
        version = _of_key(record, asked.key)
        assert version is not None
        return version, record

    def _undone(self, record: Record, number: int, actor: str) -> Outcome:
        version = next((known for known in versions(record) if known.number == number), None)
        if version is None:
            raise NotFound(f"the order has no edit {number}")
        then = codec.order_from(dict(version.before))
        after = model.checked(record.order, model.restored(record.order, then), _cancelled(record.state))
        return self._worked_out(record, after, _addressed_before(record, number), None, actor)

    def _outcome(self, record: Record, wanted: Change, actor: str) -> Outcome:
        after = model.edited(record.order, wanted, _cancelled(record.state))
        looking.refuse_beyond(record.order, after, self.policy)
        customer = record.customer
        ship_to = addresses.written(wanted.ship_to) if wanted.ship_to else customer.ship_to
        bill_to = addresses.written(wanted.bill_to) if wanted.bill_to else customer.bill_to
        if ship_to != customer.ship_to:
            looking.refuse_undeliverable(after, ship_to, customer.phone, self.policy)
        customer = replace(customer, ship_to=ship_to, bill_to=bill_to)
        if wanted.shipping.pickup_node and wanted.shipping.pickup_node != record.order.shipping.pickup_node:
            customer = _at_the_store(after, customer, bool(record.order.shipping.pickup_node))
        return self._worked_out(record, after, customer, wanted.payment, actor)

    def _worked_out(self, record: Record, after: Order, customer: Customer, given: Tender | None, actor: str) -> Outcome:
        paid = account(record.order, record.state, record.tenders)
        after = replace(after, tenders=borne(paid, after, given, self.paying()))
        if given and len(after.tenders) == len(record.order.tenders):
            raise InvalidInput("nothing more is to be paid", fields={"payment": "nothing more is to be paid"})
        changes = _changes(record, after, customer, [plain(share) for share in shares(paid, after.tenders)])
        if not any(changes[name] for name in ("lines", "surcharges", "shipping_method", "address", "note")) and not changes["money"]["difference"]:
            raise InvalidInput("nothing would change", fields={"body": "nothing to change"})
        now = Record(after, customer, self._state(record, after, changes, actor), record.fulfilment_orders, record.tenders, record.decisions, record.others)
        return Outcome(record, now, changes, looking.stocked(record, now, self.stock))

    def _state(self, record: Record, after: Order, changes: Mapping[str, Any], actor: str) -> State:
        """Raises IllegalTransition once a node has any of it; of what is kept for its node the goods and their way stay as they are."""
        chosen = any(item["status"] not in ("rejected", "cancelled") for item in record.fulfilment_orders)
        if chosen and not store.is_at_nodes(record) and (changes["lines"] or changes["shipping_method"]):
            raise IllegalTransition("a node is chosen and its stock reserved: addresses, prices and notes may change; cancel units, or have the node rejected first")
        if store.is_at_nodes(record):
            raise IllegalTransition(f"the order is {record.state.status}: a node has some of it. Have the node reject it first, or cancel, return and order anew")
        at = instant(self.clock())
        quantities = {line.id: line.quantity for line in after.lines if line.ships}
        told = {"edit": after.edits, "total": after.total, "currency": after.currency, "difference": changes["money"]["difference"]}
        told |= {"lines": {row["line"]: row["after"] for row in changes["lines"]}, "before": {row["line"]: row["before"] for row in changes["lines"]}}
        told |= {"fields": changes["address"]}
        state = verbs.edit(record.state, quantities, at, actor, told, kept=chosen)
        if state.confirmed and (changes["payments"] or changes["money"]["difference"]):
            hold = Hold(f"edit-{after.edits}", EDIT, f"the money of edit {after.edits} is being seen to", at, actor, blocks=("release", "ship"))
            state = verbs.place_hold(state, hold, at, actor)
        return state


def _at_the_store(after: Order, customer: Customer, was_fetched: bool) -> Customer:
    """It goes to the store, care of him; what was his address is where he is billed, where he has no other and it was no store."""
    known = replace(customer, ship_to=Address(name=customer.ship_to.name)) if was_fetched else customer
    return fetched(Imported(after, known), shop.node(after.shipping.pickup_node)).customer


def settled(record: Record, version: Version) -> bool:
    """Its money is seen to; of an edit that others followed, theirs is what counts."""
    waiting = [hold for hold in record.state.active_holds if hold.kind == EDIT or hold.id.startswith("unpaid-")]
    return version.number < record.order.edits or not waiting


def _writes(outcome: Outcome, asked: Asked, undoes: int, at: str) -> list[Write]:
    before, after = outcome.before, outcome.after
    order, number = after.order, after.order.edits
    version = Version(number, at, asked.actor, asked.reason, asked.key, asked.body, outcome.changes, _content(before.order), undoes, order.currency)
    partition = codec.partition(order.id)
    writes = [
        put_over(ORDERS, codec.state_item(after.state, order), before.state.version),
        overwrite(ORDERS, codec.order_item(order)),
        create(ORDERS, {"pk": partition, "sk": f"{codec.EDIT}{number}", **version.to_dict()}),
        *store.still_kept(before),
    ]
    if after.customer != before.customer:
        kept = {name: _lean(getattr(before.customer, name)) for name in ("ship_to", "bill_to")}
        earlier = {**store.earlier_addresses(before), str(number): kept}
        writes.append(store.addressed(before, after.customer, at, earlier))
    return writes


def _content(order: Order) -> dict[str, Any]:
    return {name: value for name, value in codec.order_item(order).items() if name not in ("pk", "sk")}


def _changes(record: Record, after: Order, customer: Customer, paid: list[dict[str, Any]]) -> dict[str, Any]:
    before, was = record.order, record.customer
    fields = [f"{name}.{field}" for name in ("ship_to", "bill_to") for field in _differing(getattr(was, name), getattr(customer, name))]
    kept = before.surcharges
    new = after.surcharges[len(kept) :] if after.surcharges[: len(kept)] == kept else after.surcharges
    methods = [before.shipping.method, after.shipping.method]
    return {
        "money": money(before, after),
        "lines": model.lines_touched(before, after, _cancelled(record.state)),
        "surcharges": [plain(each) for each in new] if after.surcharges != kept else [],
        "shipping_method": methods if methods[0] != methods[1] or before.shipping.promise_days != after.shipping.promise_days else [],
        "address": fields,
        "note": before.note != after.note,
        "payments": paid,
    }


def _differing(one: Address | None, other: Address | None) -> list[str]:
    was, now = plain(one or Address()), plain(other or Address())
    return [name for name in was if was[name] != now[name]]


def _cancelled(state: State) -> dict[str, int]:
    return {line: units.cancelled for line, units in state.lines.items() if units.cancelled}


def _addressed_before(record: Record, number: int) -> Customer:
    """The customer with the addresses that stood before that edit, if it or a later one has changed them."""
    earlier = {int(edit): kept for edit, kept in store.earlier_addresses(record).items() if int(edit) >= number}
    if not earlier:
        return record.customer
    kept = earlier[min(earlier)]
    bill_to = Address(**kept["bill_to"]) if kept.get("bill_to") else None
    return replace(record.customer, ship_to=Address(**kept.get("ship_to", {})), bill_to=bill_to)


def _lean(address: Address | None) -> dict[str, str]:
    return {name: value for name, value in plain(address).items() if value} if address else {}


def _of_key(record: Record, key: str) -> Version | None:
    return next((version for version in versions(record) if key and version.key == key), None)


def _refuse_stale(record: Record, seen: str) -> None:
    if seen and seen != str(record.state.version):
        raise StaleVersion("the order has changed since: look at the edit again", fields={"If-Match": f"is not {record.state.version}"})
