"""A world behind WSGI, for clients that know no other door: each request goes through API Gateway's event to the production handler."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from typing import Any
from urllib.parse import parse_qsl, quote

from proof.doors import has_route
from proof.living import Dweller
from proof.senders import sent

Start = Callable[[str, list[tuple[str, str]]], Any]
_NOT_FOUND = json.dumps({"message": "Not Found"}).encode()
"""What API Gateway itself answers where no route fits."""


class Served:
    """A WSGI application. Who sends what is signed signs it."""

    def __init__(self, the: Dweller) -> None:
        self._the = the

    def __call__(self, environ: dict[str, Any], start: Start) -> Iterable[bytes]:
        method, path = environ["REQUEST_METHOD"], quote(_decoded(environ["PATH_INFO"]), safe="/:@!$&'()*+,;=~")
        if not has_route(method, path):
            start("404 Not Found", [("content-type", "application/json")])
            return [_NOT_FOUND]
        raw, headers = sent(path, environ["wsgi.input"].read(), dict(_headers(environ)), self._the.world.cloud.clock.seconds)
        query: dict[str, str] = {}
        for name, value in parse_qsl(_decoded(environ["QUERY_STRING"]), keep_blank_values=True, errors="replace"):
            query[name] = f"{query[name]},{value}" if name in query else value  # as API Gateway tells of a name that comes twice
        reply = self._the.world.call(method, path, raw, headers, query)
        start(f"{reply.status} -", [(name, str(value)) for name, value in reply.headers.items()])
        return [reply.content]


def _headers(environ: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for name, value in environ.items():
        if name.startswith("HTTP_"):
            yield name.removeprefix("HTTP_").replace("_", "-").lower(), value
    if environ.get("CONTENT_TYPE"):
        yield "content-type", environ["CONTENT_TYPE"]


def _decoded(text: str) -> str:
    """WSGI's latin-1 is UTF-8 in truth."""
    return text.encode("latin-1", "replace").decode("utf-8", "replace")
