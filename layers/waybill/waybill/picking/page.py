"""The page at `/floor`: one application that a phone keeps, and so opens without a connection. It speaks to `/v1/waves…` with the node's own key."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from waybill.aws.http import Answer, Handler, Router

_FILES = {
    "/floor": ("page.html", "text/html; charset=utf-8"),
    "/floor/walk.js": ("walk.js", "text/javascript; charset=utf-8"),
    "/floor/app.js": ("app.js", "text/javascript; charset=utf-8"),
    "/floor/kept.js": ("kept.js", "text/javascript; charset=utf-8"),
    "/floor/style.css": ("style.css", "text/css; charset=utf-8"),
}
_SHIELD = {
    "content-security-policy": "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; worker-src 'self'; base-uri 'none'; frame-ancestors 'none'; form-action 'none'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "strict-transport-security": "max-age=31536000",
    "service-worker-allowed": "/floor",
}
"""Nothing runs on the page but what is served here: the node's key lies in the browser's store."""


def add(routes: Router) -> None:
    """The page and what it consists of."""
    for path, (name, content_type) in _FILES.items():
        routes.route("GET", path)(_file(name, content_type))


def _file(name: str, content_type: str) -> Handler:
    return lambda request: Answer(_text(name), content_type=content_type, headers=_SHIELD)


@cache
def _text(name: str) -> str:
    return (Path(__file__).parent / "floor" / name).read_text()
