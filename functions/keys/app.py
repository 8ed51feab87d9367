"""API keys and the channels' secrets, as an API for admins."""

from typing import Any

from waybill.aws import http
from waybill.bootstrap import channels

ROUTER = channels.keys_api()


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    return http.serve(event, ROUTER)
