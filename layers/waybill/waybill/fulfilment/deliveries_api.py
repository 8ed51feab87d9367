"""`/v1/node-deliveries`: what nodes were told by webhook, whether they took it; and telling them again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from waybill.aws.config import setting
from waybill.aws.http import Answer, Request, Router, cursor, cursor_key, page_size
from waybill.fulfilment import deliveries
from waybill.fulfilment.api import own_node
from waybill.fulfilment.deliveries import FAILING, STATUSES, Delivery
from waybill.kernel.errors import InvalidInput, Malformed, NotFound
from waybill.shop import store as shop
from waybill.shop.door import caller

_BASE = "/v1/node-deliveries"
_REPLAY = ":replay"


def add_routes(routes: Router, send: Callable[[dict[str, Any]], None]) -> None:
    """To those of `functions/fulfilment`; `send` puts a message into the queue of what nodes are told."""

    @routes.route("GET", _BASE)
    def some(request: Request) -> Answer:
        """`?node=`, `?status=failing` (without one) or `delivered`."""
        own = own_node(caller(request, "node", "viewer", "support"))
        node, status = request.query.get("node", own), request.query.get("status", FAILING)
        if own and node != own:
            raise NotFound(f"there is no node {node[:64]!r}")
        if not node:
            raise InvalidInput("say whose deliveries", fields={"node": "required"})
        if status not in STATUSES:
            raise Malformed(f"status is one of {', '.join(STATUSES)}", fields={"status": "unknown"})
        found, following = deliveries.page(shop.node(node).id, status, page_size(request), cursor_key(request))
        return Answer({"items": [_shown(each) for each in found], "next": cursor(following)})

    @routes.route("POST", _BASE + "/{id}")
    def replay(request: Request) -> Answer:
        """`{id}:replay`: told once more, as the work stands now, under the same id."""
        own = own_node(caller(request, "node", "support"))
        if not request.params["id"].endswith(_REPLAY):
            raise NotFound(f"a delivery can only be replayed: POST …/{{id}}{_REPLAY}")
        known = deliveries.load(request.params["id"].removesuffix(_REPLAY))
        if own and known.node != own:
            raise NotFound(f"nothing was told under {known.id!r}")
        event = known.event
        event.data["replayed"] = True
        send({"source": "waybill", "detail-type": event.type, "detail": event.to_dict(setting("STAGE"))})
        return Answer(_shown(known), 202)


def _shown(delivery: Delivery) -> dict[str, Any]:
    return {
        "id": delivery.id,
        "node": delivery.node,
        "type": delivery.type,
        "fulfilment_order": delivery.data.get("fo_id"),
        "status": delivery.status,
        "answer": delivery.answer or None,
        "attempts": delivery.attempts,
        "at": delivery.at,
        "tried_at": delivery.tried,
    }
