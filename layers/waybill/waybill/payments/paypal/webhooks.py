"""PayPal's webhooks. Who signed is asked at PayPal itself (`verify-webhook-signature`): its certificates would need a library that
a light function should not carry. https://developer.paypal.com/api/rest/webhooks/rest/"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from waybill.kernel.errors import Malformed, Unauthenticated
from waybill.kernel.plain import compact
from waybill.payments.notices import DISPUTE, OTHER, PAYMENT, REFUND, Notice

_HEADERS = {
    "auth_algo": "paypal-auth-algo",
    "cert_url": "paypal-cert-url",
    "transmission_id": "paypal-transmission-id",
    "transmission_sig": "paypal-transmission-sig",
    "transmission_time": "paypal-transmission-time",
}
_ABOUT = {
    "CHECKOUT.ORDER": PAYMENT,
    "PAYMENT.AUTHORIZATION": PAYMENT,
    "PAYMENT.CAPTURE": PAYMENT,
    "PAYMENT.ORDER": PAYMENT,
    "PAYMENT.REFUND": REFUND,
    "CUSTOMER.DISPUTE": DISPUTE,
    "RISK.DISPUTE": DISPUTE,
}


class PayPalWebhooks:
    """`asks`: puts the question to PayPal (`PayPal.verified`)."""

    def __init__(self, webhook_id: str, asks: Callable[[bytes], bool]) -> None:
        self._webhook_id, self._asks = webhook_id, asks

    def verify(self, headers: Mapping[str, str], raw: bytes, now: float) -> None:
        body = question(headers, raw, self._webhook_id)
        if not self._asks(body):
            raise Unauthenticated("the gateway says that it did not send this")

    def read(self, raw: bytes) -> tuple[Notice, ...]:
        return read(raw)

    def keep(self, raw: bytes) -> None:
        """Nothing: PayPal can be asked."""


def question(headers: Mapping[str, str], raw: bytes, webhook_id: str) -> bytes:
    """The body of the question. The event goes in byte for byte: written anew, its checksum would be another.

    Raises Unauthenticated where a header is missing, Malformed where the body is no JSON object.
    """
    _object(raw)
    told = {name: headers.get(header, "") for name, header in _HEADERS.items()}
    if not all(told.values()) or any(len(value) > 2048 for value in told.values()):
        raise Unauthenticated("a webhook of this gateway is signed")
    opening = compact(told | {"webhook_id": webhook_id})[:-1]
    return b'%b,"webhook_event":%b}' % (opening.encode(), raw.strip())


def read(raw: bytes) -> tuple[Notice, ...]:
    """One event → one notice. Raises Malformed."""
    event = _object(raw)
    id, type = event.get("id"), event.get("event_type")
    if not isinstance(id, str) or not isinstance(type, str) or not 0 < len(id) <= 128 or len(type) > 128:
        raise Malformed("an event has an id and an event_type")
    resource = event.get("resource")
    resource = resource if isinstance(resource, dict) else {}
    about = next((about for stem, about in _ABOUT.items() if type.startswith(stem + ".")), OTHER)
    about = REFUND if type in ("PAYMENT.CAPTURE.REFUNDED", "PAYMENT.CAPTURE.REVERSED") else about
    mark = resource.get("custom_id")
    order_id = mark.partition("/")[0] if isinstance(mark, str) and mark.startswith("ord_") else ""
    return (Notice(id, type, about, _reference(type, resource), order_id[:64]),)


def _reference(type: str, resource: dict[str, Any]) -> str:
    if type.startswith("CHECKOUT.ORDER."):
        return _word(resource.get("id"))
    related = resource.get("supplementary_data")
    for name in ("related_ids", "order_id"):
        related = related.get(name) if isinstance(related, dict) else None
    return _word(related)


def _word(value: Any) -> str:
    return value if isinstance(value, str) and value.isascii() and value.isprintable() and len(value) <= 64 else ""


def _object(raw: bytes) -> dict[str, Any]:
    try:
        event = json.loads(raw)
    except (ValueError, RecursionError):
        event = None
    if not isinstance(event, dict):
        raise Malformed("a webhook is a JSON object")
    return event
