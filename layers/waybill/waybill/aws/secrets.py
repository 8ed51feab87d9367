"""Secrets Manager, read once and kept for five minutes: a rotated secret is seen within that time."""

from __future__ import annotations

import json
import time
from typing import Any

from waybill.aws.clients import client
from waybill.aws.config import stage
from waybill.kernel.errors import Unavailable

_KEEP_SECONDS = 300.0
_kept: dict[str, tuple[float, dict[str, Any]]] = {}


def secret(name: str) -> dict[str, Any]:
    """The JSON object kept as `waybill/<stage>/<name>`. Raises Unavailable where it is missing."""
    full = f"waybill/{stage()}/{name}"
    known = _kept.get(full)
    if known and time.monotonic() - known[0] < _KEEP_SECONDS:
        return known[1]
    manager = client("secretsmanager")
    try:
        value = json.loads(manager.get_secret_value(SecretId=full)["SecretString"])
    except manager.exceptions.ResourceNotFoundException:
        raise Unavailable(f"the secret {full} is missing: create it, see the runbook") from None
    _kept[full] = (time.monotonic(), value)
    return value


def forget() -> None:
    """Drops what was kept: for tests."""
    _kept.clear()
