"""Signatures of webhooks: over the raw bytes, compared in constant time, with two live secrets so that one can be rotated."""

from __future__ import annotations

import base64
import hmac
from collections.abc import Iterable


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


def _key(secret: str) -> bytes:
    if not secret.startswith("whsec_"):
        return secret.encode()
    encoded = secret.removeprefix("whsec_")
    return base64.b64decode(encoded + "=" * (-len(encoded) % 4))
