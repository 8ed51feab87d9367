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
    query = {**(dict(pair.split("=", 1) for pair in search.split("&") if pair) if search else {}), **(query or {})}
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
    for parts, greedy, said, folder in _routes(method, given[1] if len(given) > 1 else ""):
        if (len(given) > parts if greedy else len(given) == parts) and all(given[place] == part for place, part in said):
            return folder
    raise LookupError(f"no route for {method} {path}")


def has_route(method: str, path: str) -> bool:
    """Whether any function would be asked."""
    try:
        return bool(function_for(method, path.partition("?")[0]))
    except LookupError:
        return False


@cache
def _routes(method: str, second: str) -> list[tuple[int, bool, list[tuple[int, str]], str]]:
    """Those that may fit a path by its second part, the most specific first; a greedy tail is least: how many parts, whether more may follow, which of them are said and
    where, and the function."""
    every = (
        (event["Properties"]["Method"], tuple(event["Properties"]["Path"].strip("/").split("/")), folder)
        for folder, properties in functions().items()
        for event in properties.get("Events", {}).values()
        if event["Type"] == "HttpApi"
    )
    fitting = [
        (template, folder)
        for wanted, template, folder in every
        if wanted in (method, "ANY") and (len(template) < 2 or template[1] == second or template[1].startswith("{"))
    ]
    return [_route(*one) for one in sorted(fitting, key=lambda one: (_exactness(one[0]), one[1]), reverse=True)]


def _route(template: tuple[str, ...], folder: str) -> tuple[int, bool, list[tuple[int, str]], str]:
    greedy = template[-1].endswith("+}")
    return len(template) - greedy, greedy, [(place, part) for place, part in enumerate(template) if not part.startswith("{")], folder


def _exactness(template: tuple[str, ...]) -> int:
    return len(template) - 1 if template[-1].endswith("+}") else 100 + sum(not part.startswith("{") for part in template)
