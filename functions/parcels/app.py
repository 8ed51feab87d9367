"""Labels of cancelled work, and those that a person wants back, are given back; on a schedule the rounds over what is on its way, and over what has no label yet."""

from typing import Any

from waybill.aws import batch
from waybill.bootstrap import fulfilment

PARCELS = fulfilment.parcels()


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    return PARCELS.round() if "detail-type" in event else batch.each_event(event, PARCELS.told)
