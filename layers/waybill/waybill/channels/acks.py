"""The channel is told what became of its order: shipped, cancelled (A17). Repeated by the queue until it has heard."""

from __future__ import annotations

import base64
from collections import Counter
from dataclasses import dataclass
from typing import Any

from waybill.aws.logs import count, logger
from waybill.aws.secrets import secret
from waybill.channels import messages
from waybill.channels.calling import Caller
from waybill.channels.exploding import as_sold
from waybill.channels.model.shipment import Cancellation, Parcel, Reduction, Shipment
from waybill.channels.own_webhook import OwnWebhook
from waybill.channels.ports import AskedToWait, Teller
from waybill.channels.shopify_admin import Shopify
from waybill.channels.woocommerce_rest import WooCommerce
from waybill.kernel.clock import Clock
from waybill.kernel.errors import NotFound, Unavailable
from waybill.kernel.events import Event
from waybill.orders import store
from waybill.orders.model.state import LINES_CANCELLED
from waybill.orders.store import Record
from waybill.shop import store as shop
from waybill.shop.model import Channel

SHIPPED, CANCELLED, REDUCED = "fulfilment_order.shipped", "order.cancelled", LINES_CANCELLED


@dataclass(frozen=True, slots=True)
class ChannelAcks:
    clock: Clock

    def take(self, message: dict[str, Any]) -> None:
        """One message of the channel-acks queue: an EventBridge event whose `detail` is our envelope.

        Raises Unavailable (come back later) and ChannelRefused (to the dead letters, in the end).
        """
        event = Event.from_dict(message["detail"])
        if event.type not in (SHIPPED, CANCELLED, REDUCED):
            return
        record = store.load(event.subject)
        order = record.order
        teller = self._teller(shop.channel(order.channel))
        if teller is None:
            return
        taken = messages.claim(event.id, message.get("id", ""), self.clock())
        if taken is None:
            return
        try:
            _tell(teller, event, record)
        except AskedToWait as asked:
            messages.postpone(taken, self.clock(), asked.seconds)
            raise
        messages.done(taken, self.clock())
        count("ChannelsTold", channel=order.channel)
        logger.info("channel told", order_id=order.id, event_id=event.id, channel=order.channel)

    def _teller(self, channel: Channel) -> Teller | None:
        """Who tells this channel; None where it gave no address and so wants to hear nothing."""
        base = channel.settings.get(_ADDRESS.get(channel.kind, ""), "")
        if not base:
            return None
        credentials = _credentials(channel.id)
        caller = Caller(base, {}, self.clock)
        if channel.kind == "shopify":
            return Shopify(Caller(base, {"X-Shopify-Access-Token": _needed(credentials, "access_token", channel)}, self.clock))
        if channel.kind == "woocommerce":
            return WooCommerce(Caller(base, {"Authorization": _basic(credentials, channel)}, self.clock))
        return OwnWebhook(caller, _needed(credentials, "signing_secret", channel), self.clock)


_ADDRESS = {"shopify": "admin_url", "woocommerce": "rest_url", "api": "webhook_url"}
"""The channel's setting that holds the address to tell, by kind."""


def _tell(teller: Teller, event: Event, record: Record) -> None:
    order = record.order
    if event.type == CANCELLED:
        teller.cancelled(Cancellation(event.id, order.id, order.external_reference, str(event.data.get("reason", ""))))
        return
    data = event.data
    if event.type == REDUCED:
        teller.reduced(Reduction(event.id, order.id, order.external_reference, dict(data["lines"]), str(data.get("reason", ""))))
        return
    parcels = tuple(_parcel(package) for package in data["packages"])
    lines = as_sold(order, _left_before(record, data["fo_id"]), {line: int(units) for line, units in data["lines"].items()})
    last = bool(data.get("last"))
    if not lines and not last:
        return  # a part of a bundle: the channel hears of the bundle, with the parcel that makes it whole
    teller.shipped(Shipment(event.id, order.id, order.external_reference, data["fo_id"], lines, parcels, last))


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


def _credentials(channel: str) -> dict[str, str]:
    """What we present to a channel: `"<channel>/outbound"` beside the channel's own signing secrets."""
    return secret("channels").get(f"{channel}/outbound") or {}


def _needed(credentials: dict[str, str], name: str, channel: Channel) -> str:
    if not credentials.get(name):
        raise Unavailable(f"the secret waybill/<stage>/channels lacks {channel.id}/outbound.{name}: see the runbook")
    return credentials[name]


def _basic(credentials: dict[str, str], channel: Channel) -> str:
    pair = f"{_needed(credentials, 'consumer_key', channel)}:{_needed(credentials, 'consumer_secret', channel)}"
    return "Basic " + base64.b64encode(pair.encode()).decode()
