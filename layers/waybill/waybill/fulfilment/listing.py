"""Lists of work: what a node has to do, and what of it is on its way."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from waybill.aws.http import Request, cursor_key
from waybill.fulfilment.codec import APPROVAL, ON_THE_WAY, OPEN, SCHEDULED, WAITING, work_from
from waybill.fulfilment.model.fulfilment_order import FulfilmentOrder
from waybill.fulfilment.model.machine import CLOSED, LEFT
from waybill.fulfilment.present import document
from waybill.kernel.errors import Malformed
from waybill.kernel.ids import order_of_fulfilment_order
from waybill.orders.codec import DOC, FULFILMENT_ORDER, PII, customer_from, order_from, partition
from waybill.orders.model.order import Order
from waybill.orders.store import ORDERS

STATUSES = ("scheduled", "awaiting_approval", "requested", "accepted", "picking", "picked", "packed", "partially_shipped", "ready_for_pickup", "cancellation_requested", "on_hold", "shipped")
Documents = list[dict[str, Any]]
_AT_MOST = 200
_PARTS = {"shipped": ON_THE_WAY, "ready_for_pickup": WAITING, "scheduled": SCHEDULED, "awaiting_approval": APPROVAL}


@dataclass(frozen=True, slots=True)
class Position:
    """Where a page begins: at a node, after an entry of its index; at the node's first one where `after` is empty."""

    node: str
    after: str = ""

    def to_cursor(self) -> dict[str, Any]:
        return {"node": self.node, "after": self.after}


def open_work(nodes: list[str], status: str, limit: int, start: Position | None, *, kept: bool = True) -> tuple[Documents, Position | None]:
    """Work of these nodes, one after the other, oldest first. Without a status: what is still to do. At most `limit`, and
    fewer where a status picks some out; the list ends where no position follows. `kept`: with work of which its node was not asked yet."""
    here = start or Position(nodes[0]) if nodes else None
    found: Documents = []
    while here is not None and len(found) < limit:
        documents, here = _page(here, nodes, status, limit - len(found), kept)
        found += documents
        if status not in ("", *_PARTS):
            break
    return found, here


def open_ids(node: str) -> list[str]:
    """Ids of a node's work that has not left, oldest first; the first two hundred."""
    page = ORDERS.page(_lookup(node), prefix=f"{OPEN}#", index="lookup", keys=("lookup_pk", "lookup_sk"), limit=_AT_MOST)
    return [entry["lookup_sk"].rpartition("#")[2] for entry in page.items]


def open_records(node: str, most: int, status: str = "") -> list[tuple[FulfilmentOrder, Order]]:
    """The same as records, with their orders and nobody's address: as they stand now, at most so many. `status`: of what stands in a list of its own."""
    found = _records(node, _PARTS.get(status, OPEN), most)
    return [(work, order) for work, order in found if (work.status == status if status else work.status not in (*CLOSED, *LEFT))]


def waiting_records(store: str, most: int) -> list[tuple[FulfilmentOrder, Order]]:
    """What waits at a store for who comes for it, what is to be looked at soonest first: at most so many."""
    return [(work, order) for work, order in _records(store, WAITING, most) if work.status == "ready_for_pickup"]


def _records(node: str, part: str, most: int) -> list[tuple[FulfilmentOrder, Order]]:
    page = ORDERS.page(_lookup(node), prefix=f"{part}#", index="lookup", keys=("lookup_pk", "lookup_sk"), limit=most)
    keys = [(entry["pk"], sk) for entry in page.items for sk in (entry["sk"], DOC)]
    items = {(item["pk"], item["sk"]): item for item in ORDERS.get_many(list(dict.fromkeys(keys)))}
    return [(work_from(items[entry["pk"], entry["sk"]]), order_from(items[entry["pk"], DOC])) for entry in page.items]


def position(request: Request, nodes: list[str]) -> Position | None:
    """The place that `?cursor=` names. Raises Malformed for one that we did not make."""
    key = cursor_key(request)
    if key is None:
        return None
    node, after = key.get("node"), key.get("after")
    if node not in nodes or not isinstance(after, str) or (after and _fo_of(after) is None):
        raise Malformed("the cursor is not one of ours", fields={"cursor": "unknown"})
    return Position(node, after)


def _page(here: Position, nodes: list[str], status: str, limit: int, kept: bool) -> tuple[Documents, Position | None]:
    part = _PARTS.get(status, OPEN)
    page = ORDERS.page(
        _lookup(here.node), prefix=f"{part}#", index="lookup", keys=("lookup_pk", "lookup_sk"), limit=limit, start=_index_key(here)
    )
    documents = _documents(page.items, status, kept)
    if page.next:
        return documents, Position(here.node, page.next["lookup_sk"])
    rest = nodes[nodes.index(here.node) + 1 :]
    return documents, Position(rest[0]) if rest else None


def _documents(entries: list[dict[str, Any]], status: str, kept: bool) -> Documents:
    """The records themselves, as they stand now: the index may lag behind them."""
    keys = [(entry["pk"], sk) for entry in entries for sk in (entry["sk"], DOC, PII)]
    items = {(item["pk"], item["sk"]): item for item in ORDERS.get_many(list(dict.fromkeys(keys)))}
    documents = []
    for pk, sk in ((entry["pk"], entry["sk"]) for entry in entries):
        work = work_from(items[pk, sk])
        wanted = work.status == status if status else work.status not in (*CLOSED, *LEFT)
        if wanted and (kept or not work.is_kept):
            documents.append(document(order_from(items[pk, DOC]), customer_from(items.get((pk, PII), {})), work))
    return documents


def _index_key(here: Position) -> dict[str, Any] | None:
    known = _fo_of(here.after)
    if known is None:
        return None
    order_id, number = known
    keys = {"lookup_pk": _lookup(here.node), "lookup_sk": here.after}
    return {"pk": partition(order_id), "sk": f"{FULFILMENT_ORDER}{number}", **keys}


def _lookup(node: str) -> str:
    return f"NODE#{node}"


def _fo_of(after: str) -> tuple[str, int] | None:
    return order_of_fulfilment_order(after.rpartition("#")[2])
