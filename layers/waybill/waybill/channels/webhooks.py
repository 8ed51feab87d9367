"""How each kind of channel signs, names and numbers its webhooks."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from waybill.channels.reading import reference
from waybill.kernel.errors import Malformed

_KEY = re.compile(r"[\x21-\x7e]{1,200}\Z")
_PING = re.compile(rb"webhook_id=[0-9]{1,20}\Z")


@dataclass(frozen=True, slots=True)
class Scheme:
    """Header names in lower case; `order_topic` is the one topic that makes an order."""

    signature: str
    topic: str
    delivery: str
    order_topic: str


SCHEMES: Mapping[str, Scheme] = {
    "shopify": Scheme("x-shopify-hmac-sha256", "x-shopify-topic", "x-shopify-webhook-id", "orders/create"),
    "woocommerce": Scheme("x-wc-webhook-signature", "x-wc-webhook-topic", "x-wc-webhook-delivery-id", "order.created"),
}


def delivery(scheme: Scheme, headers: Mapping[str, str]) -> str:
    """The channel's own number of this event, the same over redeliveries; "" where it gives no usable one."""
    given = headers.get(scheme.delivery, "").strip()
    return given if _KEY.match(given) else ""


def is_ping(kind: str, raw: bytes) -> bool:
    """WooCommerce tries a new webhook's address with an unsigned form, `webhook_id=7`: nothing is in it, and it wants a 2xx."""
    return kind == "woocommerce" and len(raw) < 64 and bool(_PING.match(raw.strip()))


def order_reference(document: Any) -> str:
    """The channel's id of the order in a document. Raises Malformed where it is no order."""
    if isinstance(document, dict) and set(document) == {"order"}:
        document = document["order"]
    if not isinstance(document, dict):
        raise Malformed("the document is no order: it must be a JSON object")
    return reference(document, "id")
