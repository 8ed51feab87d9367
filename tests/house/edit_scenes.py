"""Orders edited after they were placed."""

from __future__ import annotations

import re

from tests.desk.person import Person
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
    _at_the_desk(the, order_id)
    let_go(the, order_id)
    ok(the.call("PUT", "/v1/policies/remorse", {}))
    work_off(the, order_id)


def _at_the_desk(the: Life, order_id: str) -> None:
    clerk, page = Person(the.world, "key-support"), f"/desk/orders/{order_id}"
    clerk.get(f"{page}/edit")
    wanted = {"units-0": "4", "add-sku": "CUP", "add-quantity": "1", "add-unit_price": "4.00"}
    assert clerk.post(f"{page}/edit", **wanted) == 200
    seen = re.search(r'name="seen" value="([^"]+)"', clerk.page)
    assert seen and clerk.post(f"{page}/edits", **wanted, seen=seen[1]) == 303
    the.settle()
    clerk.get(page)
    assert clerk.post(f"{page}/edits/1/undo") == 200
