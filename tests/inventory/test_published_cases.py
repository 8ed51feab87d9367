"""Cases that other systems have published (`../shared/cases`): those that touch what is built here."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from tests.inventory.house import House
from tests.routing.planned import Planned, by_priority
from tests.support.published import cases
from waybill.inventory.model.backorders import Limit
from waybill.inventory.model.endless import read as read_endless
from waybill.inventory.model.plan import Wanted
from waybill.inventory.model.proof import prove
from waybill.inventory.model.reservation import Reservation
from waybill.inventory.model.row import Op, Row
from waybill.kernel.errors import IllegalTransition, StockUnavailable

NO_RETURNS = "which of the refunded units come back to the shelf says whoever receives them, and not the refund"
NO_REPLAY = dict.fromkeys(("sc-20", "sc-21", "sc-22", "sc-26", "sc-29"), NO_RETURNS)
DIFFERENT: dict[str, dict[str, Any]] = {
    "al-07": {"allocations": {"L1": {"N2": 3}}},
    "al-27": {"error": "two lines of one SKU are checked together: refused, nothing changed, as the note wishes"},
    "al-31": {"error": "freeing more than is held is refused"},
    "al-35": {"error": "a node does not ship what it does not hold for the order"},
    "al-37": {"error": "more is not shipped than is held"},
}
"""What is expected of us instead. al-07: with what others hold taken away N2 has most: three units in one parcel, as the note wishes."""


# ── allocation ──


def house_of(given: dict[str, Any]) -> House:
    """The levels, what the named lines hold (order `own`) and what others do (order `others`, by node)."""
    levels = given.get("stock_levels", [])
    house = House()
    for level in levels:
        house.movements.receive(level["sku"], level["node"], level["on_hand"], f"seed-{level['node']}")
    own: dict[str, dict[str, int]] = {line: dict(nodes) for line, nodes in given.get("allocations", {}).items()}
    taken = Counter({level["node"]: level.get("allocated", 0) for level in levels})
    for nodes in own.values():
        taken.subtract(nodes)
    for hold in given.get("holds", []):
        if hold["own"]:
            line = own.setdefault("L1", {})
            line[hold["node"]] = line.get(hold["node"], 0) + hold["quantity"]
        else:
            taken[hold["node"]] += hold["quantity"]
    for node, units in taken.items():
        if units > 0:
            house.reserve_so(f"others-{node}", {"L1": {node: units}})
    if own:
        house.reserve_so("own", own)
    return house


def allocate(house: House, case: dict[str, Any]) -> dict[str, Any]:
    lines = case["when"].get("lines") or [{"line": "L1", **case["when"]}]
    order = house.orders.known.get("own")
    if order is None:
        house.orders.place("own")
    house.orders.known["own"].wanted = tuple(Wanted(line["line"], line["sku"], line["quantity"]) for line in lines)
    held = reaching(house, case).reserve("own").held
    return {"allocations": held, "holds": held.get("L1"), "number_of_holds_for_line": len(held.get("L1", {}))}


def reaching(house: House, case: dict[str, Any]) -> Any:
    """The inventory over the nodes that serve the destination. A fixed order of nodes is a rule of routing; a node that the customer has
    chosen is one to which a person pins the order."""
    given = case["given"]
    if given.get("strategy") == "fixed_order":
        pinned = [case["when"]["pickup_node"]] if "pickup_node" in case["when"] else []
        return house.planned_by(Planned([*pinned, *given["node_order"]], by_priority(), pinned))
    nodes = given["nodes_serving_destination"] if given.get("destination_matters") else None
    return house.planned_by(house.inventory.planner, lambda: nodes)


def lower(house: House, case: dict[str, Any]) -> dict[str, Any]:
    """Who gives units back says at which node; where the source chooses it, at the one that gave first."""
    for number, line in enumerate(case["when"]["lines"]):
        node = line.get("node") or next(iter(case["given"]["allocations"][line["line"]]))
        house.inventory.move("own", node, {line["line"]: line["quantity"]}, {}, f"cause-{number}")
    return {}


def raise_all(house: House, case: dict[str, Any]) -> dict[str, Any]:
    plan = {line["line"]: {line["node"]: line["quantity"]} for line in case["when"]["lines"]}
    wanted = {want.line: want.quantity for want in house.orders.known["own"].wanted}
    house.orders.known["own"].wanted = tuple(
        Wanted(line["line"], line["sku"], wanted[line["line"]] + line["quantity"]) for line in case["when"]["lines"]
    )
    if house.inventory.move("own", "", {}, plan, "cause"):
        raise StockUnavailable("not all of it")
    return {}


def receive(house: House, case: dict[str, Any]) -> dict[str, Any]:
    for line in case["when"]["lines"]:
        house.movements.receive(line["sku"], line["node"], line["quantity"], "delivery")
    return raise_all(house, case) if case["when"]["allocate_to_line"] else {}


def ship(house: House, case: dict[str, Any]) -> dict[str, Any]:
    for number, line in enumerate(case["when"]["lines"]):
        house.inventory.ship("own", line["node"], {line["line"]: line["quantity"]}, f"cause-{number}")
    return {}


def release_all(house: House, case: dict[str, Any]) -> dict[str, Any]:
    house.inventory.release("own", "cause")
    return {}


def available(house: House, case: dict[str, Any]) -> dict[str, Any]:
    free = sum(reaching(house, case).available([case["when"]["sku"]], "").get("A", {}).values())
    own = house.orders.records.get("own", Reservation("own"))
    return {"available": free + own.covered("L1")}


def preorder(house: House, case: dict[str, Any]) -> dict[str, Any]:
    """What is not there yet waits, up to the limit; the limit stays what it is."""
    limit, units = Limit(most=case["given"]["preorder_limit"]), case["when"]["quantity"]
    before = {"others": (case["given"]["preordered"], "")}
    if not limit.allows({**before, "own": (units, "")}, ""):
        raise StockUnavailable("beyond the limit")
    return {"preordered_by_line": units, "preorder_limit_after": limit.most}


def check(house: House, case: dict[str, Any]) -> dict[str, Any]:
    house.orders.place("asking", A=case["when"]["quantity"])
    untracked = read_endless({"anywhere": case["given"].get("untracked_skus", [])})
    if not replace(reaching(house, case), endless=lambda: untracked).can_reserve("asking"):
        raise StockUnavailable("not enough")
    return {"ok": True}


ACTIONS: dict[str, Callable[[House, dict[str, Any]], dict[str, Any]]] = {
    "allocate": allocate,
    "hold_for_cart": allocate,
    "release_allocation": lower,
    "lower_allocation": lower,
    "raise_allocation": raise_all,
    "receive_stock": receive,
    "ship": ship,
    "release_all_of_order": release_all,
    "available_quantity": available,
    "check_available": check,
    "allocate_preorder": preorder,
}


@pytest.mark.parametrize("case", cases("allocation", {}))
def test_stock_is_allocated_released_received_and_shipped_as_published(case: dict[str, Any]) -> None:
    house = house_of(case["given"])
    before = {place: (row.on_hand, row.reserved) for place, row in house.stock.by_place.items()}
    expect = DIFFERENT.get(case["id"], case["expect"])
    if "error" in expect:
        with pytest.raises((StockUnavailable, IllegalTransition)):
            ACTIONS[case["when"]["action"]](house, case)
        assert {place: (row.on_hand, row.reserved) for place, row in house.stock.by_place.items()} == before
    else:
        answer = ACTIONS[case["when"]["action"]](house, case)
        for name in answer.keys() & expect.keys():
            assert answer[name] == expect[name], name
        compare_levels(house, expect)
    house.sound()


def compare_levels(house: House, expect: dict[str, Any]) -> None:
    for node, on_hand in expect.get("on_hand_after", {}).items():
        assert house.row("A", node).on_hand == on_hand
    for level in expect.get("stock_levels_after", []):
        row = house.row(level["sku"], level["node"])
        assert row.on_hand == level.get("on_hand", row.on_hand)
        assert row.reserved == level.get("allocated", row.reserved)
    held = house.orders.records["own"].held if "own" in house.orders.records else {}
    for line, nodes in expect.get("allocations_after", {}).items():
        assert {node: held.get(line, {}).get(node, 0) for node in nodes} == nodes


# ── conservation ──


@pytest.mark.parametrize("case", cases("stock_conservation", NO_REPLAY))
def test_ledgers_that_do_not_add_up_are_found_and_those_that_do_are_not(case: dict[str, Any]) -> None:
    if case["when"]["action"] == "check_stock_ledger":
        check_ledger(case)
    else:
        replay(case)


def check_ledger(case: dict[str, Any]) -> None:
    """What an order's entries still hold against what it claims: ordered − shipped − cancelled."""
    found, quantities = set(), Counter[str]()
    for number, order in enumerate(case["given"]["orders"]):
        for line in order["lines"]:
            claim = line["ordered"] - line["shipped"] - line["cancelled"]
            entries = [entry for entry in order["stock_entries"] if entry["sku"] == line["sku"]]
            ops = [
                Op(f"ord_{number}/1/{n}/1", "reserved" if entry["quantity"] < 0 else "released", abs(entry["quantity"]), n)
                for n, entry in enumerate(entries)
            ]
            held = sum(op.effect[1] for op in ops)
            row = Row(line["sku"], "N1", on_hand=held, reserved=held)
            reservation = Reservation(f"ord_{number}", held={"1": {"N1": claim}} if claim else {}, skus={"1": line["sku"]})
            wrong = [text for text in prove(row, ops, [reservation])["differences"] if f"ord_{number}" in text]
            if wrong:
                found.add(number)
                quantities[line["sku"]] += claim - held
    assert len(found) == case["expect"]["orders_with_findings"]
    for sku, units in case["expect"].get("finding_quantity", {}).items():
        assert quantities[sku] == units


def replay(case: dict[str, Any]) -> None:
    """Bundles come exploded, as they would from the channel. What is invoiced is to be sent whatever becomes of the rest. Refunded before it left: the
    stock is given back; after: received."""
    each = case["given"].get("bundle", {"contains": {"A": 1}})["contains"]["A"]
    house = House(A={"N1": case["given"]["stock"]["A"]["on_hand"]})
    shipped = invoiced = 0
    for number, step in enumerate(case["when"]["steps"]):
        units = step.get("quantity", 0) * each
        if step["do"] == "order":
            house.orders.place("own", A=units)
            house.inventory.reserve("own")
        elif step["do"] == "ship":
            house.inventory.ship("own", "N1", {"1": units}, f"cause-{number}")
            shipped += units
        elif step["do"] == "invoice":
            invoiced += units
        elif step["do"] == "cancel_rest" and invoiced:
            held = house.inventory.held("own").covered("1") - shipped
            house.inventory.move("own", "N1", {"1": min(held, held + shipped - invoiced)}, {}, f"cause-{number}")
        elif step["do"] == "cancel_rest" or (step["do"] == "refund" and not shipped):
            house.inventory.release("own", f"cause-{number}", cancelled=True)
        elif step["do"] == "refund":
            house.movements.receive("A", "N1", units, f"cause-{number}")
    given_back = [op for op in house.stock.ledger("A", "N1")[1] if op.effect[1] < 0]
    row, expect = house.row("A", "N1"), case["expect"]
    assert row.on_hand == expect.get("on_hand", {}).get("A", row.on_hand)
    assert row.available == expect.get("available", {}).get("A", row.available)
    assert len(given_back) == expect.get("entries_giving_back", {}).get("A", len(given_back))
    assert sum(op.quantity for op in given_back) >= expect.get("given_back_at_refund", {}).get("A", 0)
    house.sound()
