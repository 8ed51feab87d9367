"""The fulfilment orders' HTTP routes: what a node does with its work."""

from __future__ import annotations

import hashlib
from typing import Any

from waybill.aws.http import Answer, Request, Router, cursor, page_size
from waybill.fulfilment import listing
from waybill.fulfilment.carriers.tracking_door import Carriers
from waybill.fulfilment.model.fulfilment_order import FulfilmentOrder
from waybill.fulfilment.model.once import Asked
from waybill.fulfilment.present import document
from waybill.fulfilment.service import Fulfilment, load
from waybill.kernel.errors import Forbidden, InvalidInput, Malformed, NotFound
from waybill.kernel.ids import digest
from waybill.orders.store import Record
from waybill.shop import store as shop
from waybill.shop.door import caller, key_of
from waybill.shop.model import Key

_BASE = "/v1/fulfilment-orders"


def router(fulfilment: Fulfilment, carriers: Carriers) -> Router:
    """Routes of `functions/fulfilment`."""
    routes = Router()

    @routes.route("GET", _BASE)
    def list_work(request: Request) -> Answer:
        key = caller(request, "node", "viewer", "support")
        return _listed(request, _node_wanted(request, key), kept=key.is_staff)

    @routes.route("GET", _BASE + "/{id}")
    def read(request: Request) -> Answer:
        key = caller(request, "node", "viewer", "support")
        return shown(*load(request.params["id"], own_node(key)))

    @routes.route("POST", _BASE + "/{id}/accept")
    def accept(request: Request) -> Answer:
        key = caller(request, "node", "support")
        known_fields(request.json_object())
        return shown(*fulfilment.accept(request.params["id"], key.actor, own_node(key)))

    @routes.route("POST", _BASE + "/{id}/reject")
    def reject(request: Request) -> Answer:
        key = caller(request, "node", "support")
        body = known_fields(request.json_object(), "reason", "lines")
        reason, lines = body.get("reason"), body.get("lines", [])
        if not isinstance(reason, str) or not isinstance(lines, list) or not all(isinstance(line, str) for line in lines):
            raise InvalidInput("send a reason, and lines as a list of line ids", fields={"reason": "required"})
        return shown(*fulfilment.reject(request.params["id"], reason, lines, key.actor, own_node(key)))

    @routes.route("POST", _BASE + "/{id}/pick")
    def pick(request: Request) -> Answer:
        key = caller(request, "node", "support")
        units = line_units(known_fields(request.json_object(), "lines").get("lines", []), "lines")
        return shown(*fulfilment.pick(request.params["id"], units, key.actor, own_node(key), asked(request, "pick", key)))

    @routes.route("POST", _BASE + "/{id}/ship")
    def ship(request: Request) -> Answer:
        key = caller(request, "node", "support")
        packages = _numbers(known_fields(request.json_object(), "packages").get("packages", []))
        return shown(*fulfilment.ship(request.params["id"], key.actor, own_node(key), packages))

    @routes.route("POST", "/v1/carriers/{carrier}/events")
    def tracking(request: Request) -> Answer:
        work = carriers.tell(request.params["carrier"], request)
        return Answer({"status": "taken", **({"fulfilment_order": work.id} if work else {})}, 202)

    return routes


def own_node(key: Key) -> str:
    """The node whose work alone this key may see; empty for staff, who see all of it."""
    if key.is_staff:
        return ""
    if not key.scope:
        raise Forbidden("this key belongs to no node")
    return key.scope


def asked(request: Request, verb: str, key: Key) -> Asked | None:
    """The request as its fulfilment order remembers it; None without an Idempotency-Key."""
    if "idempotency-key" not in request.headers:
        return None
    return Asked(digest(verb, key.actor, key_of(request)), hashlib.sha256(request.body).hexdigest()[:32])


def known_fields(body: dict[str, Any], *names: str, under: str = "") -> dict[str, Any]:
    """The body, if it has no other fields. Raises InvalidInput naming those that it should not have."""
    strange = [name for name in body if name not in names]
    if strange:
        raise InvalidInput("the body has fields that nobody reads", fields={under + name[:64]: "unknown field" for name in strange[:20]})
    return body


def line_units(raw: Any, field: str) -> dict[str, int]:
    """`[{"line", "quantity"}]` as units by line. Raises InvalidInput naming the row."""
    if not isinstance(raw, list) or len(raw) > 1000:
        raise InvalidInput(f"{field} is a list of {{line, quantity}}", fields={field: "a list"})
    units: dict[str, int] = {}
    for index, row in enumerate(raw):
        line, quantity = (row.get("line"), row.get("quantity")) if isinstance(row, dict) else (None, None)
        where = f"{field}[{index}]"
        if not isinstance(line, str) or line in units:
            raise InvalidInput(f"{where}: name each line once", fields={f"{where}.line": "required, once"})
        if isinstance(quantity, bool) or not isinstance(quantity, int) or not 0 < quantity <= 100_000:
            raise InvalidInput(f"{where}: quantity is a whole number from 1 to 100000", fields={f"{where}.quantity": "1 to 100000"})
        units[line] = quantity
    return units


def _node_wanted(request: Request, key: Key) -> str:
    own, node = own_node(key), request.query.get("node", "")
    if own and node not in ("", own):
        raise NotFound(f"there is no node {node[:64]!r}")
    return shop.node(node).id if node else own


def _listed(request: Request, node: str, kept: bool) -> Answer:
    status = request.query.get("status", "")
    if status and status not in listing.STATUSES:
        raise Malformed(f"status is one of {', '.join(listing.STATUSES)}", fields={"status": "unknown"})
    nodes = [node] if node else sorted(each.id for each in shop.nodes())
    items, following = listing.open_work(nodes, status, page_size(request), listing.position(request, nodes), kept=kept)
    return Answer({"items": items, "next": cursor(following.to_cursor()) if following else None})


def _numbers(raw: Any) -> tuple[int, ...]:
    """Numbers of parcels. Raises InvalidInput."""
    if not isinstance(raw, list) or len(raw) > 1000 or not all(isinstance(n, int) and not isinstance(n, bool) and n > 0 for n in raw):
        raise InvalidInput("packages is a list of the numbers of parcels", fields={"packages": "a list of numbers"})
    return tuple(dict.fromkeys(raw))


def shown(record: Record, work: FulfilmentOrder) -> Answer:
    return Answer(document(record.order, record.customer, work))
