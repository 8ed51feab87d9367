"""The receiver takes nothing on trust: what the real shops would refuse, it refuses."""

import json
import threading
import urllib.error
import urllib.request
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import parse_qsl, urlsplit

import pytest

from local.receiver.shops import Shops, from_our_api
from tests.channels.documents import call
from tests.channels.intake_world import work
from tests.channels.receiver_world import TOKENS, listening
from waybill.channels import shopify_admin

GRAPHQL = "/shopify/admin/api/2026-01/graphql.json"
LINES = [{"id": "11", "sku": "WB-001", "quantity": 2}, {"id": "12", "sku": "", "quantity": 1, "ships": False}]


@pytest.fixture
def receiver(tmp_path):
    with listening(tmp_path) as made:
        made.receiver.shops.place("shopify", "77", LINES)
        made.receiver.shops.place("woocommerce", "88", LINES)
        yield made


def ask(receiver, method, path, body=None, headers=None):
    raw = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(receiver.base + path, raw, headers or {}, method=method)
    try:
        with urllib.request.urlopen(request, timeout=5) as answer:
            return answer.status, json.loads(answer.read() or b"null")
    except urllib.error.HTTPError as problem:
        return problem.code, json.loads(problem.read() or b"null")


def graphql(receiver, query, **variables):
    headers = {"X-Shopify-Access-Token": TOKENS["shopify"]}
    return ask(receiver, "POST", GRAPHQL, {"query": query, "variables": variables}, headers)[1]


def fulfilment(lines, order="77", **tracking):
    chosen = {"fulfillmentOrderId": f"gid://shopify/FulfillmentOrder/{order}"}
    if lines is not None:
        chosen["fulfillmentOrderLineItems"] = [{"id": f"gid://shopify/FulfillmentOrderLineItem/{id}", "quantity": n} for id, n in lines]
    return {"lineItemsByFulfillmentOrder": [chosen], "trackingInfo": tracking}


def test_it_says_that_it_is_up(receiver):
    assert ask(receiver, "GET", "/") == (200, {"receiver": "up"})


def test_our_own_queries_are_valid_against_the_schema(receiver):
    from graphql import parse, validate

    from local.receiver.shopify import SCHEMA

    for document in (shopify_admin.ORDER, shopify_admin.LINES, shopify_admin.FULFIL, shopify_admin.CANCEL):
        assert validate(SCHEMA, parse(document)) == []


@pytest.mark.parametrize("headers", [{}, {"X-Shopify-Access-Token": "wrong"}])
def test_shopify_wants_its_token(receiver, headers):
    assert ask(receiver, "POST", GRAPHQL, {"query": "{ order(id: 1) { id } }"}, headers)[0] == 401


@pytest.mark.parametrize(
    "query", ["{", "{ nothing }", "{ order { id } }", "{ order(id: 1) { id surname } }", "mutation { fulfillmentCreate { userErrors { message } } }"]
)
def test_a_query_that_is_not_of_the_schema_is_answered_with_errors(receiver, query):
    assert graphql(receiver, query)["errors"]


def test_an_input_with_an_unknown_or_missing_field_is_refused(receiver):
    surplus = graphql(receiver, shopify_admin.FULFIL, fulfillment={**fulfilment(None), "surprise": 1})
    missing = graphql(receiver, shopify_admin.FULFIL, fulfillment={})
    assert surplus["errors"] and missing["errors"] and not receiver.told()


@pytest.mark.parametrize("lines", [[("11", 3)], [("11", 0)], [("11", -1)], [("12", 1)], [("99", 1)], [("11", 1), ("11", 1)]])
def test_more_than_what_remains_is_a_user_error(receiver, lines):
    answer = graphql(receiver, shopify_admin.FULFIL, fulfillment=fulfilment(lines))
    assert answer["data"]["fulfillmentCreate"]["userErrors"] and not receiver.told()


def test_a_fulfillment_takes_units_until_none_is_left(receiver):
    for _ in range(2):
        done = graphql(receiver, shopify_admin.FULFIL, fulfillment=fulfilment([("11", 1)], number="T1", company="C"))
        assert done["data"]["fulfillmentCreate"] == {
            "fulfillment": {"id": done["data"]["fulfillmentCreate"]["fulfillment"]["id"], "status": "SUCCESS"},
            "userErrors": [],
        }
    closed = graphql(receiver, shopify_admin.FULFIL, fulfillment=fulfilment([("11", 1)]))
    assert "unfulfillable" in closed["data"]["fulfillmentCreate"]["userErrors"][0]["message"]
    order = graphql(receiver, shopify_admin.ORDER, id="gid://shopify/Order/77")["data"]["order"]
    assert order["fulfillmentOrders"]["nodes"][0]["status"] == "CLOSED" and len(order["fulfillments"]) == 2


def test_an_unknown_order_is_null(receiver):
    assert graphql(receiver, shopify_admin.ORDER, id="gid://shopify/Order/1")["data"]["order"] is None


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("PUT", "orders/88", {"status": "completed"}, 200),
        ("PUT", "orders/88", {"status": "gone"}, 400),
        ("PUT", "orders/88", {"surprise": 1}, 400),
        ("PUT", "orders/1", {"status": "completed"}, 404),
        ("POST", "orders/88/notes", {"note": "x"}, 201),
        ("POST", "orders/88/notes", {}, 400),
        ("GET", "orders/88/notes", None, 200),
        ("GET", "nothing", None, 404),
    ],
)
def test_woocommerce_answers_like_woocommerce(receiver, method, path, body, status):
    import base64

    basic = base64.b64encode(f"{TOKENS['woocommerce']}:{TOKENS['woocommerce']}".encode()).decode()
    url = f"/woocommerce/wp-json/wc/v3/{path}"
    assert ask(receiver, method, url, body, {"Authorization": f"Basic {basic}"})[0] == status
    assert ask(receiver, method, url, body)[0] == 401


def test_what_was_received_is_shown_and_survives_a_restart(receiver, tmp_path):
    graphql(receiver, shopify_admin.FULFIL, fulfillment=fulfilment(None, number="T1"))
    status, shown = ask(receiver, "GET", "/received?channel=shopify&order=77")
    assert status == 200 and [line["kind"] for line in shown["items"]] == ["fulfillmentCreate"]
    assert ask(receiver, "GET", "/received?channel=woocommerce")[1] == {"items": []}
    with listening(tmp_path) as again:
        assert len(again.told("shopify", "77")) == 1


@pytest.mark.parametrize(
    "headers", [{}, {"webhook-timestamp": "1"}, {"webhook-timestamp": "9" * 10, "webhook-id": "x", "webhook-signature": "v1,AA"}]
)
def test_an_unsigned_or_old_webhook_is_refused(receiver, headers):
    assert ask(receiver, "POST", "/api/webhooks", {"type": "order.shipped", "data": {}}, headers)[0] in (400, 401)


def test_an_order_that_the_shop_never_saw_is_looked_up_with_the_channels_own_key(world, tmp_path):
    """A real shop knows its own orders; the one on the laptop asks ours."""
    with answering(world) as api_url:
        order = call(world, "shopify_paid").json()["order_id"]
        work(world)
        shops = Shops(tmp_path, from_our_api(api_url, {"shopify": "key-shopify", "api": "key-api"}))
        known = shops.order("shopify", "5870000001")
        assert order and [(line["id"], line["quantity"]) for line in known["lines"]] == [("14100000001", 2), ("14100000002", 1)]
        assert shops.order("api", "5870000001") is None, "somebody else's order is nobody's"
        assert shops.order("shopify", "1") is None


@contextmanager
def answering(world):
    """The world's GET routes behind a real socket."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            target = urlsplit(self.path)
            reply = world.call("GET", target.path, headers={"x-api-key": self.headers["x-api-key"]}, query=dict(parse_qsl(target.query)))
            self.send_response(reply.status)
            self.end_headers()
            self.wfile.write(reply.content)

        def log_message(self, format, *args):
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
