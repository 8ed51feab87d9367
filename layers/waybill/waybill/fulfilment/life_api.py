"""The routes of what interrupts a fulfilment order (cancellation asked and answered, units short, held and released, split and merged), of what is kept from its
node, and of what is fetched."""

from __future__ import annotations

from datetime import date
from typing import Any

from waybill.aws.http import Answer, Request, Router
from waybill.fulfilment.api import asked, known_fields, line_units, own_node, shown
from waybill.fulfilment.collecting import Claimant, Collecting
from waybill.fulfilment.dividing import Dividing
from waybill.fulfilment.releasing import Releasing
from waybill.fulfilment.reshipping import Reshipping
from waybill.fulfilment.service import Fulfilment
from waybill.kernel.errors import InvalidInput, NotFound
from waybill.orders.model.replacing import REPLACES
from waybill.shop.door import caller

_ONE = "/v1/fulfilment-orders/{id}"
_LONGEST = 200


def add_routes(routes: Router, fulfilment: Fulfilment, dividing: Dividing, reshipping: Reshipping, collecting: Collecting, releasing: Releasing) -> None:
    """To those of `functions/fulfilment`."""

    @routes.route("POST", _ONE + "/cancellation/accept")
    def accept_cancellation(request: Request) -> Answer:
        key = caller(request, "node", "support")
        known_fields(request.json_object())
        return shown(*fulfilment.cancellation_accepted(request.params["id"], key.actor, own_node(key)))

    @routes.route("POST", _ONE + "/cancellation/decline")
    def decline_cancellation(request: Request) -> Answer:
        key = caller(request, "node", "support")
        reason = _text(known_fields(request.json_object(), "reason"), "reason")
        return shown(*fulfilment.cancellation_declined(request.params["id"], reason, key.actor, own_node(key)))

    @routes.route("POST", _ONE + "/short")
    def short(request: Request) -> Answer:
        key = caller(request, "node", "support")
        body, fo_id, under = known_fields(request.json_object(), "lines", "line", "there", "reason"), request.params["id"], asked(request, "short", key)
        if "lines" in body and ("line" in body or "there" in body):
            raise InvalidInput("say what is short, or what there is, not both", fields={"lines": "or line and there"})
        if "line" in body or "there" in body:
            return shown(*fulfilment.only(fo_id, _there(body), _text(body, "reason"), key.actor, own_node(key), under))
        return shown(*fulfilment.short(fo_id, line_units(body.get("lines"), "lines"), _text(body, "reason"), key.actor, own_node(key), under))

    @routes.route("POST", _ONE + "/hold")
    def hold(request: Request) -> Answer:
        key = caller(request, "support")
        reason = _text(known_fields(request.json_object(), "reason"), "reason")
        return shown(*fulfilment.hold(request.params["id"], reason, key.actor))

    @routes.route("POST", _ONE + "/release")
    def release(request: Request) -> Answer:
        key = caller(request, "support")
        known_fields(request.json_object())
        return shown(*fulfilment.release(request.params["id"], key.actor))

    @routes.route("POST", _ONE + "/open")
    def open_now(request: Request) -> Answer:
        key = caller(request, "support")
        known_fields(request.json_object())
        return shown(*releasing.open(request.params["id"], key.actor))

    @routes.route("POST", _ONE + "/reschedule")
    def reschedule(request: Request) -> Answer:
        key = caller(request, "support")
        body = known_fields(request.json_object(), "ship_not_before")
        return shown(*releasing.reschedule(request.params["id"], _day(body), key.actor))

    @routes.route("POST", _ONE + "/approve")
    def approve(request: Request) -> Answer:
        key = caller(request, "support")
        known_fields(request.json_object())
        return shown(*releasing.approve(request.params["id"], key.actor))

    @routes.route("POST", _ONE + "/split")
    def split(request: Request) -> Answer:
        key = caller(request, "node", "support")
        units = line_units(known_fields(request.json_object(), "lines").get("lines"), "lines")
        return shown(*dividing.split(request.params["id"], units, key.actor, own_node(key), asked(request, "split", key)))

    @routes.route("POST", _ONE + "/merge")
    def merge(request: Request) -> Answer:
        key = caller(request, "node", "support")
        other = _text(known_fields(request.json_object(), "with"), "with")
        return shown(*dividing.merge(request.params["id"], other, key.actor, own_node(key)))

    @routes.route("POST", _ONE + "/ready")
    def ready(request: Request) -> Answer:
        key = caller(request, "node", "support")
        known_fields(request.json_object())
        return shown(*collecting.make_ready(request.params["id"], key.actor, own_node(key)))

    @routes.route("POST", _ONE + "/collect")
    def collect(request: Request) -> Answer:
        key = caller(request, "node", "support")
        body = known_fields(request.json_object(), "code", "name", "lines", "rest")
        units = line_units(body["lines"], "lines") if "lines" in body else {}
        if "lines" in body and not units:
            raise InvalidInput("name what is taken, or leave lines out for all of it", fields={"lines": "at least one"})
        rest = body.get("rest", "keep")
        if rest not in ("keep", "cancel"):
            raise InvalidInput("rest is keep (it waits on) or cancel", fields={"rest": "keep or cancel"})
        under = asked(request, "collect", key) if units else None
        return shown(*collecting.collect(request.params["id"], _claimant(body), key.actor, own_node(key), under, units, rest == "cancel"))

    @routes.route("POST", _ONE + "/packages/{n}/reship")
    def reship(request: Request) -> Answer:
        key = caller(request, "support")
        body, number = known_fields(request.json_object(), "reason", "even_so"), request.params["n"]
        even_so = body.get("even_so", False)
        if not isinstance(even_so, bool):
            raise InvalidInput("even_so is true or false", fields={"even_so": "true or false"})
        if not number.isascii() or not number.isdecimal() or len(number) > 4:
            raise NotFound(f"there is no package {number[:16]!r}")
        new = reshipping.reship(request.params["id"], int(number), _text(body, "reason"), even_so, key.actor)
        return Answer({"order": new.id, "external_reference": new.external_reference, "replaces": new.attributes[REPLACES]}, 202)


def _claimant(body: dict[str, Any]) -> Claimant:
    """Who comes for it. Raises InvalidInput unless it is said by one of the two."""
    if ("code" in body) == ("name" in body):
        raise InvalidInput("send the code of the customer's mail, or the name on the order", fields={"code": "one of code and name"})
    return Claimant(_text(body, "code")) if "code" in body else Claimant(name=_text(body, "name"))


def _there(body: dict[str, Any]) -> dict[str, int]:
    """Of one line how many units there are. Raises InvalidInput."""
    line, there = body.get("line"), body.get("there")
    if not isinstance(line, str):
        raise InvalidInput("line is the id of a line", fields={"line": "required"})
    if isinstance(there, bool) or not isinstance(there, int) or there < 0:
        raise InvalidInput("there is how many units of it there are", fields={"there": "a whole number, from 0"})
    return {line: there}


def _day(body: dict[str, Any]) -> str:
    """Raises InvalidInput."""
    day = body.get("ship_not_before")
    try:
        return date.fromisoformat(day if isinstance(day, str) and len(day) == 10 else "").isoformat()
    except ValueError:
        raise InvalidInput("ship_not_before is a day, as 2026-12-24", fields={"ship_not_before": "YYYY-MM-DD"}) from None


def _text(body: dict[str, Any], name: str) -> str:
    """Raises InvalidInput for what is no text of 1 to 200 characters."""
    value = body.get(name)
    if not isinstance(value, str) or not 0 < len(value.strip()) <= _LONGEST:
        raise InvalidInput(f"{name} is a text of 1 to {_LONGEST} characters", fields={name: "required"})
    return value.strip()
