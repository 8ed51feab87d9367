"""The edits' HTTP routes: look at one, confirm it, list them, undo one."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

from waybill.aws.http import Answer, Request, Router
from waybill.editing.model.version import Version, shown
from waybill.editing.ports import Asked, Outcome
from waybill.editing.service import Editing, settled, versions
from waybill.editing.shape import change, read, read_undo
from waybill.kernel.errors import Malformed, NotFound
from waybill.kernel.ids import digest
from waybill.kernel.money import decimal_string
from waybill.orders import present
from waybill.orders.api import DECIDERS, READERS, visible
from waybill.orders.store import Record
from waybill.shop.door import caller, key_of
from waybill.shop.model import Key


def router(editing: Editing) -> Router:
    """Routes of `functions/edits`."""
    routes = Router()

    @routes.route("POST", "/v1/orders/{id}/edits")
    def edit(request: Request) -> Answer:
        key, order_id, body = caller(request, *DECIDERS), request.params["id"], read(request.json_object())
        visible(order_id, key)
        if body["dryRun"]:
            return previewed(editing, editing.preview(order_id, lambda record: change(body, record.order), _seen(request)))
        version, record = editing.confirm(order_id, lambda record: change(body, record.order), _asked(request, key, body["reason"]))
        return Answer(one(version, record), 201, headers=_etag(record))

    @routes.route("GET", "/v1/orders/{id}/edits")
    def listed(request: Request) -> Answer:
        record = visible(request.params["id"], caller(request, *READERS))
        return Answer({"items": [one(version, record) for version in versions(record)], "next": None}, headers=_etag(record))

    @routes.route("POST", "/v1/orders/{id}/edits/{n}/undo")
    def undo(request: Request) -> Answer:
        key, order_id, number, body = caller(request, *DECIDERS), request.params["id"], _number(request), read_undo(request.json_object())
        visible(order_id, key)
        if body["dryRun"]:
            return previewed(editing, editing.preview_undo(order_id, number, _seen(request)))
        version, record = editing.undo(order_id, number, _asked(request, key, body["reason"], undoes=number))
        return Answer(one(version, record), 201, headers=_etag(record))

    return routes


def previewed(editing: Editing, outcome: Outcome) -> Answer:
    return Answer(seen_before(editing, outcome), headers=_etag(outcome.before))


def seen_before(editing: Editing, outcome: Outcome) -> dict[str, Any]:
    """What an edit would do, as the API shows it."""
    order = outcome.after.order
    return {
        "dry_run": True,
        "edit": order.edits,
        "version": outcome.before.state.version,
        "currency": order.currency,
        **shown(outcome.changes, order.currency),
        "stock": list(outcome.stock),
        "shipping": _shipping(editing, outcome),
        "totals": present.totals(outcome.after),
        "order_lines": [row for row in present.whole(outcome.after)["lines"] if row["quantity"]],
    }


def one(version: Version, record: Record) -> dict[str, Any]:
    """An edit that stands, as the API shows it."""
    return {
        "number": version.number,
        "at": version.at,
        "actor": version.actor,
        "reason": version.reason,
        "undoes": version.undoes or None,
        "currency": version.currency,
        "settled": settled(record, version),
        **shown(version.changes, version.currency),
    }


def _shipping(editing: Editing, outcome: Outcome) -> dict[str, Any]:
    """Where it would ship from before and after, as the router would choose now, and what that costs us."""
    found = {}
    for name, record in (("before", outcome.before), ("after", outcome.after)):
        plan = editing.foresee(record)
        found[name] = {"nodes": plan[0], "cost": decimal_string(plan[1], "USD")} if plan else None
    return found


def _asked(request: Request, key: Key, reason: str, undoes: int = 0) -> Asked:
    seen = _seen(request)
    if not seen:
        raise Malformed("send the version that you have looked at as If-Match", fields={"If-Match": "required"})
    content = digest(str(undoes), sha256(request.body).hexdigest())
    return Asked(key.actor, reason, digest(key.actor, key_of(request)), content, seen)


def _seen(request: Request) -> str:
    return request.headers.get("if-match", "").strip().removeprefix("W/").strip('"')[:64]


def _etag(record: Record) -> dict[str, str]:
    return {"etag": f'"{record.state.version}"'}


def _number(request: Request) -> int:
    number = request.params["n"]
    if not number.isascii() or not number.isdecimal() or len(number) > 4:
        raise NotFound(f"the order has no edit {number[:16]!r}")
    return int(number)
