"""Word of orders that comes through a queue: Amazon's notifications, commercetools' subscriptions. Kept like a webhook, then followed.

Whoever may write to the queue is believed: the queue's policy is the signature.
"""

from __future__ import annotations

import json
from typing import Any

from waybill.channels import registry
from waybill.channels.model.masking import without_card_numbers
from waybill.channels.ports import NOTHING, Notices
from waybill.kernel.errors import NotFound
from waybill.kernel.ids import order_id
from waybill.orders import documents
from waybill.orders.documents import Document
from waybill.shop import store as shop
from waybill.shop.model import Channel


def keep(notice: Any, at: str) -> Document | None:
    """The notice as a kept document; None where it is about no order. Raises NotFound where no channel of the shop is meant: the message ends
    as a dead letter, and can be sent again when the channel is there."""
    channel, reads = _whose(notice)
    topic = reads.topic(notice)[:120]
    about = registry.adapter(channel.kind).about(topic, notice)
    if about.carries == NOTHING:
        return None
    body = json.dumps(without_card_numbers(notice), default=str, separators=(",", ":")).encode()
    document = Document(channel.id, f"notice/{reads.delivery(notice)[:200]}", "notice", topic, body, at, order_id(channel.id, about.reference))
    documents.keep(document)
    return document


def _whose(notice: Any) -> tuple[Channel, Notices]:
    for channel in shop.channels():
        try:
            reads = registry.adapter(channel.kind).notices
        except NotFound:
            continue
        mine = channel.settings.get(reads.setting) if reads else None
        if reads and mine and isinstance(notice, dict) and reads.names(notice) == mine:
            return channel, reads
    raise NotFound("no channel of the shop is the one that this notice names")
