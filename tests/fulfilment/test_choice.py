"""Cartons, carrier and service chosen together: against the sequential plan, against trying everything, and when carriers are silent."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from local.seed.demo_shop import DemoShop
from tests.fulfilment import published_cartons as published
from waybill.fulfilment.carriers.tariff import TariffCarrier
from waybill.fulfilment.choice import MOST_ASKED, Chosen, choose
from waybill.fulfilment.contents import Plan
from waybill.fulfilment.model.cartonings import cartonings
from waybill.fulfilment.model.cartons import Carton, Cartoning
from waybill.fulfilment.model.fulfilment_order import Package
from waybill.fulfilment.model.tariff import OVERSIZE, Divisor, Lane, Service, Surcharge, Tariff, Zone
from waybill.fulfilment.model.tariff import Box as Scaled
from waybill.fulfilment.ports import Offer, Parcel, Sending
from waybill.kernel.errors import InvalidInput, Unavailable, WaybillError
from waybill.orders.model.order import Address
from waybill.shop import store
from waybill.shop.model import Place

THINGS = list(DemoShop.read({"receiver_url": "", "threepl_url": ""}).things())
DEMO = [TariffCarrier(thing) for kind, _, thing in THINGS if kind == store.CARRIER]
BOXES = [Carton(box.id, box.inner_mm, box.outer_mm, box.weight_g, box.most_g, box.cost) for kind, _, box in THINGS if kind == store.BOX]
RENO, BOSTON = Place("Reno", "1 Lake St", "Reno", "NV", "89501", "US"), Address("Ada", line1="1 Elm St", city="Boston", region="MA", postal_code="02108", country="US")
ASKED = Sending(RENO, BOSTON, (), "2026-11-30")


@dataclass
class Listed:
    """A carrier with a price list; `fails` instead of an answer; counts the parcels about which it was asked."""

    id: str
    tariff: Tariff
    calls: bool = False
    fails: WaybillError | None = None
    asked: list[int] = field(default_factory=list)

    def offers(self, sending: Sending) -> list[Offer]:
        self.asked.append(len(sending.parcels))
        if self.fails:
            raise self.fails
        lane = Lane(4000, sending.leaves, "US")
        return [
            Offer(self.id, quote.service, quote.service_name, quote.price, "USD", quote.days, place)
            for place, parcel in enumerate(sending.parcels)
            for quote in self.tariff.quotes(lane, Scaled(parcel.weight_g, (parcel.length_mm, parcel.width_mm, parcel.height_mm)))
        ]


def tariff(carrier: str, scale: int, days: int, heaviest: int = 30_000) -> Tariff:
    """Room is weighed (5000 cm³/kg), what is longer than 45 cm costs more."""
    steps = tuple((grams, scale * (500 + grams // 12)) for grams in (500, 1000, 2000, 5000, 10_000, 20_000, 30_000) if grams <= heaviest)
    services = (Service("slow", "Slow", {1: days + 3}, {1: steps}), Service("quick", "Quick", {1: days}, {1: tuple((up_to, 2 * price) for up_to, price in steps)}))
    return Tariff(carrier, "1", "", "USD", (Zone(1),), services, (Divisor("", 5000),), (Surcharge("oversize", OVERSIZE, price=900, over_mm=450),))


ROOMY = [Listed("roomy", tariff("roomy", 1, 2)), Listed("light", tariff("light", 1, 1, heaviest=5000))]


def plan_of(way: Cartoning) -> Plan:
    packages = [Package(0, filled.units, filled.weight_g, "", "", "", 0, "", 0, "", None, filled.carton.id, *filled.carton.outer) for filled in way.filled]
    packages += [Package(0, {piece.name: 1}, max(1, piece.weight_g), length_mm=piece.lengths[0], width_mm=piece.lengths[1], height_mm=piece.lengths[2]) for piece in way.loose]
    return Plan(tuple(packages), way.cost)


def parcel_of(package: Package) -> Parcel:
    return Parcel(package.weight_g, package.length_mm, package.width_mm, package.height_mm)


def chosen(plans: Sequence[Plan], carriers: Sequence[object], within: int = 0, takes: Callable[[Offer, Parcel], bool] = lambda *_: True) -> Chosen:
    return choose(plans, carriers, ASKED, parcel_of, within, takes)  # type: ignore[arg-type]


def sequential(plan: Plan, carriers: Sequence[object], within: int = 0) -> int:
    """What it costs to pack first and then to take for each package the cheapest offer that is in time, read off one by one."""
    total = plan.cartons
    for package in plan.packages:
        offers = [offer for carrier in carriers for offer in carrier.offers(Sending(RENO, BOSTON, (parcel_of(package),), ASKED.leaves))]  # type: ignore[attr-defined]
        total += min(offer.price for offer in offers if not within or offer.delivery_days <= within)
    return total


@pytest.mark.skipif(not published.FILE.exists(), reason=published.MISSING)
@pytest.mark.parametrize("carriers", [DEMO, ROOMY], ids=["the demo shop's tariff", "a tariff that weighs room"])
def test_no_published_order_costs_more_than_packed_first_and_rated_then(carriers: Sequence[object]) -> None:
    together = apart = 0
    for order in published.orders():
        plans = [plan_of(way) for way in cartonings(published.pieces(order, "any"), BOXES)]
        cost, first = chosen(plans, carriers).cost, sequential(plans[0], carriers)
        assert cost <= first, order["id"]
        together, apart = together + cost, apart + first
    assert together < apart


PACKAGES = st.builds(lambda weight, size: Package(1, {"1": 1}, weight, length_mm=size, width_mm=size, height_mm=size), st.integers(100, 4900), st.integers(50, 280))
PLANS = st.lists(st.builds(Plan, st.lists(PACKAGES, min_size=1, max_size=3).map(tuple), st.integers(0, 900)), min_size=1, max_size=4)


@settings(max_examples=100, deadline=None)
@given(PLANS, st.integers(-1, 6))
def test_it_is_the_least_late_and_then_the_cheapest_of_all_combinations(plans: list[Plan], within: int) -> None:
    def worth(plan: Plan, offers: tuple[Offer, ...]) -> tuple[int, int]:
        late = max(max(0, offer.delivery_days - max(0, within)) if within else 0 for offer in offers)
        return late, plan.cartons + sum(offer.price for offer in offers)

    every = []
    for plan in plans:
        offered = [[offer for carrier in ROOMY for offer in carrier.offers(Sending(RENO, BOSTON, (parcel_of(package),), ASKED.leaves))] for package in plan.packages]
        every += [worth(plan, offers) for offers in product(*offered)]
    found = chosen(plans, ROOMY, within)
    late, cost = worth(found.plan, found.bought)
    assert (late, cost == found.cost, found.in_time) == (min(every)[0], True, late == 0)
    if not late:
        assert cost == min(every)[1]


def test_every_offer_speaks_of_its_own_package() -> None:
    plan = Plan((Package(1, {"1": 1}, 900), Package(2, {"2": 1}, 900), Package(3, {"3": 1}, 4000)))
    found = chosen([plan], ROOMY)
    assert [[offer.parcel for offer in offers] for offers in found.offers] == [[0] * len(found.offers[0]), [1] * len(found.offers[1]), [2] * len(found.offers[2])]
    assert [parcel.weight_g for parcel in found.sending.parcels] == [900, 900, 4000]
    assert all(offers[0].price == min(offer.price for offer in offers) for offers in found.offers)


def test_a_heavy_order_is_split_where_that_lets_the_only_quick_service_take_it() -> None:
    whole, split = Plan((Package(1, {"1": 2}, 8000),)), Plan((Package(1, {"1": 1}, 4000), Package(2, {"1": 1}, 4000)))
    assert chosen([whole, split], ROOMY).plan is whole
    assert chosen([whole, split], ROOMY, within=1).plan is split


def test_who_does_not_answer_is_passed_over_and_without_anybody_it_is_said_who_was_silent() -> None:
    plan, silent = Plan((Package(1, {"1": 1}, 900),)), Listed("silent", tariff("silent", 1, 1), fails=Unavailable("no answer in 5 s"))
    assert {offer.carrier for offer in chosen([plan], [silent, ROOMY[0]]).offers[0]} == {"roomy"}
    with pytest.raises(Unavailable, match=r"no carrier takes package 1 of 900 g \(silent: no answer in 5 s\)"):
        chosen([plan], [silent])
    refusing = Listed("picky", tariff("picky", 1, 1), fails=InvalidInput("no such postal code"))
    with pytest.raises(InvalidInput, match="picky: no such postal code"):
        chosen([plan], [refusing])


def test_who_has_to_be_called_is_asked_about_the_best_plans_alone_and_once() -> None:
    plans = [Plan((Package(1, {"1": 1}, 500 + n), Package(2, {"1": 1}, 700 + n))) for n in range(10)]
    called = Listed("called", tariff("called", 1, 1), calls=True)
    found = chosen(plans, [ROOMY[0], called])
    assert called.asked == [2 * MOST_ASKED] and found.rated == MOST_ASKED


def test_the_fewest_cartons_are_asked_about_however_dear_they_look() -> None:
    first, *others = (Plan((Package(1, {"1": 1}, grams),)) for grams in (9000, 500, 1000, 2000, 5000))
    found = chosen([first, *others], [ROOMY[0], Listed("called", tariff("called", 1, 1), calls=True)])
    assert found.first_cost == sequential(first, ROOMY[:1]) > found.cost


def test_a_service_that_does_not_take_what_is_in_the_parcel_is_no_offer() -> None:
    plan = Plan((Package(1, {"1": 1}, 900),))
    assert {offer.service for offer in chosen([plan], ROOMY, takes=lambda offer, _: offer.service == "quick").offers[0]} == {"quick"}
    with pytest.raises(InvalidInput, match="no carrier takes"):
        chosen([plan], ROOMY, takes=lambda *_: False)
