"""Orders edited after they were placed, as an API."""

from typing import Any

from waybill import bootstrap
from waybill.aws import http

ROUTER = bootstrap.edits_api()


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    return http.serve(event, ROUTER)
