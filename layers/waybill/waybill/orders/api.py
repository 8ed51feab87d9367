"""The orders' HTTP routes: each parses, makes one call and answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import resources
from typing import Any

from waybill.aws.http import Answer, Request, Router, cursor, cursor_key, page_size
from waybill.kernel.clock import Clock
from waybill.kernel.errors import InvalidInput, Malformed, NotFound
from waybill.kernel.ids import digest
from waybill.orders import documents, present, search, store
from waybill.orders.model.patience import PATIENCE, cancels_at
from waybill.orders.model.risk import POLICY as RISK
from waybill.orders.model.risk import Assessment
from waybill.orders.service import Orders, of_channel
from waybill.orders.store import Record
from waybill.shop import store as shop
from waybill.shop.door import caller, key_of
from waybill.shop.model import Key

READERS = ("channel", "viewer", "support", "finance")
DECIDERS = ("channel", "support")


@dataclass(frozen=True, slots=True)
class Views:
    """What other contexts know of an order, as pure presenters of its record."""

    payments: Callable[[Record], Any]
    decisions: Callable[[Record], Any]


def router(orders: Orders, views: Views, clock: Clock) -> Router:
    """Routes of `functions/orders`."""
    routes = Router()

    @routes.route("GET", "/v1/orders")
    def list_orders(request: Request) -> Answer:
        key = caller(request, *READERS)
        found = search.find(_wanted(request, key), page_size(request), cursor_key(request), clock().date())
        return Answer({"items": found.rows, "next": cursor(found.next)})

    @routes.route("GET", "/v1/orders/{id}")
    def read_order(request: Request) -> Answer:
        key = caller(request, *READERS)
        try:
            record = visible(request.params["id"], key)
        except NotFound:
            return _on_its_way(request.params["id"], key)
        body = {**present.whole(record), "payments": views.payments(record), "cancels_at": _cancels_at(record)}
        return Answer(body, headers={"etag": f'"{record.state.version}"'})

    @routes.route("GET", "/v1/orders/{id}/timeline")
    def timeline(request: Request) -> Answer:
        record = visible(request.params["id"], caller(request, *READERS))
        return Answer({"items": present.timeline(record), "next": None})

    @routes.route("GET", "/v1/orders/{id}/payments")
    def payments(request: Request) -> Answer:
        return Answer(views.payments(visible(request.params["id"], caller(request, *READERS))))

    @routes.route("GET", "/v1/orders/{id}/decisions")
    def decisions(request: Request) -> Answer:
        record = visible(request.params["id"], caller(request, *READERS))
        return Answer({"items": views.decisions(record), "next": None})

    @routes.route("GET", "/v1/orders/{id}/holds")
    def holds(request: Request) -> Answer:
        record = visible(request.params["id"], caller(request, *READERS))
        return Answer({"items": present.whole(record)["holds"], "next": None})

    @routes.route("POST", "/v1/orders/{id}/holds")
    def place_hold(request: Request) -> Answer:
        key = caller(request, *DECIDERS)
        visible(request.params["id"], key)
        return Answer(present.whole(orders.place_hold(request.params["id"], _text(request, "reason", "by hand"), key.actor)), 201)

    @routes.route("POST", "/v1/orders/{id}/holds/{hold}/release")
    def release_hold(request: Request) -> Answer:
        key = caller(request, *DECIDERS)
        visible(request.params["id"], key)
        note = _text(request, "note", "")
        return Answer(present.whole(orders.release_hold(request.params["id"], request.params["hold"], key.actor, note)))

    @routes.route("POST", "/v1/orders/{id}/risk")
    def risk(request: Request) -> Answer:
        key = caller(request, *DECIDERS)
        visible(request.params["id"], key)
        said = Assessment.of(request.json_object())
        return Answer(present.whole(orders.assess(request.params["id"], said, shop.policy(RISK), key.actor)))

    @routes.route("POST", "/v1/orders/{id}/cancel")
    def cancel(request: Request) -> Answer:
        key = caller(request, *DECIDERS)
        visible(request.params["id"], key)
        units, reason, unshipped = _units(request), _text(request, "reason", "asked for"), _unshipped(request)
        if units is None and not unshipped:
            return Answer(present.whole(orders.cancel(request.params["id"], reason, key.actor)))
        name = digest(key.actor, key_of(request))
        if units is None:
            return Answer(present.whole(orders.cancel_rest(request.params["id"], reason, name, key.actor)))
        return Answer(present.whole(orders.cancel_lines(request.params["id"], units, reason, name, key.actor)))

    @routes.route("GET", "/v1/documents")
    def parked(request: Request) -> Answer:
        caller(request, "viewer", "support")
        items, following = documents.parked(page_size(request), cursor_key(request))
        return Answer({"items": items, "next": cursor(following)})

    @routes.route("GET", "/v1/documents/{id}")
    def document(request: Request) -> Answer:
        caller(request, "support")
        return Answer(documents.shown(request.params["id"]))

    @routes.route("POST", "/v1/documents/{id}/redrive")
    def redrive(request: Request) -> Answer:
        caller(request, "support")
        return Answer(documents.redrive(request.params["id"]), 202)

    @routes.route("GET", "/v1/openapi.json")
    def openapi(request: Request) -> Answer:
        return Answer(resources.files("waybill").joinpath("openapi.json").read_text("utf-8"))

    return routes


def _units(request: Request) -> dict[str, int] | None:
    """{line: units} of a body; None where it names no lines. Raises InvalidInput."""
    lines = request.json_object().get("lines") if request.body else None
    if lines is None:
        return None
    if not isinstance(lines, dict) or not lines:
        raise InvalidInput("lines is an object of units by line", fields={"lines": "units by line"})
    if wrong := {f"lines.{line}"[:100]: "is a whole number from 1 on" for line, units in lines.items() if not _is_count(units)}:
        raise InvalidInput("what is cancelled is counted", fields=wrong)
    return lines


def _unshipped(request: Request) -> bool:
    """Whether what has left stays, and the rest is cancelled. Raises InvalidInput."""
    body = request.json_object() if request.body else {}
    unshipped = body.get("unshipped", False)
    if not isinstance(unshipped, bool):
        raise InvalidInput("unshipped is true or false", fields={"unshipped": "true or false"})
    if unshipped and body.get("lines") is not None:
        raise InvalidInput("either lines are cancelled, or all that has not left", fields={"unshipped": "not beside lines"})
    return unshipped


def _is_count(units: object) -> bool:
    return isinstance(units, int) and not isinstance(units, bool) and units > 0


def visible(order_id: str, key: Key) -> Record:
    """The order, if this key may see it. Raises NotFound for another channel's as for none."""
    record = store.load(order_id)
    return record if key.is_staff else of_channel(record, key.scope)



def _on_its_way(order_id: str, key: Key) -> Answer:
    """An order answered 202 and not yet written: its document is kept, so it is there. Raises NotFound otherwise."""
    document = documents.of_order(order_id)
    if document is None or not (key.is_staff or document["channel"] == key.scope):
        raise NotFound(f"there is no order {order_id[:64]!r}")
    return Answer({"id": order_id, "channel": document["channel"], "status": "received", "received_at": document["received_at"]})


def _wanted(request: Request, key: Key) -> search.Wanted:
    fields = ("external_reference", "channel", "customer", "sku", "status")
    unknown = set(request.query) - {*fields, "limit", "cursor"}
    if unknown:
        raise Malformed(f"orders cannot be searched by {sorted(unknown)[0]}", fields={sorted(unknown)[0]: "unknown filter"})
    given = {name: request.query.get(name, "").strip() for name in fields}
    return search.Wanted(**given, channels=None if key.is_staff else (key.scope,))


def _text(request: Request, name: str, default: str) -> str:
    value = request.json_object().get(name, default)
    if not isinstance(value, str) or len(value) > 500:
        raise Malformed(f"{name} is a text of at most 500 characters", fields={name: "a text"})
    return value.strip() or default


def _cancels_at(record: Record) -> str | None:
    """When it is cancelled by itself; the shop is asked only for an order that waits."""
    waits = record.state.backordered() or record.state.active_holds
    return cancels_at(record.state, shop.policy(PATIENCE)) or None if waits else None
