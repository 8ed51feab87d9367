"""New work is told to a node that gave an address: signed, once it is taken, and only while it is new."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import threading
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from tests.fulfilment.floor import Floor, floor
from waybill.aws import clients, secrets
from waybill.fulfilment.push import signature
from waybill.fulfilment.service import load
from waybill.shop import store

KEY = "whsec_" + base64.b64encode(b"reno-reno-reno-reno-reno").decode()


class Node:
    """A node's own server; `answers` are the statuses it will give, 204 when they are used up."""

    def __init__(self) -> None:
        self.heard: list[tuple[dict[str, str], bytes]] = []
        self.answers: list[int] = []
        node = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                raw = self.rfile.read(int(self.headers["content-length"]))
                node.heard.append(({name.lower(): value for name, value in self.headers.items()}, raw))
                self.send_response(node.answers.pop(0) if node.answers else 204)
                self.send_header("location", "http://127.0.0.1:9/")
                self.end_headers()

            def log_message(self, format: str, *args: Any) -> None:
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Handler)


@pytest.fixture
def node() -> Iterator[Node]:
    made = Node()
    threading.Thread(target=made.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    yield made
    made.server.shutdown()
    made.server.server_close()


@pytest.fixture
def the(node: Node) -> Iterator[Floor]:
    """Reno is pushed to; Columbus asks for its list."""
    with floor() as fresh:
        _point(f"http://127.0.0.1:{node.server.server_port}/new-work?shop=1", {"reno": [KEY, "older"]})
        yield fresh


def _point(url: str, keys: dict[str, list[str]]) -> None:
    store.save(store.NODE, "reno", replace(store.node("reno"), webhook_url=url))
    store.forget()
    clients.client("secretsmanager").put_secret_value(SecretId="waybill/local/nodes", SecretString=json.dumps(keys))
    secrets.forget()


def _told(the: Floor, of: str, type: str = "fulfilment_order.requested", node: str = "reno", **data: Any) -> list[str]:
    """Hands the function one message; answers the ids of those that it gave back."""
    detail = {
        "specversion": "1.0", "id": f"{of}:1", "source": "/waybill/local", "type": type, "time": "2026-11-23T03:20:00.000Z",
        "subject": load(of)[0].order.id, "data": {"fo_id": of, "node": node, "lines": {"1": 2}, **data},
    }  # fmt: skip
    body = json.dumps({"id": "d", "detail-type": type, "source": "waybill", "detail": detail})
    record = {"messageId": "m", "body": body, "attributes": {"ApproximateReceiveCount": "1"}}
    answer = the.world.handler("node_push")({"Records": [record]}, None)
    return [failed["itemIdentifier"] for failed in answer["batchItemFailures"]]


def test_a_node_gets_what_its_list_would_show_signed_after_standard_webhooks(the: Floor, node: Node) -> None:
    (fo,) = the.put()
    assert _told(the, fo) == []
    ((headers, raw),) = node.heard
    listed = the.call("GET", f"/v1/fulfilment-orders/{fo}", who="reno").json()
    assert json.loads(raw) == {"type": "fulfilment_order.requested", "data": listed}
    assert (headers["webhook-id"], headers["content-type"]) == (f"{fo}:1", "application/json")
    text = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + raw
    wanted = hmac.new(b"reno-reno-reno-reno-reno", text, hashlib.sha256).digest()
    assert headers["webhook-signature"] == "v1," + base64.b64encode(wanted).decode()


def test_the_signature_is_the_one_that_the_standard_publishes() -> None:
    key, id, stamp = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330"
    assert signature(key, id, stamp, b'{"test": 2432232314}') == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_told_again_a_node_sees_the_same_id_and_the_same_work(the: Floor, node: Node) -> None:
    (fo,) = the.put()
    assert _told(the, fo) == _told(the, fo) == []
    (first, body), (second, again) = node.heard
    assert (first["webhook-id"], body) == (second["webhook-id"], again)


@pytest.mark.parametrize("status", [500, 503, 429, 401, 404, 302])
def test_what_a_node_did_not_take_goes_back_to_the_queue(the: Floor, node: Node, status: int) -> None:
    (fo,) = the.put()
    node.answers = [status]
    assert _told(the, fo) == ["m"]
    assert _told(the, fo) == []
    assert len(node.heard) == 2, "a redirect is not followed"


def test_a_node_that_is_away_gets_it_later(the: Floor, node: Node) -> None:
    (fo,) = the.put()
    url = store.node("reno").webhook_url
    _point("http://127.0.0.1:9/", {"reno": [KEY]})
    assert _told(the, fo) == ["m"]
    _point(url, {"reno": [KEY]})
    assert _told(the, fo) == []
    assert len(node.heard) == 1


def test_a_node_without_an_address_is_not_told(the: Floor, node: Node) -> None:
    (fo,) = the.put((("columbus", {"1": 2, "2": 1}),))
    assert _told(the, fo, node="columbus") == []
    assert node.heard == []


@pytest.mark.parametrize("deed", ["accept", "reject", "cancel"])
def test_work_that_is_no_longer_new_is_not_sent(the: Floor, node: Node, deed: str) -> None:
    (fo,) = the.put()
    path = f"/v1/orders/{load(fo)[0].order.id}/cancel" if deed == "cancel" else f"/v1/fulfilment-orders/{fo}/{deed}"
    assert the.call("POST", path, {"reason": "OTHER"} if deed == "reject" else {}).status == 200
    assert _told(the, fo) == []
    assert node.heard == []


def test_other_events_are_nothing_to_a_node(the: Floor, node: Node) -> None:
    (fo,) = the.put()
    assert _told(the, fo, "fulfilment_order.accepted") == []
    assert node.heard == []


def test_without_a_secret_nothing_unsigned_leaves(the: Floor, node: Node) -> None:
    (fo,) = the.put()
    _point(store.node("reno").webhook_url, {"dallas": [KEY]})
    assert _told(the, fo) == ["m"]
    assert node.heard == []


@pytest.mark.parametrize("fo_id", ["fo_aaaaaaaaaaaaaaaaaaaa-1", "fo_", "", "ord_1", 7, None])
def test_work_that_nobody_knows_goes_to_the_dead_letters_alone(the: Floor, node: Node, fo_id: Any) -> None:
    (good,) = the.put()
    assert _told(the, good, fo_id=fo_id) == ["m"]
    assert _told(the, good) == []
    assert len(node.heard) == 1


def test_the_address_is_not_in_what_is_logged(the: Floor, node: Node, capsys: pytest.CaptureFixture[str]) -> None:
    (fo,) = the.put()
    node.answers = [500]
    _told(the, fo)
    _told(the, fo)
    said = "".join(capsys.readouterr())
    assert "work pushed" in said
    for personal in ("Ada Byron", "500 Main St", "ada@example.org", "reno-reno"):
        assert personal not in said


def _log(the: Floor, status: str = "failing", who: str = "reno") -> list[dict[str, Any]]:
    reply = the.call("GET", f"/v1/node-deliveries?status={status}", who=who)
    assert reply.status == 200, reply.content
    return list(reply.json()["items"])


def test_what_a_node_has_not_taken_stands_in_its_log_until_it_has(the: Floor, node: Node) -> None:
    (fo,) = the.put()
    node.answers = [503, 500]
    assert (_told(the, fo), _told(the, fo)) == (["m"], ["m"])
    (failing,) = _log(the)
    assert (failing["id"], failing["fulfilment_order"], failing["answer"], failing["attempts"]) == (f"{fo}:1", fo, 500, 2)
    assert _told(the, fo) == []
    assert _log(the) == []
    assert [(each["answer"], each["attempts"]) for each in _log(the, "delivered")] == [(204, 3)]


def test_a_person_or_the_node_itself_has_it_told_again_as_it_stands_now(the: Floor, node: Node) -> None:
    (fo,) = the.put()
    node.answers = [500]
    _told(the, fo)
    the.do(fo, "accept")
    for who, status in (("reno", 202), ("support", 202), ("columbus", 404), ("viewer", 403)):
        assert the.call("POST", f"/v1/node-deliveries/{fo}:1:replay", who=who).status == status
    node.heard.clear()
    while the.world._queues_once():
        pass
    assert [json.loads(raw)["data"]["status"] for _, raw in node.heard] == ["accepted", "accepted"]
    assert {headers["webhook-id"] for headers, _ in node.heard} == {f"{fo}:1"}


def test_nobody_sees_what_another_node_was_told(the: Floor, node: Node) -> None:
    (fo,) = the.put()
    _told(the, fo)
    assert the.call("GET", "/v1/node-deliveries?node=reno", who="columbus").status == 404
    assert _log(the, "delivered", "columbus") == []


def test_a_node_hears_of_what_it_has_subscribed_to_and_of_everything_without_a_word(the: Floor, node: Node) -> None:
    (fo,) = the.put()
    the.call("POST", f"/v1/orders/{load(fo)[0].order.id}/cancel", {"reason": "no"}, who="support")
    assert _told(the, fo, "fulfilment_order.cancelled") == []
    assert [json.loads(raw)["type"] for _, raw in node.heard] == ["fulfilment_order.cancelled"]
    store.save(store.NODE, "reno", replace(store.node("reno"), settings={"events": ["fulfilment_order.requested"]}))
    store.forget()
    assert _told(the, fo, "fulfilment_order.cancelled") == []
    assert len(node.heard) == 1


def test_a_node_whose_server_is_gone_is_told_later_and_it_says_so(the: Floor, node: Node) -> None:
    (fo,) = the.put()
    _point("http://127.0.0.1:9/gone", {"reno": [KEY]})
    assert _told(the, fo) == ["m"]
    assert [each["answer"] for each in _log(the)] == [None]
