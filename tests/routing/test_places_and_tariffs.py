"""How far it is, and what a parcel costs over it: the same for routing and for the label."""

from __future__ import annotations

import random

import pytest

from tests.fulfilment.at_a_distance import offers
from tests.support.shop import _parcelway as parcelway
from waybill.fulfilment.carriers import tables
from waybill.fulfilment.model.tariff import TARE_G, Lane
from waybill.routing.tariffs import rate as rate_of
from waybill.shop.model import Carrier, Service
from waybill.shop.places import ELSEWHERE, distance_km, point


def rate(carriers, km, promise=0):
    return rate_of(map(tables.own, carriers), Lane(km, "2026-11-23"), promise)


RENO, COLUMBUS = point("89501", "NV", "US"), point("43215", "OH", "US")


@pytest.mark.parametrize(
    ("here", "there", "km"),
    [
        (("10001", "NY", "US"), ("90001", "CA", "US"), 3940),
        (("89501", "NV", "US"), ("94105", "CA", "US"), 300),
        (("60601", "IL", "US"), ("77001", "TX", "US"), 1510),
        (("80202", "CO", "US"), ("30303", "GA", "US"), 1950),
    ],
)
def test_distances_between_cities_are_right_to_three_percent(here, there, km):
    assert distance_km(point(*here), point(*there)) == pytest.approx(km, rel=0.03, abs=20)


def test_an_address_falls_back_from_zip_to_state_to_country_to_nowhere():
    assert point("10001-2345", "NY", "US") == point("100", "", "us")
    assert point("", "ny", "US") == point("xyz", "US-NY", "US") != point("", "", "US")
    assert point("10001", "", "DE") == point("", "", "DE") == point("", "BY", "DE")
    assert point("10001", "NY", "") == point("10001", "NY", "US")
    assert point("?", "?", "??") == ELSEWHERE


@pytest.mark.parametrize("junk", ["", " ", "\x00", "000", "٣٤٥", "9" * 500, "-1", "é"])
def test_no_address_is_an_error(junk):
    for country in ("US", "CA", junk):
        latitude, longitude = point(junk, junk, country)
        assert -90 <= latitude <= 90
        assert -180 <= longitude <= 180


def test_every_point_of_the_table_lies_on_earth():
    from waybill.shop.places import _table

    assert len(_table()) > 1000
    assert all(-90 <= lat <= 90 and -180 <= lon <= 180 for lat, lon in _table().values())
    assert sum(key.startswith("US ") for key in _table()) > 880


def test_distance_is_symmetric_and_nothing_to_itself():
    assert distance_km(RENO, COLUMBUS) == distance_km(COLUMBUS, RENO)
    assert distance_km(RENO, RENO) == 0


def test_routing_and_the_label_agree_on_every_price():
    draw = random.Random(7)
    carriers = [parcelway(), _bluebird()]
    for _ in range(2000):
        away, promise, weight = draw.randint(0, 9000), draw.choice((0, 1, 2, 4)), draw.randint(81, 30_000)
        price, _ = rate(carriers, away, promise)
        assert price.price(weight - TARE_G) == offers(carriers, away, weight, promise)[0].price


def test_a_promise_that_nobody_keeps_is_said_to_be_late():
    slow = Carrier("slow", "Slow", "", (5000,), (Service("s", "S", {1: 5}, (1000,), {1: (300,)}),))
    assert rate([slow], 100, 5)[1]
    price, in_time = rate([slow], 100, 4)
    assert not in_time
    assert price.price(500) == 300


def test_where_no_carrier_goes_there_is_no_rate():
    assert rate([], 100) == (None, False)
    nowhere = Carrier("c", "C", "", (500, 5000), (Service("s", "S", {1: 1}, (1000,), {1: (300,)}),))
    assert rate([nowhere], 4000) == (None, False)


def _bluebird() -> Carrier:
    """Cheaper for light parcels, and takes no heavy ones."""
    mail = Service("mail", "Mail", {1: 3, 2: 5}, (250, 900), {1: (310, 620), 2: (450, 990)})
    return Carrier("bluebird", "Bluebird", "", (1500, 20_000), (mail,))
