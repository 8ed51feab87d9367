"""Everything that the functions do in production, in one world: every door, every kind of message, every kind of ending, and each write
of a queue's function once cut off right after it, so that what comes again is seen too."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stdout
from typing import Any

import pytest

from tests.channels.documents import SECRETS, sample
from tests.desk.person import Person
from tests.flow.life import DECLINED, Life, an_order, life
from tests.flow.outside import outside
from tests.flow.stories import _heard_of
from tests.support.faults import READS
from tests.support.iam_actions import needs
from tests.support.privileges import Call
from tests.support.shop import headers
from tests.support.template import functions
from tests.support.world import Crash, World
from waybill.aws import gate, http
from waybill.channels.model.signature import signed
from waybill.inventory import stock_table
from waybill.inventory.model import row
from waybill.orders import documents
from waybill.shop import store
from waybill.shop.model import Channel

STOCK = {("TEA", "reno"): 40, ("TEA", "columbus"): 40, ("CUP", "columbus"): 40, ("POT", "reno"): 3}


class Seen:
    """What passed the gate while a function was at work; which `routes` were taken of those that the routers have. After the first of
    each kind of write by a queue's function the process dies."""

    def __init__(self, world: World) -> None:
        self.calls: set[Call] = set()
        self.routes: set[tuple[str, str]] = set()
        self.all_routes: set[tuple[str, str]] = set()
        self._world = world
        self._cut_off: set[tuple[str, str, str]] = set()
        self._fragile = {folder for folder, found in functions().items() if any(event["Type"] == "SQS" for event in found["Events"].values())}

    def around(self, name: str, thunk: Callable[[], Any], detail: dict[str, Any]) -> Any:
        who = self._world.at_work
        self.calls |= {Call(who, name, need) for need in needs(name, detail)} if who else set()
        answer = thunk()
        kind = (who, name, detail.get("UpdateExpression", "")[:12])  # of a stock row there are two updates: an operation, and its folding
        if who in self._fragile and name not in READS and kind not in self._cut_off:
            self._cut_off.add(kind)
            raise Crash(f"{who} after {name}")
        return answer


def played() -> Seen:
    """Tells every scene, all in one world; every invocation is a cold start."""
    with _stage() as (the, seen), gate.watching(seen):
        for scene in SCENES:
            scene(the)
            the.settle()
        assert seen.calls
    return seen


@contextmanager
def _stage() -> Iterator[tuple[Life, Seen]]:
    with life(STOCK) as the, outside() as the.outside, redirect_stdout(io.StringIO()) as the.logs, pytest.MonkeyPatch.context() as patch:
        the.world.always_cold = True
        seen = Seen(the.world)
        patch.setattr(http.Router, "find", _noted(http.Router.find, seen))
        patch.setattr(stock_table, "FOLD_EVERY", 1)  # every operation on a row folds what was before it
        patch.setattr(row, "SETTLED_MS", 0)
        yield the, seen


def _noted(find: Any, seen: Seen) -> Any:
    def finding(router: http.Router, method: str, path: str) -> Any:
        answer = find(router, method, path)
        seen.all_routes |= {(verb, pattern.pattern) for verb, pattern, _ in router._routes}
        seen.routes |= {(verb, pattern.pattern) for verb, pattern, _ in router._routes if verb == method and pattern.match(path)}
        return answer

    return finding


# ── orders ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def bought_whole(the: Life) -> None:
    _worked(the, _placed(the, an_order()))


def split_over_two_nodes(the: Life) -> None:
    order_id = _worked(the, _placed(the, an_order(("POT", 1), ("CUP", 1))))
    assert len(the.order(order_id)["fulfilment_orders"]) == 2


def paid_on_the_channels(the: Life) -> None:
    _worked(the, _heard_of(the, "shopify_paid"))
    _worked(the, _heard_of(the, "woocommerce_processing"))
    _cancelled(the, _placed(the, _paid_outside(an_order())))


def cancelled(the: Life) -> None:
    _cancelled(the, _placed(the, an_order()))
    packed = _placed(the, an_order())
    the.fulfil(packed, "accept", "pick", "pack")
    _cancelled(the, packed)
    _cancelled(the, _placed(the, _sums_off()))
    _cancelled(the, _placed(the, an_order(("POT", 90))))


def declined(the: Life) -> None:
    order_id = _placed(the, an_order(token=DECLINED))
    _let_go(the, order_id)
    the.world.machine.time_out(order_id)
    the.settle()
    _cancelled(the, order_id)


def held(the: Life) -> None:
    _let_go(the, _placed(the, _sums_off()))
    order_id = _placed(the, an_order(("POT", 90)))
    _ok(the.call("POST", f"/v1/orders/{order_id}/holds", {"reason": "a word with the customer first"}))
    _arrives(the, "POT", 100)
    assert the.order(order_id)["status"] == "on_hold"
    _let_go(the, order_id)
    assert the.order(order_id)["status"] == "released"


def backordered(the: Life) -> None:
    order_id = _placed(the, an_order(("CUP", 50)))
    assert the.order(order_id)["status"] == "backordered"
    _arrives(the, "CUP", 80)
    assert the.order(order_id)["status"] == "released"


def rejected(the: Life) -> None:
    for reason in ("NOT_IN_STOCK", "OTHER", "INCORRECT_ADDRESS"):
        order_id = _placed(the, an_order(("TEA", 1)))
        (work,) = the.work(order_id)
        _ok(the.call("POST", f"/v1/fulfilment-orders/{work['id']}/reject", {"reason": reason}, work["node"]))
        the.settle()


def lost_and_found(the: Life) -> None:
    lost, waiting = _placed(the, an_order()), _placed(the, an_order(("TEA", 120)))
    the.world.machine.lose(lost)
    _move(the, "TEA", "reno", {"kind": "received", "quantity": 90})
    told = the.world.handler("reconciler")({}, None)  # before the stream has told of the stock
    assert (told["restarted"], told["woken"]) == (1, 1), told
    the.settle()
    assert the.order(waiting)["status"] == "released"


# ── documents ────────────────────────────────────────────────────────────────────────────────────────────────────────


def the_same_order_again(the: Life) -> None:
    order = an_order(reference="again")
    _placed(the, order)
    _placed(the, order)
    assert the.call("POST", "/v1/orders", {**order, "note": "other"}, "api", idempotency_key="again").status == 422
    assert the.call("POST", "/v1/orders", {**order, "note": "other"}, "api", idempotency_key="other").status == 409
    _ok(the.call("POST", "/v1/orders", {**an_order(), "channel": "api"}, idempotency_key="by-an-admin"))


def a_large_document(the: Life) -> None:
    """As one beyond 300 KB; what matters is where it lies."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(documents, "_LARGEST_INLINE", 10)
        order = an_order(reference="large")
        _placed(the, order)
        assert the.call("POST", "/v1/orders", {**order, "note": "other"}, "api", idempotency_key="large").status == 422
        assert _webhook(the, b'{"id": 1}', "orders/updated").status == 200
        for document in _parked(the):
            _ok(the.call("GET", f"/v1/documents/{document['id']}"))


def parked_and_sent_again(the: Life) -> None:
    assert _webhook(the, b"{", "orders/create").status == 400
    _placed(the, an_order(reference="twofold"))
    for number in range(2):
        body = {**sample("shopify_discount_tax_included")["body"], "note": str(number)}
        assert _webhook(the, json.dumps(body, default=str).encode(), "orders/create").status == 200
    the.settle()
    _while_the_channel_is_another(the)
    for document in _parked(the):
        _ok(the.call("GET", f"/v1/documents/{document['id']}"))
        _ok(the.call("POST", f"/v1/documents/{document['id']}/redrive"))
    the.settle()


def _while_the_channel_is_another(the: Life) -> None:
    """A document that could not be understood then, and can be now."""
    known = store.channel("woocommerce")
    store.save(store.CHANNEL, "woocommerce", Channel("woocommerce", "api", "For now"))
    raw = json.dumps(sample("woocommerce_bank_transfer")["body"], default=str).encode()
    given = {**sample("woocommerce_bank_transfer")["headers"], "x-wc-webhook-signature": signed(raw, SECRETS["woocommerce"])}
    store.save(store.CHANNEL, "woocommerce", known)
    _ok(the.world.call("POST", "/v1/channels/woocommerce/webhooks", raw, given))
    store.save(store.CHANNEL, "woocommerce", Channel("woocommerce", "api", "For now"))
    the.settle()
    store.save(store.CHANNEL, "woocommerce", known)


# ── reading ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def orders_read(the: Life) -> None:
    order_id = _placed(the, an_order(reference="read"))
    for who in ("admin", "api"):
        for query in ("?external_reference=read", "?external_reference=read&channel=api", "?customer=ada@example.com", "?status=released"):
            assert order_id in _ok(the.call("GET", f"/v1/orders{query}", who=who)).content.decode()
        for part in ("", "/timeline", "/payments", "/decisions", "/holds"):
            _ok(the.call("GET", f"/v1/orders/{order_id}{part}", who=who))
    on_its_way = _ok(the.call("POST", "/v1/orders", an_order(reference="on-its-way"), "api", idempotency_key="on-its-way")).json()["id"]
    assert the.order(on_its_way)["status"] == "received"
    _ok(the.call("GET", "/v1/documents"))
    _ok(the.call("GET", "/v1/openapi.json"))


def work_read(the: Life) -> None:
    (done,) = the.fulfil(_placed(the, an_order(("TEA", 1))), "accept", "pick", "pack")
    for who in ("admin", done["node"]):
        for query in ("", "?status=packed", "?status=shipped", f"?node={done['node']}"):
            _ok(the.call("GET", f"/v1/fulfilment-orders{query}", who=who))
        _ok(the.call("GET", f"/v1/fulfilment-orders/{done['id']}", who=who))
        for paper in ("label", "label?format=zpl", "packing-slip"):
            _ok(the.call("GET", f"/v1/fulfilment-orders/{done['id']}/packages/1/{paper}", who=who))
    _ok(the.call("POST", f"/v1/fulfilment-orders/{done['id']}/pack", {}, done["node"]))


def stock_read_and_moved(the: Life) -> None:
    for _ in range(2):
        _move(the, "TEA", "columbus", {"kind": "received", "quantity": 5, "reference": "PO-7"}, key="PO-7")
    _move(the, "TEA", "columbus", {"kind": "adjusted", "quantity": -1, "reason": "broken"})
    _move(the, "CUP", "reno", {"kind": "received", "quantity": 1})
    for who in ("admin", "reno", "api"):
        for path in ("", "?sku=TEA", "?node=reno", "/TEA", "/TEA/movements", "/TEA/movements?node=reno"):
            _ok(the.call("GET", f"/v1/inventory{path}", who=who))
    assert _ok(the.call("GET", "/v1/proof/inventory/TEA")).json()["agrees"]


def books_read(the: Life) -> None:
    order_id = _worked(the, _placed(the, an_order(("CUP", 1))))
    for who in ("admin", "api"):
        for query in ("", f"?order={order_id}"):
            assert _ok(the.call("GET", f"/v1/journal{query}", who=who)).json()["items"]
    _ok(the.call("GET", "/v1/journal/export"))


# ── the desk ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def at_the_desk(the: Life) -> None:
    order_id = _placed(the, an_order(("TEA", 1), reference="desk"))
    (packed,) = the.fulfil(order_id, "accept", "pick", "pack")
    person = Person(the.world, "key-admin")
    for query in ("", "?attention=backordered", f"?q={order_id}", "?q=desk", "?q=ada@example.com"):
        assert person.get(f"/desk{query}") == 200, query
    assert person.get(f"/desk/orders/{order_id}/labels/{packed['id']}/1-label.pdf") == 200
    for page in (f"/desk/orders/{order_id}", "/desk/stock", "/desk/documents"):
        assert person.get(page) == 200, page
    _seen(person.post(f"/desk/orders/{order_id}/cancel", reason="customer_asked"))
    _webhook(the, b'{"id": 2}', "orders/updated")
    person.get("/desk/documents")
    found = re.search(r'name="document" value="([^"]+)"', person.page)
    assert found
    _seen(person.post("/desk/documents/redrive", document=found[1]))
    person.get("/desk")
    _seen(person.post("/desk/sign-out"))


def decided_at_the_desk(the: Life) -> None:
    person, off, poor = Person(the.world, "key-admin"), _placed(the, _sums_off()), _placed(the, an_order(token=DECLINED))
    person.get(f"/desk/orders/{off}")
    hold = re.search(r'name="hold" value="([^"]+)"', person.page)
    assert hold
    _seen(person.post(f"/desk/orders/{off}/release-hold", hold=hold[1]))
    person.get(f"/desk/orders/{poor}")
    _seen(person.post(f"/desk/orders/{poor}/retry-payment"))


def in_the_console(the: Life) -> None:
    order_id, off = _placed(the, an_order(token=DECLINED)), _placed(the, _sums_off())
    (hold,) = the.order(off)["holds"]
    asked: list[dict[str, Any]] = [{"describe": True}, {}, {"attention": "payment"}, {"order": order_id}]
    asked += [{"do": "retry-payment", "order": order_id}, {"do": "release-hold", "order": off, "hold": hold["id"]}]
    for event in (*asked, {"do": "cancel", "order": order_id, "reason": "customer_asked"}):
        assert '<p class="stuck">' not in str(the.world.handler("desk")(event, None)), event
        the.settle()
    assert the.order(order_id)["status"] == "cancelled"


SCENES = (
    bought_whole,
    orders_read,
    at_the_desk,
    work_read,
    books_read,
    in_the_console,
    split_over_two_nodes,
    paid_on_the_channels,
    cancelled,
    declined,
    held,
    backordered,
    rejected,
    stock_read_and_moved,
    the_same_order_again,
    a_large_document,
    parked_and_sent_again,
    decided_at_the_desk,
    lost_and_found,
)


def _placed(the: Life, order: dict[str, Any]) -> str:
    order_id = the.place(order, order["external_reference"])
    the.settle()
    return order_id


def _worked(the: Life, order_id: str) -> str:
    shipped = the.fulfil(order_id)
    the.settle()
    the.deliver(shipped)
    the.settle()
    assert the.order(order_id)["status"] == "completed"
    return order_id


def _cancelled(the: Life, order_id: str) -> None:
    _ok(the.call("POST", f"/v1/orders/{order_id}/cancel", {"reason": "changed my mind"}))
    the.settle()


def _let_go(the: Life, order_id: str) -> None:
    for hold in the.order(order_id)["holds"]:
        _ok(the.call("POST", f"/v1/orders/{order_id}/holds/{hold['id']}/release", {"note": "seen"}))
    the.settle()


def _arrives(the: Life, sku: str, units: int) -> None:
    _move(the, sku, "reno", {"kind": "received", "quantity": units})
    the.settle()


def _move(the: Life, sku: str, node: str, movement: dict[str, Any], key: str = "") -> None:
    _ok(the.call("POST", f"/v1/inventory/{sku}/{node}/movements", movement, idempotency_key=key or f"{sku}-{movement['quantity']}"))


def _sums_off() -> dict[str, Any]:
    order = an_order()
    return {**order, "total": "99.99", "tenders": [{**order["tenders"][0], "amount": "99.99"}]}


def _paid_outside(order: dict[str, Any]) -> dict[str, Any]:
    return {**order, "tenders": [{"kind": "channel", "amount": order["total"], "reference": "paid-1"}]}


def _webhook(the: Life, raw: bytes, topic: str) -> Any:
    given = {"x-shopify-topic": topic, "x-shopify-hmac-sha256": signed(raw, SECRETS["shopify"])}
    return the.world.call("POST", "/v1/channels/shopify/webhooks", raw, {**headers("shopify"), **given})


def _parked(the: Life) -> list[dict[str, Any]]:
    found = _ok(the.call("GET", "/v1/documents?status=parked")).json()["items"]
    assert found
    return found


def _ok(reply: Any) -> Any:
    assert 200 <= reply.status < 300, reply.content
    return reply


def _seen(status: int) -> None:
    assert status == 303
