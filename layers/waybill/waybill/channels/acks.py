"""The channel is told what became of its order: accepted, shipped, cancelled, money returned (A17). Repeated by the queue until it has heard."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from waybill.aws.logs import count, logger
from waybill.channels import messages, registry
from waybill.channels.connecting import remote
from waybill.channels.exploding import as_sold, sold_there
from waybill.channels.model.shipment import Acceptance, Cancellation, Declined, GivenBack, Parcel, Ready, Reduction, Refund, Shipment
from waybill.channels.patience import LeftAlone, Patience
from waybill.channels.ports import AskedToWait, ChannelRefused, Remote
from waybill.kernel import json as strict_json
from waybill.kernel.clock import Clock, instant
from waybill.kernel.errors import NotFound, Unavailable
from waybill.kernel.events import Event
from waybill.orders import store
from waybill.orders.model.giving_up import DECLINED
from waybill.orders.model.replacing import is_replacement
from waybill.orders.model.state import LINES_CANCELLED
from waybill.orders.store import Record
from waybill.shop import store as shop
from waybill.shop.model import Channel

SHIPPED, CANCELLED, REDUCED = "fulfilment_order.shipped", "order.cancelled", LINES_CANCELLED
READY, _WAITS = "fulfilment_order.ready_for_pickup", "ready_for_pickup"
ACCEPTED, GIVEN_BACK, OWED = "order.confirmed", "payment.refunded", "payment.refund_owed"
Steps = Callable[[Record, Event], tuple[int, int] | None]
"""What the channel has returned of an order in all before and after it carries out what an event says that it owes; None: that is for a person."""

Noticed = Callable[[Record, Event], None]
"""A channel that speaks EDI is told of a shipment in its own way; said again it hears nothing new."""


@dataclass(frozen=True, slots=True)
class ChannelAcks:
    clock: Clock
    steps: Steps = lambda record, event: None
    noticed: Noticed = lambda record, event: None
    patience: Patience = field(default_factory=Patience)

    def take(self, message: dict[str, Any]) -> None:
        """One message of the channel-acks queue: an EventBridge event whose `detail` is our envelope.

        Raises Unavailable (come back later) and ChannelRefused (to the dead letters, in the end).
        """
        event = Event.from_dict(message["detail"])
        if event.type not in (ACCEPTED, READY, SHIPPED, CANCELLED, REDUCED, DECLINED, GIVEN_BACK, OWED):
            return
        if _its_own(event):
            return
        record = store.load(event.subject)
        if is_replacement(record.order):
            return
        channel = record.order.channel
        try:
            with self.patience.given(channel):
                told = self._told(event, record)
        except (AskedToWait, LeftAlone, messages.InOtherHands):
            raise
        except (Unavailable, ChannelRefused) as problem:
            messages.untold(channel, event.id, problem.message, self.clock())
            raise
        if told:
            count("ChannelsTold", channel=channel)
            logger.info("channel told", order_id=record.order.id, event_id=event.id, channel=channel)
        if event.type == SHIPPED and shop.channel(channel).settings.get("edi"):
            self.noticed(record, event)

    def _told(self, event: Event, record: Record) -> bool:
        """Tells it, unless it has been told already, or wants to hear nothing."""
        channel = shop.channel(record.order.channel)
        if event.type == OWED and not (channel.settings.get("refunds") is True and registry.adapter(channel.kind).refunds):
            return False  # a person returns it there
        teller = remote(channel, self.clock)
        taken = messages.claim(event.id, self.clock()) if teller else None
        if teller is None or taken is None:
            return False
        try:
            if event.type == OWED:
                self._return(teller, channel, event, record)
            else:
                _tell(teller, event, record)
        except AskedToWait as asked:
            messages.postpone(taken, self.clock(), asked.seconds)
            raise
        messages.done(taken, self.clock())
        return True

    def _return(self, teller: Remote, channel: Channel, event: Event, record: Record) -> None:
        """What the channel says that it has returned in all decides: it returns what lacks, once what was owed before is returned, and its own word of
        it then settles what it owed. So whoever asks twice, or after a person has done it, returns nothing twice."""
        steps = self.steps(record, event)
        if steps is None:
            return
        order, (before, after) = record.order, steps
        document = strict_json.parse(json.dumps(teller.order(order.external_reference), default=str).encode())
        known = registry.adapter(channel.kind).normalise(channel.id, document, instant(self.clock())).standing.refunded or 0
        if known < before:
            raise Unavailable(f"{before - known} minor units that it owed before are not returned yet")
        if known < after:
            payment = str(event.data.get("reference") or "")
            teller.refund(Refund(event.id, order.id, order.external_reference, payment, after - known, order.currency))
            count("RefundsAtChannels", channel=channel.id)
            logger.info("the channel returns money", order_id=order.id, event_id=event.id, channel=channel.id)


def _its_own(event: Event) -> bool:
    """Money that the channel has returned itself is no news to it."""
    return event.type == GIVEN_BACK and event.data.get("reason") == "at_channel"


def _tell(teller: Remote, event: Event, record: Record) -> None:
    order = record.order
    if event.type == ACCEPTED:
        teller.accepted(Acceptance(event.id, order.id, order.external_reference))
        return
    if event.type == GIVEN_BACK:
        teller.given_back(GivenBack(event.id, order.id, order.external_reference, int(event.data["amount"]), order.currency))
        return
    if event.type == CANCELLED:
        teller.cancelled(Cancellation(event.id, order.id, order.external_reference, str(event.data.get("reason", ""))))
        return
    data = event.data
    if event.type == READY:
        lines = as_sold(order, {}, {line: int(units) for line, units in data["lines"].items()})
        if any(item["id"] == data["fo_id"] and item["status"] == _WAITS for item in record.fulfilment_orders):  # else what became of it is told
            teller.ready(Ready(event.id, order.id, order.external_reference, data["fo_id"], lines, as_sold(order, {}, _at_counters(record, waiting=True))))
        return
    if event.type == REDUCED:
        teller.reduced(Reduction(event.id, order.id, order.external_reference, dict(data["lines"]), str(data.get("reason", "")), data.get("last") is True))
        return
    if event.type == DECLINED:
        teller.declined(Declined(event.id, order.id, order.external_reference, dict(data["lines"]), str(data.get("reason", ""))))
        return
    parcels = tuple(_parcel(package) for package in data["packages"])
    told = data.get("before")
    before, now = Counter({line: int(units) for line, units in told.items()}) if told is not None else _left_before(record, data["fo_id"]), {line: int(units) for line, units in data["lines"].items()}
    lines = as_sold(order, before, now)
    if order.edits and shop.channel(order.channel).kind != "api":
        lines = sold_there(store.as_placed(record), as_sold(order, {}, before), lines)
    last = bool(data.get("last"))
    fetched = as_sold(order, {}, _at_counters(record)) if data.get("collected") else None
    if not lines and not last:
        return  # a part of a bundle: the channel hears of the bundle, with the parcel that makes it whole
    teller.shipped(Shipment(event.id, order.id, order.external_reference, data["fo_id"], lines, parcels, last, event.time, int(data.get("part", 0)), fetched))


def _at_counters(record: Record, waiting: bool = False) -> dict[str, int]:
    """Units by line that the customer has fetched where they were; and those that wait for him there."""
    found = Counter[str]()
    for item in record.fulfilment_orders:
        if not item.get("pickup") or item["pickup"]["node"] != item["node"]:
            continue
        for line, each in item["lines"].items():
            has = each.get("collected", each["quantity"] if item["status"] == "delivered" else 0)
            found[line] += each["quantity"] if waiting and item["status"] == _WAITS else has
    return {line: units for line, units in found.items() if units}


def _left_before(record: Record, fo_id: str) -> Counter[str]:
    """Units of each line that had left when this fulfilment order did."""
    left = [
        (entry["at"], item["id"], entry["data"]["lines"])
        for item in record.fulfilment_orders
        for entry in item["history"]
        if entry["type"] == SHIPPED
    ]
    mine = min((at for at, id, _ in left if id == fo_id), default="")
    before = Counter[str]()
    for at, id, lines in left:
        if id != fo_id and (at, id) < (mine, fo_id):
            before.update({line: int(units) for line, units in lines.items()})
    return before


def _parcel(package: dict[str, Any]) -> Parcel:
    number = package["tracking_number"]
    try:
        carrier = shop.carrier(package["carrier"])
    except NotFound:
        return Parcel(package["carrier"], package.get("service", ""), number)
    return Parcel(carrier.name, package.get("service", ""), number, carrier.tracking_url.replace("{tracking_number}", number))
