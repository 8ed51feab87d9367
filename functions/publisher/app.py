"""The stream of the Orders table: every new history entry becomes an event on the bus."""

from typing import Any

from waybill.orders import outbox


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    refused = outbox.publish(event["Records"])
    return {"batchItemFailures": [{"itemIdentifier": number} for number in refused]}
