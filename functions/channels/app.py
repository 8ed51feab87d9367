"""How channels stand, and setting one up, as an API."""

from typing import Any

from waybill.aws import http
from waybill.bootstrap import channels

ROUTER = channels.channels_api()


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    return http.serve(event, ROUTER)
