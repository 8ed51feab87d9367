"""Puts the shop's secrets where functions look for them, and lets SES send from the demo shop's address."""

from __future__ import annotations

import json
from typing import Any

from local.cloud import client
from local.keys import GATEWAY_KEY, Keys
from local.settings import STAGE

_SENDER_DOMAIN = "demo-shop.example"


def fill(endpoint: str, keys: Keys) -> None:
    """Idempotent: an existing secret gets the current value, but for what people have rotated since: the channels'."""
    manager = client("secretsmanager", endpoint)
    known = keys.as_json()
    signing = {channel: [secret] for channel, secret in known["webhook_secrets"].items()}
    ours = signing | {f"{channel}/outbound": _outbound(keys.of("channel_tokens", channel)) for channel in signing}
    _put(manager, "channels", ours | _standing(manager, "channels"))
    _put(manager, "stripe", {"api_key": GATEWAY_KEY, "webhook_secrets": [keys.of("gateway_secrets", "stripe")]})
    _put(manager, "carriers", {carrier: [secret] for carrier, secret in known["carrier_secrets"].items()})
    _put(manager, "nodes", {node: [secret] for node, secret in known["node_secrets"].items()})
    client("sesv2", endpoint).put_account_details(
        MailType="TRANSACTIONAL", WebsiteURL="https://demo-shop.example", ProductionAccessEnabled=True
    )
    client("ses", endpoint).verify_domain_identity(Domain=_SENDER_DOMAIN)


def _outbound(token: str) -> dict[str, str]:
    """What we present when we call a channel; each kind of channel takes its own of these."""
    return {"access_token": token, "consumer_key": token, "consumer_secret": token, "signing_secret": token}


def _standing(manager: Any, name: str) -> dict[str, Any]:
    try:
        known: dict[str, Any] = json.loads(manager.get_secret_value(SecretId=f"waybill/{STAGE}/{name}")["SecretString"])
    except manager.exceptions.ResourceNotFoundException:
        return {}
    return known


def _put(manager: Any, name: str, value: dict[str, Any]) -> None:
    full, text = f"waybill/{STAGE}/{name}", json.dumps(value)
    try:
        manager.create_secret(Name=full, SecretString=text)
    except manager.exceptions.ResourceExistsException:
        manager.put_secret_value(SecretId=full, SecretString=text)
