"""The routes of collections: a carrier's van that comes to a node."""

from __future__ import annotations

from datetime import date
from typing import Any

from waybill.aws.http import Answer, Request, Router, cursor, cursor_key, page_size
from waybill.fulfilment import collections, manifests
from waybill.fulfilment.api import asked, known_fields, own_node
from waybill.fulfilment.arranging import Arranging, Wanted
from waybill.fulfilment.booking import Booking
from waybill.fulfilment.model.collection import BOOKED, CANCELLING, REFUSED, Collection
from waybill.kernel.errors import IllegalTransition, InvalidInput, Malformed, NotFound
from waybill.kernel.money import decimal_string
from waybill.kernel.plain import plain
from waybill.shop import store as shop
from waybill.shop.door import caller
from waybill.shop.model import Key

_BASE = "/v1/collections"
_CURSOR = {"pk", "sk", "lookup_pk", "lookup_sk"}
_LONGEST_PLACE, _LONGEST_NOTE, _LONGEST_WHY = 80, 200, 200


def add_routes(routes: Router, arranging: Arranging, booking: Booking) -> None:
    """To those of `functions/labels`: some carriers are asked."""

    @routes.route("GET", _BASE)
    def all_of(request: Request) -> Answer:
        key = caller(request, "node", "viewer", "support")
        node = _node(request.query.get("node", ""), key)
        found, following = collections.listed(node, _day(request), page_size(request), _start(request, node))
        return Answer({"items": [shown(each) for each in found], "next": cursor(following)})

    @routes.route("GET", _BASE + "/{id}")
    def read(request: Request) -> Answer:
        key = caller(request, "node", "viewer", "support")
        return Answer(shown(collections.load(request.params["id"], own_node(key))))

    @routes.route("POST", _BASE)
    def book(request: Request) -> Answer:
        key = caller(request, "node", "support")
        body = known_fields(request.json_object(), "node", "carrier", "manifest", "date", "from", "to", "place", "instructions")
        known = arranging.ask(_wanted(body, key), key.actor, asked(request, "collection", key))
        after = booking.go_on(known.id, key.actor)
        if after.status == REFUSED:
            raise InvalidInput(after.problem, fields={"carrier": "refused"})
        return Answer(shown(after))

    @routes.route("POST", _BASE + "/{id}/cancel")
    def cancel(request: Request) -> Answer:
        key = caller(request, "node", "support")
        body = known_fields(request.json_object(), "reason")
        wanted = arranging.call_off(request.params["id"], _said(body, "reason", _LONGEST_WHY), key.actor, own_node(key))
        after = booking.go_on(wanted.id, key.actor)
        if wanted.status == CANCELLING and after.status == BOOKED:
            raise IllegalTransition(f"{after.id} still comes: {after.problem}")
        return Answer(shown(after))


def shown(each: Collection) -> dict[str, Any]:
    """The document of a collection."""
    node = shop.node(each.node)
    return {
        "id": each.id,
        **{name: getattr(each, name) for name in ("node", "carrier", "date", "number", "status")},
        "from": each.ready,
        "to": each.closes,
        "timezone": node.timezone,
        "earliest": each.earliest,
        "latest": each.latest,
        "place": each.where,
        "instructions": each.note,
        "manifest": each.manifest or None,
        "packages": each.packages,
        "weight_g": each.weight_g,
        "service": each.service or None,
        "confirmation": each.confirmation or None,
        "cost": {"amount": decimal_string(each.price, each.currency), "currency": each.currency} if each.currency else None,
        "problem": each.problem,
        "at": each.at,
        "by": each.by,
        "log": [plain(said) for said in each.log],
    }


def _wanted(body: dict[str, Any], key: Key) -> Wanted:
    """Raises InvalidInput, NotFound."""
    manifest = manifests.load(_text(body, "manifest"), own_node(key)) if "manifest" in body else None
    if manifest and (body.keys() & {"node", "carrier"}):
        raise InvalidInput("a manifest says of which node and carrier it is", fields={"manifest": "without node and carrier"})
    node = manifest.node if manifest else _node(_text(body, "node", own_node(key)), key)
    carrier = manifest.carrier if manifest else shop.carrier(_text(body, "carrier")).id
    when = tuple(_text(body, name) for name in ("date", "from", "to"))
    return Wanted(node, carrier, *when, _said(body, "place", _LONGEST_PLACE), _said(body, "instructions", _LONGEST_NOTE), manifest.id if manifest else "")


def _node(wanted: str, key: Key) -> str:
    """Which node, as far as this key sees it. Raises InvalidInput, NotFound."""
    own = own_node(key)
    if not wanted and not own:
        raise InvalidInput("say which node", fields={"node": "required"})
    if own and wanted not in ("", own):
        raise NotFound(f"there is no node {wanted[:64]!r}")
    return shop.node(wanted or own).id


def _start(request: Request, node: str) -> dict[str, Any] | None:
    start = cursor_key(request)
    if start is not None and (set(start) != _CURSOR or start["lookup_pk"] != f"COLLECTIONS#{node}" or not all(isinstance(part, str) for part in start.values())):
        raise Malformed("the cursor belongs to another question", fields={"cursor": "unknown"})
    return start


def _text(body: dict[str, Any], name: str, default: str = "") -> str:
    value = body.get(name, default)
    if not isinstance(value, str) or (not value and not default):
        raise InvalidInput(f"{name} is a text", fields={name: "required"})
    return value


def _said(body: dict[str, Any], name: str, longest: int) -> str:
    """What a person may say, in one line."""
    value = body.get(name, "")
    if not isinstance(value, str) or len(value) > longest or not value.isprintable():
        raise InvalidInput(f"{name} is a text of at most {longest} characters", fields={name: "a line of text"})
    return value.strip()


def _day(request: Request) -> str:
    told = request.query.get("date", "")
    try:
        return date.fromisoformat(told).isoformat() if told else ""
    except ValueError:
        raise Malformed("date is a day, as 2026-11-30", fields={"date": "a day"}) from None
