"""The end of a day at a node."""

from __future__ import annotations

from tests.flow.life import Life, an_order
from tests.house.deeds import ok, placed
from waybill.shop import store as shop


def handed_over_on_a_list(the: Life) -> None:
    """Cartons have numbers, labels go on a list, and leave with it."""
    ok(the.call("PUT", "/v1/policies/gs1", {"prefix": "4012345"}))
    shop.forget()
    order_id = placed(the, an_order(("TEA", 1)))
    (packed,) = the.fulfil(order_id, "accept", "pick", "pack")
    node, (package,) = packed["node"], packed["packages"]
    assert package["sscc"].startswith("04012345")
    assert ok(the.call("POST", f"/v1/fulfilment-orders/{packed['id']}/packages/1/reprint", {}, node)).content.startswith(b"%PDF")
    for _ in range(2):
        assert ok(the.call("POST", "/v1/labels/batch", {"fulfilment_orders": [packed["id"]]}, node)).json()["failed"] == []
    manifest = ok(the.call("POST", "/v1/manifests", {"carrier": package["carrier"], "date": "2026-11-30"}, node)).json()
    path = f"/v1/manifests/{manifest['id']}"
    assert packed["id"] in [each["fulfilment_order"] for each in manifest["packages"]]
    assert ok(the.call("GET", f"{path}/sheet", who=node)).content.startswith(b"%PDF")
    left = ok(the.call("POST", f"{path}/handed-over", {}, node)).json()
    assert left["status"] == "handed_over" and ok(the.call("GET", path, who=node)).json() == left
    assert ok(the.call("GET", "/v1/manifests", who=node)).json()["items"]
    the.settle()
    back = f"/v1/fulfilment-orders/{packed['id']}/packages/1/return-label"
    ok(the.call("POST", back, {"mail": True}, node))
    assert ok(the.call("GET", back, who=node)).content.startswith(b"%PDF")
    the.settle()
    assert any("return-label.pdf" in mail for mail in the.world.mails())
    ok(the.call("POST", f"{back}/void", {}, node))
    the.deliver(the.work(order_id))
    the.settle()
