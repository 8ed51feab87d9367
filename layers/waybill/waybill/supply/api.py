"""`/v1/purchase-orders…` and `/v1/transfers…`: stock ordered, sent on and received; and what of it may be promised."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from typing import Any

from waybill.aws.http import Answer, Request, Router, cursor, cursor_key, page_size
from waybill.inventory.stock_table import claim
from waybill.kernel.clock import Clock
from waybill.kernel.errors import InvalidInput, Malformed, NotFound
from waybill.kernel.ids import digest
from waybill.shop import store as shop
from waybill.shop.door import caller, key_of
from waybill.shop.model import Key
from waybill.supply.model.inbound import PURCHASE_ORDER, TRANSFER, Inbound
from waybill.supply.model.promise import expected, promises
from waybill.supply.service import Supply, wanted
from waybill.supply.table import InboundTable

_PATHS = {PURCHASE_ORDER: "/v1/purchase-orders", TRANSFER: "/v1/transfers"}
_READERS = ("viewer", "support", "finance", "node")
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}\Z")


def add_routes(routes: Router, supply: Supply, table: InboundTable) -> None:
    routes.route("PUT", "/v1/purchase-orders/{id}")(lambda request: _place(request, supply, _purchase_order))
    routes.route("PUT", "/v1/transfers/{id}")(lambda request: _place(request, supply, _transfer))
    routes.route("POST", "/v1/transfers/{id}/send")(lambda request: _send(request, supply))
    for kind, path in _PATHS.items():
        _add_both(routes, kind, path, supply, table)


def _add_both(routes: Router, kind: str, path: str, supply: Supply, table: InboundTable) -> None:
    @routes.route("GET", path)
    def some(request: Request) -> Answer:
        """`?status=`; a node sees what comes to it, and what it sends."""
        key = caller(request, *_READERS)
        status = request.query.get("status", "")
        found, following = table.page(kind, page_size(request), cursor_key(request))
        items = [_shown(each) for each in found if _may_see(key, each) and status in ("", each.shown)]
        return Answer({"items": items, "next": cursor(following)})

    @routes.route("GET", path + "/{id}")
    def one(request: Request) -> Answer:
        key = caller(request, *_READERS)
        return _answer(_visible(key, supply.load(kind, request.params["id"])))

    @routes.route("POST", path + "/{id}/receive")
    def receive(request: Request) -> Answer:
        """{"lines": {sku: units}, "blocked": {sku: units}} under an Idempotency-Key: the same key is the same receipt."""
        from waybill.supply import edge

        key = caller(request, "support", "node")
        known = _visible(key, supply.load(kind, request.params["id"]))
        if "node" in key.roles and not key.is_staff and key.scope != known.node:
            raise NotFound(f"nothing called {known.id} comes to {key.scope}")
        body = edge.read(edge.ReceiptIn, request.json())
        if not (body.lines or body.blocked):
            raise InvalidInput("say what has come", fields={"lines": "empty"})
        name = digest(key.actor, key_of(request))
        claim(digest("receive", kind, known.id, name), hashlib.sha256(request.body).hexdigest())
        return _answer(supply.receive(kind, known.id, name, body.lines, body.blocked, key.actor))

    @routes.route("POST", path + "/{id}/close")
    def close(request: Request) -> Answer:
        """{"reason"}: what has not come will not."""
        from waybill.supply import edge

        key = caller(request, "support")
        body = edge.read(edge.ClosingIn, request.json())
        return _answer(supply.close(kind, request.params["id"], body.reason, key.actor))


def _purchase_order(request: Request) -> Inbound:
    from waybill.supply import edge

    body = edge.read(edge.PurchaseOrderIn, request.json())
    return wanted(PURCHASE_ORDER, _id(request), body.supplier, body.node, body.lines, body.expected.isoformat() if body.expected else "")


def _transfer(request: Request) -> Inbound:
    from waybill.supply import edge

    body = edge.read(edge.TransferIn, request.json())
    return wanted(TRANSFER, _id(request), body.source, body.node, body.lines, body.expected.isoformat() if body.expected else "")


def _place(request: Request, supply: Supply, read: Callable[[Request], Inbound]) -> Answer:
    """With If-Match only over the version that was read."""
    key = caller(request, "support")
    inbound = read(request)
    _refuse_unknown(inbound)
    seen = request.headers.get("if-match", "").strip().strip('"')
    if seen and not seen.isdecimal():
        raise Malformed("If-Match is the version that was read", fields={"If-Match": "not a number"})
    return _answer(supply.place(inbound, key.actor, int(seen) if seen else None))


def _send(request: Request, supply: Supply) -> Answer:
    key = caller(request, "support", "node")
    known = _visible(key, supply.load(TRANSFER, request.params["id"]))
    if "node" in key.roles and not key.is_staff and key.scope != known.source:
        raise NotFound(f"nothing called {known.id} leaves {key.scope}")
    return _answer(supply.send(known.id, key.actor))


def coming(table: InboundTable, waiting: Callable[[str], int], clock: Clock) -> Callable[[str, int], dict[str, Any]]:
    """For `GET /v1/inventory/{sku}`: what is on its way, how many wait for it, and what may be promised from when on."""

    def of(sku: str, available: int) -> dict[str, Any]:
        due, wait = table.due([sku]).get(sku, []), waiting(sku)
        found = promises(available, wait, due, clock().date().isoformat())
        incoming = [{"id": each.id, "node": each.node, "expected": each.on or None, "units": each.units} for each in sorted(due, key=lambda each: each.on or "~")]
        first = expected(found)
        shown = {"waiting": wait, "incoming": incoming, "promise": [{"from": each.since or None, "units": each.units} for each in found]}
        return {**shown, "expected": first} if first else shown

    return of


def _refuse_unknown(inbound: Inbound) -> None:
    """Raises InvalidInput for nodes and SKUs that the shop does not know."""
    nodes = {node.id for node in shop.nodes()}
    named = {"node" if inbound.kind == PURCHASE_ORDER else "to": inbound.node, **({"from": inbound.source} if inbound.kind == TRANSFER else {})}
    wrong = {field: "no such node" for field, node in named.items() if node not in nodes}
    known = shop.items(sorted(inbound.lines))
    wrong |= {f"lines.{sku}"[:100]: "no such SKU" for sku in sorted(inbound.lines) if sku not in known}
    if wrong:
        raise InvalidInput("the shop does not know all of it", fields=wrong)


def _visible(key: Key, inbound: Inbound) -> Inbound:
    if not _may_see(key, inbound):
        raise NotFound(f"there is no {inbound.id!r}")
    return inbound


def _may_see(key: Key, inbound: Inbound) -> bool:
    return "node" not in key.roles or key.is_staff or key.scope in (inbound.node, inbound.source)


def _id(request: Request) -> str:
    if not _ID.match(request.params["id"]):
        raise InvalidInput("its name has up to 64 letters, digits, dots, hyphens and underscores", fields={"id": "not a name"})
    return request.params["id"]




def _answer(inbound: Inbound) -> Answer:
    return Answer({**_shown(inbound), "history": [entry.to_dict() for entry in inbound.history]}, headers={"etag": f'"{inbound.version}"'})


def _shown(inbound: Inbound) -> dict[str, Any]:
    lines = [
        {"sku": sku, "units": line.units, "received": line.received, "blocked": line.blocked, "outstanding": inbound.outstanding.get(sku, 0), "over": line.over}
        for sku, line in sorted(inbound.lines.items())
        if line.units or line.received or line.blocked
    ]
    ends = {"supplier": inbound.source, "node": inbound.node} if inbound.kind == PURCHASE_ORDER else {"from": inbound.source, "to": inbound.node}
    return {"id": inbound.id, **ends, "status": inbound.shown, "expected": inbound.expected or None, "version": inbound.version, "lines": lines}
