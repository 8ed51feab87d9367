"""PayPal's REST API: a bearer token for client credentials, kept until it ends; JSON in and out; refusals with their issue."""

from __future__ import annotations

import base64
import time
from functools import cache
from typing import Any, NoReturn

from waybill.aws.logs import count
from waybill.kernel.errors import Unavailable
from waybill.kernel.plain import compact
from waybill.payments.ports import GatewayRefused
from waybill.payments.wire import Answer, Wire

API_BASE = "https://api-m.paypal.com"
_EARLY_SECONDS = 60
_tokens: dict[tuple[str, str, str], tuple[float, str]] = {}
"""(address, client id, secret) → (until, token). A new secret is another key, so a rotation is seen at once."""


class Refusal(Exception):
    """PayPal's 4xx about this very request: `issue` is the first detail's, else the error's name. Always caught by the adapter."""

    def __init__(self, status: int, body: dict[str, Any]) -> None:
        super().__init__(str(status))
        details = body.get("details")
        first = details[0] if isinstance(details, list) and details and isinstance(details[0], dict) else {}
        issue = first.get("issue") or body.get("name") or ""
        self.status = status
        self.issue = issue[:64] if isinstance(issue, str) and issue.isascii() and issue.isprintable() else ""


class PayPalApi:
    """One app's credentials at one address."""

    def __init__(self, client_id: str, client_secret: str, api_base: str = "") -> None:
        base = api_base or API_BASE
        self._credentials = (base, client_id, client_secret)
        self._wire = _wire(base)

    def get(self, operation: str, path: str) -> dict[str, Any]:
        """Raises Refusal, Unavailable."""
        return self._ask(operation, "GET", path, None, "")

    def post(self, operation: str, path: str, body: Any, key: str) -> dict[str, Any]:
        """Under PayPal-Request-Id. Raises Refusal, Unavailable."""
        return self._ask(operation, "POST", path, b"" if body is None else _json(body), key)

    def post_raw(self, operation: str, path: str, body: bytes) -> dict[str, Any]:
        """A body that must arrive byte for byte. Raises Refusal, Unavailable."""
        return self._ask(operation, "POST", path, body, "")

    def patch(self, operation: str, path: str, changes: list[dict[str, Any]], key: str) -> None:
        """Raises Refusal, Unavailable."""
        self._ask(operation, "PATCH", path, _json(changes), key)

    def _ask(self, operation: str, method: str, path: str, body: bytes | None, key: str) -> dict[str, Any]:
        answer = self._with_token(operation, method, path, body, key)
        if answer.status == 401:  # the token was withdrawn before its time
            _tokens.pop(self._credentials, None)
            answer = self._with_token(operation, method, path, body, key)
        if answer.well:
            return answer.body
        _trouble(answer)

    def _with_token(self, operation: str, method: str, path: str, body: bytes | None, key: str) -> Answer:
        headers = {"Authorization": f"Bearer {self._token()}", "Content-Type": "application/json", "Prefer": "return=representation"}
        return self._wire.ask(operation, method, path, headers | ({"PayPal-Request-Id": key} if key else {}), body)

    def _token(self) -> str:
        known = _tokens.get(self._credentials)
        if known is not None and known[0] > time.time():
            return known[1]
        _, client_id, secret = self._credentials
        basic = base64.b64encode(f"{client_id}:{secret}".encode()).decode()
        headers = {"Authorization": f"Basic {basic}", "Content-Type": "application/x-www-form-urlencoded"}
        answer = self._wire.ask("oauth2.token", "POST", "/v1/oauth2/token", headers, b"grant_type=client_credentials")
        token, seconds = answer.body.get("access_token"), answer.body.get("expires_in")
        if not answer.well or not isinstance(token, str) or not isinstance(seconds, int):
            _no_credentials()
        _tokens[self._credentials] = (time.time() + seconds - _EARLY_SECONDS, token)
        return token


@cache
def _wire(base: str) -> Wire:
    return Wire("paypal", base)


def forget() -> None:
    """Drops the tokens that were kept: for tests."""
    _tokens.clear()


def refused(problem: Refusal) -> NoReturn:
    """A refusal that is a fault of ours: not cured by asking again."""
    raise GatewayRefused(f"the gateway refuses the request: {problem.issue or problem.status}") from problem


def _trouble(answer: Answer) -> NoReturn:
    if answer.status == 401 or answer.body.get("name") == "NOT_AUTHORIZED":
        _no_credentials()
    if answer.status == 409:
        raise Unavailable("the gateway is at work on the same payment or key")
    raise Refusal(answer.status, answer.body)


def _no_credentials() -> NoReturn:
    count("GatewayCredentialsRefused", gateway="paypal")
    raise Unavailable("the gateway refuses our credentials: is the secret current?")


def _json(body: Any) -> bytes:
    return compact(body).encode()
