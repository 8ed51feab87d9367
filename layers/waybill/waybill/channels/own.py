"""Our own API as a channel: orders come through our own door, and it hears of them by signed webhooks of ours (Standard Webhooks)."""

from __future__ import annotations

from typing import Any

from waybill.channels import api
from waybill.channels.ports import NOTHING, About, Adapter, Outgoing, Remote, Stock


def about(topic: str, document: Any) -> About:
    """Nothing comes in but orders, through their own door."""
    return About(NOTHING)


def _remote(outgoing: Outgoing) -> Remote:
    from waybill.channels.calling import caller
    from waybill.channels.own_webhook import OwnWebhook

    return OwnWebhook(caller(outgoing, "webhook_url", {}), outgoing.credentials["signing_secret"], outgoing.clock)


ADAPTER = Adapter(
    kind="api",
    about=about,
    normalise=api.normalise,
    address="webhook_url",
    remote=_remote,
    needs=("signing_secret",),
    stock=Stock(at_once=100),
)
