"""`/v1/waves…`, `/v1/nodes/{node}/bins` and the page at `/floor`: how a warehouse picks."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

from waybill.aws.http import Answer, Request, Router
from waybill.fulfilment.api import known_fields, own_node
from waybill.kernel.errors import InvalidInput, NotFound
from waybill.kernel.ids import digest
from waybill.picking import page
from waybill.picking.model.bins import checked
from waybill.picking.model.choosing import MOST, Rule, rule_from
from waybill.picking.service import Pick, Picking, Refused, shown
from waybill.picking.table import BinsTable
from waybill.shop import store as shop
from waybill.shop.door import caller, key_of

_READERS = ("node", "viewer", "support")
_MOST_PICKS, _MOST_BINS, _LONGEST = 200, 500, 64


def router(picking: Picking, bins: BinsTable) -> Router:
    """Routes of `functions/picking`."""
    routes = Router()
    page.add(routes)

    @routes.route("GET", "/v1/waves")
    def open_waves(request: Request) -> Answer:
        """Those of a node that are not ended, the oldest first."""
        node = _node(request.query.get("node", ""), request)
        return Answer({"items": [shown(wave) for wave in picking.waves.open_at(node)]})

    @routes.route("POST", "/v1/waves")
    def plan(request: Request) -> Answer:
        """{"node", "rule": {…}} or {"node", "fulfilment_orders": […]}, under an Idempotency-Key."""
        key = caller(request, "node", "support")
        id, asked = "wave_" + digest("wave", key.actor, key_of(request)), sha256(request.body).hexdigest()
        body = known_fields(request.json_object(), "node", "rule", "fulfilment_orders")
        known = picking.known(id, asked, key.actor)
        return Answer(shown(known or picking.plan(id, asked, _node(body.get("node", ""), request), _wanted(body), key.actor)), 201)

    @routes.route("GET", "/v1/waves/{id}")
    def read(request: Request) -> Answer:
        """The wave and the way through it."""
        wave = picking.read(request.params["id"], own_node(caller(request, *_READERS)))
        return Answer(shown(wave) | {"stops": [stop.to_dict() for stop in picking.way(wave)]})

    @routes.route("POST", "/v1/waves/{id}/take")
    def take(request: Request) -> Answer:
        """{"device", "picker", "over"}: this device has the wave from now on."""
        key = caller(request, "node", "support")
        body = known_fields(request.json_object(), "device", "picker", "over")
        over = body.get("over", False)
        if not isinstance(over, bool):
            raise InvalidInput("over is true or false", fields={"over": "true or false"})
        picker = _text(body, "picker") if "picker" in body else key.actor
        wave = picking.take(request.params["id"], _text(body, "device"), picker, over, key.actor, own_node(key))
        return Answer(shown(wave) | {"stops": [stop.to_dict() for stop in picking.way(wave)]})

    @routes.route("POST", "/v1/waves/{id}/picks")
    def pick(request: Request) -> Answer:
        """{"device", "picks": [{"fulfilment_order", "line", "picked"}]}: what is in the cart altogether."""
        key = caller(request, "node", "support")
        body = known_fields(request.json_object(), "device", "picks")
        wave, refused = picking.pick(request.params["id"], _text(body, "device"), _picks(body.get("picks")), key.actor, own_node(key))
        return Answer(shown(wave) | {"refused": [_refused(each) for each in refused]})

    @routes.route("POST", "/v1/waves/{id}/short")
    def short(request: Request) -> Answer:
        """{"device", "fulfilment_order", "line", "there", "reason"}: only so many can be had."""
        key = caller(request, "node", "support")
        body = known_fields(request.json_object(), "device", "fulfilment_order", "line", "there", "reason")
        there = body.get("there")
        if isinstance(there, bool) or not isinstance(there, int) or not 0 <= there <= 100_000:
            raise InvalidInput("there is how many units of the line can be had", fields={"there": "0 to 100000"})
        said = [_text(body, name) for name in ("device", "fulfilment_order", "line")]
        return Answer(shown(picking.short(request.params["id"], *said, there, _text(body, "reason"), key.actor, own_node(key))))

    @routes.route("POST", "/v1/waves/{id}/leave")
    def leave(request: Request) -> Answer:
        """The walk is over; what is not picked may go on another."""
        key = caller(request, "node", "support")
        known_fields(request.json_object())
        return Answer(shown(picking.leave(request.params["id"], key.actor, own_node(key))))

    @routes.route("GET", "/v1/nodes/{node}/bins")
    def where(request: Request) -> Answer:
        return Answer({"bins": bins.every(_node(request.params["node"], request))})

    @routes.route("PUT", "/v1/nodes/{node}/bins")
    def lay(request: Request) -> Answer:
        """{"bins": {sku: bin}}: where these SKUs lie from now on, the others as they did; an empty bin forgets one."""
        node = _node(request.params["node"], request, "node", "support")
        named = _bins(known_fields(request.json_object(), "bins").get("bins"))
        bins.write(node, named)
        return Answer({"bins": named})

    return routes


def _node(wanted: Any, request: Request, *roles: str) -> str:
    """The node that the caller may mean, known to the shop; his own where he names none."""
    own = own_node(caller(request, *(roles or _READERS)))
    if not isinstance(wanted, str) or not (wanted or own):
        raise InvalidInput("say which node", fields={"node": "required"})
    if own and wanted not in ("", own):
        raise NotFound(f"there is no node {wanted[:64]!r}")
    return shop.node(wanted or own).id


def _wanted(body: dict[str, Any]) -> Rule | list[str]:
    works, rule = body.get("fulfilment_orders"), body.get("rule", {})
    if works is None:
        if not isinstance(rule, dict):
            raise InvalidInput("rule is an object", fields={"rule": "an object"})
        return rule_from(rule)
    if "rule" in body:
        raise InvalidInput("send a rule or fulfilment_orders, not both", fields={"rule": "not beside fulfilment_orders"})
    if not isinstance(works, list) or not 0 < len(works) <= MOST or not all(isinstance(each, str) for each in works):
        raise InvalidInput(f"fulfilment_orders is a list of 1 to {MOST} ids", fields={"fulfilment_orders": f"1 to {MOST} ids"})
    return works


def _picks(raw: Any) -> list[Pick]:
    if not isinstance(raw, list) or not 0 < len(raw) <= _MOST_PICKS:
        raise InvalidInput(f"picks is a list of 1 to {_MOST_PICKS}", fields={"picks": f"1 to {_MOST_PICKS}"})
    return [_pick(row, f"picks[{place}]") for place, row in enumerate(raw)]


def _pick(row: Any, where: str) -> Pick:
    names = ("fulfilment_order", "line", "picked")
    fo, line, picked = (row.get(name) for name in names) if isinstance(row, dict) else (None, None, None)
    if not isinstance(fo, str) or not isinstance(line, str):
        raise InvalidInput(f"{where} names a fulfilment_order and a line", fields={where: "fulfilment_order, line, picked"})
    if isinstance(picked, bool) or not isinstance(picked, int) or not 0 <= picked <= 100_000:
        raise InvalidInput(f"{where}: picked is how many are in the cart altogether", fields={f"{where}.picked": "0 to 100000"})
    return Pick(fo, line, picked)


def _refused(each: Refused) -> dict[str, Any]:
    return {"fulfilment_order": each.pick.fulfilment_order[:_LONGEST], "line": each.pick.line[:_LONGEST], "picked": each.pick.picked, "problem": each.problem}


def _bins(raw: Any) -> dict[str, str]:
    if not isinstance(raw, dict) or not 0 < len(raw) <= _MOST_BINS or not all(isinstance(bin, str) for bin in raw.values()):
        raise InvalidInput(f"bins is an object of 1 to {_MOST_BINS} SKUs and where they lie", fields={"bins": "sku: bin"})
    known = shop.items(list(raw))
    strange = [sku for sku in raw if sku not in known]
    if strange:
        raise InvalidInput(f"the shop has no {strange[0][:64]!r}: write the item first", fields={f"bins.{sku[:64]}": "unknown SKU" for sku in strange[:20]})
    return {sku: checked(bin) if bin else "" for sku, bin in raw.items()}


def _text(body: dict[str, Any], name: str) -> str:
    text = body.get(name)
    if not isinstance(text, str) or not 0 < len(text.strip()) <= _LONGEST or not text.isprintable():
        raise InvalidInput(f"{name} is a text of 1 to {_LONGEST} characters", fields={name: f"1 to {_LONGEST} characters"})
    return text.strip()
