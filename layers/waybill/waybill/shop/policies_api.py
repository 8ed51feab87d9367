"""What the shop has decided, as data: read, checked by the context that obeys it, and written with who changed it from what."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from waybill.aws.http import Answer, Request, Router
from waybill.kernel.clock import Clock, instant
from waybill.kernel.errors import InvalidInput, NotFound, StaleVersion
from waybill.shop import policies
from waybill.shop.door import caller

Check = Callable[[Mapping[str, Any]], object]
"""Raises InvalidInput for what it cannot obey."""
LARGEST = 100_000
"""Characters of JSON."""


def add_routes(routes: Router, checks: Mapping[str, Check], clock: Clock) -> None:
    """`checks` {policy: its check}: only these may be written here."""

    def known(request: Request) -> str:
        name = request.params["id"]
        if name not in checks:
            raise NotFound(f"there is no policy {name[:64]!r}; there are {', '.join(sorted(checks))}")
        return name

    @routes.route("GET", "/v1/policies")
    def every(request: Request) -> Answer:
        caller(request, "viewer", "support", "finance")
        return Answer({"items": [_shown(policies.load(name)) for name in sorted(checks)], "next": None})

    @routes.route("GET", "/v1/policies/{id}")
    def one(request: Request) -> Answer:
        caller(request, "viewer", "support", "finance")
        kept = policies.load(known(request))
        return Answer({**_shown(kept), "changes": policies.changes(kept.id)}, headers={"etag": f'"{kept.version}"'})

    @routes.route("PUT", "/v1/policies/{id}")
    def write(request: Request) -> Answer:
        """The whole policy; with If-Match only over the version that was read. What is obeyed everywhere within a minute."""
        key = caller(request, "admin")
        name, body = known(request), request.json_object()
        if len(request.body) > LARGEST:
            raise InvalidInput(f"a policy has at most {LARGEST} characters", fields={"body": "too long"})
        if wrong := dict.fromkeys(policies.RESERVED & set(body), "is a name of ours"):
            raise InvalidInput("a policy cannot use these names", fields=wrong)
        checks[name](body)
        kept, seen = policies.load(name), request.headers.get("if-match", "").strip().strip('"')
        if seen and seen != str(kept.version):
            raise StaleVersion(f"the policy {name} has been changed since: read it again", fields={"If-Match": "stale"})
        after = policies.write(kept, body, instant(clock()), key.actor)
        return Answer(_shown(after), headers={"etag": f'"{after.version}"'})


def _shown(kept: policies.Policy) -> dict[str, Any]:
    return {"id": kept.id, "version": kept.version, "policy": kept.says}
