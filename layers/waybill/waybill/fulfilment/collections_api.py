"""The routes of collections: a carrier's van that comes to a node."""

from __future__ import annotations

from datetime import date
from typing import Any

from waybill.aws.http import Answer, Request, Router, cursor, page_size
from waybill.fulfilment import collections, manifests
from waybill.fulfilment.api import asked, known_fields, own_node
from waybill.fulfilment.arranging import Arranging, Wanted
from waybill.fulfilment.booking import Booking
from waybill.fulfilment.model.collection import BOOKED, CANCELLING, REFUSED, Collection
from waybill.fulfilment.node_doors import node_of, start_of, text_of
from waybill.kernel.errors import IllegalTransition, InvalidInput, Malformed
from waybill.kernel.money import decimal_string
from waybill.kernel.plain import plain
from waybill.shop import store as shop
from waybill.shop.door import caller
from waybill.shop.model import Key

_BASE = "/v1/collections"
_LONGEST_PLACE, _LONGEST_NOTE, _LONGEST_WHY = 80, 200, 200


def add_routes(routes: Router, arranging: Arranging, booking: Booking) -> None:
    """To those of `functions/labels`: some carriers are asked."""

    @routes.route("GET", _BASE)
    def all_of(request: Request) -> Answer:
        key = caller(request, "node", "viewer", "support")
        node = node_of(request.query.get("node", ""), key)
        found, following = collections.listed(node, _day(request), page_size(request), start_of(request, f"COLLECTIONS#{node}"))
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
    manifest = manifests.load(text_of(body, "manifest"), own_node(key)) if "manifest" in body else None
    if manifest and (body.keys() & {"node", "carrier"}):
        raise InvalidInput("a manifest says of which node and carrier it is", fields={"manifest": "without node and carrier"})
    node = manifest.node if manifest else node_of(text_of(body, "node", own_node(key)), key)
    carrier = manifest.carrier if manifest else shop.carrier(text_of(body, "carrier")).id
    when = tuple(text_of(body, name) for name in ("date", "from", "to"))
    return Wanted(node, carrier, *when, _said(body, "place", _LONGEST_PLACE), _said(body, "instructions", _LONGEST_NOTE), manifest.id if manifest else "")


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
