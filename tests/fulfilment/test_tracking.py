"""What carriers say, in whatever order it arrives (I27)."""

from __future__ import annotations

from functools import reduce
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fulfilment.test_the_fulfilment_order import AT, left, packed
from waybill.fulfilment.model import fulfilment_order as fo
from waybill.fulfilment.model.tracking import STATUSES, Scan, newest

JOURNEYS = [
    ("pre_transit", "in_transit", "out_for_delivery", "delivered"),
    ("pre_transit", "in_transit", "exception", "out_for_delivery", "delivered"),
    ("in_transit", "in_transit", "exception", "return_to_sender"),
    ("in_transit", "out_for_delivery", "available_for_pickup", "delivered"),
    ("in_transit", "lost", "delivered"),
    ("in_transit", "exception", "in_transit", "out_for_delivery"),
]


def scans(journey: tuple[str, ...]) -> list[Scan]:
    return [Scan(status, status[:3], f"2026-11-23T0{hour}:00:00.000Z") for hour, status in enumerate(journey)]


@pytest.mark.parametrize("journey", JOURNEYS)
def test_every_order_of_arrival_ends_alike(journey: tuple[str, ...]) -> None:
    told = scans(journey)
    for arrival in permutations(told):
        assert reduce(newest, arrival, None) == told[-1]


@pytest.mark.parametrize("journey", JOURNEYS)
def test_every_order_of_arrival_and_of_the_shipment_among_it_ends_alike(journey: tuple[str, ...]) -> None:
    ends = set()
    for arrival in permutations([*scans(journey), "ship"]):
        now = packed()
        for told in arrival:
            now = left(now) if told == "ship" else fo.track(now, 1, told, AT, "c")
        said = [entry.type for entry in now.history]
        assert said.count("fulfilment_order.shipped") == 1
        assert said.count("fulfilment_order.delivered") == ("delivered" in journey)
        ends.add((now.status, now.packages[0].scan))
    assert len(ends) == 1


SCANS = st.builds(Scan, st.sampled_from(STATUSES), st.sampled_from(["A", "B"]), st.sampled_from([f"2026-11-2{day}T00:00:00.000Z" for day in range(3, 8)]))


@given(SCANS, SCANS, SCANS)
def test_which_statement_stands_depends_on_no_order_and_no_repetition(a: Scan, b: Scan, c: Scan) -> None:
    assert newest(a, b) == newest(b, a)
    assert newest(newest(a, b), c) == newest(a, newest(b, c))
    assert newest(newest(a, b), b) == newest(a, b)


@given(st.lists(SCANS, max_size=12))
def test_a_delivered_parcel_stays_delivered_and_is_told_once(told: list[Scan]) -> None:
    now = left(packed())
    for scan in told:
        after = fo.track(now, 1, scan, AT, "c")
        assert not (now.status == "delivered" and after.status != "delivered")
        now = after
    assert sum(entry.type == "fulfilment_order.delivered" for entry in now.history) == any(scan.status == "delivered" for scan in told)
    assert len(now.history) <= 3 + len(told) + 2


def test_the_same_word_again_is_kept_and_not_told_again() -> None:
    shipped = left(packed())
    hub = fo.track(shipped, 1, Scan("in_transit", "HUB1", "2026-11-23T04:00:00.000Z"), AT, "c")
    next_hub = fo.track(hub, 1, Scan("in_transit", "HUB2", "2026-11-23T05:00:00.000Z"), AT, "c")
    assert next_hub.packages[0].scan.code == "HUB2"
    assert next_hub.history == hub.history
