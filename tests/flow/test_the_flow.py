"""The flow, whole, in one process: every handler, the template's queues and rules, the machine's own file."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from tests.flow.holds_true import check
from tests.flow.life import DECLINED, an_order, life, whole_life
from waybill.bootstrap import clock as bootstrap_clock
from waybill.bootstrap import orders as orders_root
from waybill.kernel.clock import parse_instant
from waybill.orders import store
from waybill.shop import store as shop


def test_a_paid_order_ends_delivered_captured_and_booked():
    with life() as the:
        order = check(the, whole_life(the, an_order()))
        assert order["status"] == "completed"
        assert [line["quantities"] for line in order["lines"]] == [{"delivered": 2}, {"delivered": 1}]
        (run,) = the.world.machine.executions.values()
        assert run.visited == ["Reserve stock, authorise payment", "Route, release, await shipment"]
        events = {entry["event"] for entry in the.call("GET", "/v1/journal").json()["items"]}
        assert {"fulfilment_order.shipped", "payment.captured"} <= events
        assert len(the.world.mails()) >= 2


def test_the_same_order_by_two_doors_and_keys_is_one_order():
    with life() as the:
        body = an_order(reference="same")
        assert the.place(body, "key-1") == the.place(body, "key-1") == the.place(body, "key-2")
        the.settle()
        assert len(the.gateway.payments) == 1
        assert len(the.world.machine.executions) == 1


def test_another_body_under_a_used_key_is_refused():
    with life() as the:
        the.place(an_order(), "key-1")
        reply = the.call("POST", "/v1/orders", an_order(("POT", 1)), "api", idempotency_key="key-1")
        assert reply.status == 422
        assert reply.json()["code"] == "idempotency_key_reused"


def test_sums_that_do_not_reconcile_are_imported_held_and_go_on_when_released():
    with life() as the:
        order_id = the.place({**an_order(), "total": "99.99"})
        the.settle()
        order = the.order(order_id)
        assert order["status"] == "on_hold"
        assert order["totals"]["discrepancy"] != "0.00"
        assert the.gateway.payments == {}
        for hold in order["holds"]:
            reply = the.call("POST", f"/v1/orders/{order_id}/holds/{hold['id']}/release", {"note": "seen"})
            assert reply.status == 200, reply.content
        the.settle()
        assert the.order(order_id)["status"] in ("released", "on_hold")


def test_an_order_without_stock_waits_visibly_and_goes_on_when_stock_arrives():
    with life({("TEA", "reno"): 1, ("CUP", "columbus"): 1}) as the:
        order_id = the.place(an_order(("TEA", 2)))
        the.settle()
        assert the.order(order_id)["status"] == "backordered"
        assert the.gateway.payments == {}
        body = {"kind": "received", "quantity": 5, "reference": "PO-1"}
        reply = the.call("POST", "/v1/inventory/TEA/reno/movements", body, idempotency_key="po-1")
        assert reply.status < 300, reply.content
        the.settle()
        assert the.order(order_id)["status"] == "released"
        check(the, order_id)


def test_a_declined_order_is_held_and_its_stock_released_at_the_deadline():
    with life() as the:
        order_id = the.place(an_order(token=DECLINED))
        the.settle()
        assert the.order(order_id)["status"] == "on_hold"
        assert _reserved(the, "TEA") == 2
        the.world.machine.time_out(order_id)
        the.settle()
        assert the.order(order_id)["status"] == "on_hold"
        assert _reserved(the, "TEA") == 0
        check(the, order_id)


def test_a_cancelled_order_gives_back_stock_and_money():
    with life() as the:
        order_id = the.place(an_order())
        the.settle()
        reply = the.call("POST", f"/v1/orders/{order_id}/cancel", {"reason": "changed my mind"}, "api")
        assert reply.status == 200, reply.content
        the.settle()
        order = check(the, order_id)
        assert order["status"] == "cancelled"
        assert _reserved(the, "TEA") == 0
        assert the.work(order_id) == []
        assert [run.status for run in the.world.machine.executions.values()] == ["SUCCEEDED"]


def test_what_has_shipped_cannot_be_cancelled():
    with life() as the:
        order_id = the.place(an_order())
        the.settle()
        the.fulfil(order_id)
        reply = the.call("POST", f"/v1/orders/{order_id}/cancel", {}, "api")
        assert (reply.status, reply.json()["code"]) == (409, "illegal_transition")


def test_rejected_work_goes_to_another_node():
    with life() as the:
        order_id = the.place(an_order(("TEA", 1)))
        the.settle()
        (first,) = the.work(order_id)
        reply = the.call("POST", f"/v1/fulfilment-orders/{first['id']}/reject", {"reason": "NOT_IN_STOCK"}, first["node"])
        assert reply.status == 200, reply.content
        the.settle()
        (second,) = the.work(order_id)
        assert second["node"] != first["node"]
        check(the, order_id)


def test_one_channel_never_sees_another_s_order():
    with life() as the:
        order_id = the.place(an_order())
        the.settle()
        assert the.call("GET", f"/v1/orders/{order_id}", who="shopify").status == 404
        assert the.call("POST", f"/v1/orders/{order_id}/cancel", {}, "shopify").status == 404


def test_an_execution_that_was_lost_is_started_again_and_finishes():
    with life() as the:
        order_id = the.place(an_order())
        the.settle()
        the.world.machine.lose(order_id)
        assert the.world.handler("reconciler")({}, None)["restarted"] == 1
        the.settle()
        shipped = the.fulfil(order_id)
        the.settle()
        the.deliver(shipped)
        the.settle()
        assert the.world.machine.executions[f"{order_id}-r1"].status == "SUCCEEDED"
        del the.world.machine.executions[order_id]
        assert check(the, order_id)["status"] == "completed"


def test_an_order_that_has_waited_as_long_as_the_shop_lets_it_is_cancelled_and_told_so():
    with life() as the:
        shop.save(shop.POLICY, "patience", {"backordered": 14})
        shop.forget()
        order_id = the.place(an_order(("TEA", 999)))
        the.settle()
        ends = the.order(order_id)["cancels_at"]
        since = next(entry.at for entry in store.load(order_id).state.history if entry.type == "order.backordered")
        assert (parse_instant(ends) - parse_instant(since)).days == 14
        for days, given_up in ((13, 0), (14, 1), (15, 0)):
            assert _round(parse_instant(since) + timedelta(days=days))["given_up"] == given_up
        the.settle()
        assert (check(the, order_id)["status"], the.order(order_id)["cancels_at"]) == ("cancelled", None)
        assert _reserved(the, "TEA") == 0


def test_without_a_policy_an_order_waits_for_ever():
    with life() as the:
        order_id = the.place(an_order(("TEA", 999)))
        the.settle()
        assert the.order(order_id)["cancels_at"] is None
        assert _round(bootstrap_clock.utc_now() + timedelta(days=300))["given_up"] == 0


def _round(now: datetime) -> dict[str, int]:
    shop.forget()
    return replace(orders_root.reconciler(), clock=lambda: now).run()


def _reserved(the, sku: str) -> int:
    return sum(row["reserved"] for row in the.call("GET", f"/v1/inventory?sku={sku}").json()["items"])
