"""What people do with routing rules."""

from __future__ import annotations

import pytest

from tests.flow.life import Life, an_order
from tests.house.deeds import give_up, ok, placed, work_off
from waybill.routing.model.rules import BUILT_IN
from waybill.shop import store


def policies_written(the: Life) -> None:
    path, policy = "/v1/policies/availability", {"kept": [{"units": 10**6, "for": ["web"], "skus": ["POT"]}], "networks": {}}
    assert ok(the.call("PUT", path, policy)).json()["version"] == 1
    listed = [each["id"] for each in ok(the.call("GET", "/v1/policies")).json()["items"]]
    assert listed == sorted(set(listed)) and {"availability", "brokering", "routing", "short_pick"} <= set(listed)
    kept = ok(the.call("GET", path)).json()
    assert (kept["policy"], kept["changes"][0]["before"]) == (policy, {})
    waits = placed(the, an_order(("POT", 1)))
    assert the.order(waits)["status"] == "backordered"
    ok(the.call("PUT", path, {}))
    for never in ({"reno": ["POT"]}, {}):
        ok(the.call("PUT", "/v1/policies/endless", never))
    for bundles in ({"POT": {"TEA": 2, "CUP": 1}}, {}):
        ok(the.call("PUT", "/v1/policies/bundles", bundles))
        ok(the.call("GET", "/v1/inventory/POT", who="api"))
    assert [change["version"] for change in ok(the.call("GET", path)).json()["changes"]] == [2, 1]
    the.world.handler("reconciler")({}, None)
    the.settle()
    assert the.order(waits)["status"] == "released"


def brokered(the: Life) -> None:
    pytest.importorskip("highspy", reason="HiGHS is not installed")
    ok(the.call("PUT", "/v1/policies/brokering", {"methods": ["standard"]}))
    store.forget()
    _received(the, "reno")
    waiting = [placed(the, an_order(("POT", 1))) for _ in range(9)]
    _received(the, "columbus")
    the.world.later(60)
    held = placed(the, an_order(("TEA", 1)))
    ok(the.call("POST", f"/v1/orders/{held}/holds", {"reason": "wait"}))
    gone = placed(the, an_order(("TEA", 1)))
    ok(the.call("POST", f"/v1/orders/{gone}/cancel", {"reason": "changed my mind"}))
    the.settle()
    assert the.world.handler("brokering")({}, None)["as_allotted"] == 9
    the.settle()
    assert all(ok(the.call("GET", f"/v1/orders/{order_id}")).json()["fulfilment_orders"] for order_id in waiting)
    assert ok(the.call("GET", "/v1/routing/runs")).json()["items"][0]["waited"] == 11
    ok(the.call("PUT", "/v1/policies/brokering", {}))
    store.forget()


def _received(the: Life, node: str) -> None:
    received = {"kind": "received", "quantity": 20, "reference": node}
    ok(the.call("POST", f"/v1/inventory/POT/{node}/movements", received, idempotency_key=f"brokered-{node}"))
    the.settle()


def scarcity_priced(the: Life) -> None:
    pytest.importorskip("highspy", reason="HiGHS is not installed")
    assert the.world.handler("scarcity")({}, None) == {"orders": 0, "prices": 0}
    ok(the.call("PUT", "/v1/policies/scarcity", {"on": True, "days": 14, "lost": 2000}))
    for _ in range(3):
        work_off(the, placed(the, an_order(("TEA", 2))))
    assert the.world.handler("scarcity")({}, None)["orders"] >= 3


def rules_made(the: Life) -> None:
    store.save(store.POLICY, "routing_gate", {"least_orders": 1, "least_shadow": 1})
    path, raw = "/v1/routing/rules", {**BUILT_IN.to_dict(), "name": "the same in our own words"}
    work_off(the, placed(the, an_order()))
    for version in ("1", "2"):
        ok(the.call("POST", path, raw, "support"))
        assert ok(the.call("POST", f"{path}/{version}/test", {"orders": 9}, "support")).json()["gate"]["passed"]
        work_off(the, placed(the, an_order()))
        ok(the.call("GET", f"{path}/{version}"))
        for kind in ("csv", "html"):
            ok(the.call("GET", f"{path}/{version}/report.{kind}"))
        ok(the.call("POST", f"{path}/{version}/activate", {}))
    ok(the.call("POST", path, raw, "support"))
    ok(the.call("POST", f"{path}/3/archive", {}, "support"))
    assert [each["status"] for each in ok(the.call("GET", path)).json()["items"]] == ["archived", "active", "archived"]
    sent = placed(the, an_order())
    the.settle()
    (work,) = ok(the.call("GET", f"/v1/orders/{sent}")).json()["fulfilment_orders"]
    assert ok(the.call("POST", "/v1/routing/reroute", {"node": work["node"]}, "support")).json()["items"][-1]["moved"] == [work["id"]]
    the.settle()
    give_up(the, sent)
    order_id = work_off(the, placed(the, an_order()))
    (decision,) = ok(the.call("GET", f"/v1/orders/{order_id}/decisions")).json()["items"]
    assert decision["rules"] == 2 and ok(the.call("GET", f"/v1/routing/decisions/{decision['id']}")).json()["n"] == 1
    assert ok(the.call("POST", f"/v1/routing/decisions/{decision['id']}:replay", {})).json()["identical"]
