"""What a sales pool may promise, as others have published it (`../shared/cases/availability.json`): a pool is a channel with its network of
nodes, in half units, for the source sells by measure."""

from __future__ import annotations

from typing import Any

import pytest

from tests.inventory.house import House
from tests.support.published import cases, fixture
from waybill.inventory.model.sharing import MOST_UNITS, read
from waybill.inventory.service import Inventory

PART = 2
QUANTITY_RULE = "how much of a SKU a customer may order at once is decided where it is sold: what a channel has sold is taken"
ONLY_A_QUANTITY_RULE_REFUSES = dict.fromkeys((f"av-{n:03}" for n in (17, 26, 37, 44, 47, 53, 67, 83, 89, 104, 113, 119, 122)), QUANTITY_RULE)


def units(quantity: str) -> int:
    assert float(quantity) * PART % 1 == 0
    return int(float(quantity) * PART)


def pool_of(given: dict[str, Any]) -> tuple[House, Inventory]:
    """Every node's shelves; closed nodes closed, what is not for sale kept back to the last unit, reservations held by orders."""
    shared, house = fixture("availability"), House()
    for level in shared["stock_levels"]:
        if units(level["on_hand"]):
            house.movements.receive(level["sku"], level["node"], units(level["on_hand"]), f"seed-{level['sku']}-{level['node']}")
    kept = [{"units": MOST_UNITS, "nodes": [at["node"]], "skus": [at["sku"]]} for at in shared["stock_levels"] if not at["sellable"]]
    policy = read({"kept": kept, "networks": shared["pools"]})
    open_nodes = [node["node"] for node in shared["nodes"] if node["enabled"]]
    inventory = Inventory(house.stock, house.orders, open_nodes=lambda: open_nodes, clock=house.clock, sharing=lambda: policy)
    taken, *freed = given.get("reservations", ["0"])
    if units(taken):
        inventory.reserve(house.orders.place("other", given["pool"], **{"SKU-1": -units(taken)}))
        for number, quantity in enumerate(freed):
            held = house.orders.records["other"].held["1"]
            inventory.move("other", max(held, key=lambda node: held[node]), {"1": units(quantity)}, {}, f"freed-{number}")
    return house, inventory


@pytest.mark.parametrize("case", cases("availability", ONLY_A_QUANTITY_RULE_REFUSES))
def test_a_channel_may_promise_what_is_for_sale_at_the_open_nodes_of_its_network(case: dict[str, Any]) -> None:
    house, inventory = pool_of(case["given"])
    pool, sku, expect = case["given"]["pool"], case["when"]["sku"], case["expect"]
    if "available" in expect:
        assert sum(inventory.available([sku], pool).get(sku, {}).values()) == units(expect["available"])
    else:
        house.orders.place("asking", pool, **{sku: units(case["when"]["quantity"])})
        assert inventory.can_reserve("asking") is expect["sellable"]
    house.sound()
