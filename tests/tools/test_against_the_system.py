"""What the documents promise, held against what the system answers and tells."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import jsonschema
import pytest

from tests.drafts.counter import WHOLE, open_phone
from tests.flow.life import DECLINED, Life, an_order, whole_life
from tests.flow.lived import life
from tests.support.world import Reply
from tools import event_schemas, openapi
from tools.routes import ROUTES, Route
from waybill.orders import outbox, store

DOCUMENT = openapi.document()
SCHEMAS = {kind.type: event_schemas.schema(kind) for kind in event_schemas.KINDS}


class Told:
    """A system whose every answer is held against the OpenAPI document as it is given."""

    def __init__(self, the: Life) -> None:
        self.life, self.seen = the, set[tuple[str, str]]()
        self._call = the.call
        the.call = self.call  # type: ignore[method-assign]

    def call(self, method: str, path: str, *given: Any, **more: Any) -> Reply:
        reply = self._call(method, path, *given, **more)
        route = _route(method, path.partition("?")[0])
        self.seen.add((route.method, route.path))
        _hold_to(route, reply)
        return reply


@pytest.fixture(scope="module")
def system() -> Iterator[Told]:
    with life() as the:
        the.world._handlers["node_push"] = lambda event, context: {"batchItemFailures": []}  # no node here has a webhook
        yield Told(the)


@pytest.fixture(scope="module")
def orders(system: Told) -> list[str]:
    """One delivered, one declined, one rejected and routed again, one cancelled."""
    the = system.life
    delivered = whole_life(the, an_order())
    declined = the.place(an_order(token=DECLINED), "key-2")
    the.settle()
    rejected = the.place(an_order(("TEA", 1)), "key-3")
    the.settle()
    for work in the.work(rejected):
        the.call("POST", f"/v1/fulfilment-orders/{work['id']}/reject", {"reason": "NOT_IN_STOCK"}, work["node"])
    the.settle()
    cancelled = the.place(an_order(("TEA", 1)), "key-4")
    the.settle()
    the.call("POST", f"/v1/orders/{cancelled}/cancel", {"reason": "customer asked"})
    the.settle()
    return [delivered, declined, rejected, cancelled]


def test_every_answer_is_of_the_shape_that_is_documented(system: Told, orders: list[str]) -> None:
    for order_id in orders:
        for part in ("", "/timeline", "/payments", "/decisions", "/holds"):
            assert system.call("GET", f"/v1/orders/{order_id}{part}").status == 200
    for path in ("/v1/orders", "/v1/inventory", "/v1/inventory/TEA", "/v1/inventory/TEA/movements", "/v1/proof/inventory/TEA", "/v1/documents", "/v1/journal", "/v1/openapi.json"):
        assert system.call("GET", path).status == 200, path
    keyed = {"idempotency_key": "count-1"}
    assert system.call("POST", "/v1/inventory/TEA/reno/movements", {"kind": "received", "quantity": 5}, "admin", **keyed).status == 201
    assert system.call("POST", "/v1/inventory/TEA/reno/movements", {"kind": "adjusted", "quantity": 0}, "admin", **keyed).status >= 400


def test_every_answer_about_a_draft_is_of_the_shape_that_is_documented(system: Told) -> None:
    open_phone()
    for number, body in enumerate(({}, {"currency": "?", "customer": {"email": 7}, "lines": [{"sku": "TEA"}]}, WHOLE)):
        draft = system.call("POST", "/v1/drafts", body, "support", idempotency_key=f"draft-{number}").json()
        until = {"expires_on": system.life.world.now().date().isoformat()}
        for verb, said in (("hold", None), ("quote", until), ("reopen", None), ("place", None)):
            system.call("POST", f"/v1/drafts/{draft['id']}/{verb}", said, "support")
        system.call("PUT", f"/v1/drafts/{draft['id']}", body, "support", if_match="1")
        for method, path in (("GET", f"/{draft['id']}"), ("DELETE", f"/{draft['id']}"), ("GET", ""), ("GET", "?status=placed")):
            system.call(method, f"/v1/drafts{path}", who="support")


def test_every_refusal_is_a_problem_document(system: Told) -> None:
    for method, path in (("GET", "/v1/orders/ord_none"), ("POST", "/v1/orders"), ("GET", "/v1/fulfilment-orders/fo_none-1"), ("GET", "/v1/inventory/NONE")):
        assert 400 <= system.call(method, path).status < 500


def test_every_line_of_every_timeline_is_an_event_of_the_catalogue(orders: list[str]) -> None:
    told: dict[str, set[str]] = {}
    for order_id in orders:
        for sort_key, item in (store.load(order_id).others or {}).items():
            for entry in item.get("history", ()):
                source = outbox.record_id(order_id, sort_key)
                event = {"specversion": "1.0", "id": f"{source}:{entry['seq']}", "source": "/waybill/local", "type": entry["type"], "time": entry["at"], "subject": order_id, "data": entry["data"]}
                jsonschema.validate(event, SCHEMAS[entry["type"]], jsonschema.Draft202012Validator)
                told.setdefault(entry["type"], set()).add(order_id)
    assert {"order.received", "order.confirmed", "order.completed", "order.cancelled", "payment.captured", "payment.declined", "payment.voided", "fulfilment_order.rejected", "fulfilment_order.delivered"} <= set(told)


def test_no_event_names_the_customer(orders: list[str]) -> None:
    for order_id in orders:
        for item in (store.load(order_id).others or {}).values():
            assert not re.search(r"ada|byron|main st|denver|80202", str(item.get("history", "")).lower())


def _route(method: str, path: str) -> Route:
    fitting = [route for route in ROUTES if route.method == method and re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", route.path), path)]
    assert fitting, f"{method} {path} is not documented"
    return min(fitting, key=lambda route: route.path.count("{"))


def _hold_to(route: Route, reply: Reply) -> None:
    operation = DOCUMENT["paths"][route.path][route.method.lower()]
    answer = operation["responses"].get(str(reply.status))
    assert answer, f"{route.method} {route.path} answered {reply.status}, which is not documented: {reply.content[:300]!r}"
    if "$ref" in answer:
        answer = DOCUMENT["components"]["responses"][answer["$ref"].rpartition("/")[2]]
    kind = reply.headers["content-type"].partition(";")[0]
    assert kind in answer["content"], f"{kind} of {route.path}"
    if kind.endswith("json"):
        schema = {**answer["content"][kind]["schema"], "components": DOCUMENT["components"]}
        jsonschema.validate(reply.json(), schema, jsonschema.Draft202012Validator)
