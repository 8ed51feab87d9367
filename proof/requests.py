"""Every request that the house's scenes make, as they were made: a valid one of every route to begin from."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from tests.house.scenes import SCENES
from tests.house.stage import played
from tests.support.world import World
from waybill.channels.model.signature import signed

_HMAC = ("x-shopify-hmac-sha256", "x-wc-webhook-signature")


@dataclass(frozen=True)
class Asked:
    """One request: its route, the path as it was, its body as JSON has it (None for none), and its headers."""

    method: str
    route: str
    path: str
    body: Any
    headers: dict[str, str] = field(default_factory=dict)

    def signed(self, raw: bytes, headers: dict[str, str]) -> dict[str, str]:
        """The headers, with a signature that fits these bytes where the channel signs so."""
        from tests.channels.documents import SECRETS

        named = [name for name in _HMAC if name in headers]
        channel = self.path.split("/")[3] if self.path.startswith("/v1/channels/") else ""
        return {**headers, **{name: signed(raw, SECRETS[channel]) for name in named if channel in SECRETS}}


@cache
def asked() -> tuple[Asked, ...]:
    """Told once: a minute."""
    made: dict[tuple[str, str, str], Asked] = {}
    call = World.call

    def noted(self: World, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None, query: dict[str, str] | None = None) -> Any:
        reply = call(self, method, path, body, headers, query)
        if reply.status < 400:
            known = _as_json(body)
            route = _pattern(method, path)
            made.setdefault((method, route, json.dumps(known, default=str)[:200]), Asked(method, route, path, known, dict(headers or {})))
        return reply

    World.call = noted  # type: ignore[method-assign]
    try:
        played(SCENES)
    finally:
        World.call = call  # type: ignore[method-assign]
    return tuple(made.values())


def _as_json(body: Any) -> Any:
    if not isinstance(body, bytes):
        return body
    try:
        return json.loads(body)
    except ValueError:
        return None


def _pattern(method: str, path: str) -> str:
    """The route of the template, as near as its shape tells."""
    from tools.routes import ROUTES

    given = path.partition("?")[0].strip("/").split("/")
    for route in ROUTES:
        wanted = route.path.strip("/").split("/")
        if route.method == method and len(wanted) == len(given) and all(a == b or a.startswith("{") for a, b in zip(wanted, given, strict=True)):
            return route.path
    return "/" + "/".join(given[:2])
