"""`kill -9` in the middle of orders: nothing accepted is lost, nothing happens twice, and what was under way goes on. `python -m proof.power_cut`
is the long form."""

from __future__ import annotations

import random
from typing import Any

import pytest

from local.stackfile import Stack
from local.testing import FOLDER
from proof import power_cut
from proof.trade import Trade

pytestmark = [pytest.mark.system, pytest.mark.xdist_group("laptop"), pytest.mark.timeout(400)]


def test_a_shop_that_loses_its_power_while_it_trades_is_whole(stack: Stack) -> None:
    report = power_cut.power_cuts(stack, FOLDER, cuts=1, seed=7, say=lambda said: None)
    assert report.violations == []
    assert report.cuts == 1 and report.accepted >= 3 and report.ended.get("completed")


class Told(Trade):
    """A trade whose answers are made up."""

    def __init__(self, answers: dict[str, Any]) -> None:
        nowhere = Stack(**dict.fromkeys(Stack.__slots__, ""))
        super().__init__(nowhere, random.Random(1))
        self.answers = answers

    def call(self, path: str, *rest: Any, **more: Any) -> Any:
        return self.answers[path]


def an_order(**changed: Any) -> dict[str, Any]:
    return {"id": "ord_1", "status": "completed", "totals": {"total": "10.00"}, "payments": {"balances": {"charged": "10.00"}}, **changed}


WHOLE = (("cash", "10.00"), ("sales", "-10.00"))


@pytest.mark.parametrize(
    "rule, order, postings",
    [
        ("", an_order(), WHOLE),
        ("I10", an_order(payments={"balances": {"charged": "20.00"}}), WHOLE),
        ("I10", an_order(status="cancelled"), WHOLE),
        ("I8", an_order(), (("cash", "10.00"), ("sales", "-9.99"))),
        ("I11", an_order(), (("receivable", "1.00"), ("sales", "-1.00"))),
    ],
)
def test_what_is_not_whole_is_seen(rule: str, order: dict[str, Any], postings: tuple[tuple[str, str], ...]) -> None:
    entry = {"event_id": "ord_1:9", "postings": [{"account": account, "amount": amount} for account, amount in postings]}
    told = Told({"/v1/journal?order=ord_1": {"items": [entry]}})
    assert [found.partition(":")[0] for found in power_cut.of_an_order(told, order)] == ([rule] if rule else [])
