"""Telling one channel its numbers: at the address that the policy names, by our own webhook, else by the channel's own API."""

from __future__ import annotations

from collections.abc import Collection

from waybill.aws.secrets import secret
from waybill.channels import connecting, registry
from waybill.channels.ports import Remote
from waybill.kernel.clock import Clock
from waybill.kernel.errors import NotFound, Unavailable
from waybill.listing.model.policy import Listed
from waybill.listing.ports import Teller
from waybill.shop import store as shop
from waybill.shop.model import Channel

_BY_WEBHOOK = 100


def teller(listed: Listed, clock: Clock) -> Teller:
    """Raises Unavailable where a secret or setting lacks, or while the channel gives no token."""
    if listed.url:
        return Teller(_BY_WEBHOOK, _webhook(listed, clock).stock)
    channel = shop.channel(listed.channel)
    wrong, remote = lacks(channel), connecting.remote(channel, clock)
    adapter = registry.adapter(channel.kind)
    if wrong or remote is None or adapter.stock is None:
        raise Unavailable(f"{channel.id} cannot be told of stock: {wrong}")
    return Teller(adapter.stock.at_once, remote.stock)


def _webhook(listed: Listed, clock: Clock) -> Remote:
    """Under the secret with which the channel is told of its orders."""
    from waybill.channels.calling import Caller
    from waybill.channels.own_webhook import OwnWebhook

    outbound = secret("channels").get(f"{listed.channel}/outbound") or {}
    if not outbound.get("signing_secret"):
        raise Unavailable(f"the secret waybill/<stage>/channels lacks {listed.channel}/outbound.signing_secret: see the runbook")
    return OwnWebhook(Caller(listed.url, {}, clock), outbound["signing_secret"], clock)


def lacks(channel: Channel) -> str:
    """What a channel lacks to be told by its own API; empty where it can be."""
    try:
        adapter = registry.adapter(channel.kind)
    except NotFound as problem:
        return problem.message
    if adapter.stock is None or adapter.remote is None:
        return f"a channel of kind {channel.kind} has no word for stock: name a url"
    missing = [name for name in (adapter.address, *adapter.stock.settings) if not channel.settings.get(name)]
    return f"its settings lack {', '.join(missing)}" if missing else ""


def reachable(channels: Collection[Channel], named: Collection[str]) -> dict[str, str]:
    """Of every channel of the shop what it lacks to be told by its own API, looked up for those that are `named`."""
    return {channel.id: lacks(channel) if channel.id in named else "" for channel in channels}
