"""The way to one channel: its adapter, its address, and what we present to it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from waybill.aws.secrets import secret
from waybill.channels import registry
from waybill.channels.ports import Outgoing, Remote
from waybill.kernel.clock import Clock
from waybill.kernel.errors import NotFound, Unavailable
from waybill.shop.model import Channel


def remote(channel: Channel, clock: Clock) -> Remote | None:
    """The channel as it can be called; None where it gave no address and so wants to hear nothing. Raises Unavailable where a credential lacks."""
    try:
        adapter = registry.adapter(channel.kind)
    except NotFound:
        return None
    if adapter.remote is None or not channel.settings.get(adapter.address):
        return None
    credentials = secret("channels").get(f"{channel.id}/outbound") or {}
    for name in adapter.needs:
        if not credentials.get(name):
            raise Unavailable(f"the secret waybill/<stage>/channels lacks {channel.id}/outbound.{name}: see the runbook")
    return adapter.remote(Outgoing(channel, credentials, clock))


def live_secrets(channel: Channel) -> list[str]:
    """What the channel signs with, the newest first: two while one replaces the other."""
    return signing(secret("channels"), channel.id)


def signing(kept: Mapping[str, Any], channel_id: str) -> list[str]:
    """The same of what is kept in the secret."""
    found = kept.get(channel_id, [])
    return [found] if isinstance(found, str) else list(found)
