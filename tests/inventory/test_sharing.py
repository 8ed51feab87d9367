"""Safety stock, what is set aside for a channel, and which nodes sell to it: in the very write that reserves."""

from __future__ import annotations

from typing import Any

import pytest

from tests.flow.life import Life, an_order
from tests.flow.lived import life
from tests.inventory.house import House
from waybill.inventory.model.sharing import EVERYTHING, read
from waybill.inventory.service import Inventory
from waybill.inventory.waking import wake_waiting
from waybill.kernel.errors import InvalidInput, StockUnavailable

SEGMENT = {"kept": [{"units": 4, "for": ["web"], "skus": ["A"]}]}


def reserves(inventory: Inventory, order_id: str) -> bool:
    try:
        inventory.reserve(order_id)
    except StockUnavailable:
        return False
    return True


def sold(house: House, inventory: Inventory, channel: str, most: int = 20) -> int:
    """How many orders of one unit a channel sells until there is no more for it."""
    orders = (house.orders.place(f"ord_{channel}{number}", channel, A=1) for number in range(most))
    return sum(reserves(inventory, order_id) for order_id in orders)


def test_safety_stock_stays_at_its_node() -> None:
    house = House(A={"N1": 5, "N2": 5})
    inventory = house.shared_by({"kept": [{"units": 2, "nodes": ["N1"]}]})
    assert sold(house, inventory, "web") == 8
    assert house.numbers("A", "N1") == (5, 3, 2)
    house.sound()


def test_what_is_set_aside_for_a_channel_no_other_takes() -> None:
    house = House(A={"N1": 10})
    inventory = house.shared_by(SEGMENT)
    assert sold(house, inventory, "amazon") == 6
    assert sold(house, inventory, "web") == 4
    house.sound()


def test_a_channel_with_a_segment_takes_of_the_rest_as_well() -> None:
    house = House(A={"N1": 10})
    assert sold(house, house.shared_by(SEGMENT), "web") == 10


def test_what_is_kept_for_different_channels_adds_up_and_of_the_same_the_first_rule_counts() -> None:
    sharing = read({"kept": [{"units": 1, "skus": ["TEA-*"]}, {"units": 7}, {"units": 3, "for": ["web"]}, {"units": 2, "for": ["b2b", "app"]}]})
    assert [sharing.left_behind(channel, "TEA-1", "N1") for channel in ("amazon", "web", "app")] == [6, 3, 4]
    assert sharing.left_behind("web", "MUG", "N1") == 9
    assert EVERYTHING.left_behind("web", "MUG", "N1") == 0


def test_a_segment_holds_against_one_who_was_faster_than_the_plan() -> None:
    house = House(A={"N1": 10})
    inventory = house.shared_by(SEGMENT)
    house.orders.place("ord_slow", "amazon", A=5)
    house.orders.place("ord_fast", "amazon", A=5)
    raced: list[bool] = []

    def somebody_is_faster(name: str) -> None:
        if name == "update" and not raced:
            raced.append(True)
            inventory.reserve("ord_fast")

    house.stock.gate = somebody_is_faster
    assert not reserves(inventory, "ord_slow")
    assert house.numbers("A", "N1") == (10, 5, 5)
    house.sound()


def test_a_channel_sells_only_from_the_nodes_of_its_network() -> None:
    house = House(A={"N1": 5, "N2": 2})
    inventory = house.shared_by({"networks": {"web": ["N2"]}})
    assert sold(house, inventory, "web") == 2
    assert sold(house, inventory, "amazon") == 5


def test_an_order_is_woken_by_stock_that_it_may_take_and_by_no_other() -> None:
    house = House()
    inventory = house.shared_by(SEGMENT)
    for channel in ("amazon", "web"):
        order = house.orders.place(f"ord_{channel}", channel, A=2)
        house.orders.known[order].token = "waits"
        inventory.queue_up(house.orders.demand(order))
    house.movements.receive("A", "N1", 4, "truck")
    wake_waiting(inventory, "A")
    assert house.orders.woken == ["ord_web"]


def test_a_move_to_another_node_leaves_what_is_kept_there() -> None:
    house = House(A={"N1": 2, "N2": 4})
    house.orders.place("ord_1", "amazon", A=2)
    house.inventory.reserve("ord_1")
    (held,) = house.inventory.held("ord_1").held["1"]
    other = {"N1": "N2", "N2": "N1"}[held]
    lacking = house.shared_by({"kept": [{"units": 3, "nodes": [other]}]}).move("ord_1", held, {"1": 2}, {"1": {other: 2}}, "because")
    assert [want.quantity for want in lacking] == [2]
    house.sound()


@pytest.mark.parametrize(
    ("policy", "field"),
    [
        ({"kept": [{"units": -1}]}, "kept[0].units"),
        ({"kept": [{"units": 1.5}]}, "kept[0].units"),
        ({"kept": [{"units": 1}, {"units": 1, "sku": "A"}]}, "kept[1].sku"),
        ({"kept": [{"units": 1, "nodes": "reno"}]}, "kept[0].nodes"),
        ({"kept": {}}, "kept"),
        ({"networks": {"web": "reno"}}, "networks.web"),
        ({"segments": []}, "segments"),
    ],
)
def test_a_policy_that_cannot_be_read_names_the_place(policy: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        read(policy)
    assert field in refused.value.fields


def test_what_a_channel_may_sell_is_what_its_orders_could_reserve() -> None:
    with life(stock={("TEA", "reno"): 5, ("TEA", "columbus"): 4, ("CUP", "reno"): 2}) as the:
        the.call("PUT", "/v1/policies/bundles", {"POT": {"TEA": 1, "CUP": 1}})
        assert [_sellable(the, sku) for sku in ("TEA", "CUP", "POT")] == [9, 2, 2]
        the.call("PUT", "/v1/policies/availability", {"kept": [{"units": 3, "for": ["somebody else"]}], "networks": {_channel(the): ["reno"]}})
        assert [_sellable(the, sku) for sku in ("TEA", "CUP", "POT")] == [2, 0, 0]
        bought = [the.place(an_order(("TEA", 1)), key=str(number)) for number in range(3)]
        the.settle()
        assert [the.order(each)["status"] for each in bought].count("backordered") == 1
        assert _sellable(the, "TEA") == 0
        assert "sellable" not in the.call("GET", "/v1/inventory/TEA").json()


def _sellable(the: Life, sku: str) -> int:
    return the.call("GET", f"/v1/inventory/{sku}", who="api").json()["sellable"]["units"]


def _channel(the: Life) -> str:
    return the.call("GET", "/v1/inventory/TEA", who="api").json()["sellable"]["channel"]
