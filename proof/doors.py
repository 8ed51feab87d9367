"""The HTTPS door: which function a request goes to, and what it answered."""

from __future__ import annotations

import base64
import json
from functools import cache
from typing import Any

from tests.support.template import functions


class Reply:
    """What the door answered."""

    def __init__(self, proxy: dict[str, Any]) -> None:
        self.status = proxy["statusCode"]
        self.headers = proxy.get("headers", {})
        body = proxy.get("body") or ""
        self.content = base64.b64decode(body) if proxy.get("isBase64Encoded") else body.encode()

    def json(self) -> Any:
        return json.loads(self.content)


def request(method: str, path: str, body: Any, headers: dict[str, str] | None, query: dict[str, str] | None) -> dict[str, Any]:
    """API Gateway's payload format 2.0."""
    path, _, search = path.partition("?")
    query = {**dict(pair.split("=", 1) for pair in search.split("&") if pair), **(query or {})}
    raw = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
    return {
        "version": "2.0",
        "rawPath": path,
        "headers": headers or {},
        "queryStringParameters": query,
        "requestContext": {"http": {"method": method, "path": path}, "requestId": "world"},
        "body": base64.b64encode(raw).decode(),
        "isBase64Encoded": True,
    }


def function_for(method: str, path: str) -> str:
    """The function of the route of the template that matches best. Raises LookupError."""
    given = path.strip("/").split("/")
    fits, folder = max(((_fit(template, given), folder) for template, folder in _routes(method, given[1] if len(given) > 1 else "")), default=(-1, ""))
    if fits < 0:
        raise LookupError(f"no route for {method} {path}")
    return folder


def has_route(method: str, path: str) -> bool:
    """Whether any function would be asked."""
    try:
        return bool(function_for(method, path.partition("?")[0]))
    except LookupError:
        return False


@cache
def _routes(method: str, second: str) -> tuple[tuple[tuple[str, ...], str], ...]:
    """Those that may fit a path by its second part."""
    every = (
        (event["Properties"]["Method"], tuple(event["Properties"]["Path"].strip("/").split("/")), folder)
        for folder, properties in functions().items()
        for event in properties.get("Events", {}).values()
        if event["Type"] == "HttpApi"
    )
    return tuple(
        (template, folder)
        for wanted, template, folder in every
        if wanted in (method, "ANY") and (len(template) < 2 or template[1] == second or template[1].startswith("{"))
    )


def _fit(wanted: tuple[str, ...], given: list[str]) -> int:
    """How specifically a route fits a path; -1 for not at all. A greedy tail fits least."""
    if wanted[-1].endswith("+}"):
        head = wanted[:-1]
        fits = len(given) > len(head) and all(_part(a, b) for a, b in zip(head, given, strict=False))
        return len(head) if fits else -1
    fits = len(wanted) == len(given) and all(_part(a, b) for a, b in zip(wanted, given, strict=True))
    return 100 + sum(not part.startswith("{") for part in wanted) if fits else -1


def _part(template: str, given: str) -> bool:
    return template.startswith("{") or template == given
