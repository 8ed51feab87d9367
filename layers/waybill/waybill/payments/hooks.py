"""The door at which gateways tell us things: who says it is verified over the raw bytes, it is kept, and somebody is sent to look.

Kept before it is answered; the event's own id makes a redelivery one. It is passed on again all the same: whoever repeats himself was
not answered, and to look twice does no harm.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from waybill.aws.http import Answer, Request, Router
from waybill.aws.logs import count, logger
from waybill.kernel.cards import masked
from waybill.kernel.clock import Clock, instant
from waybill.kernel.errors import KeyReused, NotFound, TooLarge, Unauthenticated
from waybill.kernel.ids import digest
from waybill.orders import documents
from waybill.orders.documents import Document
from waybill.payments.notices import DISPUTE, PAYMENT, REFUND, Notice, Webhooks

LARGEST = 256 * 1024
_TO_LOOK_AT = (PAYMENT, REFUND, DISPUTE)


@dataclass(frozen=True, slots=True)
class Hooks:
    """`doors` by gateway, made anew for each call; `send` puts a message on the payment queue."""

    doors: Mapping[str, Callable[[], Webhooks]]
    send: Callable[[dict[str, Any]], object]
    clock: Clock

    def take(self, gateway: str, headers: Mapping[str, str], raw: bytes) -> int:
        """One delivery; answers how many events were in it.

        Raises NotFound (no such gateway), TooLarge, Unauthenticated, Malformed, Unavailable.
        """
        if gateway not in self.doors:
            raise NotFound(f"no gateway of the name {gateway[:32]!r} tells us things")
        if len(raw) > LARGEST:
            raise TooLarge(f"a webhook has at most {LARGEST} bytes")
        door, now = self.doors[gateway](), self.clock()
        try:
            door.verify(headers, raw, now.timestamp())
        except Unauthenticated:
            count("GatewayWebhooksRefused", gateway=gateway)
            raise
        told = tuple(_safe(notice) for notice in door.read(raw))
        self._keep(gateway, told, raw, instant(now))
        door.keep(raw)
        for message in _messages(gateway, told):
            self.send(message)
        count("GatewayEvents", len(told), gateway=gateway)
        return len(told)

    @staticmethod
    def _keep(gateway: str, told: tuple[Notice, ...], raw: bytes, at: str) -> None:
        key = told[0].id if len(told) == 1 else digest(raw.decode("utf-8", "replace"), length=26)
        body = masked(raw.decode("utf-8", "replace")).encode()
        try:
            documents.keep(Document(f"gateway/{gateway}", key, "webhook", told[0].type, body, at))
        except KeyReused:
            logger.info("webhook repeated in other words", gateway=gateway, event=key)  # how often it was sent stands in it, for one


def _safe(notice: Notice) -> Notice:
    """Without a card number where a name should be: what it says is kept, queued and logged."""
    return Notice(masked(notice.id), masked(notice.type), notice.about, masked(notice.reference), masked(notice.order_id))


def _messages(gateway: str, told: tuple[Notice, ...]) -> list[dict[str, Any]]:
    """One message for each payment that something is told of, and for what."""
    found: dict[tuple[str, str, str], dict[str, Any]] = {}
    for notice in told:
        if notice.about in _TO_LOOK_AT and (notice.reference or notice.order_id):
            names = {"gateway": gateway, "reference": notice.reference, "order_id": notice.order_id, "about": notice.about}
            found.setdefault((notice.reference, notice.order_id, notice.about), {"command": "look", **names, "event": notice.id})
    return list(found.values())


def router(hooks: Hooks) -> Router:
    """Routes of `functions/gateway_hooks`."""
    routes = Router()

    @routes.route("POST", "/v1/gateways/{gateway}/webhooks")
    def webhook(request: Request) -> Answer:
        return Answer({"status": "kept", "events": hooks.take(request.params["gateway"], request.headers, request.body)})

    return routes
