"""What gateways tell us, through the door: replayed, reordered, wrongly signed, huge, malformed, early and late."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest

from tests.flow.life import Life, an_order, whole_life
from tests.flow.lived import life
from tests.support.world import Reply
from waybill.orders.documents import DOCUMENTS
from waybill.payments import hooks, ports
from waybill.payments.notices import Dispute
from waybill.payments.stripe.webhooks import TOLERANCE_SECONDS, signature

STOCK = {("TEA", "reno"): 100}


def _told(the: Life, type: str, told: dict[str, Any], id: str = "evt_1", **signed: Any) -> Reply:
    return _sent(the, json.dumps({"id": id, "object": "event", "type": type, "data": {"object": told}}).encode(), **signed)


def _sent(the: Life, raw: bytes, secret: str = "whsec_new", age: int = 0, gateway: str = "stripe") -> Reply:
    stamp = str(int(the.world.now().timestamp()) - age)
    headers = {"stripe-signature": f"t={stamp},v1={signature(stamp, raw, secret)}"}
    return the.world.call("POST", f"/v1/gateways/{gateway}/webhooks", raw, headers)


def _intent(order_id: str, id: str = "pi_1") -> dict[str, Any]:
    return {"id": id, "object": "payment_intent", "metadata": {"order_id": order_id}}


def _placed(the: Life) -> str:
    the.gateway.stem = "pi_"
    order_id = the.place(an_order(("TEA", 1)))
    the.settle()
    return order_id


def _reference(the: Life, order_id: str) -> str:
    (tender,) = the.call("GET", f"/v1/orders/{order_id}/payments").json()["tenders"]
    return next(event["reference"] for event in tender["events"] if event.get("reference"))


def _types(the: Life, order_id: str) -> list[str]:
    return [entry["type"] for entry in the.call("GET", f"/v1/orders/{order_id}/timeline").json()["items"]]


def test_the_same_event_again_and_again_is_one() -> None:
    with life(STOCK) as the:
        order_id = _placed(the)
        the.gateway.payments[_reference(the, order_id)].disputes.append(Dispute("dp_1", "open", 100, "USD", "fraudulent"))
        for _ in range(3):
            reply = _told(the, "charge.dispute.created", {"object": "dispute", "id": "dp_1", "metadata": {"order_id": order_id}})
            assert (reply.status, reply.json()) == (200, {"status": "kept", "events": 1})
            the.settle()
        assert _types(the, order_id).count("payment.disputed") == 1
        kept = DOCUMENTS.get("gateway/stripe#evt_1")
        assert kept and kept["topic"] == "charge.dispute.created"


def test_a_dispute_is_a_chargeback_in_the_books_and_gone_from_them_once_it_is_won() -> None:
    with life(STOCK) as the:
        order_id = whole_life(the, an_order(("TEA", 2)))
        payment = the.gateway.payments[_reference(the, order_id)]
        for number, (status, lost) in enumerate((("open", "1.00"), ("won", "0.00"))):
            payment.disputes[:] = [Dispute("dp_1", status, 100, "USD", "fraudulent")]
            _told(the, "charge.dispute.created", {"object": "dispute", "id": "dp_1", "metadata": {"order_id": order_id}}, id=f"evt_{number}")
            the.settle()
            legs = [leg for entry in the.call("GET", f"/v1/journal?order={order_id}").json()["items"] for leg in entry["postings"]]
            assert sum(Decimal(leg["amount"]) for leg in legs if leg["account"] == "chargebacks") == Decimal(lost)
            assert sum(Decimal(leg["amount"]) for leg in legs) == 0


def test_an_event_that_is_repeated_in_other_words_is_taken_and_the_first_stands() -> None:
    with life(STOCK) as the:
        order_id = _placed(the)
        assert _told(the, "payment_intent.succeeded", _intent(order_id)).status == 200
        first = DOCUMENTS.get("gateway/stripe#evt_1")
        assert _told(the, "payment_intent.succeeded", {**_intent(order_id), "pending": 2}).status == 200
        assert DOCUMENTS.get("gateway/stripe#evt_1") == first


def test_events_in_the_wrong_order_leave_the_same_as_in_the_right_one() -> None:
    types = ["payment_intent.created", "payment_intent.amount_capturable_updated", "payment_intent.succeeded", "charge.refunded"]
    for order in (types, types[::-1]):
        with life(STOCK) as the:
            order_id = _placed(the)
            the.fulfil(order_id)
            for number, type in enumerate(order):
                assert _told(the, type, _intent(order_id), id=f"evt_{number}").status == 200
            the.settle()
            assert len(the.gateway.captures(order_id)) == 1 and the.gateway.refunds(order_id) == []
            assert _types(the, order_id).count("payment.captured") == 1
            assert the.world.dead_letters() == {}


def test_money_that_came_after_a_cancel_goes_back_by_itself() -> None:
    with life(STOCK) as the:
        order_id = _placed(the)
        the.call("POST", f"/v1/orders/{order_id}/cancel", {"reason": "customer"})
        the.settle()
        payment = the.gateway.payments[_reference(the, order_id)]
        payment.status, payment.captured = ports.CAPTURED, payment.demand.amount
        for number in range(2):
            _told(the, "payment_intent.succeeded", _intent(order_id), id=f"evt_{number}")
            the.settle()
        assert the.gateway.refunds(order_id) == [payment.demand.amount]
        assert _types(the, order_id).count("payment.refunded") == 1


def test_a_lie_under_a_good_signature_changes_nothing() -> None:
    with life(STOCK) as the:
        order_id = _placed(the)
        before = the.call("GET", f"/v1/orders/{order_id}/payments").json()
        for number, type in enumerate(("payment_intent.succeeded", "payment_intent.canceled", "charge.refunded", "charge.dispute.created")):
            assert _told(the, type, _intent(order_id), id=f"evt_{number}").status == 200
        the.settle()
        assert the.call("GET", f"/v1/orders/{order_id}/payments").json() == before


@pytest.mark.parametrize("signed", [{"secret": "whsec_other"}, {"secret": ""}, {"age": TOLERANCE_SECONDS + 30}, {"age": -TOLERANCE_SECONDS - 30}])
def test_what_is_not_signed_by_the_gateway_just_now_is_refused_and_not_kept(signed: dict[str, Any]) -> None:
    with life(STOCK) as the:
        assert _told(the, "payment_intent.succeeded", _intent("ord_x"), **signed).status == 401
        assert DOCUMENTS.get("gateway/stripe#evt_1") is None
        assert the.settle() is None and the.world.call("POST", "/v1/gateways/stripe/webhooks", b"{}").status == 401


def test_the_older_secret_is_good_while_it_is_rotated() -> None:
    with life(STOCK) as the:
        assert _told(the, "payment_intent.succeeded", _intent("ord_x"), secret="whsec_old").status == 200  # noqa: S106


@pytest.mark.parametrize("raw", [b"", b"{", b"[]", b"null", b'{"id": 7, "type": "x"}', b"\xff\xfe", b"[" * 100_000, b'{"id": "e"}'])
def test_what_is_signed_and_cannot_be_read_is_a_plain_400(raw: bytes) -> None:
    with life(STOCK) as the:
        assert _sent(the, raw).status == 400


def test_what_is_too_large_is_refused_before_it_is_read() -> None:
    with life(STOCK) as the:
        raw = json.dumps({"id": "evt_1", "type": "x", "filler": "x" * hooks.LARGEST}).encode()
        assert _sent(the, raw).status == 413
        whole = json.dumps({"id": "evt_1", "type": "x", "filler": "x" * (hooks.LARGEST - 100)}).encode()
        assert _sent(the, whole).status == 200


@pytest.mark.parametrize("gateway", ["nobody", "ledger", "STRIPE", "stripe%23", "../stripe"])
def test_there_is_a_door_only_for_those_who_tell_us_things(gateway: str) -> None:
    with life(STOCK) as the:
        reply = the.world.handler("gateway_hooks")(_request(f"/v1/gateways/{gateway}/webhooks"), None)
        assert reply["statusCode"] == 404


@pytest.mark.parametrize("type", ["payout.paid", "customer.created", "a.new.kind.of.event"])
def test_what_concerns_no_payment_is_kept_and_nobody_is_sent(type: str) -> None:
    with life(STOCK) as the:
        the.settle()
        before = the.world.invocations
        assert _told(the, type, {"id": "x", "object": "thing"}).status == 200
        the.settle()
        assert the.world.invocations == before + 1 and DOCUMENTS.get("gateway/stripe#evt_1")


def test_an_event_of_an_order_that_is_none_of_ours_is_no_dead_letter() -> None:
    with life(STOCK) as the:
        assert _told(the, "payment_intent.succeeded", _intent("ord_of_somebody_else")).status == 200
        assert _told(the, "payment_intent.succeeded", _intent("", "pi_77"), id="evt_2").status == 200
        the.settle()
        assert the.world.dead_letters() == {}


def test_events_that_come_while_the_gateway_is_down_wait_and_are_looked_at_later() -> None:
    with life(STOCK) as the:
        order_id = _placed(the)
        the.gateway.payments[_reference(the, order_id)].disputes.append(Dispute("dp_1", "open", 100, "USD", "fraudulent"))
        the.gateway.down = True
        _told(the, "charge.dispute.created", {"object": "dispute", "id": "dp_1", "metadata": {"order_id": order_id}})
        for _ in range(120):
            the.world.later(60)
            the.settle()
        assert the.world.dead_letters() == {}
        the.gateway.down = False
        for _ in range(20):
            the.world.later(60)
            the.settle()
        assert _types(the, order_id).count("payment.disputed") == 1


def _request(path: str) -> dict[str, Any]:
    context = {"http": {"method": "POST", "path": path}, "requestId": "test"}
    return {"version": "2.0", "rawPath": path, "headers": {}, "requestContext": context, "body": "e30=", "isBase64Encoded": True}
