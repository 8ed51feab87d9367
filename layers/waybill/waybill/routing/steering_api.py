"""`POST /v1/routing/reroute`: orders sent to other nodes by a person."""

from __future__ import annotations

from typing import Any

from waybill.aws.http import Answer, Request, Router
from waybill.fulfilment import listing
from waybill.fulfilment.model.machine import NOT_ASKED, WITHDRAWN_FROM
from waybill.kernel.errors import Malformed
from waybill.routing.steering import Direction, Steering
from waybill.shop.door import caller

MOST_ORDERS, MOST_NODES = 100, 50
_FIELDS = {"orders", "node", "only", "without", "dryRun"}


def add_routes(routes: Router, steering: Steering) -> None:
    """To those of `functions/rules`."""

    @routes.route("POST", "/v1/routing/reroute")
    def reroute(request: Request) -> Answer:
        """{"orders": [ids]} or {"node": id}: at most 100 orders that wait at it; call again until `more` is false."""
        key = caller(request, "support")
        body = request.json_object()
        for name in sorted(set(body) - _FIELDS):
            raise Malformed(f"{name[:64]} is unknown; there are {', '.join(sorted(_FIELDS))}", fields={name[:64]: "unknown"})
        if ("orders" in body) == ("node" in body):
            raise Malformed("name either the orders or the node", fields={"orders": "this or node"})
        only, without = (_texts(body.get(name, []), name, MOST_NODES, least=0) for name in ("only", "without"))
        more, dry = False, _flag(body.get("dryRun", False))
        if "node" in body:
            (node,) = _texts([body["node"]], "node", 1)
            without = tuple(dict.fromkeys((*without, node)))
            Direction(only, without).check(steering.nodes())
            orders, more = _waiting_at(node)
        else:
            orders = list(_texts(body["orders"], "orders", MOST_ORDERS))
        items = steering.send(orders, Direction(only, without), key.actor, dry=dry)
        return Answer({"items": items, "dryRun": dry, "more": more})


def _waiting_at(node: str) -> tuple[list[str], bool]:
    """Orders of which a node has work that nobody has begun, oldest first; and whether there are more."""
    found: dict[str, None] = {}
    left = False
    for part in ("", *NOT_ASKED):
        at: listing.Position | None = listing.Position(node)
        while at is not None and len(found) < MOST_ORDERS:
            documents, at = listing.open_work([node], part, MOST_ORDERS, at)
            found |= {document["order_id"]: None for document in documents if document["status"] in WITHDRAWN_FROM}
        left = left or at is not None
    return list(found)[:MOST_ORDERS], len(found) > MOST_ORDERS or left


def _texts(raw: Any, name: str, most: int, least: int = 1) -> tuple[str, ...]:
    if not isinstance(raw, list) or not least <= len(raw) <= most or not all(isinstance(each, str) and 0 < len(each) <= 100 for each in raw):
        raise Malformed(f"{name} is a list of {least} to {most} ids", fields={name: "a list of ids"})
    return tuple(raw)


def _flag(raw: Any) -> bool:
    if not isinstance(raw, bool):
        raise Malformed("dryRun is true or false", fields={"dryRun": "true or false"})
    return raw
