"""Orders follow their channels: changes and notices as they come, and on a schedule what was missed."""

from typing import Any

from waybill import bootstrap
from waybill.aws import batch

CHANGES = bootstrap.channel_changes()


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    return batch.each(event, CHANGES) if "Records" in event else bootstrap.channel_watch().watch()
