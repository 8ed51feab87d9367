"""Stripe's webhooks: `Stripe-Signature: t=…,v1=…`, HMAC-SHA256 over `t.body`. https://docs.stripe.com/webhooks#verify-manually"""

from __future__ import annotations

import hmac
import json
from collections.abc import Iterable, Mapping
from typing import Any

from waybill.kernel.errors import Malformed, Unauthenticated
from waybill.payments.notices import DISPUTE, OTHER, PAYMENT, PAYOUT, REFUND, Notice

TOLERANCE_SECONDS = 300
_ABOUT = {
    "payment_intent": PAYMENT,
    "charge": PAYMENT,
    "charge.refund": REFUND,
    "refund": REFUND,
    "charge.dispute": DISPUTE,
    "payout": PAYOUT,
}


class StripeWebhooks:
    """`secrets`: the endpoint's live signing secrets (`whsec_…`), several while one is rotated."""

    def __init__(self, secrets: Iterable[str]) -> None:
        self._secrets = tuple(secrets)

    def verify(self, headers: Mapping[str, str], raw: bytes, now: float) -> None:
        stamp, given = _presented(headers.get("stripe-signature", ""))
        wanted = [signature(stamp, raw, secret) for secret in self._secrets if secret]
        matches = [hmac.compare_digest(each.encode("utf-8", "surrogatepass"), one.encode()) for each in given for one in wanted]
        if not any(matches):
            raise Unauthenticated("the signature is not ours")
        if abs(now - int(stamp)) > TOLERANCE_SECONDS:
            raise Unauthenticated("signed too long ago")

    def read(self, raw: bytes) -> tuple[Notice, ...]:
        return read(raw)

    def keep(self, raw: bytes) -> None:
        """Nothing: Stripe can be asked."""


def signature(stamp: str, raw: bytes, secret: str) -> str:
    """Hexadecimal HMAC-SHA256 over `stamp.raw`."""
    return hmac.digest(secret.encode(), stamp.encode() + b"." + raw, "sha256").hex()


def read(raw: bytes) -> tuple[Notice, ...]:
    """One event → one notice. Raises Malformed."""
    try:
        event = json.loads(raw)
    except (ValueError, RecursionError):
        event = None
    id, type = (event.get("id"), event.get("type")) if isinstance(event, dict) else (None, None)
    if not isinstance(id, str) or not isinstance(type, str) or not 0 < len(id) <= 128 or not 0 < len(type) <= 128:
        raise Malformed("an event has an id and a type")
    data = event.get("data")
    told = data.get("object") if isinstance(data, dict) else None
    told = told if isinstance(told, dict) else {}
    stem = type.rpartition(".")[0]
    about = REFUND if type == "charge.refunded" else _ABOUT.get(stem, OTHER)
    marks = told.get("metadata")
    return (Notice(id, type, about, _intent(told), _word(marks.get("order_id")) if isinstance(marks, dict) else ""),)


def _intent(told: dict[str, Any]) -> str:
    named = told.get("id") if told.get("object") == "payment_intent" else told.get("payment_intent")
    named = named.get("id") if isinstance(named, dict) else named
    return _word(named) if isinstance(named, str) and named.startswith("pi_") else ""


def _presented(header: str) -> tuple[str, list[str]]:
    """`t=1,v1=ab,v1=cd` → ("1", ["ab", "cd"])."""
    pairs = [part.strip().partition("=") for part in header[:4096].split(",")]
    stamps = [value for name, _, value in pairs if name == "t"]
    if len(stamps) != 1 or not stamps[0].isascii() or not stamps[0].isdecimal() or len(stamps[0]) > 12:
        raise Unauthenticated("a webhook of this gateway is signed")
    return stamps[0], [value for name, _, value in pairs if name == "v1"]


def _word(value: Any) -> str:
    return value if isinstance(value, str) and value.isascii() and value.isprintable() and len(value) <= 64 else ""
