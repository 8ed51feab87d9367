"""Channels are told of stock: as it changes, on a schedule what could not be told yet; and as an API what they were told."""

from typing import Any

from waybill.aws import http
from waybill.bootstrap import inventory
from waybill.listing.messages import rows

LISTING = inventory.listing()
ROUTER = inventory.listing_api()


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    if "Records" in event:
        LISTING.changed(rows(event))
        return {"batchItemFailures": []}
    return {"told": LISTING.run()} if "detail-type" in event else http.serve(event, ROUTER)
