"""An authorisation that ends while the order waits for its node: a person is asked in time, and nothing ships unpaid."""

from __future__ import annotations

from tests.flow.life import Life, an_order
from tests.flow.lived import life
from waybill.payments import ports

_DAY = 86_400


def _ends_soon(the: Life) -> str:
    order_id = the.place(an_order())
    the.settle()
    the.fulfil(order_id, "accept", "pick")
    the.world.later(6 * _DAY)
    return order_id


def _looked_for(the: Life) -> None:
    the.world.handler("payment_care")({}, None)
    the.settle()


def test_a_person_is_asked_in_time_and_shipping_goes_on() -> None:
    with life() as the:
        order_id = _ends_soon(the)
        for _ in range(2):
            _looked_for(the)
        assert [(hold["id"], hold["blocks"]) for hold in the.order(order_id)["holds"]] == [("expiring-1-1", [])]
        the.fulfil(order_id, "pack", "ship")
        the.settle()
        order = the.order(order_id)
        assert the.gateway.captures(order_id) and not [hold for hold in order["holds"] if hold["status"] == "active"]
        _looked_for(the)


def test_what_has_lapsed_is_neither_packed_nor_shipped_until_somebody_decides() -> None:
    with life() as the:
        order_id = _ends_soon(the)
        (payment,) = the.gateway.of(order_id)
        payment.status = ports.VOIDED
        the.world.later(2 * _DAY)
        _looked_for(the)
        (work,) = the.work(order_id)
        reply = the.ask("POST", f"/v1/fulfilment-orders/{work['id']}/pack", {})
        assert reply is not None and reply.status == 409 and reply.json()["code"] == "order_held" and "lapsed-1" in reply.json()["detail"]
        the.call("POST", f"/v1/orders/{order_id}/holds/lapsed-1/release", {"note": "paid by transfer"})
        the.fulfil(order_id, "pack", "ship")
        the.settle()
        order = the.order(order_id)
        assert order["fulfilment_orders"][0]["status"] == "shipped" and not the.gateway.captures(order_id)
        assert [hold["id"] for hold in order["holds"] if hold["status"] == "active"] == ["capture-1"], "the money is in front of a person"
