"""Adyen's standard webhooks: each item bears an HMAC over eight of its fields, under a key in hexadecimal.
https://docs.adyen.com/development-resources/webhooks/secure-webhooks/verify-hmac-signatures"""

from __future__ import annotations

import base64
import hmac
import json
from collections.abc import Iterable, Mapping
from typing import Any

from waybill.kernel.cards import masked
from waybill.kernel.clock import instant, parse_instant
from waybill.kernel.errors import Malformed, Unauthenticated
from waybill.payments.adyen.facts import amount_of, coded, payment_of
from waybill.payments.notices import DISPUTE, OTHER, PAYMENT, PAYOUT, REFUND, Notice
from waybill.payments.told import Fact, Known, Refrain, Told, added

_SIGNED = ("pspReference", "originalReference", "merchantAccountCode", "merchantReference", "amount.value", "amount.currency", "eventCode", "success")
_MOST_ITEMS = 100
_ABOUT = {
    **dict.fromkeys(("AUTHORISATION", "AUTHORISATION_ADJUSTMENT", "CAPTURE", "CAPTURE_FAILED", "CANCELLATION", "TECHNICAL_CANCEL", "EXPIRE"), PAYMENT),
    **dict.fromkeys(("REFUND", "REFUND_FAILED", "REFUNDED_REVERSED", "CANCEL_OR_REFUND"), REFUND),
    **dict.fromkeys(
        ("CHARGEBACK", "CHARGEBACK_REVERSED", "SECOND_CHARGEBACK", "NOTIFICATION_OF_CHARGEBACK", "REQUEST_FOR_INFORMATION",
         "PREARBITRATION_WON", "PREARBITRATION_LOST", "ISSUER_RESPONSE_TIMEFRAME_EXPIRED"),
        DISPUTE,
    ),
    "REPORT_AVAILABLE": PAYOUT,
}  # fmt: skip


class AdyenWebhooks:
    """`keys`: the live HMAC keys, hexadecimal. `account`: whose webhooks we hear. `told`: where they are kept."""

    def __init__(self, keys: Iterable[str], account: str, told: Told) -> None:
        self._keys, self._account, self._told = tuple(keys), account, told

    def verify(self, headers: Mapping[str, str], raw: bytes, now: float) -> None:
        """Every item must be signed, by any of the keys, and be of our account."""
        for item in items(raw):
            given = item.get("additionalData")
            given = given.get("hmacSignature") if isinstance(given, dict) else None
            if not isinstance(given, str) or not self._signed(item, given):
                raise Unauthenticated("the signature is not ours")
            if item.get("merchantAccountCode") != self._account:
                raise Unauthenticated("of another merchant account")

    def _signed(self, item: dict[str, Any], given: str) -> bool:
        presented = given.encode("utf-8", "surrogatepass")
        wanted = [signature(item, key).encode() for key in self._keys]
        matches = [hmac.compare_digest(presented, each) for each in wanted if each]
        return any(matches)

    def read(self, raw: bytes) -> tuple[Notice, ...]:
        return tuple(_notice(item) for item in items(raw))

    def keep(self, raw: bytes) -> None:
        """Raises Conflict where too many tell of one payment at once: the gateway sends it again."""
        for item in items(raw):
            reference, what = payment_of(_text(item, "merchantReference"))
            fact = _fact(item, what)
            self._told.change(reference, lambda known, fact=fact: _heard(known, fact))


def _heard(known: Known, fact: Fact) -> Known | Refrain:
    """Of a payment of ours: another system may share the merchant account."""
    return added(known, fact) if known.version else Refrain(known)


def signature(item: dict[str, Any], key: str) -> str:
    """Base64 of HMAC-SHA256 over the fields, joined by colons; empty for a key that is none or not hexadecimal."""
    amount = item.get("amount") if isinstance(item.get("amount"), dict) else {}
    fields = {**item, "amount.value": amount.get("value", ""), "amount.currency": amount.get("currency", "")}
    text = ":".join(str(fields.get(name, "")) for name in _SIGNED)
    try:
        secret = bytes.fromhex(key)
    except ValueError:
        secret = b""
    if not secret:
        return ""
    return base64.b64encode(hmac.digest(secret, text.encode("utf-8", "surrogatepass"), "sha256")).decode()


def items(raw: bytes) -> list[dict[str, Any]]:
    """The notification items of a body. Raises Malformed."""
    try:
        body = json.loads(raw)
    except (ValueError, RecursionError):
        raise Malformed("a webhook is a JSON object") from None
    listed = body.get("notificationItems") if isinstance(body, dict) else None
    if not isinstance(listed, list) or not 0 < len(listed) <= _MOST_ITEMS:
        raise Malformed("a webhook has notificationItems")
    found = [each.get("NotificationRequestItem") if isinstance(each, dict) else None for each in listed]
    if not all(isinstance(item, dict) for item in found):
        raise Malformed("a notification item is an object")
    return [item for item in found if item is not None]


def _notice(item: dict[str, Any]) -> Notice:
    code = _text(item, "eventCode")
    reference, _ = payment_of(_text(item, "merchantReference"))
    order_id = reference.partition("/")[0]
    about = _ABOUT.get(code, OTHER)
    ours = order_id.startswith("ord_") and about in (PAYMENT, REFUND, DISPUTE)
    return Notice(_id(item), code, about, reference if ours else "", order_id if ours else "")


def _fact(item: dict[str, Any], what: str) -> Fact:
    reason = item.get("reason")
    return Fact(
        _id(item), _text(item, "eventCode"), _at(item), what, _text(item, "pspReference"), _success(item),
        amount_of(item.get("amount")), coded(reason) if isinstance(reason, str) else "",
    )  # fmt: skip


def _id(item: dict[str, Any]) -> str:
    """What Adyen advises to tell duplicates by."""
    return f"{_text(item, 'pspReference')}:{_text(item, 'eventCode')}:{str(_success(item)).lower()}"


def _success(item: dict[str, Any]) -> bool:
    return str(item.get("success")).lower() == "true"


def _at(item: dict[str, Any]) -> str:
    try:
        return instant(parse_instant(str(item.get("eventDate"))))
    except ValueError:
        raise Malformed("an item has an eventDate") from None


def _text(item: dict[str, Any], name: str) -> str:
    value = item.get(name)
    if not isinstance(value, str) or len(value) > 128 or not value.isascii() or not value.isprintable():
        raise Malformed(f"an item has a usable {name}")
    return masked(value)
