"""Telling a channel its numbers by a signed webhook (Standard Webhooks), under the secret with which it is told of its orders."""

from __future__ import annotations

from collections.abc import Iterable

from waybill.channels.calling import Caller
from waybill.channels.own_webhook import OwnWebhook
from waybill.kernel.clock import Clock
from waybill.listing.model.policy import Listed
from waybill.listing.model.records import Level

KIND = "stock.levels"


class LevelsWebhook:
    """`ports.Teller`."""

    def __init__(self, listed: Listed, signing_secret: str, clock: Clock) -> None:
        self._webhook = OwnWebhook(Caller(listed.url, {}, clock), signing_secret, clock)

    def levels(self, id: str, sequence: int, levels: Iterable[Level]) -> None:
        said = [{"sku": level.sku, "available": level.number} for level in levels]
        self._webhook.post(KIND, f"stock_{id}", {"sequence": sequence, "levels": said})
