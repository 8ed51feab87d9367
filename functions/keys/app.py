"""API keys and the channels' secrets, as an API for admins."""

from typing import Any

from waybill import bootstrap
from waybill.aws import http

ROUTER = bootstrap.keys_api()


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    return http.serve(event, ROUTER)
