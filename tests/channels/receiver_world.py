"""The receiver of `local/receiver` behind a real socket, and a shop whose channels point at it."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local.receiver.server import Receiver, serve
from local.receiver.shelves import Shelves
from local.receiver.shops import Shops, nobody_knows
from waybill.aws import clients, secrets
from waybill.shop import store as shop
from waybill.shop.model import Channel

TOKENS = {"shopify": "shpat_test", "woocommerce": "ck_test", "api": "whsec_" + "c2VjcmV0LXNlY3JldC1zZWNyZXQ="}
SELLS = {"TEA", "CUP", "POT"}
ADDRESSES = {"shopify": "admin_url", "woocommerce": "rest_url", "api": "webhook_url"}


@dataclass
class Listening:
    receiver: Receiver
    base: str

    def told(self, channel: str = "", order: str = "") -> list[dict[str, Any]]:
        return self.receiver.shops.received(channel, order)

    def kinds(self) -> list[str]:
        return [told["kind"] for told in self.told()]


@contextmanager
def listening(state: Path) -> Iterator[Listening]:
    """A receiver on a free port for as long as the block lasts."""
    tokens = {**TOKENS, "api": TOKENS["api"]}
    receiver = Receiver(Shops(state, nobody_knows), Shelves(state / "shelves", SELLS), tokens)
    server = serve(receiver, 0)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield Listening(receiver, f"http://127.0.0.1:{server.server_port}")
    finally:
        server.shutdown()
        server.server_close()


def point_at(base: str) -> None:
    """The shop's channels call this address, with these credentials."""
    for kind, setting in ADDRESSES.items():
        path = "/api/webhooks" if kind == "api" else f"/{kind}"
        shop.save(shop.CHANNEL, kind, Channel(kind, kind, kind.title(), settings={setting: base + path, "location_id": "1"}))
    shop.forget()
    manager = clients.client("secretsmanager")
    known = json.loads(manager.get_secret_value(SecretId="waybill/local/channels")["SecretString"])
    known |= {f"{kind}/outbound": credentials(token) for kind, token in TOKENS.items()}
    manager.put_secret_value(SecretId="waybill/local/channels", SecretString=json.dumps(known))
    secrets.forget()


def credentials(token: str) -> dict[str, str]:
    return {"access_token": token, "consumer_key": token, "consumer_secret": token, "signing_secret": token}
