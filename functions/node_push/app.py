"""Queue `node-push`: nodes are told of their work, each in its own way; on a schedule work at Amazon is looked at."""

from typing import Any

from waybill.aws import batch
from waybill.bootstrap import fulfilment, third_parties

PUSH = fulfilment.node_push()


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    return batch.each_event(event, PUSH.told) if "Records" in event else {"looked_at": third_parties.mcf().look_around()}
