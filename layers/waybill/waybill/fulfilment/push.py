"""New work is pushed to a node that gave an address, signed after Standard Webhooks; a node without one asks for its list.

At least once: the webhook's id is the event's, and a node that hears twice accepts once. What is no longer new is not sent.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from dataclasses import dataclass

from waybill.aws import outbound
from waybill.aws.logs import logger
from waybill.aws.secrets import secret
from waybill.fulfilment.present import document
from waybill.fulfilment.service import load
from waybill.kernel.clock import Clock
from waybill.kernel.errors import Unavailable
from waybill.kernel.events import Event
from waybill.shop import store as shop

_STILL_NEW = {"fulfilment_order.requested": "requested", "fulfilment_order.cancellation_requested": "cancellation_requested"}
"""What is pushed, and the state in which nobody has answered it yet."""


@dataclass(frozen=True, slots=True)
class NodePush:
    """The consumer of what a node is asked: to ship, or not to ship any more."""

    clock: Clock

    def told(self, event: Event) -> None:
        """Sends the fulfilment order to its node. Raises Unavailable where the node did not take it: the queue tries again."""
        node = shop.node(event.data["node"])
        if event.type not in _STILL_NEW or not node.webhook_url:
            return
        record, work = load(event.data["fo_id"])
        if work.status != _STILL_NEW[event.type]:
            return
        body = json.dumps({"type": event.type, "data": document(record.order, record.customer, work)}, separators=(",", ":")).encode()
        reply = outbound.send("node.push", "POST", node.webhook_url, self._headers(node.id, event.id, body), body)
        if not 200 <= reply.status < 300:
            raise Unavailable(f"{node.id} answered {reply.status}")
        logger.info("work pushed", fo_id=work.id, node=node.id)

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
