"""Bundles: sold as one thing, shipped as several, told to their channel as what it sold."""

from __future__ import annotations

import random
from typing import Any

import pytest

from tests.flow.life import an_order
from tests.flow.lived import life
from tests.house.deeds import placed, work_off
from waybill.channels.exploding import as_sold, exploded
from waybill.kernel.errors import InvalidInput
from waybill.orders.model.order import Line, Order, Shipping
from waybill.shop.bundles import check, least_part, read
from waybill.shop.model import Item

KITS = {"GIFT": {"TEA": 2, "CUP": 1}}


def order_of(*lines: Line) -> Order:
    return Order("ord_1", "web", "1", "2026-11-23T00:00:00.000Z", "USD", lines, Shipping(), (), sum(line.net + line.tax for line in lines))


def item(sku: str, price: int) -> Item:
    return Item(sku, sku.title(), 100, 1, 1, 1, 1, price)


@pytest.mark.parametrize("seed", range(30))
def test_the_parts_of_a_bundle_cost_what_it_did_to_the_cent(seed: int) -> None:
    dice = random.Random(seed)
    kits = {"GIFT": {f"S{number}": dice.randint(1, 4) for number in range(dice.randint(1, 5))}}
    line = Line("7", "GIFT", "Gift", dice.randint(1, 9), dice.randint(0, 9999), tax=dice.randint(0, 999))
    line = Line("7", "GIFT", "Gift", line.quantity, line.unit_price, discount=dice.randint(0, line.net), tax=line.tax)
    prices = {sku: item(sku, dice.randint(0, 5000)) for sku in kits["GIFT"]}
    before = order_of(line, Line("8", "POT", "Pot", 1, 500))
    after = exploded(before, kits, prices)
    parts = [each for each in after.lines if each.id != "8"]
    assert (sum(each.net for each in parts), sum(each.tax for each in parts)) == (line.net, line.tax)
    assert {each.sku: each.quantity for each in parts} == {sku: each * line.quantity for sku, each in kits["GIFT"].items()}
    assert after.discrepancy == before.discrepancy and all(each.discount >= 0 for each in parts)


def test_bundles_within_bundles_are_taken_apart_to_the_last() -> None:
    assert read({"BOX": {"GIFT": 3, "CARD": 1}, **KITS})["BOX"] == {"TEA": 6, "CUP": 3, "CARD": 1}


@pytest.mark.parametrize(
    ("raw", "field", "says"),
    [
        ({"GIFT": {"GIFT": 1}}, "GIFT.GIFT", "contains itself"),
        ({"A": {"B": 1}, "B": {"C": 1}, "C": {"A": 2}}, "C.A", "A > B > C > A"),
        ({"GIFT": {"TEA": 0}}, "GIFT.TEA", "whole number"),
        ({"GIFT": {"TEA": 1.5}}, "GIFT.TEA", "whole number"),
        ({"GIFT": {}}, "GIFT", "parts"),
        ({"GIFT": {"TEA": 1, "SAND": 1}}, "GIFT.SAND", "no such SKU"),
    ],
)
def test_a_bundle_that_cannot_be_made_is_refused_by_its_part(raw: dict[str, Any], field: str, says: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        check(raw, lambda skus: set(skus) - {"SAND"})
    assert says in refused.value.fields[field]


def test_there_are_as_many_bundles_as_of_the_least_part() -> None:
    assert least_part({"TEA": 2, "CUP": 1}, {"TEA": 7, "CUP": 9}) == 3
    assert least_part({"TEA": 2, "CUP": 1}, {"CUP": 9}) == 0


def test_a_channel_hears_of_a_bundle_when_its_last_part_has_left() -> None:
    order = exploded(order_of(Line("7", "GIFT", "Gift", 2, 1000), Line("8", "POT", "Pot", 1, 500)), KITS, {})
    assert as_sold(order, {}, {"7.1": 4, "8": 1}) == {"8": 1}
    assert as_sold(order, {"7.1": 4, "8": 1}, {"7.2": 1}) == {"7": 1}
    assert as_sold(order, {"7.1": 4, "7.2": 1, "8": 1}, {"7.2": 1}) == {"7": 1}
    assert as_sold(order, {}, {"7.1": 4, "7.2": 2, "8": 1}) == {"7": 2, "8": 1}


def test_a_bundle_is_bought_and_its_parts_are_delivered() -> None:
    with life(stock={("TEA", "reno"): 5, ("CUP", "reno"): 5}) as the:
        assert the.call("PUT", "/v1/policies/bundles", {"POT": {"TEA": 2, "CUP": 1}}).status == 200
        assert [the.call("GET", "/v1/inventory/POT").json()[name] for name in ("on_hand", "available")] == [2, 2]
        order = the.order(work_off(the, placed(the, an_order(("POT", 2)))))
        assert (order["status"], [(line["sku"], line["quantity"]) for line in order["lines"]]) == ("completed", [("TEA", 4), ("CUP", 2)])
        assert the.call("GET", "/v1/inventory/POT").json()["available"] == 0
        assert the.world.dead_letters() == {}


def test_no_policy_takes_a_name_of_ours() -> None:
    with life() as the:
        answer = the.call("PUT", "/v1/policies/bundles", {"version": {"TEA": 1}})
        assert answer.status == 422 and "version" in str(answer.json())


def test_a_cart_keeps_a_bundle_as_its_parts_and_the_order_takes_them_over() -> None:
    with life(stock={("TEA", "reno"): 2, ("CUP", "reno"): 1}) as the:
        the.call("PUT", "/v1/policies/bundles", {"POT": {"TEA": 2, "CUP": 1}})
        kept = the.call("PUT", "/v1/carts/mine", {"lines": [{"sku": "POT", "quantity": 1}]}, who="api").json()
        assert {line["sku"]: line["kept"] for line in kept["lines"]} == {"TEA": 2, "CUP": 1}
        order_id = placed(the, {**an_order(("POT", 1)), "attributes": {"cart": "mine"}})
        assert (the.order(order_id)["status"], the.call("GET", "/v1/carts/mine", who="api").json()["status"]) == ("released", "ordered")
        assert all(the.call("GET", f"/v1/proof/inventory/{sku}").json()["agrees"] for sku in ("TEA", "CUP"))
