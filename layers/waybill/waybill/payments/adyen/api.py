"""Adyen's Checkout API: JSON under an API key; refusals with their error code."""

from __future__ import annotations

from functools import cache
from typing import Any, NoReturn

from waybill.aws.logs import count
from waybill.kernel.errors import Unavailable
from waybill.kernel.plain import compact
from waybill.payments.ports import GatewayRefused
from waybill.payments.wire import Wire

VERSION = "v71"
_AT_WORK = "704"
"""The same key, still being worked on."""


class Refusal(Exception):
    """Adyen's 422 about this very request, with its `code`. Always caught by the adapter."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class AdyenApi:
    """One merchant account. `api_base` ends in the version: the live address is each merchant's own."""

    def __init__(self, api_key: str, merchant_account: str, api_base: str) -> None:
        self._wire = _wire(api_base)
        self._key, self._account = api_key, merchant_account

    def post(self, operation: str, path: str, body: dict[str, Any], key: str) -> dict[str, Any]:
        """Raises Refusal, Unavailable, GatewayRefused."""
        headers = {"X-API-Key": self._key, "Content-Type": "application/json", "Idempotency-Key": key}
        told = compact(body | {"merchantAccount": self._account}).encode()
        answer = self._wire.ask(operation, "POST", path, headers, told)
        if answer.well:
            return answer.body
        _trouble(answer.status, str(answer.body.get("errorCode") or "")[:16])


@cache
def _wire(base: str) -> Wire:
    return Wire("adyen", base)


def refused(problem: Refusal) -> NoReturn:
    """A refusal that is a fault of ours: not cured by asking again."""
    raise GatewayRefused(f"the gateway refuses the request: {problem.code}") from problem


def _trouble(status: int, code: str) -> NoReturn:
    if status in (401, 403):
        count("GatewayCredentialsRefused", gateway="adyen")
        raise Unavailable("the gateway refuses our key: is the secret current?")
    if status == 409 or code == _AT_WORK:
        raise Unavailable("the gateway is at work on the same payment or key")
    if status == 422:
        raise Refusal(code or "422")
    raise GatewayRefused(f"the gateway refuses the request: {code or status}")
