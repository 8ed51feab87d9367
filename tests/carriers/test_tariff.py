"""What a price list asks for a parcel: of a day, in a zone, for a weight, with what is added."""

from __future__ import annotations

from dataclasses import replace
from math import ceil

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.carriers.pricelist import CSV
from waybill.fulfilment.model.tariff import Box, Lane, Quote
from waybill.fulfilment.model.tariff_file import read

LIST = read("swift", "USD", "2026-01-01", CSV.encode())
NEAR = Lane(100, "2026-11-23", "US", "89501", residential=False)  # a Monday
SMALL = Box(400)


def ground(lane: Lane, box: Box = SMALL) -> Quote:
    return next(quote for quote in LIST.quotes(lane, box) if quote.service == "ground")


@pytest.mark.parametrize(
    ("lane", "zone"),
    [
        (NEAR, 1),
        (replace(NEAR, distance_km=600), 1),
        (replace(NEAR, distance_km=601), 2),
        (replace(NEAR, postal_code="96701-1234"), 3),
        (replace(NEAR, postal_code="967 01", distance_km=9000), 3),
        (replace(NEAR, postal_code="96999"), 1),
        (replace(NEAR, country="ca", postal_code="M5V 2T6"), 9),
        (replace(NEAR, country="DE"), 0),
    ],
)
def test_what_is_said_more_exactly_of_a_place_is_its_zone(lane: Lane, zone: int) -> None:
    assert LIST.zone(lane) == zone


def test_where_a_carrier_does_not_go_it_asks_nothing() -> None:
    assert LIST.quotes(replace(NEAR, country="DE"), SMALL) == []


def test_a_break_ends_at_its_last_gram() -> None:
    assert (ground(NEAR, Box(454)).made_of["freight"], ground(NEAR, Box(455)).made_of["freight"]) == (700, 1250)


def test_nobody_takes_what_is_heavier_than_the_last_break() -> None:
    assert [quote.service for quote in LIST.quotes(NEAR, Box(20_001))] == ["ground"]
    assert LIST.quotes(NEAR, Box(30_001)) == []


def test_dangerous_goods_go_only_with_services_that_take_them() -> None:
    assert {quote.service for quote in LIST.quotes(NEAR, replace(SMALL, hazardous=True))} == {"ground"}


def test_what_is_added_holds_from_its_day_on() -> None:
    before, after = ground(replace(NEAR, leaves="2026-11-30")), ground(replace(NEAR, leaves="2026-12-01"))
    assert (before.made_of, after.made_of) == ({"freight": 700, "Fuel": 88}, {"freight": 700, "Fuel": 98})


def test_a_share_is_taken_of_the_freight_and_of_what_has_a_price_of_its_own() -> None:
    told = ground(replace(NEAR, residential=True)).made_of
    assert told == {"freight": 700, "Residential": 505, "Fuel": 151}  # 12.5 % of 12.05, half up


def test_of_several_of_one_name_only_the_dearest_is_charged() -> None:
    assert ground(NEAR, Box(23_000, (1300, 10, 10))).made_of["Handling"] == 1100
    assert ground(NEAR, Box(23_000, (1200, 10, 10))).made_of["Handling"] == 900
    assert "Handling" not in ground(NEAR, Box(22_000, (1219, 10, 10))).made_of


def test_a_surcharge_ends_after_its_last_day() -> None:
    long = Box(9000, (2000, 200, 200))
    assert "Oversize" in ground(replace(NEAR, leaves="2026-12-31"), long).made_of
    assert "Oversize" not in ground(replace(NEAR, leaves="2027-01-01"), long).made_of


def test_girth_is_measured_around_the_two_shorter_sides() -> None:
    assert Box(1, (200, 2000, 200)).length_and_girth_mm == 2800
    assert "Oversize" not in ground(NEAR, Box(9000, (1867, 200, 200))).made_of
    assert "Oversize" in ground(NEAR, Box(9000, (1868, 200, 200))).made_of


def test_a_remote_area_costs_more() -> None:
    assert ground(replace(NEAR, postal_code="96850")).made_of["Remote"] == 1200


@pytest.mark.parametrize(
    ("leaves", "days", "saturday"),
    [("2026-11-23", 2, False), ("2026-11-25", 3, True), ("2026-11-27", 3, False), ("2026-11-24", 3, False)],
)
def test_holidays_and_days_without_delivery_do_not_count(leaves: str, days: int, saturday: bool) -> None:
    quote = ground(replace(NEAR, leaves=leaves))
    assert (quote.days, "Saturday" in quote.made_of) == (days, saturday)


def test_room_weighs_by_the_rule_of_the_day() -> None:
    """12.2 × 10 × 8 in: 976 in³ by 166 is 5.88 lb; from December lengths go up to whole inches, 1040 in³ by 139 is 7.48, so 8 lb."""
    box = Box(400, (310, 254, 203))
    cubic_inches = 310 * 254 * 203 / 25.4**3
    assert LIST.billed_g("ground", box, "2026-11-30") == ceil(cubic_inches / 166 * 453.59237)
    assert LIST.billed_g("ground", box, "2026-12-01") == ceil(8 * 453.59237)
    assert LIST.billed_g("ground", Box(400), "2026-12-01") == 400
    assert LIST.billed_g("ground", replace(box, weight_g=5000), "2026-12-01") == 5000


@given(
    st.integers(1, 40_000), st.tuples(*[st.integers(0, 1500)] * 3), st.integers(0, 5000), st.sampled_from(["2026-11-23", "2026-12-04", "2027-02-01"]), st.booleans()
)
def test_the_parts_add_up_and_more_weight_or_room_never_costs_less(
    weight: int, lengths: tuple[int, int, int], km: int, leaves: str, home: bool
) -> None:
    lane = replace(NEAR, distance_km=km, leaves=leaves, residential=home)
    small = {quote.service: quote for quote in LIST.quotes(lane, Box(weight, lengths))}
    large = {quote.service: quote for quote in LIST.quotes(lane, Box(weight + 700, (lengths[0] + 40, *lengths[1:])))}
    assert set(large) <= set(small)
    for service, quote in small.items():
        assert quote.price == sum(quote.made_of.values()) and quote.billed_g >= weight
        assert service not in large or large[service].price >= quote.price
