"""What becomes of its work is pushed to a node that gave an address, signed after Standard Webhooks; a node without one asks for its list.

At least once: the webhook's id is the event's, and a node that hears twice accepts once. What is no longer new is not sent.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from dataclasses import dataclass

from waybill.aws import outbound
from waybill.aws.logs import logger
from waybill.aws.secrets import secret
from waybill.fulfilment import deliveries
from waybill.fulfilment.present import document
from waybill.fulfilment.service import load
from waybill.kernel.clock import Clock, instant
from waybill.kernel.errors import Unavailable
from waybill.kernel.events import Event
from waybill.kernel.plain import compact
from waybill.shop import store as shop

_PUSHED = {
    "fulfilment_order.requested": ("requested",),
    "fulfilment_order.cancellation_requested": ("cancellation_requested",),
    "fulfilment_order.cancelled": ("cancelled",),
    "fulfilment_order.reduced": ("requested", "accepted", "picking", "picked", "shipped", "delivered"),
    "fulfilment_order.rejected": ("rejected",),
}
"""What is pushed, and the states in which it is still so. Rejected is told where we have taken the work back, for it was not the node that said so."""
REDUCED = "fulfilment_order.reduced"
_NOBODY_ANSWERED = 0


@dataclass(frozen=True, slots=True)
class NodePush:
    """The consumer of what a node is asked, and of what has become of its work without it."""

    clock: Clock

    def told(self, event: Event) -> None:
        """Sends the fulfilment order to its node, if it wants to hear of this. Raises Unavailable where the node did not take it: the queue tries again."""
        node = shop.node(event.data["node"])
        wanted = node.settings.get("events") or _PUSHED
        if event.type not in _PUSHED or event.type not in wanted or not node.webhook_url:
            return
        if event.type == REDUCED and not event.data.get("push"):
            return
        record, work = load(event.data["fo_id"])
        if work.status not in _PUSHED[event.type] and not event.data.get("replayed"):
            return
        body = compact({"type": event.type, "data": document(record.order, record.customer, work)}).encode()
        answer = self._sent(node.id, node.webhook_url, event.id, body)
        deliveries.note(event, node.id, answer, instant(self.clock()))
        if not 200 <= answer < 300:
            raise Unavailable(f"{node.id} answered {answer}")
        logger.info("work pushed", fo_id=work.id, node=node.id)

    def _sent(self, node: str, url: str, event_id: str, body: bytes) -> int:
        """What the node's server answered."""
        headers = self._headers(node, event_id, body)
        try:
            return outbound.send("node.push", "POST", url, headers, body).status
        except Unavailable:
            return _NOBODY_ANSWERED

    def _headers(self, node: str, event_id: str, body: bytes) -> dict[str, str]:
        keys = secret("nodes").get(node)
        if not keys:
            raise Unavailable(f"the secret waybill/<stage>/nodes has none for {node}: see the runbook")
        stamp = str(int(self.clock().timestamp()))
        signed = signature(keys[0], event_id, stamp, body)
        return {"content-type": "application/json", "webhook-id": event_id, "webhook-timestamp": stamp, "webhook-signature": signed}


def signature(key: str, event_id: str, stamp: str, body: bytes) -> str:
    """`v1,<base64 HMAC-SHA256 over id.timestamp.body>` (Standard Webhooks); a key `whsec_…` is base64, another goes as it is."""
    text = f"{event_id}.{stamp}.".encode() + body
    secret = base64.b64decode(key.removeprefix("whsec_")) if key.startswith("whsec_") else key.encode()
    return "v1," + base64.b64encode(hmac.new(secret, text, hashlib.sha256).digest()).decode()
