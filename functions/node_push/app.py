"""Queue `node-push`: new work goes to the node's webhook."""

from typing import Any

from waybill import bootstrap
from waybill.aws import batch

PUSH = bootstrap.node_push()


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    return batch.each_event(event, PUSH.told)
