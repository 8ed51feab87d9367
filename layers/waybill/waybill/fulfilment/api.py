"""The fulfilment orders' HTTP routes: what a node does with its work."""

from __future__ import annotations

from typing import Any

from waybill.aws.http import Answer, Request, Router, cursor, cursor_key, page_size
from waybill.fulfilment.carriers import Carriers
from waybill.fulfilment.model.fulfilment_order import FulfilmentOrder
from waybill.fulfilment.present import document
from waybill.fulfilment.service import Fulfilment, find, load, order_of
from waybill.kernel.errors import InvalidInput, Malformed, NotFound
from waybill.orders import store
from waybill.orders.store import ORDERS, Record
from waybill.shop import store as shop
from waybill.shop.door import caller
from waybill.shop.model import Key

_BASE = "/v1/fulfilment-orders"
_STATUSES = ("requested", "accepted", "picking", "picked", "packed", "shipped")


def router(fulfilment: Fulfilment, carriers: Carriers) -> Router:
    """Routes of `functions/fulfilment`."""
    routes = Router()

    @routes.route("GET", _BASE)
    def list_work(request: Request) -> Answer:
        key = caller(request, "node", "viewer", "support")
        items, following = _open_work(request, _node_wanted(request, key))
        return Answer({"items": items, "next": cursor(following)})

    @routes.route("GET", _BASE + "/{id}")
    def read(request: Request) -> Answer:
        record, work = mine(request, caller(request, "node", "viewer", "support"))
        return _shown(record, work)

    @routes.route("POST", _BASE + "/{id}/accept")
    def accept(request: Request) -> Answer:
        _, work = mine(request, key := caller(request, "node", "support"))
        return _shown(*fulfilment.accept(work.id, actor(key)))

    @routes.route("POST", _BASE + "/{id}/reject")
    def reject(request: Request) -> Answer:
        _, work = mine(request, key := caller(request, "node", "support"))
        body = request.json_object()
        reason, lines = body.get("reason"), body.get("lines", [])
        if not isinstance(reason, str) or not isinstance(lines, list) or not all(isinstance(line, str) for line in lines):
            raise InvalidInput("send a reason, and lines as a list of line ids", fields={"reason": "required"})
        return _shown(*fulfilment.reject(work.id, reason, lines, actor(key)))

    @routes.route("POST", _BASE + "/{id}/pick")
    def pick(request: Request) -> Answer:
        _, work = mine(request, key := caller(request, "node", "support"))
        units = line_units(request.json_object().get("lines", []), "lines")
        return _shown(*fulfilment.pick(work.id, units, actor(key)))

    @routes.route("POST", _BASE + "/{id}/ship")
    def ship(request: Request) -> Answer:
        _, work = mine(request, key := caller(request, "node", "support"))
        return _shown(*fulfilment.ship(work.id, actor(key)))

    @routes.route("POST", "/v1/carriers/{carrier}/events")
    def tracking(request: Request) -> Answer:
        work = carriers.tell(request.params["carrier"], request)
        return Answer({"status": "taken", "fulfilment_order": work.id}, 202)

    return routes


def mine(request: Request, key: Key) -> tuple[Record, FulfilmentOrder]:
    """The fulfilment order named in the path, if the caller may see it. Raises NotFound for another node's as for none."""
    record, work = load(request.params["id"])
    if not key.is_staff and work.node != key.scope:
        raise NotFound(f"there is no fulfilment order {work.id}")
    return record, work


def actor(key: Key) -> str:
    """Who did it, for the timeline."""
    return f"{key.roles[0]}:{key.scope or key.name or 'key'}"


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
    node = request.query.get("node", "") or ("" if key.is_staff else key.scope)
    if not node:
        return ""
    if not key.is_staff and node != key.scope:
        raise NotFound(f"there is no node {node[:64]!r}")
    return shop.node(node).id


def _open_work(request: Request, node: str) -> tuple[list[dict[str, Any]], dict[str, Any] | None]:
    """A node's open work, oldest first; of all nodes in turn where staff names none (no cursor then)."""
    status, limit = request.query.get("status", ""), page_size(request)
    if status and status not in _STATUSES:
        raise Malformed(f"status is one of {', '.join(_STATUSES)}", fields={"status": "unknown"})
    if not node:
        pages = [_page(each.id, limit, None)[0] for each in shop.nodes()]
        return [item for page in pages for item in page if status in ("", item["status"])][:limit], None
    items, following = _page(node, limit, cursor_key(request))
    return [item for item in items if status in ("", item["status"])], following


def _page(node: str, limit: int, start: dict[str, Any] | None) -> tuple[list[dict[str, Any]], dict[str, Any] | None]:
    page = ORDERS.page(f"NODE#{node}", index="lookup", keys=("lookup_pk", "lookup_sk"), limit=limit, start=start)
    return [_document(item["lookup_sk"].partition("#")[2]) for item in page.items], page.next


def _document(fo_id: str) -> dict[str, Any]:
    record = store.load(order_of(fo_id))
    return document(record, find(record, fo_id))


def _shown(record: Record, work: FulfilmentOrder) -> Answer:
    return Answer(document(record, work))
