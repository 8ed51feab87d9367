"""Those who sign what they send: channels, gateways, carriers. A spoilt body is signed as a good one is, or nobody would read it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from tests.channels.benches import BENCHES
from tests.channels.documents import SECRETS
from tests.payments.strict_adyen import ACCOUNT, HMAC_KEY
from tests.payments.test_gateway_webhooks import SENT
from waybill.channels.model.signature import signed
from waybill.fulfilment.carriers import tracking_door
from waybill.payments import wire
from waybill.payments.adyen import webhooks as adyen
from waybill.payments.stripe import webhooks as stripe

GATEWAYS: dict[str, dict[str, Any]] = {
    "paypal": {"client_id": "client", "client_secret": "client-secret", "webhook_id": "WH-1", "api_base": "http://127.0.0.1:9"},
    "adyen": {"api_key": "AQE-test", "merchant_account": ACCOUNT, "api_base": "http://127.0.0.1:9/v71", "hmac_keys": [HMAC_KEY]},
}
"""The shop's accounts at gateways beside Stripe, by the names of their secrets."""
_HMAC = ("x-shopify-hmac-sha256", "x-wc-webhook-signature")
_BENCHES = {f"{bench.kind}-2": bench for bench in BENCHES if bench.signed is not None}


def sent(path: str, raw: bytes, headers: Mapping[str, str], now: float) -> tuple[bytes, dict[str, str]]:
    """What is on the wire: the body and its headers, signed by whoever has the secret of this address. `now` in seconds since 1970."""
    parts, given = path.strip("/").split("/"), dict(headers)
    kind, name = (parts[1], parts[2]) if len(parts) > 2 else ("", "")
    if kind == "channels" and name in _BENCHES and parts[-1] == "webhooks":
        return raw, {**given, **(_BENCHES[name].signed or _nothing)(raw, 1, int(now))}
    if kind == "channels" and name in SECRETS:
        return raw, given | {header: signed(raw, SECRETS[name]) for header in _HMAC if header in given}
    if kind == "carriers":
        stamp = str(int(now))
        return raw, given | {"x-carrier-timestamp": stamp, "x-carrier-signature": tracking_door.signature("carrier-secret", stamp, raw)}
    if kind == "gateways" and name == "stripe":
        stamp = str(int(now))
        return raw, given | {"stripe-signature": f"t={stamp},v1={stripe.signature(stamp, raw, 'whsec_new')}"}
    if kind == "gateways" and name == "paypal":
        return raw, given | SENT
    if kind == "gateways" and name == "adyen":
        return _by_adyen(raw), given
    return raw, given


def verified(self: wire.Wire, method: str, path: str, headers: Mapping[str, str], body: bytes | None) -> wire.Answer:
    """In the place of a gateway's API: PayPal has sent everything that says so; nobody knows any payment."""
    if path.endswith("/verify-webhook-signature"):
        return wire.Answer(200, {"verification_status": "SUCCESS"})
    if path.endswith("/oauth2/token"):
        return wire.Answer(200, {"access_token": "token", "expires_in": 3600})
    return wire.Answer(404, {"name": "RESOURCE_NOT_FOUND", "message": "There is no such payment."})


def _nothing(raw: bytes, number: int, now: int) -> dict[str, str]:
    return {}


def _by_adyen(raw: bytes) -> bytes:
    """Adyen's signature lies inside the body, an item by itself."""
    try:
        items = adyen.items(raw)
        body = json.loads(raw)
    except (ValueError, adyen.Malformed):
        return raw
    for listed, item in zip(body["notificationItems"], items, strict=True):
        more = item.get("additionalData")
        listed["NotificationRequestItem"] = {
            **item,
            "additionalData": {**(more if isinstance(more, dict) else {}), "hmacSignature": adyen.signature(item, HMAC_KEY)},
        }
    return json.dumps(body).encode()
