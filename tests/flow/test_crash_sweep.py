"""One order's whole life, and a crash before and after every single outside call of it: redelivery finishes what was begun, once."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.flow.holds_true import check
from tests.flow.life import DECLINED, Life, an_order, life, whole_life
from tests.support.faults import EveryCrash
from waybill.aws import gate

SLICES = 8


def _cancelled_in_time(the: Life) -> str:
    order_id = the.place(an_order())
    the.settle()
    the.call("POST", f"/v1/orders/{order_id}/cancel", {"reason": "changed my mind"}, "api")
    the.settle()
    return order_id


def _declined(the: Life) -> str:
    order_id = the.place(an_order(token=DECLINED))
    the.settle()
    return order_id


def _rejected(the: Life) -> str:
    order_id = the.place(an_order(("TEA", 1)))
    the.settle()
    for each in the.work(order_id):
        the.call("POST", f"/v1/fulfilment-orders/{each['id']}/reject", {"reason": "NOT_IN_STOCK"}, each["node"])
    the.settle()
    return order_id


STORIES: dict[str, tuple[Callable[[Life], str], str]] = {
    "delivered": (lambda the: whole_life(the, an_order()), "completed"),
    "cancelled": (_cancelled_in_time, "cancelled"),
    "declined": (_declined, "on_hold"),
    "rejected": (_rejected, "released"),
}


@pytest.mark.sweep
@pytest.mark.timeout(900)
@pytest.mark.parametrize("part", range(SLICES))
@pytest.mark.parametrize("story", STORIES)
def test_no_crash_at_any_call_loses_or_doubles_anything(story: str, part: int):
    tell, ending = STORIES[story]
    crashes = EveryCrash(lambda number: number % SLICES == part)
    with life() as the:

        def judge() -> None:
            order = check(the, order_id, faults=1)
            assert order["status"] == ending, order["status"]

        with gate.watching(crashes):
            order_id = crashes.told(lambda: tell(the))
        crashes.finish(judge)
        judge()
    assert crashes.points
    assert not crashes.failures, "\n\n".join(crashes.failures)
