"""Orders that people make: as an API, and on a schedule those that were cut off, that are over or forgotten."""

from typing import Any

from waybill.aws import http
from waybill.bootstrap import channels

DRAFTS = channels.drafts()
ROUTER = channels.drafts_api()


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    return DRAFTS.sweep() if "detail-type" in event else http.serve(event, ROUTER)
