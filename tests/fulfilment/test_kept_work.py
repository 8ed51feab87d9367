"""Work that its node is not asked for at once: kept for a day, or put before a person."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from proof.living import living
from proof.scheduler import First
from tests.flow.life import Life, an_order
from waybill.bootstrap.orders import reconciler
from waybill.fulfilment.model import approval
from waybill.fulfilment.service import load
from waybill.kernel.errors import InvalidInput
from waybill.kernel.plain import plain
from waybill.orders.store import ORDERS
from waybill.shop import store as shop

DAY_S = 86_400


@pytest.fixture
def the() -> Iterator[Life]:
    with living(None, First(), 0) as made:
        yield made


def ahead(the: Life, days: int) -> str:
    """The day at the nodes so many days from now."""
    return (the.world.now() + timedelta(days=days)).date().isoformat()


def kept_until(the: Life, days: int, *lines: tuple[str, int], **more: Any) -> tuple[str, str]:
    """(order, fulfilment order) of an order that is not shipped before a day."""
    order = an_order(*(lines or (("TEA", 1),)), **more)
    order_id = the.place({**order, "shipping": {**order["shipping"], "ship_not_before": ahead(the, days)}}, key=order["external_reference"])
    the.settle()
    return order_id, of(the, order_id)[-1]["id"]


def of(the: Life, order_id: str) -> list[dict[str, Any]]:
    return the.order(order_id)["fulfilment_orders"]


def do(the: Life, fo_id: str, verb: str, body: dict[str, Any] | None = None, who: str = "support") -> Any:
    return the.call("POST", f"/v1/fulfilment-orders/{fo_id}/{verb}", body or {}, who)


def gated(the: Life, **policy: Any) -> None:
    assert the.call("PUT", "/v1/policies/approval", policy).status == 200
    shop.forget()


def edited(the: Life, order_id: str, change: dict[str, Any]) -> int:
    version = str(the.order(order_id)["version"])
    return the.call("POST", f"/v1/orders/{order_id}/edits", change, idempotency_key=f"edit-{version}", if_match=version).status


def told(fo_id: str) -> list[str]:
    return [entry.type.removeprefix("fulfilment_order.") for entry in load(fo_id)[1].history]


def test_before_its_day_no_node_knows_of_it_and_its_stock_is_reserved(the: Life) -> None:
    order_id, fo_id = kept_until(the, 10)
    (work,) = of(the, order_id)
    node = work["node"]
    assert (work["status"], work["ship_not_before"], the.order(order_id)["status"]) == ("scheduled", ahead(the, 10), "released")
    held = ORDERS.get(f"ORDER#{order_id}", "RSV")
    assert held and held["held"]["1"] == {node: 1}
    assert the.call("GET", f"/v1/fulfilment-orders/{fo_id}", None, node).status == 404
    assert not the.call("GET", "/v1/fulfilment-orders?status=scheduled", None, node).json()["items"] and not the.call("GET", "/v1/fulfilment-orders", None, node).json()["items"]
    assert [each["id"] for each in the.call("GET", "/v1/fulfilment-orders?status=scheduled").json()["items"]] == [fo_id]
    assert {do(the, fo_id, verb, who=node).status for verb in ("accept", "pick", "pack", "ship")} == {404}
    assert {do(the, fo_id, verb).status for verb in ("accept", "pick", "pack", "ship")} == {409}
    assert the.call("POST", "/v1/waves", {"node": node, "fulfilment_orders": [fo_id]}, node, idempotency_key="w").status == 404
    assert not the.call("POST", "/v1/waves", {"node": node, "rule": {"most": 9}}, node, idempotency_key="v").json().get("fulfilment_orders")


def test_at_its_day_its_node_is_asked_by_itself_and_once(the: Life) -> None:
    order_id, fo_id = kept_until(the, 3)
    the.tick("parcels")
    assert told(fo_id) == ["scheduled"]
    the.world.later(3 * DAY_S)
    for _ in range(2):
        the.tick("parcels")
    asked = load(fo_id)[1].history[-1]
    assert told(fo_id) == ["scheduled", "requested"] and load(fo_id)[1].since == asked.at, "what it waits is counted from its day"
    the.settle()
    the.deliver(the.fulfil(order_id))
    the.settle()
    assert the.order(order_id)["status"] == "completed"


def test_a_day_begins_when_it_begins_at_the_node(the: Life) -> None:
    _, fo_id = kept_until(the, 3)
    node = load(fo_id)[1].node
    shop.save(shop.NODE, node, {**_raw(node), "timezone": "Pacific/Kiritimati"})
    shop.forget()
    day = ahead(the, 4)
    assert do(the, fo_id, "reschedule", {"ship_not_before": day}).json()["opens_at"] == f"{ahead(the, 3)}T10:00:00.000Z"


def _raw(node: str) -> dict[str, Any]:
    return dict(plain(shop.node(node)))


def test_a_node_that_is_told_is_told_when_it_is_asked(the: Life) -> None:
    _, fo_id = kept_until(the, 3)
    node = load(fo_id)[1].node
    shop.save(shop.NODE, node, {**_raw(node), "webhook_url": "https://wms.example/hook"})
    shop.forget()
    asked = do(the, fo_id, "open").json()
    assert asked["status"] == "requested" and load(fo_id)[1].history[-1].data.get("push") is True
    assert do(the, fo_id, "open").json()["status"] == "requested" and told(fo_id) == ["scheduled", "requested"], "a repeat asks nobody twice"
    assert the.call("GET", f"/v1/fulfilment-orders/{fo_id}", None, node).status == 200


def test_it_is_kept_for_another_day(the: Life) -> None:
    _, fo_id = kept_until(the, 3)
    for _ in range(2):
        assert do(the, fo_id, "reschedule", {"ship_not_before": ahead(the, 6)}).status == 200
    assert told(fo_id) == ["scheduled", "rescheduled"]
    the.world.later(4 * DAY_S)
    the.tick("parcels")
    assert load(fo_id)[1].status == "scheduled"
    the.world.later(2 * DAY_S)
    the.tick("parcels")
    assert load(fo_id)[1].status == "requested"
    assert do(the, fo_id, "reschedule", {"ship_not_before": ahead(the, 6)}).status == 409


@pytest.mark.parametrize("day", ["", "soon", "2026-02-30", 5, None, "2020-01-01", "2099-01-01"])
def test_a_day_that_is_none_or_past_or_too_far_is_refused(the: Life, day: Any) -> None:
    _, fo_id = kept_until(the, 3)
    refused = do(the, fo_id, "reschedule", {"ship_not_before": day})
    assert refused.status == 422 and refused.json()["errors"][0]["field"] == "ship_not_before"
    assert told(fo_id) == ["scheduled"]


@pytest.mark.parametrize("day", ["soon", "2026-02-30", 5, "2099-01-01"])
def test_the_door_refuses_such_a_day_by_its_field(the: Life, day: Any) -> None:
    order = an_order(("TEA", 1))
    reply = the.call("POST", "/v1/orders", {**order, "shipping": {"amount": "5.00", "ship_not_before": day}}, "api", idempotency_key="k")
    assert reply.status == 422 and b"shipping.ship_not_before" in reply.content


def test_a_day_that_has_come_keeps_nothing(the: Life) -> None:
    _, fo_id = kept_until(the, 0)
    assert told(fo_id) == ["requested"]


def test_it_is_cancelled_at_once_and_its_node_hears_nothing(the: Life) -> None:
    order_id, fo_id = kept_until(the, 3)
    node = load(fo_id)[1].node
    shop.save(shop.NODE, node, {**_raw(node), "webhook_url": "https://wms.example/hook", "cancels": "asked"})
    shop.forget()
    assert do(the, fo_id, "hold", {"reason": "a look"}).status == 200
    assert the.call("POST", f"/v1/orders/{order_id}/cancel", {"reason": "no"}).json()["status"] == "cancelled"
    assert told(fo_id) == ["scheduled", "held", "cancelled"] and "push" not in load(fo_id)[1].history[-1].data
    the.settle()
    the.world.later(4 * DAY_S)
    the.tick("parcels")
    assert load(fo_id)[1].status == "cancelled" and do(the, fo_id, "open").status == 409


def test_units_of_it_are_cancelled(the: Life) -> None:
    order_id, fo_id = kept_until(the, 3, ("TEA", 2))
    reply = the.call("POST", f"/v1/orders/{order_id}/cancel", {"lines": {"1": 1}, "reason": "no"}, idempotency_key="c")
    assert reply.status < 300, reply.content
    assert load(fo_id)[1].units() == {"1": 1} and load(fo_id)[1].status == "scheduled"


def test_what_is_held_stays_when_its_day_comes_and_goes_on_when_it_is_let_go(the: Life) -> None:
    _, fo_id = kept_until(the, 3)
    do(the, fo_id, "hold", {"reason": "a look"})
    the.world.later(4 * DAY_S)
    the.tick("parcels")
    assert load(fo_id)[1].status == "on_hold" and the.call("GET", f"/v1/fulfilment-orders/{fo_id}", None, load(fo_id)[1].node).status == 404
    assert not the.call("GET", "/v1/fulfilment-orders", None, load(fo_id)[1].node).json()["items"]
    do(the, fo_id, "release")
    assert load(fo_id)[1].status == "scheduled"
    the.tick("parcels")
    assert load(fo_id)[1].status == "requested"


def test_nothing_of_an_order_that_is_held_is_asked_for(the: Life) -> None:
    order_id, fo_id = kept_until(the, 3)
    hold = the.call("POST", f"/v1/orders/{order_id}/holds", {"reason": "fraud?"}).json()["holds"][-1]
    the.world.later(4 * DAY_S)
    the.tick("parcels")
    assert load(fo_id)[1].status == "scheduled" and do(the, fo_id, "open").status == 409
    the.call("POST", f"/v1/orders/{order_id}/holds/{hold['id']}/release", {})
    the.tick("parcels")
    assert load(fo_id)[1].status == "requested"


def test_it_is_moved_and_keeps_the_day_that_it_was_given(the: Life) -> None:
    order_id, fo_id = kept_until(the, 3)
    do(the, fo_id, "reschedule", {"ship_not_before": ahead(the, 6)})
    node = load(fo_id)[1].node
    to = next(each.id for each in shop.nodes() if each.id != node)
    assert do(the, fo_id, "move", {"node": to}).status == 202
    the.settle()
    first, second = sorted(of(the, order_id), key=lambda each: each["id"])
    assert (first["status"], second["status"], second["node"], second["ship_not_before"]) == ("rejected", "scheduled", to, ahead(the, 6))


def test_it_is_split_and_put_together_again(the: Life) -> None:
    order_id, fo_id = kept_until(the, 3, ("TEA", 3))
    new = do(the, fo_id, "split", {"lines": [{"line": "1", "quantity": 1}]}).json()
    assert new["status"] == "scheduled" and told(new["id"]) == ["scheduled"]
    do(the, new["id"], "reschedule", {"ship_not_before": ahead(the, 9)})
    assert do(the, fo_id, "merge", {"with": new["id"]}).status == 409
    do(the, fo_id, "reschedule", {"ship_not_before": ahead(the, 9)})
    assert do(the, fo_id, "merge", {"with": new["id"]}).status == 200 and load(fo_id)[1].units() == {"1": 3}


def test_its_address_may_still_be_changed(the: Life) -> None:
    order_id, fo_id = kept_until(the, 3)
    to = {**an_order()["ship_to"], "line1": "9 Other St"}
    edit = {"ship_to": to, "reason": "moved"}
    assert edited(the, order_id, edit) == 201
    assert edited(the, order_id, {"lines": {"1": 2}, "reason": "more"}) == 409, "its stock is reserved and its node chosen"
    do(the, fo_id, "open")
    assert the.call("GET", f"/v1/fulfilment-orders/{fo_id}").json()["ship_to"]["line1"] == "9 Other St"
    assert edited(the, order_id, {**edit, "ship_to": {**to, "line1": "1 Last St"}}) == 409


def test_a_ship_group_has_a_day_of_its_own(the: Life) -> None:
    order = an_order(("TEA", 1), ("TEA", 1))
    lines = [{**line, "id": str(n)} | ({"group": "aunt"} if n == 2 else {}) for n, line in enumerate(order["lines"], 1)]
    groups = [{"id": "aunt", "ship_to": order["ship_to"], "ship_not_before": ahead(the, 5)}]
    order_id = the.place({**order, "lines": lines, "groups": groups})
    the.settle()
    assert sorted((each["status"], *each["lines"]) for each in of(the, order_id)) == [("requested", "1"), ("scheduled", "2")]


def test_work_goes_before_a_person_who_lets_it_go(the: Life) -> None:
    gated(the, all=True)
    order_id = the.place(an_order(("TEA", 1)))
    the.settle()
    (work,) = of(the, order_id)
    fo_id = work["id"]
    assert (work["status"], told(fo_id)) == ("awaiting_approval", ["approval_requested"])
    assert the.call("GET", f"/v1/fulfilment-orders/{fo_id}", None, work["node"]).status == 404
    assert {"approve", "reject"} <= set(the.call("GET", f"/v1/fulfilment-orders/{fo_id}").json()["supported_actions"])
    assert do(the, fo_id, "accept").status == 409 and do(the, fo_id, "approve", who=work["node"]).status in (403, 404)
    for _ in range(2):
        assert do(the, fo_id, "approve").json()["status"] == "requested"
    assert told(fo_id) == ["approval_requested", "approved", "requested"]
    the.deliver(the.fulfil(order_id))
    the.settle()
    assert the.order(order_id)["status"] == "completed"


def test_what_a_person_rejects_goes_before_him_at_another_node(the: Life) -> None:
    gated(the, all=True)
    order_id = the.place(an_order(("TEA", 1)))
    the.settle()
    (work,) = of(the, order_id)
    assert do(the, work["id"], "reject", {"reason": "OTHER"}).status == 200
    the.settle()
    first, second = sorted(of(the, order_id), key=lambda each: each["id"])
    assert (first["status"], second["status"]) == ("rejected", "awaiting_approval") and first["node"] != second["node"]


def test_what_is_approved_before_its_day_waits_for_it(the: Life) -> None:
    gated(the, all=True)
    _, fo_id = kept_until(the, 3)
    the.world.later(4 * DAY_S)
    the.tick("parcels")
    assert load(fo_id)[1].status == "awaiting_approval", "its day alone is not enough"
    do(the, fo_id, "approve")
    assert load(fo_id)[1].status == "requested"
    _, other = kept_until(the, 3)
    for _ in range(2):
        assert do(the, other, "approve").status == 200
    assert told(other) == ["approval_requested", "approved", "scheduled"]
    the.world.later(3 * DAY_S)
    the.tick("parcels")
    assert load(other)[1].status == "requested"


@pytest.mark.parametrize(("policy", "waits"), [({}, False), ({"nodes": ["reno", "columbus"]}, True), ({"total": {"USD": "9.00"}}, True), ({"total": {"USD": "9.40"}}, False), ({"total": {"EUR": "1"}}, False)])
def test_the_policy_says_what_goes_before_a_person(the: Life, policy: dict[str, Any], waits: bool) -> None:
    gated(the, **policy)
    order_id = the.place(an_order(("TEA", 1)))
    the.settle()
    assert (of(the, order_id)[0]["status"] == "awaiting_approval") == waits


@pytest.mark.parametrize(("policy", "field"), [({"everything": True}, "everything"), ({"all": 1}, "all"), ({"nodes": ["mars"]}, "nodes"), ({"total": {"USD": 5}}, "total.USD"), ({"total": 5}, "total"), ({"hours": 0}, "hours")])
def test_a_policy_that_could_not_be_obeyed_is_refused_by_its_field(policy: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        approval.check(policy, ["reno"])
    assert field in refused.value.fields


def test_who_waits_too_long_for_a_person_is_counted(the: Life) -> None:
    gated(the, all=True, hours=2)
    the.place(an_order(("TEA", 1)))
    the.settle()
    assert reconciler().run()["overdue"] == 0
    the.world.later(3 * 3600)
    assert reconciler().run()["overdue"] == 1
