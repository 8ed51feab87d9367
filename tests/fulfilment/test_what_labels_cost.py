"""What the record says of labels that somebody sells: bought for so much, given back for as much, kept by the carrier all the same."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.fulfilment.floor import AT, floor
from waybill.aws.tables import commit
from waybill.fulfilment.labels import Labels
from waybill.fulfilment.model import buying, returning
from waybill.fulfilment.model.fulfilment_order import AtNode, FulfilmentOrder, Package
from waybill.fulfilment.model.parcel import Back
from waybill.fulfilment.ports import Bought
from waybill.fulfilment.service import load, save

SOLD = Package(1, {"1": 2}, 500, "ups", "ground", "Ground", 900, "USD", tracking_number="1Z1", shipment="shp_1")
OURS = Package(2, {"2": 1}, 400, "parcelway", "ground", "Ground", 700, "CAD", tracking_number="PW2")


def work(**more: Any) -> FulfilmentOrder:
    lines = {"1": AtNode(2, 2), "2": AtNode(1, 1)}
    return replace(FulfilmentOrder("fo_aaaaaaaaaaaaaaaaaaaa-1", "ord_aaaaaaaaaaaaaaaaaaaa", "reno", "picked", lines, AT, 7), **more)


def said(after: FulfilmentOrder) -> list[tuple[str, int, str]]:
    return [(entry.type.removeprefix("fulfilment_order."), entry.data["cost"], entry.data.get("shipment", "")) for entry in after.history if "cost" in entry.data]


def intended() -> FulfilmentOrder:
    """Both are to be labelled; nobody knows yet what the sold one will be called."""
    return buying.intend(work(), [replace(SOLD, shipment="", tracking_number="", cost=850), OURS], ["handle", ""], AT)


def apart() -> FulfilmentOrder:
    """Both were labelled, and are taken apart."""
    return work(buying=buying.dropped(work(packages=(SOLD, OURS)), AT))


def test_only_what_is_sold_is_bought() -> None:
    assert said(buying.bought(work(), [SOLD, OURS], AT, "node:reno")) == [("label_bought", 900, "shp_1")]


def test_of_what_nobody_had_heard_of_and_is_given_back_nothing_is_said() -> None:
    after = buying.given_up(intended(), {}, {}, AT, "fulfilment")
    assert (said(after), after.buying) == ([], None)


def test_what_a_carrier_keeps_costs_what_it_was_sold_for_though_no_parcel_ever_bore_it() -> None:
    assert said(buying.given_up(intended(), {1: SOLD}, {}, AT, "fulfilment")) == [("label_bought", 900, "shp_1"), ("void_refused", 0, "shp_1")]


@pytest.mark.parametrize("kept, told", [({}, ("label_voided", 900, "shp_1")), ({1: SOLD}, ("void_refused", 0, "shp_1"))])
def test_of_parcels_that_are_taken_apart_it_is_said_what_came_back(kept: dict[int, Package], told: tuple[str, int, str]) -> None:
    assert said(buying.given_up(apart(), kept, {}, AT, "fulfilment")) == [told]


@pytest.mark.parametrize("taken, told", [(True, ("return_voided", 607, "shp_9")), (False, ("return_void_refused", 0, "shp_9"))])
def test_with_parcels_that_are_taken_apart_goes_what_was_sold_for_their_way_back(taken: bool, told: tuple[str, int, str]) -> None:
    back = Back("easypost", "ground", "Ground", 607, "USD", "9400", "shp_9", status=returning.BOUGHT)
    stood = work(buying=buying.dropped(work(packages=(SOLD, replace(OURS, back=back))), AT))
    assert said(buying.given_up(stood, {}, {2: (back, taken)}, AT, "fulfilment")) == [("label_voided", 900, "shp_1"), told]


BEGUN = Back("easypost", "ground", "Ground", 600, "USD", handle="shp_9/rate_1", key="fo-1-back-7")
NINTH = replace(BEGUN, cost=607, tracking_number="9400", shipment="shp_9")


@pytest.mark.parametrize(
    "answer, told",
    [(None, []), ((NINTH, True), []), ((NINTH, False), [("return_labelled", 607, "shp_9"), ("return_void_refused", 0, "shp_9")])],
)
def test_of_a_way_back_that_nobody_had_heard_of_only_what_its_carrier_keeps_is_said(answer: returning.Answer | None, told: list[tuple[str, int, str]]) -> None:
    cancelled = returning.given_up(work(status="cancelled", packages=(replace(SOLD, back=BEGUN),)), 1)
    after = returning.ended(cancelled, 1, answer, AT, "fulfilment")
    assert said(after) == told
    assert (after.package(1).back is None) == (not told) and returning.sold(after.package(1)) is None


def test_for_a_label_of_our_own_nothing_comes_back() -> None:
    packed = work(status="packed", packages=(replace(OURS, label=buying.VOIDING),))
    assert said(buying.voided(packed, 2, True, AT, "node:reno")) == [("label_voided", 0, "")]


class ByKey:
    """A carrier that finds what it sold under the key of its purchase alone, as UPS and FedEx do."""

    calls = True

    def __init__(self, takes_back: bool = True) -> None:
        self.voided, self._takes_back = list[str](), takes_back

    def found(self, offer: Any, key: str) -> Bought | None:
        return None

    def void(self, shipment: str, key: str) -> bool:
        self.voided.append(shipment)
        return self._takes_back


@pytest.mark.parametrize("takes_back", [True, False])
def test_the_label_of_a_parcel_that_was_taken_apart_is_given_back_by_its_own_id(takes_back: bool) -> None:
    with floor() as the:
        (fo,) = the.put(alone=True)
        carrier = ByKey(takes_back)
        stood = load(fo)[1]
        commit(save(replace(stood, status="picked", buying=buying.dropped(replace(stood, packages=(SOLD,)), AT))))
        Labels(lambda: datetime(2026, 11, 23, tzinfo=UTC), lambda _: carrier).give_back(load(fo)[1])  # type: ignore[arg-type, return-value]
        after = load(fo)[1]
        assert (carrier.voided, after.buying) == (["shp_1"], None)
        assert said(after)[-1:] == [("label_voided", 900, "shp_1") if takes_back else ("void_refused", 0, "shp_1")]
