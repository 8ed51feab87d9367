"""Telling a channel of our own API: a signed webhook (Standard Webhooks). Its id is the event's: the receiver drops a repetition."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from waybill.channels.calling import Caller
from waybill.channels.model.levels import Heard, Levels
from waybill.channels.model.shipment import Acceptance, Cancellation, Declined, GivenBack, Ready, Reduction, Refund, Shipment
from waybill.channels.model.signature import standard_webhook
from waybill.channels.ports import Page
from waybill.kernel.clock import instant
from waybill.kernel.errors import NotFound
from waybill.kernel.plain import compact, plain


@dataclass(frozen=True, slots=True)
class OwnWebhook:
    caller: Caller
    signing_secret: str
    clock: Callable[[], datetime]

    def accepted(self, acceptance: Acceptance) -> None:
        self.post("order.confirmed", acceptance.event_id, plain(acceptance))

    def ready(self, ready: Ready) -> None:
        self.post("fulfilment_order.ready_for_pickup", ready.event_id, plain(ready))

    def shipped(self, shipment: Shipment) -> None:
        self.post("order.shipped", shipment.event_id, plain(shipment))

    def cancelled(self, cancellation: Cancellation) -> None:
        self.post("order.cancelled", cancellation.event_id, plain(cancellation))

    def reduced(self, reduction: Reduction) -> None:
        self.post("order.lines_cancelled", reduction.event_id, plain(reduction))

    def declined(self, declined: Declined) -> None:
        self.post("order.cancellation_declined", declined.event_id, plain(declined))

    def given_back(self, given: GivenBack) -> None:
        self.post("order.refunded", given.event_id, plain(given))

    def refund(self, refund: Refund) -> None:
        """Nothing: what it has taken itself it returns itself."""

    def stock(self, levels: Levels) -> Heard:
        """The receiver drops an id that it has heard, and what is older than it has."""
        said = [{"sku": sku, "available": units} for sku, units in levels.units.items()]
        self.post("stock.levels", f"stock_{levels.id}", {"sequence": levels.sequence, "levels": said})
        return Heard()

    def order(self, reference: str) -> Any:
        """Whoever sends orders in our own shape has no list of them that we could ask for."""
        raise NotFound(f"our own API is not asked for the order {reference[:64]!r}")

    def changed(self, since: str, until: str, next: str) -> Page:
        return Page(())

    def post(self, kind: str, event_id: str, data: dict[str, Any]) -> None:
        """Says anything else too: `data` of this kind under this id."""
        now = self.clock()
        said = {name: value for name, value in data.items() if name != "event_id"}
        body = compact({"type": kind, "timestamp": instant(now), "data": said}).encode()
        seconds = int(now.timestamp())
        signed = standard_webhook(event_id, seconds, body, self.signing_secret)
        headers = {"webhook-id": event_id, "webhook-timestamp": str(seconds), "webhook-signature": signed}
        self.caller.raw("channel.webhook", "POST", "", body, headers)
