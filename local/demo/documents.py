"""The sample documents of `events/intake` as requests: new references at each run, each signed as its channel signs."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_SIGNATURE = {"shopify": "x-shopify-hmac-sha256", "woocommerce": "x-wc-webhook-signature"}
_DELIVERY = {"shopify": "x-shopify-webhook-id", "woocommerce": "x-wc-webhook-delivery-id"}


@dataclass(frozen=True, slots=True)
class Sending:
    """One order as a request; sending it twice makes one order. `name` is the sample's file name without its ending."""

    name: str
    channel: str
    reference: str
    path: str
    headers: Mapping[str, str]
    body: bytes


def sendings(folder: Path, api_keys: Mapping[str, str], webhook_secrets: Mapping[str, str], run: int) -> list[Sending]:
    """Every sample of a channel that we have a key to. `run` makes the references: two runs never share one."""
    samples = [(file.stem, json.loads(file.read_bytes())) for file in sorted(folder.glob("*.json"))]
    known = [(name, sample) for name, sample in samples if sample["channel"] in api_keys]
    return [_sending(name, sample, run, n, api_keys, webhook_secrets) for n, (name, sample) in enumerate(known, 1)]


def _sending(name: str, sample: dict[str, Any], run: int, n: int, api_keys: Mapping[str, str], secrets: Mapping[str, str]) -> Sending:
    channel, headers = sample["channel"], dict(sample["headers"])
    if sample["door"] == "api":
        reference, body = _of_the_api(sample["body"], run)
        path = "/v1/orders"
        headers |= {"x-api-key": api_keys[channel], "idempotency-key": f"demo-{reference}"}
    else:
        reference, body = _of_a_shop(sample["body"], run, n)
        path = f"/v1/channels/{channel}/webhooks"
        headers |= {_DELIVERY[channel]: f"demo-{reference}"}
    raw = json.dumps(body).encode()
    if channel in _SIGNATURE and sample["door"] != "api":
        headers[_SIGNATURE[channel]] = _signed(secrets[channel], raw)
    return Sending(name, channel, reference, path, headers, raw)


def _of_the_api(body: dict[str, Any], run: int) -> tuple[str, dict[str, Any]]:
    reference = f"{body['external_reference']}-{run}"
    return reference, {**body, "external_reference": reference} | ({"number": reference} if "number" in body else {})


def _of_a_shop(body: dict[str, Any], run: int, n: int) -> tuple[str, dict[str, Any]]:
    """The order's id is a number in both shop systems."""
    id = run * 100 + n
    more = {"admin_graphql_api_id": f"gid://shopify/Order/{id}"} if "admin_graphql_api_id" in body else {}
    return str(id), {**body, "id": id, **more}


def _signed(secret: str, raw: bytes) -> str:
    return base64.b64encode(hmac.new(secret.encode(), raw, hashlib.sha256).digest()).decode()
