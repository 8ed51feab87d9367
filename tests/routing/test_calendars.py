"""When a node ships: cut-off, working days, holidays, its own clock; and what that does to a promise."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.routing.orders import NEW_YORK, order_of, tea
from waybill.kernel.errors import InvalidInput
from waybill.routing.model.receipt import unfolded
from waybill.shop import store as shop
from waybill.shop.calendar import check, days_left, leaves_on
from waybill.shop.model import Node, Place

WEEKDAYS = (1, 2, 3, 4, 5)


def node(**calendar: object) -> Node:
    return Node("reno", "Reno", "warehouse", Place("", "", "", "NV", "89521", "US"), **calendar)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("calendar", "ordered", "leaves"),
    [
        ({}, "2026-11-23T23:59", date(2026, 11, 23)),
        ({"cut_off": "14:00"}, "2026-11-23T13:59", date(2026, 11, 23)),
        ({"cut_off": "14:00"}, "2026-11-23T14:00", date(2026, 11, 24)),
        ({"cut_off": "14:00", "timezone": "America/Los_Angeles"}, "2026-11-23T21:59", date(2026, 11, 23)),
        ({"cut_off": "14:00", "timezone": "America/Los_Angeles"}, "2026-11-23T22:00", date(2026, 11, 24)),
        ({"cut_off": "14:00", "timezone": "America/Los_Angeles"}, "2026-07-01T21:00", date(2026, 7, 2)),
        ({"workdays": WEEKDAYS}, "2026-11-28T09:00", date(2026, 11, 30)),
        ({"workdays": WEEKDAYS, "cut_off": "12:00"}, "2026-11-27T12:00", date(2026, 11, 30)),
        ({"workdays": WEEKDAYS, "holidays": ("2026-11-26", "2026-11-27")}, "2026-11-26T09:00", date(2026, 11, 30)),
        ({"timezone": "Asia/Tokyo"}, "2026-11-23T15:00", date(2026, 11, 24)),
    ],
)
def test_a_parcel_leaves_on_the_first_working_day_whose_cut_off_has_not_passed(calendar: dict, ordered: str, leaves: date):
    assert leaves_on(node(**calendar), utc(ordered)) == leaves


@given(st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1)), st.sets(st.integers(1, 7), min_size=1), st.integers(0, 23), st.integers(0, 72))
def test_who_orders_later_is_never_served_sooner(moment: datetime, workdays: set, hour: int, later: int):
    there = node(workdays=tuple(workdays), cut_off=f"{hour:02}:00", timezone="America/New_York")
    first, second = (leaves_on(there, (moment + timedelta(hours=hours)).replace(tzinfo=UTC)) for hours in (0, later))
    assert first <= second and first.isoweekday() in workdays


@pytest.mark.parametrize(
    ("now", "days", "left"),
    [("2026-11-23T09:00", 0, 0), ("2026-11-23T09:00", 3, 3), ("2026-11-23T15:00", 3, 2), ("2026-11-26T09:00", 3, -1), ("2026-12-26T09:00", 3, -1)],
)
def test_every_day_before_it_leaves_is_taken_off_the_carriers(now: str, days: int, left: int):
    there = node(cut_off="14:00")
    assert days_left(there, utc("2026-11-23T08:00"), days, leaves_on(there, utc(now))) == left


@pytest.mark.parametrize(
    ("calendar", "field"),
    [
        ({"timezone": "Mars/Olympus"}, "timezone"),
        ({"cut_off": "25:00"}, "cut_off"),
        ({"cut_off": "9:00"}, "cut_off"),
        ({"workdays": (0,)}, "workdays"),
        ({"holidays": ("2026-12-25", "Easter")}, "holidays[1]"),
    ],
)
def test_a_calendar_that_cannot_be_read_is_refused_by_its_field(calendar: dict, field: str):
    with pytest.raises(InvalidInput) as refused:
        check(node(**calendar))
    assert field in refused.value.fields


def test_a_node_that_does_not_ship_today_is_asked_last_where_that_breaks_the_promise():
    with order_of(tea(), to=NEW_YORK, promise_days=5) as desk:
        _calendar("columbus", holidays=tuple(f"2026-11-{day}" for day in range(22, 31)))
        desk.route()
        assert desk.work() == {"reno": {"1": 1}}
        assert unfolded(desk.record.decisions[0])["ruled_out"] == {"columbus": "late"}


def test_the_days_that_the_carrier_has_go_with_the_work():
    with order_of(tea(), to=NEW_YORK, promise_days=9) as desk:
        desk.route()
        (work,) = desk.record.fulfilment_orders
        assert work["within"] == 9


def _calendar(id: str, **calendar: object) -> None:
    shop.save(shop.NODE, id, replace(shop.node(id), **calendar))
    shop.forget()
