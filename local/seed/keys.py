"""Who may knock at the demo shop, and with what."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from local.seed.demo_shop import DemoShop
from waybill.shop.model import Key

STAFF = ("viewer", "support", "finance")
OWN_CHANNEL = "api"


class Secrets(Protocol):
    """Makes a secret on the first call and gives the same one ever after."""

    def of(self, kind: str, name: str) -> str: ...

    @property
    def ops_key(self) -> str: ...


def presented(secrets: Secrets, shop: DemoShop) -> Iterator[tuple[str, Key]]:
    """Every API key of the demo shop and what it may do.

    On the laptop the key of our own channel is also admin, so that one key tries everything. Nowhere else would one do that.
    """
    for channel in shop.ids("channels"):
        roles = ("channel", "admin") if channel == OWN_CHANNEL else ("channel",)
        yield secrets.of("api_keys", channel), Key(roles, channel, channel)
    for node in shop.ids("nodes"):
        yield secrets.of("node_keys", node), Key(("node",), node, node)
    for carrier in shop.ids("carriers"):
        yield secrets.of("carrier_keys", carrier), Key(("carrier",), carrier, carrier)
    for role in STAFF:
        yield secrets.of("ops_keys", role), Key((role,), "", role)
    yield secrets.ops_key, Key(("admin",), "", "ops")


def sign(secrets: Secrets, shop: DemoShop) -> None:
    """Makes sure of the signing secrets: of the channels, of what is pushed to nodes, of what carriers report."""
    for kind, names in (("webhook_secrets", "channels"), ("node_secrets", "nodes"), ("carrier_secrets", "carriers")):
        for name in shop.ids(names):
            secrets.of(kind, name)
