"""Cartons and items of the shop: written whole, read back, and refused with the field that is wrong."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.fulfilment.floor import Floor, floor
from waybill.kernel.errors import InvalidInput
from waybill.shop import goods, store
from waybill.shop.model import Box, Hazard

CARTON = {"name": "Small", "inner_mm": [250, 200, 150], "outer_mm": [258, 208, 166], "weight_g": 140, "most_g": 8000, "cost": 58}
LAMP: dict[str, Any] = {
    "title": "Desk lamp", "weight_g": 2400, "length_mm": 420, "width_mm": 240, "height_mm": 220, "unit_cost": 2340, "price": 5900,
    "fragile": True, "keep_upright": True, "origin": "CN", "hs_code": "9405.21",
    "hazard": {"un": "UN3481", "hazard_class": "9", "name": "Lithium ion batteries contained in equipment", "watt_hours": 18},
}  # fmt: skip


@pytest.fixture(scope="module")
def shop() -> Iterator[Floor]:
    with floor() as it:
        yield it


def test_a_carton_is_written_and_read_back_with_who_changed_it(shop: Floor) -> None:
    made = shop.call("PUT", "/v1/cartons/small", CARTON)
    assert (made.status, made.json()["version"]) == (200, 1)
    dearer = shop.call("PUT", "/v1/cartons/small", {**made.json(), "cost": 60}, if_match="1")
    assert (dearer.status, dearer.json()["cost"]) == (200, 60)
    assert shop.call("PUT", "/v1/cartons/small", CARTON, if_match="1").status == 412
    read = shop.call("GET", "/v1/cartons/small", who="reno").json()
    assert (read["version"], [(change["by"], change["after"]["cost"]) for change in read["changes"]]) == (2, [("admin:admin", 60), ("admin:admin", 58)])
    assert [row["id"] for row in shop.call("GET", "/v1/cartons").json()["items"]] == ["small"]
    assert store.boxes() == [Box("small", "Small", (250, 200, 150), (258, 208, 166), 140, 8000, 60)]


def test_an_item_keeps_all_that_is_said_of_it(shop: Floor) -> None:
    assert shop.call("PUT", "/v1/items/LAMP-1", LAMP).status == 200
    lamp = store.item("LAMP-1")
    assert (lamp.fragile, lamp.keep_upright, lamp.ships_alone, lamp.origin, lamp.hs_code) == (True, True, False, "CN", "940521")
    assert lamp.hazard == Hazard("UN3481", "9", "Lithium ion batteries contained in equipment", watt_hours=18)
    assert shop.call("GET", "/v1/items/LAMP-1", who="viewer").json()["hazard"]["un"] == "UN3481"


def test_an_item_that_was_set_up_before_is_changed_too(shop: Floor) -> None:
    body = {**shop.call("GET", "/v1/items/TEA").json(), "hs_code": "0902.10", "origin": "JP"}
    assert shop.call("PUT", "/v1/items/TEA", body).json()["version"] == 1
    assert (store.item("TEA").hs_code, store.item("TEA").weight_g) == ("090210", 250)


@pytest.mark.parametrize("who", ["api", "reno", "viewer", "support", "finance"])
def test_only_an_admin_writes(shop: Floor, who: str) -> None:
    assert shop.call("PUT", "/v1/cartons/other", CARTON, who).status == 403
    assert shop.call("PUT", "/v1/items/OTHER", LAMP, who).status == 403


def test_what_is_not_there_is_not_found(shop: Floor) -> None:
    assert shop.call("GET", "/v1/cartons/none").status == shop.call("GET", "/v1/items/none").status == 404


@pytest.mark.parametrize(("field", "value"), [
    ("inner_mm", [250, 200]), ("inner_mm", [250, 0, 150]), ("inner_mm", "250x200x150"), ("outer_mm", [250, 200, 149]), ("weight_g", -1), ("most_g", 140), ("most_g", True),
    ("cost", 0.5), ("name", ""), ("nodes", ["nowhere"]), ("nodes", "reno"), ("active", "yes"), ("colour", "brown"), ("id", "another"),
])  # fmt: skip
def test_a_carton_that_cannot_be_is_refused_with_its_field(shop: Floor, field: str, value: Any) -> None:
    refused = shop.call("PUT", "/v1/cartons/wrong", {**CARTON, field: value})
    assert (refused.status, [each["field"] for each in refused.json()["errors"]]) == (422, [field])
    assert shop.call("GET", "/v1/cartons/wrong").status == 404


@pytest.mark.parametrize(("field", "value", "named"), [
    ("weight_g", "2400", "weight_g"), ("length_mm", -1, "length_mm"), ("origin", "China", "origin"), ("hs_code", "94", "hs_code"), ("hs_code", 940521, "hs_code"),
    ("currency", "usd", "currency"), ("fragile", 1, "fragile"), ("price", 10**13, "price"), ("title", "\x00", "title"),
    ("hazard", "UN3481", "hazard"), ("hazard", {"un": "3481", "hazard_class": "9", "name": "x"}, "hazard.un"), ("hazard", {"un": "UN3481"}, "hazard.hazard_class"),
])  # fmt: skip
def test_an_item_that_cannot_be_is_refused_with_its_field(field: str, value: Any, named: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        goods.item("LAMP", {**LAMP, field: value})
    assert named in refused.value.fields


def test_a_weight_or_a_length_may_be_unknown() -> None:
    assert goods.item("POSTER", {"title": "Poster", "price": 900}).weight_g == 0
