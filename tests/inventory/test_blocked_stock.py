"""What comes back, and what is there and may not be sold: damaged, to be inspected, thrown away in the end."""

from __future__ import annotations

from typing import Any

import pytest

from tests.flow.life import Life, an_order
from tests.flow.lived import life
from tests.inventory.house import House
from waybill.kernel.errors import InvalidInput, StockUnavailable


def test_blocked_units_are_there_and_nobody_may_reserve_them_until_they_are_let_go() -> None:
    house = House(A={"N1": 3})
    house.movements.record("A", "N1", "blocked", 2, "seen", reason="wet")
    assert house.numbers("A", "N1") == (3, 0, 1)
    with pytest.raises(StockUnavailable):
        house.inventory.reserve(house.orders.place("ord_1", A=2))
    house.movements.record("A", "N1", "unblocked", 1, "dried")
    house.inventory.reserve("ord_1")
    assert house.numbers("A", "N1") == (3, 2, 0)
    house.sound()


def test_what_is_reserved_cannot_be_blocked_and_what_is_not_blocked_cannot_be_scrapped() -> None:
    house = House(A={"N1": 3})
    house.inventory.reserve(house.orders.place("ord_1", A=2))
    for kind, units in (("blocked", 2), ("scrapped", 1), ("unblocked", 1)):
        with pytest.raises(StockUnavailable):
            house.movements.record("A", "N1", kind, units, kind, reason="seen")
    house.movements.record("A", "N1", "blocked", 1, "broken", reason="broken")
    house.movements.record("A", "N1", "scrapped", 1, "binned", reason="broken")
    assert house.numbers("A", "N1") == (2, 2, 0)
    house.sound()


@pytest.mark.parametrize(("kind", "numbers"), [("returned", (3, 0, 3)), ("quarantined", (3, 0, 1)), ("discarded", (1, 0, 1))])
def test_what_comes_back_goes_where_its_disposition_says(kind: str, numbers: tuple[int, int, int]) -> None:
    house = House(A={"N1": 1})
    for _ in range(2):
        house.movements.record("A", "N1", kind, 2, "rma-1", reason="did not fit")
    assert house.numbers("A", "N1") == numbers
    assert sorted(op.kind for op in house.stock.ledger("A", "N1")[1]) == sorted(["received", kind])
    house.sound()


@pytest.mark.parametrize("kind", ["adjusted", "quarantined", "discarded", "blocked", "scrapped"])
def test_whoever_takes_stock_out_of_sale_says_why(kind: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        House(A={"N1": 1}).movements.record("A", "N1", kind, 1, "why")
    assert refused.value.fields == {"reason": "required"}


def _moved(the: Life, kind: str, quantity: int, **more: Any) -> int:
    body = {"kind": kind, "quantity": quantity, **more}
    return the.call("POST", "/v1/inventory/TEA/reno/movements", body, idempotency_key=f"{kind}-{quantity}").status


def test_an_order_that_waits_goes_on_when_inspection_lets_stock_go() -> None:
    with life({("TEA", "reno"): 1}) as the:
        assert _moved(the, "quarantined", 4, reason="to be inspected", reference="PO-7") == 201
        order_id = the.place(an_order(("TEA", 3)))
        the.settle()
        assert the.order(order_id)["status"] == "backordered"
        assert _moved(the, "unblocked", 3) == 201
        the.settle()
        assert the.order(order_id)["status"] == "released"
        stock = the.call("GET", "/v1/inventory/TEA").json()
        assert (stock["on_hand"], stock["reserved"], stock["blocked"], stock["available"]) == (5, 3, 1, 1)
        assert the.call("GET", "/v1/proof/inventory/TEA").json()["agrees"]
