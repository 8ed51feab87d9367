"""What channels do to orders that stand: told whole, told by word, told nothing and asked."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest

from tests.channels.documents import SECRETS, sample
from tests.flow.life import Life
from tests.house.deeds import ok, webhook
from tests.imports.desk import row, sheet
from tests.support.world import Crash
from waybill.aws.clients import client
from waybill.channels.model.signature import signed
from waybill.orders import documents

SHOPIFY, WOO = "shopify_paid", "woocommerce_processing"


def channels_followed(the: Life) -> None:
    order = _fresh(SHOPIFY, 77_001)
    order_id = ok(_told(the, order, "orders/create")).json()["order_id"]
    the.settle()
    _moved_too_late(the, order)
    the.settle()
    assert [hold["kind"] for hold in the.order(order_id)["holds"]] == ["changed"], the.order(order_id)
    assert ok(the.call("GET", f"/v1/orders/{order_id}/payments")).json()
    _cancelled_by_word(the, _fresh(SHOPIFY, 77_002))
    _first_heard_of_by_word(the, _fresh(SHOPIFY, 77_005))
    _paid_after_all(the)
    _missed_and_found(the)


def channels_looked_at(the: Life) -> None:
    """While something of one of them is parked."""
    assert webhook(the, b'{"id": 2}', "products/update").status == 200
    for who in ("admin", "shopify"):
        for path in ("", "/shopify"):
            ok(the.call("GET", f"/v1/channels{path}", who=who))
    for name in ("A shop", "Another shop"):
        ok(the.call("PUT", "/v1/channels/second", {"kind": "shopify", "name": name}))


def secrets_rotated(the: Life) -> None:
    ok(the.call("POST", "/v1/channels/api/secrets", {"generate": True}))
    ok(the.call("DELETE", "/v1/channels/api/secrets/newer"))
    ok(the.call("PUT", "/v1/channels/api/outbound", {"signing_secret": "whsec_" + "c2VjcmV0LXNlY3JldC1zZWNyZXQ="}))
    ended = ok(the.call("POST", "/v1/keys", {"role": "channel", "scope": "shopify", "name": "another"})).json()
    ok(the.call("GET", "/v1/keys"))
    ok(the.call("DELETE", f"/v1/keys/{ended['id']}"))


def _moved_too_late(the: Life, order: dict[str, Any]) -> None:
    """Some of it comes too late, for a node has the order: it is held."""
    later = copy.deepcopy(order) | {"updated_at": "2036-01-01T00:00:00Z", "financial_status": "partially_refunded"}
    later["shipping_address"] |= {"address1": "9 Other St"}
    later["refunds"] = [{"transactions": [{"kind": "refund", "status": "success", "amount": "1.00"}]}]
    ok(_told(the, later, "orders/updated"))


def _cancelled_by_word(the: Life, order: dict[str, Any]) -> None:
    """The word comes before its order: it is parked, and done when the order is there."""
    word = json.dumps({"order_id": order["id"], "id": 1}).encode()
    assert ok(webhook(the, word, "refunds/create")).json()["status"] == "kept"
    the.settle()
    gone = order | {"cancelled_at": "2036-01-01T00:00:00Z", "cancel_reason": "customer", "updated_at": "2036-01-01T00:00:00Z"}
    order_id = ok(_told(the, order, "orders/create")).json()["order_id"]
    the.outside.shops.document("shopify", str(order["id"]), gone)
    the.settle()
    ok(webhook(the, word.replace(b'"id": 1}', b'"id": 2}'), "refunds/create"))
    the.settle()
    assert the.order(order_id)["status"] == "cancelled"


def _first_heard_of_by_word(the: Life, order: dict[str, Any]) -> None:
    """It is looked up, and as large as some are; the next look at the channel knows it already."""
    now = the.world.now().isoformat()[:19] + "Z"
    the.outside.shops.document("shopify", "77005", order | {"updated_at": now})
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(documents, "_LARGEST_INLINE", 10)
        ok(webhook(the, json.dumps({"order_id": 77005, "id": 5}).encode(), "refunds/create"))
        the.settle()
    the.world.later(300)
    _asked(the)
    the.settle()


def _paid_after_all(the: Life) -> None:
    order = _fresh("woocommerce_bank_transfer", 77_003)
    order_id = ok(_woo(the, order, "order.created")).json()["order_id"]
    the.settle()
    assert the.order(order_id)["status"] == "on_hold"
    order["shipping"] = {**(order["shipping"] if order["shipping"].get("address_1") else order["billing"]), "address_1": "9 Other St"}
    paid = order | {"date_paid_gmt": "2036-01-01T00:00:00", "status": "processing", "date_modified_gmt": "2036-01-01T00:00:00"}
    ok(_woo(the, paid, "order.updated"))
    the.settle()
    standing = the.order(order_id)
    assert standing["status"] != "on_hold" and standing["customer"]["ship_to"]["line1"] == "9 Other St", standing


def _missed_and_found(the: Life) -> None:
    """Nobody has told us of it: the next look at the channel finds it."""
    now = the.world.now().isoformat()[:19]
    missed = _fresh(WOO, 77_004) | {"date_modified_gmt": now}
    the.outside.shops.document("woocommerce", "77004", missed)
    the.world.later(300)
    _asked(the)
    the.settle()
    (found,) = ok(the.call("GET", "/v1/orders?external_reference=77004&channel=woocommerce")).json()["items"]
    assert found["id"]


def _asked(the: Life) -> None:
    """By a process that dies now and then."""
    for _ in range(20):
        try:
            the.world.handler("channel_changes")({"detail-type": "Scheduled Event"}, None)
            return
        except Crash:
            the.world.restart()


def _fresh(name: str, number: int) -> dict[str, Any]:
    body = json.loads(json.dumps(sample(name)["body"], default=str))
    for line, sku in zip(body["line_items"], ("TEA", "CUP"), strict=False):
        line["sku"] = sku
    return {**body, "id": number}


def _told(the: Life, body: dict[str, Any], topic: str) -> Any:
    return webhook(the, json.dumps(body).encode(), topic)


def _woo(the: Life, body: dict[str, Any], topic: str) -> Any:
    raw = json.dumps(body).encode()
    given = {**sample(WOO)["headers"], "x-wc-webhook-topic": topic, "x-wc-webhook-delivery-id": f"{topic}-{body['id']}"}
    return the.world.call("POST", "/v1/channels/woocommerce/webhooks", raw, {**given, "x-wc-webhook-signature": signed(raw, SECRETS["woocommerce"])})


def imported_from_a_spreadsheet(the: Life) -> None:
    """One sent with the call, one uploaded: good orders, a bad one, one that stands, and one beyond what an item takes."""
    file = sheet(row("paper-1"), row("paper-2", quantity="x"), row("paper-3", total="9.00"))
    path = "/v1/imports?channel=api"
    sent = the.call("POST", path, file, who="api", idempotency_key="sheet-1", content_type="text/csv")
    the.settle()
    it = ok(the.call("GET", ok(sent).json()["links"]["self"])).json()
    assert (it["status"], it["orders"]["stored"], it["orders"]["held"]) == ("done", 2, 1)
    for name in ("errors", "notes"):
        ok(the.call("GET", it["links"][name]))
    ok(the.call("GET", "/v1/imports", who="api"))
    ok(the.call("GET", "/v1/imports/template.csv"))
    uploaded = ok(the.call("POST", path, idempotency_key="sheet-2", content_type="text/csv")).json()
    assert the.call("POST", uploaded["links"]["start"]).status == 409
    client("s3").put_object(Bucket="files", Key=f"imports/{uploaded['id']}/file", Body=sheet(row("paper-1"), row("paper-4")))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(documents, "_LARGEST_INLINE", 10)
        ok(the.call("POST", uploaded["links"]["start"]))
        the.settle()
    assert ok(the.call("GET", uploaded["links"]["self"])).json()["orders"]["known"] == 1
