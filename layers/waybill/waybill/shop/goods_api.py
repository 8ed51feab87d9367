"""`/v1/cartons` and `/v1/items`: what a shop packs and what it packs it into, read and written whole, each change with who made it."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from waybill.aws.http import Answer, Request, Router
from waybill.kernel.clock import Clock, instant
from waybill.kernel.errors import InvalidInput, NotFound, StaleVersion
from waybill.shop import goods, store, versions
from waybill.shop.door import caller

_READERS = ("node", "viewer", "support", "finance")
_LONGEST_NAME = 100


def add_routes(routes: Router, clock: Clock) -> None:
    @routes.route("GET", "/v1/cartons")
    def cartons(request: Request) -> Answer:
        caller(request, *_READERS)
        return Answer({"items": [asdict(box) for box in sorted(store.boxes(), key=lambda box: box.id)], "next": None})

    @routes.route("GET", "/v1/cartons/{id}")
    def carton(request: Request) -> Answer:
        caller(request, *_READERS)
        return _read(store.BOX, request.params["id"])

    @routes.route("PUT", "/v1/cartons/{id}")
    def write_carton(request: Request) -> Answer:
        actor, id = caller(request, "admin").actor, named(request.params["id"])
        box = goods.box(id, body(request, "id"))
        unknown = set(box.nodes) - {node.id for node in store.nodes()}
        if unknown:
            raise InvalidInput(f"the shop has no node {', '.join(sorted(unknown))[:200]}", fields={"nodes": "unknown"})
        return written(request, store.BOX, id, asdict(box), clock, actor)

    @routes.route("GET", "/v1/items/{sku}")
    def item(request: Request) -> Answer:
        caller(request, *_READERS)
        return _read(store.ITEM, request.params["sku"])

    @routes.route("PUT", "/v1/items/{sku}")
    def write_item(request: Request) -> Answer:
        actor, sku = caller(request, "admin").actor, named(request.params["sku"])
        return written(request, store.ITEM, sku, asdict(goods.item(sku, body(request, "sku"))), clock, actor)


def body(request: Request, key: str) -> dict[str, Any]:
    """The body without what a reader of it would have sent back: its own name and version. Raises InvalidInput where it names another."""
    body = request.json_object()
    if body.get(key, request.params[key]) != request.params[key]:
        raise InvalidInput(f"{key} is the one in the address", fields={key: "another"})
    return {name: value for name, value in body.items() if name not in (key, "version", "changes")}


def named(id: str) -> str:
    """Raises InvalidInput for what is no name of a thing."""
    if not id.isprintable() or id != id.strip() or len(id) > _LONGEST_NAME:
        raise InvalidInput(f"a name has at most {_LONGEST_NAME} printable characters, and no space around it", fields={"id": "not valid"})
    return id


def _read(kind: str, id: str) -> Answer:
    kept = versions.load(kind, id)
    if not kept.stands:
        raise NotFound(f"the shop has no {'carton' if kind == store.BOX else 'item'} {id[:64]!r}")
    return Answer({**kept.says, "version": kept.version, "changes": versions.changes(kept)}, headers={"etag": f'"{kept.version}"'})


def written(request: Request, kind: str, id: str, says: dict[str, Any], clock: Clock, actor: str) -> Answer:
    """With If-Match only over the version that was read."""
    kept, seen = versions.load(kind, id), request.headers.get("if-match", "").strip().strip('"')
    if seen and seen != str(kept.version):
        raise StaleVersion(f"{id} has been changed since: read it again", fields={"If-Match": "stale"})
    after = versions.write(kept, says, instant(clock()), actor)
    return Answer({**after.says, "version": after.version}, headers={"etag": f'"{after.version}"'})
