"""The HTTP face of stock: one row per SKU and node, movements in, the ledger, the proof."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

from waybill.aws.http import Answer, Request, Router, cursor, cursor_key, page_size
from waybill.inventory.kits import kit, sellable
from waybill.inventory.model.backorders import POLICY as BACKORDERS
from waybill.inventory.model.row import Op, Row
from waybill.inventory.movements import Movements
from waybill.inventory.shop_endless import endless
from waybill.inventory.shop_sharing import sharing
from waybill.inventory.stock_table import StockTable, claim
from waybill.kernel.clock import instant, utc_now
from waybill.kernel.errors import Malformed, NotFound
from waybill.kernel.ids import digest
from waybill.shop import store as shop
from waybill.shop.bundles import Parts, bundles
from waybill.shop.door import caller, key_of
from waybill.shop.model import Key

_READERS = ("viewer", "support", "finance", "channel", "node")
_SKUS_A_PAGE = 25
_NUMBERS = ("on_hand", "reserved", "blocked", "available")


Coming = Callable[[str, int], dict[str, Any]]
"""(SKU, units that are free) → what is on its way of it, and what may be promised."""
_FOR_CHANNELS = ("promise", "expected")


def router(table: StockTable, movements: Movements, coming: Coming = lambda sku, free: {}) -> Router:
    """Routes of `functions/inventory`."""
    routes = Router()
    routes.route("GET", "/v1/inventory")(lambda request: stock_list(request, table))
    routes.route("GET", "/v1/inventory/{sku}")(lambda request: stock_of(request, table, coming))
    routes.route("GET", "/v1/inventory/{sku}/movements")(lambda request: ledger(request, table))
    routes.route("POST", "/v1/inventory/{sku}/{node}/movements")(lambda request: move_in(request, movements))
    routes.route("POST", "/v1/inventory/import")(lambda request: bulk(request, movements))
    routes.route("GET", "/v1/proof/inventory/{sku}")(lambda request: proof(request, movements))
    return routes


def stock_list(request: Request, table: StockTable) -> Answer:
    """`GET /v1/inventory?sku=&node=&cursor=`."""
    key = caller(request, *_READERS)
    nodes = _visible_nodes(key, request.query.get("node"))
    skus, next_sku = _skus(request)
    rows = table.rows_at([(sku, node) for sku in skus for node in nodes])
    titles = {sku: item.title for sku, item in shop.items(skus).items()}
    return Answer({"items": [_row(row, titles.get(row.sku)) for row in rows], "next": cursor({"sku": next_sku} if next_sku else None)})


def stock_of(request: Request, table: StockTable, coming: Coming) -> Answer:
    """`GET /v1/inventory/{sku}`; a bundle has what its parts allow. Raises NotFound for a SKU that neither the shop nor a node knows."""
    key = caller(request, *_READERS)
    sku = request.params["sku"]
    rows = [row for row in table.rows([sku]) if _may_see(key, row.node)]
    item = shop.items([sku]).get(sku)
    title = {"title": item.title} if item else {}
    if parts := bundles().get(sku):
        of_parts = [row for row in table.rows(sorted(parts)) if _may_see(key, row.node)]
        return Answer({**kit(sku, parts, of_parts), **title, **_sellable(request, key, of_parts, parts)})
    if not rows and item is None:
        raise NotFound(f"there is no SKU {sku[:64]!r}")
    total = {name: sum(getattr(row, name) for row in rows) for name in _NUMBERS}
    free = _sellable(request, key, rows, {sku: 1})
    due = coming(sku, free["sellable"]["units"] if free else total["available"])
    if "channel" in key.roles:
        due = {name: what for name, what in due.items() if name in _FOR_CHANNELS}
    said = shop.policy(BACKORDERS).get(sku, {}).get("expected", "")
    never = [node for node in endless().nodes(sku) if _may_see(key, node)]
    more = {"endless": never} if never else {}
    return Answer({"sku": sku, **title, **total, "nodes": [_row(row) for row in rows], **more, **free, **due, **({"expected": said} if said else {})})


def _sellable(request: Request, key: Key, rows: list[Row], parts: Parts) -> dict[str, Any]:
    """What a channel may sell of it now: for its own key, and for people who name it."""
    channel = key.scope if "channel" in key.roles else request.query.get("channel", "")
    if not channel:
        return {}
    if "channel" not in key.roles:
        shop.channel(channel)
    now = instant(utc_now())
    open_nodes = {node.id for node in shop.nodes() if node.is_open(now)}
    return {"sellable": {"channel": channel, "units": sellable(rows, channel, sharing(), endless(), open_nodes, parts)}}


def move_in(request: Request, movements: Movements) -> Answer:
    """`POST /v1/inventory/{sku}/{node}/movements` under a required Idempotency-Key."""
    from waybill.inventory import edge

    key = caller(request, "support", "node")
    sku, node = request.params["sku"], request.params["node"]
    if not _may_see(key, node):
        raise NotFound(f"there is no node {node[:64]!r}")
    op_key = "hand-" + digest("movement", ",".join(key.roles), key.scope, sku, node, key_of(request))
    wanted = edge.movement(request.json())
    shop.node(node)
    if sku not in shop.items([sku]):
        raise NotFound(f"there is no SKU {sku[:64]!r}")
    op = movements.record(sku, node, wanted.kind, wanted.quantity, op_key, reason=wanted.reason, reference=wanted.reference)
    return Answer({"sku": sku, "node": node, **_movement(op)}, 201)


def bulk(request: Request, movements: Movements) -> Answer:
    """`POST /v1/inventory/import` of CSV or {"rows": [...]}, under a required Idempotency-Key; with `?dryRun=true` only looked at. 200 also
    where rows are refused: each says why."""
    from waybill.inventory import bulk as rows_of

    key = caller(request, "support", "node")
    dry = request.query.get("dryRun", "").lower() == "true"
    name = digest("import", ",".join(key.roles), key.scope, "" if dry else key_of(request))
    nodes = {node.id for node in shop.nodes() if _may_see(key, node.id)}
    rows = _rows(request)
    if not dry:
        claim(name, hashlib.sha256(request.body).hexdigest())
    lines = rows_of.Bulk(movements, lambda skus: set(shop.items(skus)), nodes).run(rows, name, dry=dry)
    return Answer({**rows_of.counts(lines), "rows": [line.to_dict() for line in lines]})


def ledger(request: Request, table: StockTable) -> Answer:
    """`GET /v1/inventory/{sku}/movements?node=&cursor=`: node after node, each in the order of its operations' ids."""
    key = caller(request, *_READERS)
    sku = request.params["sku"]
    nodes = [row.node for row in table.rows([sku]) if _may_see(key, row.node)]
    if request.query.get("node"):
        nodes = [node for node in nodes if node == request.query["node"]]
    at = cursor_key(request) or {"node": nodes[0] if nodes else "", "after": ""}
    if at.get("node") not in nodes:
        return Answer({"items": [], "next": None})
    items, following = _ledger_page(table, sku, nodes, str(at["node"]), str(at.get("after", "")), page_size(request))
    return Answer({"items": items, "next": cursor(following)})


def proof(request: Request, movements: Movements) -> Answer:
    """`GET /v1/proof/inventory/{sku}`: the rows recomputed from movements and reservations."""
    caller(request, "viewer", "support", "finance")
    answer = movements.proof(request.params["sku"])
    if not answer["nodes"]:
        raise NotFound(f"no node has ever had {request.params['sku'][:64]!r}")
    return Answer(answer)


def _ledger_page(
    table: StockTable, sku: str, nodes: list[str], node: str, after: str, limit: int
) -> tuple[list[dict[str, Any]], dict[str, Any] | None]:
    ops, more = table.movements_page(sku, node, limit, after)
    items = [{"sku": sku, "node": node, **_movement(op)} for op in ops]
    if more:
        return items, {"node": node, "after": ops[-1].id}
    later = nodes[nodes.index(node) + 1 :]
    return items, {"node": later[0], "after": ""} if later else None


def _skus(request: Request) -> tuple[list[str], str | None]:
    """The SKUs of this page and the first of the next."""
    only = request.query.get("sku")
    if only:
        return [only], None
    start = str((cursor_key(request) or {}).get("sku", ""))
    skus = sorted(item.sku for item in shop.all_items())
    later = [sku for sku in skus if sku >= start]
    return later[:_SKUS_A_PAGE], later[_SKUS_A_PAGE] if len(later) > _SKUS_A_PAGE else None


def _rows(request: Request) -> list[Any]:
    """Raises Malformed."""
    from waybill.inventory import bulk as rows_of

    if request.headers.get("content-type", "").partition(";")[0].strip().lower() in ("text/csv", "application/csv"):
        try:
            return rows_of.from_csv(request.body.decode("utf-8"))
        except UnicodeDecodeError as wrong:
            raise Malformed("the CSV is not UTF-8", fields={"body": f"byte {wrong.start}"}) from None
    rows = request.json_object().get("rows")
    if not isinstance(rows, list):
        raise Malformed('send CSV as text/csv, or {"rows": [{…}, …]}', fields={"rows": "a list of objects"})
    if wrong := {f"rows[{number}]": "an object" for number, row in enumerate(rows_of.few(rows)) if not isinstance(row, dict)}:
        raise Malformed('send CSV as text/csv, or {"rows": [{…}, …]}', fields=wrong)
    return rows


def _visible_nodes(key: Key, only: str | None) -> list[str]:
    known = [node.id for node in shop.nodes() if _may_see(key, node.id)]
    if only and only not in known:
        raise NotFound(f"there is no node {only[:64]!r}")
    return [only] if only else known


def _may_see(key: Key, node: str) -> bool:
    """A node's own key sees that node alone."""
    if "node" not in key.roles or key.is_staff:
        return True
    return key.scope == node



def _row(row: Row, title: str | None = None) -> dict[str, Any]:
    shown = {"sku": row.sku, "node": row.node, "on_hand": row.on_hand, "reserved": row.reserved, "blocked": row.blocked, "available": row.available}
    return {**shown, "title": title} if title else shown


def _movement(op: Op) -> dict[str, Any]:
    from datetime import UTC, datetime

    on_hand, reserved = op.effect
    at = instant(datetime.fromtimestamp(op.at / 1000, UTC))
    effect = {"on_hand": on_hand, "reserved": reserved, "blocked": op.blocks}
    shown = {"id": op.id, "kind": op.kind, "quantity": op.quantity, **effect, "at": at}
    return {**shown, "note": op.note} if op.note else shown
