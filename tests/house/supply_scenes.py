"""Stock on its way: ordered, sent on, received; and what somebody began and did not end."""

from __future__ import annotations

from dataclasses import replace

from tests.flow.life import Life, an_order
from tests.house.deeds import give_up, move, ok, placed
from waybill.shop import store as shop
from waybill.supply.model.inbound import Deed
from waybill.supply.table import InboundTable


def channels_told_of_stock(the: Life) -> None:
    assert the.outside
    the.world.tell_channels()
    ok(the.call("PUT", "/v1/policies/listing", {"api": {"url": "https://outside.example/stock", "lowers": True, "near": 1000, "oversold_per_1000": 1}}))
    shop.forget()
    move(the, "TEA", "reno", {"kind": "received", "quantity": 9, "reference": "PO-9"})
    the.world.later(60)
    give_up(the, placed(the, an_order(("TEA", 1), placed_at=the.world.now().isoformat())))
    ok(the.call("POST", "/v1/channels/api/stock/resend", {}))
    the.world.handler("listing")({"detail-type": "Scheduled Event"}, None)
    for path in ("", "?sku=TEA"):
        ok(the.call("GET", f"/v1/channels/api/stock{path}"))
    assert set(the.outside.levels) == {"TEA", "CUP", "POT"}
    ok(the.call("PUT", "/v1/policies/listing", {}))
    shop.forget()


def counted(the: Life) -> None:
    path = "/v1/counts/C-1"
    ok(the.call("PUT", path, {"node": "reno", "skus": ["TEA", "CUP", "POT"]}))
    ok(the.call("PUT", "/v1/counts/C-2", {"node": "reno", "skus": "all"}))
    ok(the.call("POST", "/v1/counts/C-2/cancel", {}))
    seen = {row["sku"]: row["on_hand"] for row in ok(the.call("GET", "/v1/inventory?node=reno")).json()["items"]}
    ok(the.call("POST", f"{path}/lines", {"counted": {"TEA": seen["TEA"] + 1, "CUP": seen.get("CUP", 0) + 2}}, who="reno", idempotency_key="c0"))
    assert ok(the.call("POST", f"{path}/close", {}, who="reno")).json()["status"] == "in_review"
    ok(the.call("POST", f"{path}/recount", {"skus": ["CUP"]}))
    ok(the.call("POST", f"{path}/lines", {"counted": {"CUP": seen.get("CUP", 0)}}, who="reno", idempotency_key="c1"))
    ok(the.call("POST", f"{path}/close", {}, who="reno"))
    assert ok(the.call("POST", f"{path}/approve", {"lines": {"TEA": "found behind the shelf"}})).json()["status"] == "closed"
    for what in ("/v1/counts", path, f"{path}/sheet.csv"):
        ok(the.call("GET", what, who="reno"))


def supply_ordered_sent_and_received(the: Life) -> None:
    waits = placed(the, an_order(("TEA", 500)))
    ok(the.call("PUT", "/v1/purchase-orders/PO-8", {"supplier": "Leaf & Co", "node": "reno", "lines": {"TEA": 600}, "expected": "2030-01-02"}))
    seen = ok(the.call("GET", "/v1/inventory/TEA")).json()
    assert (seen["waiting"], seen["expected"]) == (500, "2030-01-02")
    ok(the.call("POST", "/v1/purchase-orders/PO-8/receive", {"lines": {"TEA": 590}, "blocked": {"TEA": 10}}, who="reno", idempotency_key="r1"))
    the.settle()
    assert the.order(waits)["status"] == "released"
    give_up(the, waits)
    apart = placed(the, an_order(("POT", 1), ("TEA", 700)))
    ok(the.call("POST", f"/v1/orders/{apart}/cancel", {"lines": {"2": 699}}, idempotency_key="a part"))
    the.settle()
    give_up(the, apart)
    ok(the.call("PUT", "/v1/transfers/T-1", {"from": "reno", "to": "columbus", "lines": {"TEA": 20}}))
    ok(the.call("POST", "/v1/transfers/T-1/send", {}, who="reno"))
    ok(the.call("POST", "/v1/transfers/T-1/receive", {"lines": {"TEA": 19}}, who="columbus", idempotency_key="r1"))
    assert ok(the.call("POST", "/v1/transfers/T-1/close", {"reason": "one is missing"})).json()["status"] == "closed"
    move(the, "TEA", "reno", {"kind": "adjusted", "quantity": -565, "reason": "sold in bulk"})
    ok(the.call("POST", "/v1/purchase-orders/PO-8/close", {"reason": "all is here"}))
    for path in ("/v1/purchase-orders", "/v1/purchase-orders/PO-8", "/v1/transfers", "/v1/transfers/T-1"):
        ok(the.call("GET", path, who="reno"))
    begun = InboundTable().load("transfer", "T-1")
    assert begun
    InboundTable().save(replace(begun, under_way=Deed("receive", "found", {"TEA": 1}, {"TEA": 1})))
