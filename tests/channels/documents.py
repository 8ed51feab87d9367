"""Documents for the tests of intake: our own samples, signed as the channels sign them, and other people's where they are at hand."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.support.template import ROOT
from waybill.channels.model.signature import signed
from waybill.kernel import json as strict_json

EVENTS = ROOT / "events" / "intake"
SHARED = ROOT.parent / "shared"
SECRETS = {"shopify": "shopify-secret", "woocommerce": "woo-secret"}
_SIGNATURE = {"shopify": "x-shopify-hmac-sha256", "woocommerce": "x-wc-webhook-signature"}
AT = "2026-11-23T03:20:00.000Z"


def sample(name: str) -> dict[str, Any]:
    """A file of events/intake, parsed as the door would."""
    return strict_json.parse((EVENTS / f"{name}.json").read_bytes())


def samples() -> list[str]:
    return sorted(file.stem for file in EVENTS.glob("*.json"))


def raw_body(name: str) -> bytes:
    return json.dumps(json.loads((EVENTS / f"{name}.json").read_text())["body"]).encode()


def call(world: Any, name: str, body: bytes | None = None, **changed: str) -> Any:
    """Sends a sample through its door, signed over the bytes that are sent. `changed` are headers, with _ for -."""
    document = sample(name)
    raw = raw_body(name) if body is None else body
    headers = {**document["headers"], **{key.replace("_", "-"): value for key, value in changed.items()}}
    if document["door"] == "api":
        return world.call("POST", "/v1/orders", raw, {"x-api-key": "key-api", **headers})
    channel = document["channel"]
    headers.setdefault(_SIGNATURE[channel], signed(raw, SECRETS[channel]))
    return world.call("POST", f"/v1/channels/{channel}/webhooks", raw, headers)


def shared(folder: str, pattern: str) -> list[Path]:
    """Published documents of other systems. Skips the test, saying so, where this checkout has none beside it."""
    found = sorted((SHARED / folder).glob(pattern))
    if not found:
        pytest.skip(f"../shared/{folder} is not beside this checkout")
    return found
