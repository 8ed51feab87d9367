"""Packing at the door: cartons are proposed and taken, a packer's own packages are checked, and what is not known is said."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, replace
from datetime import timedelta
from typing import Any

import pytest

from tests.fulfilment.floor import Floor, floor
from waybill.fulfilment.contents import Goods, laid, plans
from waybill.fulfilment.model import dangerous
from waybill.fulfilment.sending import Asked
from waybill.fulfilment.service import load
from waybill.kernel.clock import parse_instant
from waybill.shop import store
from waybill.shop.model import Box, Hazard, Item

SMALL = Box("small", "Small", (250, 210, 110), (260, 220, 120), 120, 3000, 50)
LARGE = Box("large", "Large", (400, 300, 300), (412, 312, 312), 300, 20_000, 120)
AT_COLUMBUS = Box("tiny", "Tiny", (210, 110, 110), (216, 116, 116), 50, 3000, 10, nodes=("columbus",))
TEA, CUP = Item("TEA", "Tea", 250, 100, 100, 100, 200, 400), Item("CUP", "Cup", 400, 100, 100, 100, 150, 300)
PAINT = Hazard("UN1263", "3", "Paint", "II")
BLEACH = Hazard("UN1479", "5.1", "Oxidizing solid, n.o.s.", "II")
BATTERY = Hazard("UN3481", "9", "Lithium ion batteries contained in equipment", watt_hours=18)


@pytest.fixture
def the() -> Iterator[Floor]:
    with floor() as it:
        for box in (SMALL, LARGE, AT_COLUMBUS):
            store.save(store.BOX, box.id, box)
        yield it


def items(*known: Item) -> None:
    for item in known:
        store.save(store.ITEM, item.sku, item)
    store.forget()


def picked(the: Floor) -> str:
    (fo,) = the.put()
    the.do(fo, "accept", "pick")
    return fo


def plan_of(the: Floor) -> list[dict[str, Any]]:
    """The packages of the first plan, whether or not anybody carries them."""
    record, work = load(picked(the))
    return [asdict(package) for package in plans(work, Goods.of(record, work))[0].packages]


def packed(the: Floor) -> list[dict[str, Any]]:
    return the.do(picked(the), "pack")["packages"]


def test_all_goes_into_the_carton_that_is_cheapest_with_its_carriage(the: Floor) -> None:
    (package,) = packed(the)
    assert (package["box"], package["weight_g"], package["lines"]) == ("small", 120 + 2 * 250 + 400, {"1": 2, "2": 1})
    assert (package["length_mm"], package["width_mm"], package["height_mm"], package["note"]) == (260, 220, 120, "")


def test_a_proposal_says_where_everything_lies_and_changes_nothing(the: Floor) -> None:
    fo = picked(the)
    before = load(fo)
    proposal = the.call("GET", f"/v1/fulfilment-orders/{fo}/packing", who="reno").json()
    assert load(fo) == before
    (package,) = proposal["packages"]
    assert sorted(each["sku"] for each in package["placed"]) == ["CUP", "TEA", "TEA"]
    assert all(at + length <= room for each in package["placed"] for at, length, room in zip(each["at_mm"], each["lengths_mm"], SMALL.inner_mm, strict=True))
    first = package["offers"][0]
    assert proposal["cost"] == proposal["cost_of_cartons"] + first["price"] and proposal["cost_of_cartons"] == SMALL.cost and proposal["in_time"]
    done = the.do(fo, "pack")["packages"][0]
    assert (done["box"], done["service"], done["cost"]) == (package["box"], first["service"], first["price"])
    assert the.call("GET", f"/v1/fulfilment-orders/{fo}/packing").status == 409


@pytest.mark.parametrize(("who", "status"), [("reno", 200), ("viewer", 200), ("support", 200), ("columbus", 404), ("api", 403)])
def test_a_proposal_is_for_the_node_and_for_staff(the: Floor, who: str, status: int) -> None:
    assert the.call("GET", f"/v1/fulfilment-orders/{picked(the)}/packing", who=who).status == status


def test_a_carton_of_another_node_or_one_that_is_packed_no_more_is_not_taken(the: Floor) -> None:
    items(TEA, CUP)
    store.save(store.BOX, "small", replace(SMALL, active=False))
    store.forget()
    assert [package["box"] for package in packed(the)] == ["large"]


def test_a_packer_may_say_what_is_in_which_carton_and_what_it_weighs(the: Floor) -> None:
    own = [
        {"lines": [{"line": "1", "quantity": 2}], "box": "small", "weight_g": 701},
        {"lines": [{"line": "2", "quantity": 1}], "weight_g": 480, "length_mm": 150, "width_mm": 140, "height_mm": 130},
    ]
    reply = the.call("POST", f"/v1/fulfilment-orders/{picked(the)}/pack", {"packages": own})
    first, second = reply.json()["packages"]
    assert (first["box"], first["weight_g"], first["length_mm"]) == ("small", 701, 260)
    assert (second["box"], second["weight_g"], second["length_mm"], second["height_mm"]) == ("", 480, 150, 130)


@pytest.mark.parametrize(("package", "words"), [
    ({"lines": [{"line": "1", "quantity": 3}, {"line": "2", "quantity": 1}]}, "2 units are to pack, the packages hold 3"),
    ({"lines": [{"line": "1", "quantity": 2}]}, "1 units are to pack, the packages hold 0"),
    ({"lines": [{"line": "1", "quantity": 2}, {"line": "2", "quantity": 1}, {"line": "9", "quantity": 1}]}, "has no line '9'"),
    ({"weight_g": 0}, "weighs between 1 and 70000 g"), ({"weight_g": -1}, "weighs between"), ({"weight_g": "900"}, "whole number of grams"),
    ({"box": "huge"}, "the node has no carton 'huge'; it has large, small"), ({"box": "tiny"}, "the node has no carton 'tiny'"), ({"box": 5}, "id of a carton"),
    ({"box": "small", "weight_g": 3001}, "the carton small takes at most 3000 g"),
    ({"length_mm": 100, "width_mm": 100}, "all three lengths"), ({"length_mm": 0, "width_mm": 1, "height_mm": 1}, "all three lengths"), ({"colour": "red"}, "nobody reads"),
])  # fmt: skip
def test_packages_that_cannot_be_are_refused_and_nothing_changes(the: Floor, package: dict[str, Any], words: str) -> None:
    fo = picked(the)
    everything = {"lines": [{"line": "1", "quantity": 2}, {"line": "2", "quantity": 1}]}
    before = load(fo)
    refused = the.call("POST", f"/v1/fulfilment-orders/{fo}/pack", {"packages": [{**everything, **package}]})
    assert refused.status == 422 and words in refused.json()["detail"]
    assert load(fo) == before and len(the.do(fo, "pack")["packages"]) == 1


def test_an_unknown_length_makes_one_parcel_by_weight_that_says_so(the: Floor) -> None:
    items(replace(TEA, width_mm=0))
    (package,) = packed(the)
    assert (package["box"], package["weight_g"], package["length_mm"]) == ("", 80 + 2 * 250 + 400, 0)
    assert package["note"] == "by weight alone: the lengths of TEA are not known"


def test_an_unknown_weight_is_taken_to_be_that_of_a_common_parcel(the: Floor) -> None:
    items(replace(TEA, weight_g=0))
    assert packed(the)[0]["weight_g"] == 120 + 2 * 500 + 400


def test_without_cartons_all_is_one_parcel_by_weight(the: Floor) -> None:
    for box in (SMALL, LARGE):
        store.save(store.BOX, box.id, replace(box, active=False))
    store.forget()
    (package,) = packed(the)
    assert (package["box"], package["weight_g"], package["note"]) == ("", 80 + 2 * 250 + 400, "")


def test_what_fits_into_no_carton_ships_as_it_is(the: Floor) -> None:
    items(replace(CUP, length_mm=1240))
    boxed, rug = packed(the)
    assert (boxed["box"], boxed["lines"]) == ("small", {"1": 2})
    assert (rug["box"], rug["lines"], rug["weight_g"], rug["length_mm"], rug["note"]) == ("", {"2": 1}, 400, 1240, "CUP ships as it is")


def test_no_carton_is_filled_beyond_what_any_parcel_may_weigh(the: Floor) -> None:
    store.save(store.BOX, "large", replace(LARGE, most_g=500_000))
    items(replace(TEA, weight_g=40_000))
    assert sorted(package["weight_g"] for package in plan_of(the)) == [40_300, 40_700]


def test_what_ships_alone_has_parcels_of_its_own(the: Floor) -> None:
    items(replace(TEA, ships_alone=True))
    assert [(package["lines"], package["box"]) for package in packed(the)] == [({"2": 1}, "small"), ({"1": 1}, ""), ({"1": 1}, "")]


def test_a_fragile_cup_lies_on_top(the: Floor) -> None:
    items(replace(TEA, length_mm=250, width_mm=210, height_mm=50), replace(CUP, length_mm=250, width_mm=210, height_mm=10, fragile=True))
    record, work = load(picked(the))
    done = the.do(work.id, "pack")["packages"][0]
    assert done["box"] == "small"
    filled = laid(load(work.id)[1].package(1), Goods.of(record, work))
    assert [each.piece.name for each in filled.placed] == ["1", "1", "2"]


@pytest.mark.parametrize("cup", [replace(CUP, length_mm=0, hazard=PAINT), CUP])
def test_a_line_of_which_nothing_is_left_is_no_part_of_it(the: Floor, cup: Item) -> None:
    items(cup)
    (fo,) = the.put()
    the.do(fo, "accept")
    assert the.call("POST", f"/v1/fulfilment-orders/{fo}/short", {"lines": [{"line": "2", "quantity": 1}], "reason": "NOT_IN_STOCK"}).status == 200
    (package,) = the.do(fo, "pick", "pack")["packages"]
    assert (package["lines"], package["box"], package["note"]) == ({"1": 2}, "small", "")


def test_dangerous_goods_that_kindle_each_other_lie_in_two_parcels(the: Floor) -> None:
    items(replace(TEA, hazard=replace(PAINT, limited_quantity=True)), replace(CUP, hazard=replace(BLEACH, limited_quantity=True)))
    assert sorted(list(package["lines"]) for package in packed(the)) == [["1"], ["2"]]
    fo = picked(the)
    together = {"packages": [{"lines": [{"line": "1", "quantity": 2}, {"line": "2", "quantity": 1}]}]}
    refused = the.call("POST", f"/v1/fulfilment-orders/{fo}/pack", together)
    assert (refused.status, refused.json()["detail"]) == (422, "package 1: UN1263, UN1479 may not lie in one parcel")


def test_dangerous_goods_lie_apart_without_cartons_too(the: Floor) -> None:
    items(replace(TEA, length_mm=0, hazard=replace(PAINT, limited_quantity=True)), replace(CUP, hazard=replace(BLEACH, limited_quantity=True)))
    assert [(package["lines"], package["box"]) for package in packed(the)] == [({"1": 2}, ""), ({"2": 1}, "")]


def test_days_by_which_a_node_packs_late_are_taken_from_the_way(the: Floor) -> None:
    record, work = load(picked(the))
    asked = replace(work, within=5)
    for days_late, within in ((0, 5), (1, 4), (4, 1), (5, -1), (90, -1)):
        at = parse_instant(work.since) + timedelta(days=days_late)
        assert Asked.of(record, asked, Goods.of(record, work), at).within == within


def test_a_service_that_takes_no_dangerous_goods_is_no_offer(the: Floor) -> None:
    items(replace(TEA, hazard=PAINT))
    fo = picked(the)
    assert "no carrier takes package 1" in the.call("POST", f"/v1/fulfilment-orders/{fo}/pack", {}).json()["detail"]
    carrier = store.carrier("parcelway")
    ground, express = carrier.services
    store.save(store.CARRIER, carrier.id, replace(carrier, services=(ground, replace(express, hazards=("excepted", "3")))))
    store.forget()
    assert the.do(fo, "pack")["packages"][0]["service"] == "express"


def test_a_small_lithium_battery_rides_under_its_mark(the: Floor) -> None:
    items(replace(TEA, hazard=BATTERY))
    proposal = the.call("GET", f"/v1/fulfilment-orders/{picked(the)}/packing").json()
    assert proposal["packages"][0]["marks"] == [{"sign": "lithium", "text": "UN3481"}]


@pytest.mark.parametrize(("hazard", "rides"), [
    (BATTERY, True), (replace(BATTERY, watt_hours=100), True), (replace(BATTERY, watt_hours=101), False), (replace(BATTERY, watt_hours=0), False),
    (PAINT, False), (replace(PAINT, limited_quantity=True), True), (Hazard("UN0336", "1.4G", "Fireworks", limited_quantity=True), False),
    (Hazard("UN2814", "6.2", "Infectious substance", limited_quantity=True), False), (Hazard("UN2910", "7", "Radioactive material", limited_quantity=True), False),
])  # fmt: skip
def test_what_is_excepted_is_what_the_rules_except(hazard: Hazard, rides: bool) -> None:
    assert dangerous.excepted(hazard) == dangerous.takes((dangerous.EXCEPTED,), [hazard]) == rides


@pytest.mark.parametrize(("one", "other", "fine"), [
    (PAINT, PAINT, True), (PAINT, BLEACH, False), (BLEACH, PAINT, False), (PAINT, BATTERY, True), (PAINT, Hazard("UN3480", "9", "Lithium ion batteries", watt_hours=18), False),
    (Hazard("UN1789", "8", "Hydrochloric acid"), Hazard("UN1402", "4.3", "Calcium carbide"), False), (Hazard("UN0336", "1.4G", "Fireworks"), BATTERY, False),
    (Hazard("UN0336", "1.4G", "Fireworks"), Hazard("UN0336", "1.4G", "Fireworks"), True),
])  # fmt: skip
def test_what_may_lie_together_is_a_table_that_reads_the_same_both_ways(one: Hazard, other: Hazard, fine: bool) -> None:
    assert dangerous.together(one, other) == dangerous.together(other, one) == fine
