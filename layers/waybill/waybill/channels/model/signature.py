"""Signatures of webhooks: over the raw bytes, compared in constant time, with two live secrets so that one can be rotated."""

from __future__ import annotations

import base64
import hmac
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

_PREFIX = "whsec_"
_TOLERANCE_SECONDS = 300


class Presented(Protocol):
    """A webhook as it came, with the secrets that are live: `ports.Signed`."""

    @property
    def headers(self) -> Mapping[str, str]: ...
    @property
    def raw(self) -> bytes: ...
    @property
    def secrets(self) -> Sequence[str]: ...
    @property
    def now(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Base64Hmac:
    """Base64 of HMAC-SHA256 over the body as it came, in this header."""

    header: str

    def __call__(self, call: Presented) -> bool:
        return verified(call.raw, call.headers.get(self.header, ""), call.secrets)


def standard_webhooks(call: Presented) -> bool:
    """Standard Webhooks: over id, instant and body; any of several signatures; refused five minutes away from now, so that nobody can
    send an old one again."""
    id, sent_at = call.headers.get("webhook-id", ""), call.headers.get("webhook-timestamp", "")
    if not sent_at.isascii() or not sent_at.isdecimal() or len(sent_at) > 12 or abs(call.now - int(sent_at)) > _TOLERANCE_SECONDS:
        return False
    given = [one.encode("utf-8", "surrogatepass") for one in call.headers.get("webhook-signature", "").split()[:10]]
    ours = [standard_webhook(id, int(sent_at), call.raw, secret).encode() for secret in call.secrets if secret]
    matches = [hmac.compare_digest(theirs, mine) for mine in ours for theirs in given]
    return any(matches)


def signed(raw: bytes, secret: str) -> str:
    """Shopify's and WooCommerce's scheme: base64 of HMAC-SHA256 over the body as it came."""
    return base64.b64encode(hmac.digest(secret.encode(), raw, "sha256")).decode()


def verified(raw: bytes, presented: str, secrets: Iterable[str]) -> bool:
    """Whether any of the live secrets made the presented signature. Every secret is tried, whatever the outcome."""
    given = presented.strip().encode("utf-8", "surrogatepass")
    matches = [hmac.compare_digest(given, signed(raw, secret).encode()) for secret in secrets if secret]
    return any(matches)


def standard_webhook(message_id: str, timestamp: int, body: bytes, secret: str) -> str:
    """Standard Webhooks: `v1,` and base64 of HMAC-SHA256 over `id.timestamp.body`; a secret `whsec_…` is base64, another goes as it is."""
    signed_text = b"%b.%d.%b" % (message_id.encode(), timestamp, body)
    return "v1," + base64.b64encode(hmac.digest(_key(secret), signed_text, "sha256")).decode()


def can_sign(secret: str) -> bool:
    """Whether `standard_webhook` can sign with it: what begins with `whsec_` is base64."""
    encoded = secret.removeprefix(_PREFIX)
    try:
        return encoded == secret or len(base64.b64decode(_padded(encoded), validate=True)) > 0
    except ValueError:
        return False


def _key(secret: str) -> bytes:
    encoded = secret.removeprefix(_PREFIX)
    return secret.encode() if encoded == secret else base64.b64decode(_padded(encoded))


def _padded(encoded: str) -> str:
    return encoded + "=" * (-len(encoded) % 4)
