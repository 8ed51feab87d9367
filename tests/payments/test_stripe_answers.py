"""What is sent to Stripe, and that nothing which comes back is believed unread."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl

import pytest

from waybill.kernel.clock import instant, utc_now
from waybill.kernel.errors import PaymentDeclined, Unavailable
from waybill.payments import ports
from waybill.payments.ports import Demand, GatewayRefused
from waybill.payments.stripe.answers import minor_units, stripe_units
from waybill.payments.stripe.api import API_VERSION
from waybill.payments.stripe.gateway import Stripe

DEMAND = Demand("ord_ab12", 1, "pm_card_visa", 2599, "USD")
INTENT = {"id": "pi_1", "object": "payment_intent", "amount": 2599, "currency": "usd", "status": "requires_confirmation"}


class Stub:
    """Answers what it is told, one after the other, and keeps what it was sent."""

    def __init__(self, port: int) -> None:
        self.base = f"http://127.0.0.1:{port}"
        self.answers: list[tuple[int, Any]] = []
        self.seen: list[tuple[str, str, dict[str, str], dict[str, str]]] = []

    def will_answer(self, *answers: tuple[int, Any]) -> Stripe:
        self.answers[:], self.seen[:] = answers, []
        return Stripe("sk_test_1", self.base)


@pytest.fixture(scope="module")
def stub() -> Iterator[Stub]:
    class Handler(BaseHTTPRequestHandler):
        def _any(self) -> None:
            sent = self.rfile.read(int(self.headers.get("content-length", 0))).decode()
            stub.seen.append((self.command, self.path, dict(parse_qsl(sent)), {k.lower(): v for k, v in self.headers.items()}))
            status, body = stub.answers.pop(0)
            raw = body if isinstance(body, bytes) else json.dumps(body).encode()
            self.send_response(status)
            self.send_header("content-length", str(len(raw)))
            self.end_headers()
            self.wfile.write(raw)

        do_GET = do_POST = _any

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    stub = Stub(server.server_address[1])
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield stub
    server.shutdown()
    server.server_close()


def _error(code: str | None = None, type: str = "invalid_request_error", **more: Any) -> dict[str, Any]:
    return {"error": {"type": type, "message": "no", **({"code": code} if code else {}), **more}}


def test_one_call_sets_an_intent_up_and_confirms_it_for_manual_capture_with_ids_only(stub: Stub) -> None:
    held = {**INTENT, "status": "requires_capture", "amount_capturable": 2599}
    assert stub.will_answer((200, held)).begin(DEMAND, "ord_ab12/1/authorise/1") == ("pi_1", ports.Standing(ports.AUTHORISED, 2599))
    ((method, path, form, headers),) = stub.seen
    assert (method, path) == ("POST", "/v1/payment_intents")
    assert form == {
        "amount": "2599",
        "currency": "usd",
        "payment_method": "pm_card_visa",
        "payment_method_types[0]": "card",
        "capture_method": "manual",
        "confirm": "true",
        "metadata[order_id]": "ord_ab12",
        "metadata[tender]": "1",
        "metadata[key]": "ord_ab12/1/authorise/1",
        "expand[0]": "latest_charge",
    }
    assert headers["idempotency-key"] == "ord_ab12/1/authorise/1"
    assert headers["stripe-version"] == API_VERSION


def test_each_change_goes_to_the_intent_under_its_own_key(stub: Stub) -> None:
    gateway = stub.will_answer(
        (200, {**INTENT, "status": "succeeded", "amount_received": 2000}),
        (200, {**INTENT, "status": "canceled"}),
    )
    assert gateway.capture("pi_1", 2000, "USD", "c") == ports.Standing(ports.CAPTURED, 2000, "", 2000)
    assert gateway.void("pi_1", "v").status == ports.VOIDED
    assert [(path, headers["idempotency-key"]) for _, path, _, headers in stub.seen] == [
        ("/v1/payment_intents/pi_1/capture", "c"), ("/v1/payment_intents/pi_1/cancel", "v"),
    ]  # fmt: skip
    assert stub.seen[0][2] == {"amount_to_capture": "2000", "expand[0]": "latest_charge"}


@pytest.mark.parametrize(
    "answer",
    [
        {},
        {**INTENT, "id": "pi_2\n"},
        {**INTENT, "id": 7},
        {**INTENT, "id": "pi_" + "x" * 300},
        {**INTENT, "amount": 2600},
        {**INTENT, "amount": "2599"},
        {**INTENT, "amount": 2599.0},
        {**INTENT, "amount": True},
        {**INTENT, "amount": -1},
        {**INTENT, "amount": 10**30},
        {**INTENT, "currency": "eur"},
        {**INTENT, "status": "paid"},
        {**INTENT, "status": None},
    ],
)
def test_an_answer_that_is_not_what_was_asked_for_is_refused(stub: Stub, answer: dict[str, Any]) -> None:
    with pytest.raises(GatewayRefused):
        stub.will_answer((200, answer)).begin(DEMAND, "k")


def test_an_answer_about_another_payment_is_refused(stub: Stub) -> None:
    with pytest.raises(GatewayRefused):
        stub.will_answer((200, {**INTENT, "id": "pi_other"})).void("pi_1", "a")


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (500, _error(type="api_error")),
        (502, b"<html>bad gateway</html>"),
        (503, b""),
        (429, _error("rate_limit")),
        (409, _error("idempotency_key_in_use", type="idempotency_error")),
        (409, _error("lock_timeout")),
        (401, _error()),
        (403, _error()),
        (200, b"not json"),
        (200, b"[]"),
    ],
)
def test_trouble_is_never_a_decline(stub: Stub, status: int, body: Any) -> None:
    for ask in (lambda gateway: gateway.begin(DEMAND, "k"), lambda gateway: gateway.void("pi_1", "k")):
        with pytest.raises((Unavailable, GatewayRefused)):
            ask(stub.will_answer((status, body)))


def test_another_request_under_a_used_key_is_a_refusal(stub: Stub) -> None:
    with pytest.raises(GatewayRefused):
        stub.will_answer((400, _error(type="idempotency_error"))).begin(DEMAND, "k")


@pytest.mark.parametrize(("status", "code"), [(400, "amount_too_small"), (404, "resource_missing"), (404, None), (402, "card_declined")])
def test_a_refusal_of_this_very_payment_is_a_decline(stub: Stub, status: int, code: str | None) -> None:
    with pytest.raises(PaymentDeclined):
        stub.will_answer((status, _error(code))).begin(DEMAND, "k")


def test_a_fault_of_ours_is_not_taken_for_a_decline(stub: Stub) -> None:
    with pytest.raises(GatewayRefused):
        stub.will_answer((400, _error("parameter_unknown"))).begin(DEMAND, "k")


def test_a_declined_card_is_declined_with_the_issuers_reason(stub: Stub) -> None:
    declined = {
        **INTENT,
        "status": "requires_payment_method",
        "last_payment_error": {"code": "card_declined", "decline_code": "insufficient_funds"},
    }
    error = _error("card_declined", type="card_error", decline_code="insufficient_funds", payment_intent=declined)
    assert stub.will_answer((402, error)).begin(DEMAND, "a") == ("pi_1", ports.Standing(ports.DECLINED, 0, "insufficient_funds"))


def _since(minutes: int) -> str:
    return instant(utc_now() - timedelta(minutes=minutes))


def _made(number: int, minutes: float, key: str = "") -> dict[str, Any]:
    created = int((utc_now() - timedelta(minutes=minutes)).timestamp())
    return {**INTENT, "id": f"pi_{number}", "status": "requires_capture", "amount_capturable": 2599, "created": created, "metadata": {"key": key}}


def _list(*made: dict[str, Any], more: bool = False) -> tuple[int, Any]:
    return 200, {"object": "list", "data": list(made), "has_more": more}


def test_what_may_have_been_asked_before_is_looked_for_by_our_key_and_only_as_far_back_as_need_be(stub: Stub) -> None:
    older = [_made(9, 1), _made(8, 30), _made(7, 40)]
    gateway = stub.will_answer(_list(*older, more=True), (200, _made(1, 0)), (200, _made(1, 0)))
    assert gateway.begin(DEMAND, "k", _since(2)) == ("pi_1", ports.Standing(ports.AUTHORISED, 2599))
    assert [(method, path.partition("?")[0]) for method, path, *_ in stub.seen] == [
        ("GET", "/v1/payment_intents"), ("POST", "/v1/payment_intents"), ("GET", "/v1/payment_intents/pi_1"),
    ]  # fmt: skip
    gateway = stub.will_answer(_list(_made(9, 1), _made(8, 2, "k")), (200, _made(8, 2, "k")))
    assert gateway.begin(DEMAND, "k", _since(2))[0] == "pi_8"
    assert all(method == "GET" for method, *_ in stub.seen), "found, it is not asked for again"


def test_a_list_that_runs_forward_is_read_to_its_end(stub: Stub) -> None:
    gateway = stub.will_answer(_list(_made(7, 50), _made(8, 40), _made(9, 1, "k")), (200, _made(9, 1, "k")))
    assert gateway.begin(DEMAND, "k", _since(2))[0] == "pi_9"


def test_what_was_asked_long_ago_the_index_knows_and_where_there_is_none_the_list(stub: Stub) -> None:
    gateway = stub.will_answer(_list(_made(5, 1500, "k")), (200, _made(5, 1500, "k")))
    assert gateway.begin(DEMAND, "k", _since(1500))[0] == "pi_5"
    assert dict(parse_qsl(stub.seen[0][1].partition("?")[2])) == {"query": "metadata['key']:'k'"}
    gateway = stub.will_answer((400, _error()), _list(_made(9, 1), _made(5, 1500, "k")), (200, _made(5, 1500, "k")))
    assert gateway.begin(DEMAND, "k", _since(1500))[0] == "pi_5"


def test_a_capture_that_comes_too_late_says_that_the_authorisation_is_gone(stub: Stub) -> None:
    gone = {**INTENT, "status": "canceled", "cancellation_reason": "automatic"}
    gateway = stub.will_answer((400, _error("payment_intent_unexpected_state")), (200, gone))
    assert gateway.capture("pi_1", 2599, "USD", "c") == ports.Standing(ports.VOIDED, 0, "automatic")


def test_a_capture_refused_while_the_money_is_still_held_is_a_refusal(stub: Stub) -> None:
    held = {**INTENT, "status": "requires_capture", "amount_capturable": 2599}
    with pytest.raises(GatewayRefused):
        stub.will_answer((400, _error("parameter_unknown")), (200, held)).capture("pi_1", 2599, "USD", "c")


def test_a_refund_is_looked_for_on_every_page(stub: Stub) -> None:
    def page(more: bool, *keys: str) -> dict[str, Any]:
        data = [{"id": f"re_{key}", "status": "succeeded", "amount": 5, "currency": "usd", "metadata": {"key": key}} for key in keys]
        return {"object": "list", "has_more": more, "data": data}

    found = stub.will_answer((200, page(True, "a", "b")), (200, page(False, "c"))).find_refund("pi_1", "c")
    assert found is not None and found.reference == "re_c"
    assert "starting_after=re_b" in stub.seen[1][1]


@pytest.mark.parametrize(
    ("minor", "currency", "theirs"),
    [(2599, "USD", 2599), (500, "JPY", 500), (5, "ISK", 500), (7, "UGX", 700), (12500, "MGA", 125), (1230, "BHD", 1230)],
)
def test_amounts_are_counted_as_stripe_counts_them(minor: int, currency: str, theirs: int) -> None:
    assert stripe_units(minor, currency) == theirs and minor_units(theirs, currency) == minor


def test_an_amount_that_stripe_cannot_express_is_declined_not_rounded() -> None:
    with pytest.raises(PaymentDeclined):
        stripe_units(12550, "MGA")
    with pytest.raises(GatewayRefused):
        minor_units(550, "ISK")
