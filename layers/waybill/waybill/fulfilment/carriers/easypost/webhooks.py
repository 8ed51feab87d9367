"""EasyPost's webhooks: `X-Hmac-Signature: hmac-sha256-hex=…` over the raw body, under the secret that the webhook was created with. It bears no time: what is told again
changes nothing, for a scan is never put over a newer one."""

from __future__ import annotations

import hashlib
import hmac
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Any

from waybill.fulfilment.carriers.easypost.answers import scans
from waybill.fulfilment.model.tracking import Scan
from waybill.kernel.errors import Malformed, Unauthenticated

SIGNATURE = "x-hmac-signature"


def verify(secrets: Iterable[str], headers: Mapping[str, str], raw: bytes) -> None:
    """Raises Unauthenticated."""
    given = headers.get(SIGNATURE, "").encode("utf-8", "replace")
    if not any(hmac.compare_digest(signature(secret, raw).encode(), given) for secret in secrets):
        raise Unauthenticated(f"{SIGNATURE} does not fit")


def signature(secret: str, raw: bytes) -> str:
    return "hmac-sha256-hex=" + hmac.new(unicodedata.normalize("NFKD", secret).encode(), raw, hashlib.sha256).hexdigest()


def read(body: Mapping[str, Any]) -> tuple[str, list[Scan]]:
    """(tracking number, scans) of a tracker's event; ("", []) of an event about something else. Raises Malformed."""
    if not str(body.get("description", "")).startswith("tracker."):
        return "", []
    tracker = body.get("result")
    number = tracker.get("tracking_code") if isinstance(tracker, dict) else None
    if not isinstance(tracker, dict) or not isinstance(number, str) or not 0 < len(number) <= 64:
        raise Malformed("a tracker's event has a result with its tracking_code", fields={"result": "a tracker"})
    return number, scans(tracker)
