"""Spreadsheets of orders: as an API, and through their own queue step by step."""

from typing import Any

from waybill import bootstrap
from waybill.aws import batch, http

ROUTER = bootstrap.imports_api()


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    return batch.each(event, bootstrap.import_worker().take) if "Records" in event else http.serve(event, ROUTER)
