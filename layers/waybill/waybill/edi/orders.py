"""A node that speaks EDI hears of its work by 940, of its cancellation by another, and of what is on its way to it by 943."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any, Protocol

from waybill.edi import partner as partners
from waybill.edi import store
from waybill.edi.model import shipping_order, transfer_advice
from waybill.edi.model.record import OUT, Kept
from waybill.edi.model.shipping_order import CANCELLED, CHANGED, NEW, Item, ShippingOrder
from waybill.edi.model.transfer_advice import TransferAdvice
from waybill.edi.partner import Partner
from waybill.edi.sending import Letter, Sending
from waybill.fulfilment.model.fulfilment_order import REROUTED, FulfilmentOrder
from waybill.fulfilment.model.machine import CLOSED
from waybill.fulfilment.service import load
from waybill.kernel.clock import Clock, instant
from waybill.kernel.errors import InvalidInput
from waybill.kernel.events import Event
from waybill.orders.store import Record

REQUESTED, ASKED, REDUCED, CANCELLED_BY_US, REJECTED = (
    f"fulfilment_order.{what}" for what in ("requested", "cancellation_requested", "reduced", "cancelled", "rejected")
)
_OF_ADDRESS = ("name", "company", "line1", "line2", "city", "region", "postal_code", "country", "phone")


class Coming(Protocol):
    """A purchase order or transfer that is on its way."""

    id: str
    node: str
    source: str
    expected: str

    @property
    def outstanding(self) -> dict[str, int]: ...


@dataclass(frozen=True, slots=True)
class Orders:
    """`coming` reads a purchase order or transfer by kind and id."""

    clock: Clock
    sending: Sending
    coming: Callable[[str, str], Coming]

    def told(self, event: Event) -> None:
        """What is no longer so is not sent: new work that was withdrawn before we got to it, a question that has been answered."""
        if not _concerns(event):
            return
        to = partners.partner(event.data["node"])
        record, work = load(event.data["fo_id"])
        if _still(event, work) and (event.type == REQUESTED or _knows(to, work)):
            self._send(to, event.id, record, work, _status(work))

    def announce(self, kind: str, id: str) -> Kept:
        """A node is told what is on its way to it; told again when something of it has changed. Raises NotFound, InvalidInput."""
        coming = self.coming(kind, id)
        return self.sending.send(partners.partner(coming.node), _cause(kind, coming), [self._advice(coming)])

    def announce_or_park(self, kind: str, coming: Coming) -> Kept:
        """The same, nobody having asked for it: what X12 cannot carry waits for a person."""
        to, cause = partners.partner(coming.node), _cause(kind, coming)
        try:
            letter = self._advice(coming)
        except InvalidInput as problem:
            return self.sending.park(to, cause, transfer_advice.KIND, coming.id, problem)
        return self.sending.send(to, cause, [letter])

    def _advice(self, coming: Coming) -> Letter:
        day = instant(self.clock())[:10]
        advice = TransferAdvice(coming.id, day, coming.source, coming.node, dict(coming.outstanding), coming.expected)
        return Letter(transfer_advice.KIND, coming.id, transfer_advice.write(advice))

    def again(self, kept: Kept) -> Kept:
        """What could not be written, after its cause was repaired."""
        if kept.cause.startswith(f"{transfer_advice.KIND}/"):
            _, kind, id, *_ = kept.cause.split("/")
            told = self.announce(kind, id)
            return told if told.id == kept.id else self.sending.close(kept.id, "told as it is now")
        fo_id, _, event = kept.cause.partition("/")
        record, work = load(fo_id)
        return self._send(partners.partner(kept.node), event, record, work, _status(work))

    def _send(self, to: Partner, event_id: str, record: Record, work: FulfilmentOrder, status: str) -> Kept:
        cause = f"{work.id}/{event_id}"
        try:
            letter = Letter(shipping_order.KIND, work.id, shipping_order.write(_order(record, work, status)))
        except InvalidInput as problem:
            return self.sending.park(to, cause, shipping_order.KIND, work.id, problem)
        return self.sending.send(to, cause, [letter])


def _cause(kind: str, coming: Coming) -> str:
    """Names what is on its way as it is now."""
    said = ",".join(f"{sku}={count}" for sku, count in sorted(coming.outstanding.items()))
    return f"{transfer_advice.KIND}/{kind}/{coming.id}/{coming.expected}/{said}"


def _knows(to: Partner, work: FulfilmentOrder) -> bool:
    """Whether the node was ever told of it."""
    asked = next((entry for entry in work.history if entry.type == REQUESTED), None)
    kept = store.find(store.id_of(to.node, OUT, f"{work.id}/{work.id}:{asked.seq}")) if asked else None
    return kept is not None and bool(kept.control)


def _concerns(event: Event) -> bool:
    return event.type in (REQUESTED, ASKED, REDUCED, CANCELLED_BY_US) or (event.type == REJECTED and event.data.get("reason") == REROUTED)


def _still(event: Event, work: FulfilmentOrder) -> bool:
    if event.type == REQUESTED:
        return work.status == "requested"
    if event.type == REDUCED:
        return work.status not in CLOSED
    return event.type != ASKED or work.status == "cancellation_requested"


def _status(work: FulfilmentOrder) -> str:
    """What the node is to do: all of it; less than it was asked for first, or is asked to leave out; nothing."""
    if work.status in CLOSED or (work.status == "cancellation_requested" and not (work.pause and work.pause.units)):
        return CANCELLED
    less = work.status == "cancellation_requested" or any(entry.type == REDUCED for entry in work.history)
    return CHANGED if less else NEW


def _wanted(work: FulfilmentOrder) -> dict[str, int]:
    """Units by line, without those that the node is asked to leave out; all of them where it is to leave out all."""
    less = work.pause.units if work.status == "cancellation_requested" and work.pause else {}
    left = {line: at_node.quantity - less.get(line, 0) for line, at_node in work.lines.items()}
    return {line: units for line, units in left.items() if units}


def _order(record: Record, work: FulfilmentOrder, status: str) -> ShippingOrder:
    order, lines = record.order, {line.id: line for line in record.order.lines}
    to: dict[str, Any] = asdict(record.customer.address_of(work.group))
    way = order.ships_by(work.group)
    return ShippingOrder(
        number=shipping_order.number_of(work.id),
        order_number=order.number or order.external_reference,
        warehouse=work.node,
        ship_to={name: str(to.get(name) or "") for name in _OF_ADDRESS},
        items=tuple(Item(lines[line].sku, units, lines[line].title) for line, units in _wanted(work).items()),
        status=status,
        wanted=work.since[:10],
        routing=way.method,
        note=" ".join(filter(None, (str(to.get("instructions") or ""), order.note))),
    )
