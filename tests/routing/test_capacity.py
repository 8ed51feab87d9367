"""What a node can send on a day: a slot is taken with the work that needs it, and on a full day parcels leave on the next one that is not."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from itertools import pairwise

import pytest

from tests.flow.life import Life, an_order
from tests.flow.lived import life
from tests.routing.orders import NEW_YORK, order_of, tea
from tests.routing.test_calendars import node, utc
from waybill.aws.tables import commit
from waybill.kernel.errors import Conflict
from waybill.orders.store import ORDERS
from waybill.routing.capacity import Slots, taken, taking
from waybill.routing.model.receipt import unfolded
from waybill.shop import store as shop

TODAY = "2026-11-23"


def can_send(id: str, parcels: int, **calendar: object) -> None:
    shop.save(shop.NODE, id, replace(shop.node(id), parcels_per_day=parcels, **calendar))
    shop.forget()


def full(day: str, **parcels: int) -> None:
    for id, most in parcels.items():
        for _ in range(most):
            commit(*taking([(replace(node(), id=id, parcels_per_day=most), day)]))


def test_a_full_day_is_passed_over_and_so_is_what_is_no_working_day() -> None:
    there = node(parcels_per_day=2, workdays=(1, 2, 3, 4, 5))
    used = {"2026-11-27": {"reno": 2}, "2026-11-30": {"reno": 2}, "2026-12-01": {"reno": 1}}
    slots = Slots(lambda day: used.get(day, {}))
    assert slots.full_days(there, utc("2026-11-27T09:00")) == {date(2026, 11, 27), date(2026, 11, 30)}


def test_a_node_of_which_nothing_is_known_is_never_full_and_never_asked_about() -> None:
    asked: list[str] = []
    slots = Slots(lambda day: asked.append(day) or {})  # type: ignore[func-returns-value]
    assert slots.full_days(node(), utc("2026-11-27T09:00")) == frozenset() and asked == []


def test_work_takes_a_slot_on_the_day_that_it_leaves() -> None:
    with order_of(tea()) as desk:
        can_send("reno", 5)
        desk.route()
        assert desk.work() == {"reno": {"1": 1}} and taken(TODAY) == {"reno": 1}
        desk.go_on()
        assert taken(TODAY) == {"reno": 1}


def test_on_a_full_day_the_parcel_leaves_on_the_next() -> None:
    with order_of(tea()) as desk:
        can_send("reno", 1)
        full(TODAY, reno=1)
        desk.route()
        (site,) = [site for site in unfolded(desk.record.decisions[0])["asked"]["sites"] if site[0] == "reno"]
        assert "2026-11-24" in site
        assert (taken(TODAY), taken("2026-11-24")) == ({"reno": 1}, {"reno": 1})


def test_a_full_node_that_would_break_the_promise_is_asked_last() -> None:
    with order_of(tea(), to=NEW_YORK, promise_days=5) as desk:
        can_send("columbus", 1)
        for day in range(23, 29):
            full(f"2026-11-{day}", columbus=1)
        desk.route()
        assert desk.work() == {"reno": {"1": 1}}
        assert unfolded(desk.record.decisions[0])["ruled_out"] == {"columbus": "late"}


def test_the_last_slot_is_taken_once() -> None:
    with order_of(tea()):
        there = replace(node(), parcels_per_day=1)
        first, second = taking([(there, TODAY)]), taking([(there, TODAY)])
        commit(*first)
        with pytest.raises(Conflict):
            commit(*second)
        with pytest.raises(Conflict):
            taking([(there, TODAY)])
        assert ORDERS.partition(f"CAPACITY#{TODAY}")[0]["version"] == 1


def test_no_day_gets_more_than_it_can_send_however_many_orders_come() -> None:
    with life(stock={("TEA", "reno"): 50}) as the:
        can_send("reno", 3)
        orders = [the.place(an_order(("TEA", 1)), key=str(number)) for number in range(8)]
        the.settle()
        leaves = sorted(_leaves(the, order_id) for order_id in orders)
        days = sorted(set(leaves))
        assert [leaves.count(day) for day in days] == [3, 3, 2]
        assert all((date.fromisoformat(b) - date.fromisoformat(a)).days == 1 for a, b in pairwise(days))


def _leaves(the: Life, order_id: str) -> str:
    (decision,) = the.call("GET", f"/v1/orders/{order_id}/decisions").json()["items"]
    (share,) = decision["chosen"]["shares"]
    (site,) = [site for site in decision["asked"]["sites"] if site[0] == share["node"]]
    return next(value for value in site if isinstance(value, str) and value.startswith("20"))
