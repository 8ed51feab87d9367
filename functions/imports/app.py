"""Spreadsheets of orders: as an API, and through their own queue step by step."""

from typing import Any

from waybill.aws import batch, http
from waybill.bootstrap import channels

ROUTER = channels.imports_api()


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    return batch.each(event, channels.import_worker().take) if "Records" in event else http.serve(event, ROUTER)
