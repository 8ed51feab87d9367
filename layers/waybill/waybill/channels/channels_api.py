"""`/v1/channels`: how each channel stands, and setting one up."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from waybill.aws.http import Answer, Request, Router
from waybill.channels import setting_up
from waybill.channels.condition import Conditions
from waybill.channels.model.settings import shown
from waybill.kernel.clock import Clock, instant
from waybill.kernel.errors import NotFound
from waybill.shop import store as shop
from waybill.shop import versions
from waybill.shop.door import caller
from waybill.shop.model import Key

READERS = ("viewer", "support", "finance", "channel")


def router(conditions: Conditions, clock: Clock, check_edi: Callable[[Any], None]) -> Router:
    """`check_edi` raises InvalidInput for settings under which no EDI can be spoken."""
    routes = Router()

    @routes.route("GET", "/v1/channels")
    def every(request: Request) -> Answer:
        key = caller(request, *READERS)
        found = conditions.every() if key.is_staff else [conditions.one(key.scope)]
        return Answer({"items": found, "next": None})

    @routes.route("GET", "/v1/channels/{channel}")
    def one(request: Request) -> Answer:
        key = caller(request, *READERS)
        id = _visible(request.params["channel"], key)
        kept, condition = versions.load(shop.CHANNEL, id), conditions.one(id)
        more: dict[str, Any] = {"changes": [_change(each) for each in versions.changes(kept)]} if key.is_staff else {}
        return Answer({**condition, "version": kept.version, **more}, headers={"etag": f'"{kept.version}"'})

    @routes.route("PUT", "/v1/channels/{channel}")
    def put(request: Request) -> Answer:
        """The whole channel; with If-Match only over the version that was read. What is obeyed everywhere within a minute."""
        key = caller(request, "admin")
        seen = request.headers.get("if-match", "").strip().strip('"')
        body = request.json_object()
        says = body.get("settings")
        if isinstance(says, dict) and "edi" in says:
            check_edi(says["edi"])
        kept = setting_up.put(request.params["channel"], body, seen, instant(clock()), key.actor)
        return Answer({**conditions.one(kept.id), "version": kept.version}, headers={"etag": f'"{kept.version}"'})

    return routes


def _visible(id: str, key: Key) -> str:
    """Raises NotFound for another channel's as for none."""
    if not key.is_staff and id != key.scope:
        raise NotFound(f"the shop has no channel {id[:64]!r}")
    return id


def _change(change: dict[str, Any]) -> dict[str, Any]:
    def safe(says: dict[str, Any]) -> dict[str, Any]:
        return {**says, "settings": shown(says.get("settings", {}))} if says else says

    return {**change, "before": safe(change["before"]), "after": safe(change["after"])}
