"""`/v1/nodes`: the places that ship, and how each is told of its work: read and written whole, each change with who made it. Secrets are not in it; where they lie is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any

from waybill.aws.config import stage
from waybill.aws.http import Answer, Request, Router
from waybill.kernel.clock import Clock
from waybill.kernel.errors import Forbidden, NotFound
from waybill.shop import node_settings, store, versions
from waybill.shop.door import caller
from waybill.shop.goods_api import body, written
from waybill.shop.model import Key, Node

Check = Callable[[str, Any], None]
"""(node, what a setting says). Raises InvalidInput naming what cannot be used."""
_READERS = ("node", "viewer", "support", "finance")


def add_routes(routes: Router, checks: Mapping[str, Check], clock: Clock) -> None:
    """`checks` by the name of a setting."""

    @routes.route("GET", "/v1/nodes")
    def every(request: Request) -> Answer:
        own = _own(caller(request, *_READERS))
        found = [node for node in store.nodes() if own in ("", node.id)]
        return Answer({"items": [_shown(node) for node in sorted(found, key=lambda node: node.id)], "next": None})

    @routes.route("GET", "/v1/nodes/{node}")
    def one(request: Request) -> Answer:
        own, id = _own(caller(request, *_READERS)), request.params["node"]
        kept = versions.load(store.NODE, id)
        if not kept.stands or own not in ("", id):
            raise NotFound(f"there is no node {id[:64]!r}")
        shown = _shown(store.node_from(kept.says))
        return Answer({**shown, "version": kept.version, "changes": versions.changes(kept)}, headers={"etag": f'"{kept.version}"'})

    @routes.route("PUT", "/v1/nodes/{node}")
    def write(request: Request) -> Answer:
        actor, id = caller(request, "admin").actor, request.params["node"]
        said = {name: value for name, value in body(request, "node").items() if name not in ("id", "secrets")}
        node = node_settings.node(id, said)
        for name, check in checks.items():
            if name in node.settings:
                check(id, node.settings[name])
        after = written(request, store.NODE, id, asdict(node), clock, actor)
        return Answer({**_shown(node), "version": after.body["version"]}, headers=after.headers)


def _own(key: Key) -> str:
    """The node that alone this key may see; empty for staff."""
    if key.is_staff:
        return ""
    if not key.scope:
        raise Forbidden("this key belongs to no node")
    return key.scope


def _shown(node: Node) -> dict[str, Any]:
    """With the names of the secrets that it takes: what they are is written there, and nowhere here."""
    secrets = {"webhook": f"waybill/{stage()}/nodes: {node.id}"} if node.webhook_url else {}
    if mcf := node.settings.get("mcf"):
        secrets["mcf"] = f"waybill/{stage()}/channels: {mcf.get('channel', '')}/outbound"
    return {**asdict(node), "secrets": secrets}
