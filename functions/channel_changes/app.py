"""Orders follow their channels: changes and notices as they come, and on a schedule what was missed."""

from typing import Any

from waybill.aws import batch
from waybill.bootstrap import channels

CHANGES = channels.channel_changes()


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    return batch.each(event, CHANGES) if "Records" in event else channels.channel_watch().watch()
