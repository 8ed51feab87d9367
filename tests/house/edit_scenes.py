"""Orders edited after they were placed."""

from __future__ import annotations

from tests.editing.bench import edit, held, let_go, preview, undo
from tests.flow.life import Life
from tests.house.deeds import ok, work_off


def edited(the: Life) -> None:
    order_id = held(the)
    more = {"lines": {"1": 3}, "add": [{"sku": "POT", "quantity": 1, "unit_price": "10.00"}]}
    ok(preview(the, order_id, **more))
    ok(edit(the, order_id, **more, ship_to={"line1": "9 Other St", "city": "Reno", "region": "NV", "postal_code": "89501"}))
    ok(undo(the, order_id, 1))
    ok(the.call("GET", f"/v1/orders/{order_id}/edits", who="api"))
    let_go(the, order_id)
    ok(the.call("PUT", "/v1/policies/remorse", {}))
    work_off(the, order_id)
