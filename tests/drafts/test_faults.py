"""Crash before and after every call of placing: one order and one execution, and the draft follows (I14, I17)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.channels.intake_world import orders
from tests.drafts.counter import WHOLE, Counter, counter, shown
from tests.flow.life import an_order
from tests.support.faults import AFTER, BEFORE, CrashAt
from tests.support.world import Crash
from waybill.aws import gate
from waybill.drafts.model.draft import PLACED, PLACING
from waybill.drafts.table import DraftsTable

_MOST_CALLS = 60


@pytest.fixture(scope="module")
def desk() -> Iterator[Counter]:
    with counter({("TEA", "reno"): 5000, ("CUP", "reno"): 5000}) as made:
        yield made


def _orders_of(desk: Counter, draft: str) -> list[str]:
    return [order["id"] for order in desk.the.call("GET", f"/v1/orders?external_reference={draft}&channel=phone").json()["items"]]


@pytest.mark.parametrize("held", [False, True])
@pytest.mark.parametrize("moment", [BEFORE, AFTER])
def test_a_crash_at_any_call_of_placing_leaves_one_order(desk: Counter, moment: str, held: bool) -> None:
    struck = []
    for number in range(_MOST_CALLS):
        id = desk.open(WHOLE, f"{moment}-{held}-{number}")["id"]
        if held:
            shown(desk.ask("POST", f"/{id}/hold"))
        fault = CrashAt(number, moment)
        desk.the.world.restart()
        with gate.watching(fault):
            placed = shown(desk.ask("POST", f"/{id}/place"), 202)  # the caller repeats until it is answered
        desk.the.settle()
        assert placed["status"] == PLACED and _orders_of(desk, id) == [placed["order_id"]], fault.struck
        assert desk.the.order(placed["order_id"])["status"] == "released"
        if not fault.struck:
            break
        struck.append(fault.struck)
    else:
        raise AssertionError("the sweep did not reach the end")
    assert struck.count("dynamodb.PutItem") == 3 and "sqs.SendMessage" in struck, struck


def test_what_nobody_repeats_is_finished_by_the_clock(desk: Counter) -> None:
    cut_off = 0
    for number in range(_MOST_CALLS):
        id = desk.open(WHOLE, f"alone-{number}")["id"]
        desk.the.world.restart()
        fault = CrashAt(number, AFTER)
        with gate.watching(fault):
            desk.the.ask("POST", f"/v1/drafts/{id}/place", None, "support")
        if not fault.struck:
            break
        was = DraftsTable().load(id).status
        cut_off += was == PLACING
        desk.the.world.later(600)
        desk.the.world.handler("drafts")({"detail-type": "Scheduled Event"}, None)
        desk.the.settle()
        now = DraftsTable().load(id)
        assert (now.status == PLACED) == (was in (PLACING, PLACED)) and _orders_of(desk, id) == ([now.order_id] if now.order_id else [])
    assert cut_off >= 3, "after the intent, after the document, after the queue"


class _DiesAfterTheIntent:
    def around(self, name: str, thunk: Callable[[], Any], detail: dict[str, Any]) -> Any:
        answer = thunk()
        if name == "dynamodb.PutItem":
            raise Crash("after the intent")
        return answer


def test_a_draft_whose_name_is_another_orders_is_not_placed_and_stops_no_other(desk: Counter) -> None:
    taken, fine = desk.open(WHOLE, "taken")["id"], desk.open(WHOLE, "fine")["id"]
    other = {**an_order(reference=taken), "channel": "phone"}
    assert desk.the.call("POST", "/v1/orders", other, idempotency_key="other").status == 202
    desk.the.settle()
    assert desk.ask("POST", f"/{taken}/place").status == 409
    with gate.watching(_DiesAfterTheIntent()):
        desk.the.ask("POST", f"/v1/drafts/{fine}/place", None, "support")
    desk.the.world.later(600)
    assert desk.the.world.handler("drafts")({"detail-type": "Scheduled Event"}, None)["placed"] == 1
    table = DraftsTable()
    assert (table.load(taken).status, table.load(fine).status) == (PLACING, PLACED)


def test_two_who_place_it_at_once_place_it_once(desk: Counter) -> None:
    """The other comes between the intent and its handing over."""
    id = desk.open(WHOLE, "at once")["id"]

    class Between:
        done = False

        def around(self, name: str, thunk: Callable[[], Any], detail: dict[str, Any]) -> Any:
            answer = thunk()
            if name == "dynamodb.PutItem" and not self.done:
                self.done = True
                shown(desk.ask("POST", f"/{id}/place"), 202)
            return answer

    with gate.watching(Between()):
        placed = shown(desk.ask("POST", f"/{id}/place"), 202)
    desk.the.settle()
    assert placed["status"] == PLACED and _orders_of(desk, id) == [placed["order_id"]]
    assert orders()
