"""The channel-acks queue: tells the channel what has shipped or was cancelled."""

from typing import Any

from waybill.aws import batch
from waybill.bootstrap import channels

ACKS = channels.channel_acks()


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    return batch.each(event, ACKS.take)
