"""All stock proven in rounds: each SKU has its turn, and what disagrees is counted and named."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.flow.life import Life, an_order, whole_life
from tests.flow.lived import life
from tests.inventory.house import House
from waybill.aws.tables import commit, overwrite
from waybill.inventory.checking import Checking
from waybill.inventory.stock_table import INVENTORY


class Mark:
    """Where the last round stopped, in memory."""

    def __init__(self) -> None:
        self.sku = ""

    def mark(self) -> str:
        return self.sku

    def set_mark(self, sku: str) -> None:
        self.sku = sku


@pytest.fixture
def the() -> Iterator[Life]:
    with life({("TEA", "reno"): 9, ("CUP", "reno"): 9, ("POT", "reno"): 9}) as made:
        yield made


def test_stock_that_was_sold_and_shipped_agrees_and_a_row_that_was_edited_by_hand_rings(the: Life) -> None:
    whole_life(the, an_order())
    prove = the.world.handler("stock_proof")
    first = prove({}, None)
    assert (first["wrong"], first["left"]) == (0, 0) and first["proven"] >= 3
    row = INVENTORY.get("SKU#POT", "NODE#reno")
    assert row
    commit(overwrite(INVENTORY, {**row, "on_hand": row["on_hand"] + 1, "available": row["available"] + 1}))
    assert prove({}, None) == {**first, "wrong": 1}


def test_each_sku_has_its_turn_whatever_time_there_is_and_then_it_begins_anew() -> None:
    house = House(A={"N": 1}, B={"N": 1}, C={"N": 1})
    seen: list[str] = []

    class Watched:
        def proof(self, sku: str) -> dict:
            seen.append(sku)
            return house.movements.proof(sku)

    checking, budget = Checking(Watched(), Mark(), lambda: ["C", "A", "B"]), iter([])

    def one_only() -> bool:
        return next(budget)

    told = []
    for _ in range(4):
        budget = iter([False, True])
        told.append(checking.run(one_only))
    assert seen == ["A", "B", "C", "A"]
    assert [each["left"] for each in told] == [2, 1, 0, 2]


def test_a_round_without_any_time_loses_no_place() -> None:
    mark = Mark()
    mark.sku = "A"
    house = House(A={"N": 1}, B={"N": 1})
    assert Checking(house.movements, mark, lambda: ["A", "B"]).run(lambda: True) == {"proven": 0, "wrong": 0, "left": 1}
    assert mark.sku == "A"


def test_a_row_that_moves_while_it_is_read_is_no_violation() -> None:
    class Moving:
        def proof(self, sku: str) -> dict:
            return {"nodes": [{"node": "N", "agrees": False, "moving": True, "differences": ["x"]}]}

    assert Checking(Moving(), Mark(), lambda: ["A"]).run()["wrong"] == 0
