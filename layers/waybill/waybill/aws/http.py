"""The HTTP edge of the API functions: a request in, an answer out, problem documents (RFC 9457) for everything that is wrong.

Small on purpose: the API functions match few routes, and a general resolver costs more to import than they cost to run.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from waybill.aws.logs import logger
from waybill.kernel import json as strict_json
from waybill.kernel.errors import Malformed, NotFound, TooMany, Unavailable, WaybillError

LARGEST_BODY = 1024 * 1024
_MAY_BE_A_CARD = re.compile(rb"[0-9](?:[ -]?[0-9]){12}|\\u")
"""So many digits in a row, or such as could be: only then a body is searched for card numbers, which few bodies are."""
_JSON = "application/json"
_ENCODER = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False)


@dataclass(frozen=True, slots=True)
class Request:
    """One call. Header names are lower case; `body` is the raw bytes as they came; `params` come from the path."""

    method: str
    path: str
    headers: dict[str, str]
    query: dict[str, str]
    body: bytes
    params: dict[str, str] = field(default_factory=dict)
    request_id: str = ""

    def json(self, parcels: bool = False) -> Any:
        """The body, strictly parsed. Raises Malformed, and InvalidInput where a card number is in it (I29), unless it tells of `parcels`: the numbers of some
        carriers look like one."""
        value = strict_json.parse(self.body)
        if not parcels and _MAY_BE_A_CARD.search(self.body):
            from waybill.kernel.cards import refuse_card_numbers

            refuse_card_numbers(value)
        return value

    def json_object(self, parcels: bool = False) -> dict[str, Any]:
        """The body as an object; an empty body is an empty object. Raises as `json` does."""
        value = self.json(parcels) if self.body.strip() else {}
        if not isinstance(value, dict):
            raise Malformed("the body must be a JSON object")
        return value


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes back: a JSON-able body, or text or bytes with their content type."""

    body: Any = None
    status: int = 200
    content_type: str = _JSON
    headers: dict[str, str] = field(default_factory=dict)
    cookies: tuple[str, ...] = ()

    def to_proxy(self) -> dict[str, Any]:
        """API Gateway's payload format 2.0."""
        proxy: dict[str, Any] = {
            "statusCode": self.status,
            "headers": {"content-type": self.content_type, "cache-control": "no-store", **self.headers},
        }
        if self.cookies:
            proxy["cookies"] = list(self.cookies)
        if isinstance(self.body, bytes):
            return {**proxy, "body": base64.b64encode(self.body).decode(), "isBase64Encoded": True}
        text = self.body if isinstance(self.body, str) else _ENCODER.encode(self.body)
        return {**proxy, "body": "" if self.body is None else text}


Handler = Callable[[Request], Answer]


class Router:
    """Routes of one function: `@router.route("GET", "/v1/orders/{id}")`."""

    def __init__(self) -> None:
        self._routes: list[tuple[str, re.Pattern[str], Handler]] = []

    def route(self, method: str, template: str) -> Callable[[Handler], Handler]:
        pattern = re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", template) + r"/?\Z")

        def add(handler: Handler) -> Handler:
            self._routes.append((method, pattern, handler))
            return handler

        return add

    def find(self, method: str, path: str) -> tuple[Handler, dict[str, str]]:
        """The handler and its path parameters. Raises NotFound or MethodNotAllowed."""
        others: set[str] = set()
        for allowed, pattern, handler in self._routes:
            match = pattern.match(path)
            if match and allowed == method:
                return handler, match.groupdict()
            if match:
                others.add(allowed)
        if others:
            raise MethodNotAllowed(path, sorted(others))
        raise NotFound(f"there is no {path}")


class MethodNotAllowed(WaybillError):
    """`allowed`: the methods that the address takes (RFC 9110, `Allow`)."""

    status, code = 405, "method_not_allowed"

    def __init__(self, path: str, allowed: list[str]) -> None:
        super().__init__(f"{path} takes {', '.join(allowed)}")
        self.allowed = allowed


def serve(event: dict[str, Any], router: Router) -> dict[str, Any]:
    """Runs one API Gateway event (payload format 2.0) through the router; every error becomes a problem document."""
    request_id = event.get("requestContext", {}).get("requestId", "")
    try:
        request = read(event)
        handler, params = router.find(request.method, request.path)
        answer = handler(
            Request(request.method, request.path, request.headers, request.query, request.body, params, request_id)
        )
    except WaybillError as error:
        answer = problem(error, request_id)
    except Exception as error:  # the edge of the house: the caller gets a clean 5xx, the log gets where it came from
        answer = problem(_from_dependency(error), request_id)
    return answer.to_proxy()


def read(event: dict[str, Any]) -> Request:
    """The request in an event. Raises Malformed for a body that is not what its encoding says."""
    from urllib.parse import unquote

    http = event["requestContext"]["http"]
    raw = event.get("body") or ""
    try:
        body = base64.b64decode(raw, validate=True) if event.get("isBase64Encoded") else raw.encode("utf-8")
    except (ValueError, UnicodeEncodeError):
        raise Malformed("the body cannot be decoded") from None
    headers = {name.lower(): value for name, value in (event.get("headers") or {}).items()}
    if event.get("cookies"):
        headers["cookie"] = "; ".join(event["cookies"])
    return Request(
        http["method"].upper(), unquote(event["rawPath"]), headers, event.get("queryStringParameters") or {}, body
    )


def problem(error: WaybillError, request_id: str = "") -> Answer:
    """An error as `application/problem+json`: type, title, status, detail, and `errors` by field."""
    body: dict[str, Any] = {
        "type": f"urn:waybill:problem:{error.code}",
        "title": error.code.replace("_", " "),
        "status": error.status,
        "code": error.code,
        "detail": error.message,
    }
    if error.fields:
        body["errors"] = [{"field": name, "message": message} for name, message in error.fields.items()]
    if request_id:
        body["request_id"] = request_id
    again = error.seconds if isinstance(error, TooMany) else 2 if error.status == 503 else 0
    headers = {"retry-after": str(again)} if again else {}
    if isinstance(error, MethodNotAllowed):
        headers["allow"] = ", ".join(error.allowed)
    return Answer(body, error.status, "application/problem+json", headers)


_BUSY = frozenset(
    "ThrottlingException ProvisionedThroughputExceededException RequestLimitExceeded TransactionInProgressException "
    "InternalServerError ServiceUnavailable SlowDown RequestThrottled".split()
)


def _from_dependency(error: Exception) -> WaybillError:
    code = (getattr(error, "response", None) or {}).get("Error", {}).get("Code", "")
    logger.exception("request failed", aws_code=code or None)
    if code in _BUSY or type(error).__module__.startswith("botocore."):
        return Unavailable("something this depends on is busy; try again")
    return WaybillError("an error on our side; the log has it under this request id")


def page_size(request: Request, default: int = 50, most: int = 200) -> int:
    """`?limit=` as an integer between 1 and `most`. Raises Malformed."""
    text = request.query.get("limit", str(default))
    if not text.isascii() or not text.isdecimal() or len(text) > 4 or not 1 <= int(text) <= most:
        raise Malformed(f"limit is a whole number from 1 to {most}", fields={"limit": f"1 to {most}"})
    return int(text)


def cursor(key: dict[str, Any] | None) -> str | None:
    """A table's last key as an opaque cursor."""
    return base64.urlsafe_b64encode(json.dumps(key).encode()).decode().rstrip("=") if key else None


def cursor_key(request: Request) -> dict[str, Any] | None:
    """The key inside `?cursor=`. Raises Malformed for one that we did not make."""
    text = request.query.get("cursor")
    if not text:
        return None
    try:
        key = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except ValueError:
        raise Malformed("the cursor is not one of ours", fields={"cursor": "unknown"}) from None
    if not isinstance(key, dict) or not all(isinstance(part, (str, int)) for part in key.values()):
        raise Malformed("the cursor is not one of ours", fields={"cursor": "unknown"})
    return key
