"""The published cases of refunds and their residue of cents, replayed through the pure model of refunds."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from waybill.kernel.errors import InvalidInput
from waybill.kernel.money import decimal_string, minor_units
from waybill.orders.model.counters import Counters
from waybill.orders.model.order import Line, Order, Shipping, Tender
from waybill.payments.model.refunds import Refund, Wanted, taken_back

PUBLISHED = Path(__file__).resolve().parents[3] / "shared" / "cases" / "cancel_cent_residue.json"
NOT_OURS = {
    "cr-04": "a parcel's state, no money",
    "cr-05": "we refuse to cancel what has left: it is returned",
    "cr-15": "exchanges are a decision of returns",
    "cr-17": "amounts below a cent do not exist here: they are refused at the door",
    "cr-22": "which units came back is a decision of returns",
}


def cases() -> list[Any]:
    if not PUBLISHED.exists():
        return [pytest.param({}, marks=pytest.mark.skip(reason="../shared/cases is not here"))]
    found = json.loads(PUBLISHED.read_text("utf-8"))["cases"]
    return [pytest.param(case, id=case["id"]) for case in found if case["id"] not in NOT_OURS]


class Sold:
    """A delivered order of one line, and its refunds one after the other."""

    def __init__(self, case: dict[str, Any]) -> None:
        given = case["given"]
        self.currency, self.refunds = given["currency"], list[Refund]()
        told = given.get("line") or given["lines"][0]
        units = told["units"]
        total = self._total(told, units, Decimal(given.get("percent_off", "0")))
        included = bool(told.get("tax_included"))
        tax = 0 if included else int(total * Decimal(told.get("tax_rate", "0")))
        line = Line("L1", "SKU", "Thing", units, -(-total // units), -(-total // units) * units - total, tax)
        discount = -sum(self._minor(amount) for amount in given.get("shipping_adjustments", ()))
        shipping = Shipping(amount=discount, discount=discount)
        self.order = Order(
            "ord_p", "web", "p", "2026-11-23T00:00:00Z", self.currency, (line,), shipping, (Tender("card", total),), total + tax, included
        )
        received = (given.get("return") or {}).get("received") or units
        self.lines = {"L1": Counters(delivered=received, released=units - received)}
        for _ in range(told.get("cancelled_units", given.get("line", {}).get("cancelled_units", given.get("cancelled_units", 0)))):
            self.refund(Wanted({"L1": 1}))

    def _total(self, told: dict[str, Any], units: int, percent: Decimal) -> int:
        whole = self._minor(told["total"]) if "total" in told else self._minor(told["unit_price"]) * units
        return int(whole - whole * percent / 100)

    def _minor(self, amount: str) -> int:
        return minor_units(amount, self.currency)

    def refund(self, wanted: Wanted) -> str:
        taken = taken_back(self.order, self.lines, self.refunds, wanted)
        money = (taken.lines, taken.sold, taken.shipping, taken.goodwill, taken.fee, ())
        self.refunds.append(Refund("ord_p", len(self.refunds) + 1, "paid", self.currency, *money, "", "me", "k", "d"))
        return decimal_string(taken.amount, self.currency)


@pytest.mark.parametrize("case", cases())
def test_a_published_case_holds(case: dict[str, Any]) -> None:
    sold, expect, one = Sold(case), case["expect"], Wanted({"L1": 1})
    action = case["when"]["action"]
    if "error" in expect:
        line = "L9" if case["when"].get("for_unit_of") else "L1"
        with pytest.raises(InvalidInput):
            sold.refund(Wanted({line: 1}))
    elif action == "cancel_units_one_by_one":
        amounts = ["-" + sold.refund(one) for _ in range(case["when"]["units"])]
        assert amounts == expect.get("cancel_amounts", [expect.get("order_total_change")])
    elif action == "cancel_same_unit_twice":
        assert "-" + sold.refund(one) == expect["first"]
        with pytest.raises(InvalidInput):
            sold.refund(one)
    elif action in ("amount_of_next_cancel", "refund_amount_of_unit"):
        assert sold.refund(one).lstrip("-") == expect["amount"].lstrip("-")
    elif action == "refund_return" and "return" in case["given"]:
        assert sold.refund(Wanted({"L1": case["given"]["return"]["received"]})) == expect["refund"]
        with pytest.raises(InvalidInput):
            sold.refund(one)
    else:
        assert sold.refund(Wanted(everything=True)) == (expect.get("refund") or expect["amount"])
