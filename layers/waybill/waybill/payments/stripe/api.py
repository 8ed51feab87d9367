"""Stripe's HTTP API as documented: forms in, JSON out, errors sorted. https://docs.stripe.com/api (why not the SDK: ADR 10)"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from typing import Any, NoReturn
from urllib.parse import urlencode

from waybill.aws.logs import count
from waybill.kernel.errors import Unavailable
from waybill.payments.ports import GatewayRefused
from waybill.payments.stripe.answers import rows, text
from waybill.payments.wire import Wire

API_BASE = "https://api.stripe.com"
API_VERSION = "2026-07-29.dahlia"
"""Pinned, so that the meaning of a request stays; the last major in which `payment_method_types` may be sent."""
_MOST_PAGES = 1000


class Refusal(Exception):
    """Stripe's 4xx about this very request: `code`, `decline_code`, `status`, and the `intent` that it has left. Always caught by the
    adapter."""

    def __init__(self, status: int, error: dict[str, Any]) -> None:
        super().__init__(str(error.get("code") or status))
        self.status = status
        self.code = _word(error.get("code"))
        self.decline_code = _word(error.get("decline_code"))
        left = error.get("payment_intent")
        self.intent: dict[str, Any] | None = left if isinstance(left, dict) else None


class StripeApi:
    """One account at Stripe. Connections are shared by all that name the same address."""

    def __init__(self, api_key: str, api_base: str = "") -> None:
        self._wire = _wire(api_base or API_BASE)
        self._headers = {"Authorization": f"Bearer {api_key}", "Stripe-Version": API_VERSION}

    def post(self, operation: str, path: str, params: dict[str, Any], key: str) -> dict[str, Any]:
        """Raises Refusal, Unavailable, GatewayRefused (the key is known with another request)."""
        told = {**self._headers, "Idempotency-Key": key, "Content-Type": "application/x-www-form-urlencoded"}
        return self._answer(operation, "POST", path, told, form(params).encode())

    def get(self, operation: str, path: str, params: dict[str, Any] | None = None) -> dict[str, Any]:
        """Raises Refusal, Unavailable, GatewayRefused."""
        query = form(params or {})
        return self._answer(operation, "GET", f"{path}?{query}" if query else path, self._headers, None)

    def all(self, operation: str, path: str, params: dict[str, Any]) -> Iterator[dict[str, Any]]:
        """Every object of a list, page by page, newest first. Raises as `get`."""
        after: dict[str, Any] = {}
        for _ in range(_MOST_PAGES):
            listed = self.get(operation, path, {"limit": 100, **params, **after})
            page = rows(listed)
            yield from page
            if not page or listed.get("has_more") is not True:
                return
            after = {"starting_after": text(page[-1], "id")}
        raise GatewayRefused("the gateway lists more than there can be")

    def _answer(self, operation: str, method: str, path: str, headers: dict[str, str], body: bytes | None) -> dict[str, Any]:
        answer = self._wire.ask(operation, method, path, headers, body)
        return answer.body if answer.well else _trouble(answer.status, answer.body.get("error"))


@cache
def _wire(base: str) -> Wire:
    return Wire("stripe", base)


def form(params: dict[str, Any]) -> str:
    """Stripe's form encoding: `a[b]=c`, lists as `a[0]=…`, booleans as words. What is None is left out."""
    return urlencode(list(_pairs(params, "{}")))


def _pairs(params: dict[str, Any], name: str) -> Iterator[tuple[str, str]]:
    for key, value in params.items():
        full = name.format(key)
        if isinstance(value, list):
            value = {str(index): each for index, each in enumerate(value)}
        if isinstance(value, dict):
            yield from _pairs(value, full + "[{}]")
        elif value is not None:
            yield full, str(value).lower() if isinstance(value, bool) else str(value)


def _trouble(status: int, error: Any) -> NoReturn:
    error = error if isinstance(error, dict) else {}
    if status in (401, 403):
        count("GatewayCredentialsRefused", gateway="stripe")
        raise Unavailable("the gateway refuses our key: is the secret current?")
    if status == 409:
        raise Unavailable("the gateway is at work on the same payment or key")
    if error.get("type") == "idempotency_error":
        raise GatewayRefused("the gateway knows this key with another request")
    if 400 <= status < 500:
        raise Refusal(status, error)
    raise Unavailable(f"the gateway answers {status}")


def refused(problem: Refusal) -> NoReturn:
    """A refusal that is a fault of ours: not cured by asking again."""
    raise GatewayRefused(f"the gateway refuses the request: {problem.code or problem.status}") from problem


def asked(thunk: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """A reading that Stripe has no reason to refuse."""
    try:
        return thunk()
    except Refusal as problem:
        refused(problem)


def _word(value: Any) -> str:
    return value[:64] if isinstance(value, str) and value.isascii() and value.isprintable() else ""
