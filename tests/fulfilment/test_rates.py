"""What a parcel costs, against the plainest way to find out."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local.seed.demo_shop import DemoShop
from tests.fulfilment.at_a_distance import DAY, offers
from waybill.fulfilment.carriers import tables
from waybill.fulfilment.model.tariff import Lane
from waybill.kernel.errors import InvalidInput
from waybill.shop import store
from waybill.shop.model import Carrier, Service

CARRIERS = [thing for kind, _, thing in DemoShop.read({"receiver_url": "", "threepl_url": ""}).things() if kind == store.CARRIER]
WEIGHTS, DISTANCES, PROMISES = st.integers(1, 40_000), st.integers(0, 20_000), st.integers(0, 9)


def plainly(carrier: Carrier, service: Service, km: int, grams: int) -> tuple[int, int] | None:
    """(price, days), read off the table line by line."""
    zone = next((n for n, farthest in enumerate(carrier.zones_km, 1) if km <= farthest), len(carrier.zones_km))
    for column, heaviest in enumerate(service.weight_breaks_g):
        if grams <= heaviest and zone in service.prices:
            return service.prices[zone][column], service.delivery_days[zone]
    return None


def prices(km: int, grams: int) -> dict[tuple[str, str], int]:
    try:
        return {(offer.carrier, offer.service): offer.price for offer in offers(CARRIERS, km, grams)}
    except InvalidInput:
        return {}


@given(WEIGHTS, DISTANCES, PROMISES)
def test_it_is_the_cheapest_that_keeps_the_promise_and_the_fastest_where_none_does(grams: int, km: int, promise: int) -> None:
    every = [plainly(carrier, service, km, grams) for carrier in CARRIERS for service in carrier.services]
    known = [each for each in every if each]
    if not known:
        with pytest.raises(InvalidInput, match="no carrier takes"):
            offers(CARRIERS, km, grams, promise)
        return
    found = offers(CARRIERS, km, grams, promise)[0]
    in_time = [price for price, days in known if not promise or days <= promise]
    if in_time:
        assert (found.price, found.delivery_days <= (promise or 99)) == (min(in_time), True)
    else:
        assert (found.delivery_days, found.price) == min((days, price) for price, days in known)


@given(WEIGHTS, DISTANCES, WEIGHTS, DISTANCES)
def test_more_weight_or_distance_never_costs_less(grams: int, km: int, more_grams: int, more_km: int) -> None:
    near, far = prices(km, grams), prices(km + more_km, grams + more_grams)
    assert all(near[service] <= price for service, price in far.items())


@pytest.mark.parametrize(("km", "zone"), [(0, 1), (600, 1), (601, 2), (2000, 2), (2001, 3), (6000, 3), (40_000, 3)])
def test_a_zone_ends_at_its_farthest_kilometre_and_the_last_one_has_no_end(km: int, zone: int) -> None:
    assert tables.own(Carrier("c", "C", "", (600, 2000, 6000), ())).zone(Lane(km, DAY)) == zone


def test_equal_prices_go_to_the_faster_and_then_by_name() -> None:
    slow, quick = Service("a-slow", "S", {1: 5}, (1000,), {1: (700,)}), Service("z-quick", "Q", {1: 2}, (1000,), {1: (700,)})
    first = offers([Carrier("c", "C", "", (900,), (slow, quick))], 10, 500)[0]
    assert first.service == "z-quick"


def test_a_service_that_does_not_go_to_a_zone_makes_no_offer() -> None:
    near = Service("near", "N", {1: 1}, (1000,), {1: (300,)})
    with pytest.raises(InvalidInput, match="no carrier takes"):
        offers([Carrier("c", "C", "", (100, 900), (near,))], 500, 500)
