"""What a warehouse does on its floor."""

from __future__ import annotations

from tests.flow.life import Life, an_order
from tests.house.deeds import ok, placed


def picked_on_a_walk(the: Life) -> None:
    """Bins are named, a wave is planned, printed, taken, picked and left."""
    order_id = placed(the, an_order())
    node = the.order(order_id)["fulfilment_orders"][0]["node"]
    ok(the.call("PUT", f"/v1/nodes/{node}/bins", {"bins": {"TEA": "A-1"}}, node))
    assert ok(the.call("GET", f"/v1/nodes/{node}/bins", who=node)).json()["bins"] == {"TEA": "A-1"}
    wave = the.call("POST", "/v1/waves", {"node": node}, node, idempotency_key="wave-1").json()
    path = f"/v1/waves/{wave['id']}"
    assert ok(the.call("GET", "/v1/waves", who=node)).json()["items"]
    assert ok(the.call("GET", f"{path}/pick-list", who=node)).content.startswith(b"%PDF")
    way = ok(the.call("POST", f"{path}/take", {"device": "phone"}, node)).json()["stops"]
    assert ok(the.call("GET", path, who=node)).json()["stops"] == way
    take = way[0]["takes"][0]
    ok(the.call("POST", f"{path}/picks", {"device": "phone", "picks": [{"fulfilment_order": take["fulfilment_order"], "line": take["line"], "picked": 1}]}, node))
    short = {"device": "phone", "fulfilment_order": take["fulfilment_order"], "line": take["line"], "there": 1, "reason": "NOT_IN_STOCK"}
    ok(the.call("POST", f"{path}/short", short, node))
    ok(the.call("POST", f"{path}/leave", {}, node))
    for file in ("", "/app.js", "/walk.js", "/kept.js", "/style.css"):
        assert ok(the.call("GET", f"/floor{file}")).content


def goods_described(the: Life) -> None:
    """What a carton, an item and a node are."""
    box = {"name": "Shoe box", "inner_mm": [300, 200, 100], "outer_mm": [306, 206, 108], "weight_g": 90, "most_g": 5000}
    ok(the.call("PUT", "/v1/cartons/shoe", box))
    assert ok(the.call("GET", "/v1/cartons/shoe")).json()["name"] == "Shoe box"
    assert ok(the.call("GET", "/v1/cartons")).json()["items"]
    assert len(ok(the.call("GET", "/v1/nodes")).json()["items"]) > 1
    reno = ok(the.call("GET", "/v1/nodes/reno")).json()
    new = {"name": "Dallas", "kind": "3pl", "place": reno["place"], "active": False, "settings": {"edi": {"id": "LONESTAR", "our_id": "WAYBILL"}}}
    ok(the.call("PUT", "/v1/nodes/dallas", new))
    tea = ok(the.call("GET", "/v1/items/TEA")).json()
    ok(the.call("PUT", "/v1/items/TEA", {name: value for name, value in tea.items() if name != "sku"} | {"gtin": "4006381333931"}))
