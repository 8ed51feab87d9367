"""`/v1/edi/…`: which interchanges came and went, their bytes, and what a person does about those that stand still."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from waybill.aws.http import Answer, Request, Router, cursor, cursor_key, page_size
from waybill.edi import store
from waybill.edi.model.record import IN, OUT, PARKED, STATUSES, Kept
from waybill.edi.notices import Notices
from waybill.edi.orders import Orders
from waybill.edi.partner import CHANNEL, partner
from waybill.edi.sending import Sending
from waybill.edi.taking import LARGEST, Taking
from waybill.kernel.errors import InvalidInput, Malformed, NotFound, TooLarge
from waybill.shop import store as shop
from waybill.shop.door import caller
from waybill.shop.model import Key

_BASE = "/v1/edi/interchanges"
_READERS = ("node", "viewer", "support")
_KINDS = ("purchase_order", "transfer")
_DEEDS = ("replay", "resend", "close")
"""Tried again, with a body as it was repaired; the file that went put into the folder once more; seen to by other means."""


def router(taking: Taking, sending: Sending, orders: Orders, notices: Notices) -> Router:
    """Routes of `functions/edi`."""
    routes = Router()

    @routes.route("GET", _BASE)
    def some(request: Request) -> Answer:
        """`?status=`, `?node=`; without a status those in front of a person first."""
        node = _node(request, caller(request, *_READERS))
        status = request.query.get("status", "")
        if status and status not in STATUSES:
            raise Malformed(f"status is one of {', '.join(STATUSES)}", fields={"status": "unknown"})
        found, following = _listed([status] if status else list(STATUSES), page_size(request), cursor_key(request))
        return Answer({"items": [_shown(each, sending) for each in found if node in ("", each.node)], "next": cursor(following)})

    @routes.route("GET", _BASE + "/{id}")
    def one(request: Request) -> Answer:
        return Answer(_shown(_visible(caller(request, *_READERS), request), sending))

    @routes.route("GET", _BASE + "/{id}/raw")
    def raw(request: Request) -> Answer:
        kept = _visible(caller(request, *_READERS), request)
        if not kept.raw:
            raise NotFound(f"nothing of {kept.id} was written")
        return Answer(store.raw(kept.raw), content_type="application/edi-x12")

    @routes.route("POST", _BASE)
    def take(request: Request) -> Answer:
        """A file as the body, as if it had been put into the folder of the node (`?node=` of staff)."""
        key = caller(request, "node", "support")
        if not request.body:
            raise Malformed("send an X12 interchange as the body", fields={"body": "empty"})
        if len(request.body) > LARGEST:
            raise TooLarge(f"at most {LARGEST} bytes are taken: send it in parts")
        node = _node(request, key)
        if not node:
            raise InvalidInput("say whose folder it belongs into", fields={"node": "required"})
        return Answer({"items": [_shown(each, sending) for each in taking.text(partner(node), f"api:{key.actor}", request.body)]}, 202)

    @routes.route("POST", _BASE + "/{id}")
    def deed(request: Request) -> Answer:
        """`{id}:replay`, `{id}:resend` or `{id}:close`."""
        key = caller(request, "support")
        id, _, verb = request.params["id"].partition(":")
        if verb not in _DEEDS:
            raise NotFound(f"an interchange can be sent on its way by POST …/{{id}}:{', :'.join(_DEEDS)}")
        kept = store.load(id)
        if verb == "replay":
            if kept.way == OUT and kept.status == PARKED:
                return Answer(_shown((notices if kept.node.startswith(CHANNEL) else orders).again(kept), sending))
            return Answer(_shown(taking.again(id, key.actor, request.body or None), sending))
        if verb == "close":
            return Answer(_shown((taking if kept.way == IN else sending).close(id, key.actor), sending))
        if kept.way != OUT:
            raise InvalidInput("it came from them: there is nothing to send", fields={"id": "came in"})
        sending.again(partner(kept.node), kept)
        return Answer(_shown(kept, sending))

    @routes.route("POST", "/v1/edi/announcements")
    def announce(request: Request) -> Answer:
        """{"kind": "purchase_order" or "transfer", "id"}: its node is told by 943 what is on its way."""
        caller(request, "support")
        body = request.json_object()
        kind, id = body.get("kind"), body.get("id")
        wrong = {name[:64]: "unknown field" for name in body if name not in ("kind", "id")}
        wrong |= {} if kind in _KINDS else {"kind": f"one of {', '.join(_KINDS)}"}
        wrong |= {} if isinstance(id, str) and id else {"id": "required"}
        if wrong:
            raise InvalidInput("say what is on its way", fields=wrong)
        return Answer(_shown(orders.announce(str(kind), str(id)), sending), 201)

    return routes


def _listed(statuses: list[str], limit: int, start: dict[str, Any] | None) -> tuple[list[Kept], dict[str, Any] | None]:
    at = start.get("status", statuses[0]) if start else statuses[0]
    if at not in statuses:
        raise Malformed("the cursor is not one of ours", fields={"cursor": "unknown"})
    key = {name: value for name, value in (start or {}).items() if name != "status"} or None
    found = list[Kept]()
    for status in statuses[statuses.index(at) :]:
        some, key = store.page(status, limit - len(found), key)
        found += some
        if key:
            return found, {**key, "status": status}
        if len(found) >= limit:
            following = statuses[statuses.index(status) + 1 :]
            return found, {"status": following[0]} if following else None
    return found, None


def _node(request: Request, key: Key) -> str:
    """Whose are asked about, a node or `channel:<id>`; empty for staff who name none."""
    asked = request.query.get("node", "")
    if key.is_staff:
        return partner(asked).node if asked.startswith(CHANNEL) else shop.node(asked).id if asked else ""
    if asked not in ("", key.scope):
        raise NotFound(f"there is no node {asked[:64]!r}")
    return key.scope


def _visible(key: Key, request: Request) -> Kept:
    kept = store.load(request.params["id"])
    if not key.is_staff and key.scope != kept.node:
        raise NotFound(f"there is no interchange {kept.id!r}")
    return kept


def _shown(kept: Kept, sending: Sending) -> dict[str, Any]:
    shown = {name: value for name, value in asdict(kept).items() if name not in ("raw", "sha256", "minutes", "version", "problems", "parts")}
    parts = [{name: value for name, value in asdict(part).items() if value} for part in kept.parts]
    links = {"raw": f"{_BASE}/{kept.id}/raw"} if kept.raw else {}
    return {**{name: value for name, value in shown.items() if value}, "parts": parts, "problems": list(kept.problems), "overdue": sending.overdue(kept), "links": links}
