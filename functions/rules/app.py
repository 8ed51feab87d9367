"""Routing rules and decisions as an API: drafts, back-tests, which rules stand; a decision looked at and worked out again."""

from typing import Any

from waybill.aws import http
from waybill.bootstrap import routing

ROUTER = routing.rules_api()


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    return http.serve(event, ROUTER)
