"""The notifications queue: one mail to the customer per business event."""

from typing import Any

from waybill.aws import batch
from waybill.bootstrap import notifications

NOTIFIER = notifications.notifier()


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    return batch.each(event, NOTIFIER.take)
