"""A node that would not give up what was cancelled and then rejects it: the customer's wish stands, and nobody else is asked."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.fulfilment.floor import TWO, Floor, floor
from tests.fulfilment.test_cancel_against_ship import CALLS, TakingTurns, interleavings
from tests.fulfilment.test_interruptions import ask_first, cancel, verb
from waybill.fulfilment.service import load
from waybill.orders.model.check import violations

NONE = {"reason": "NOT_IN_STOCK"}


@pytest.fixture
def the() -> Iterator[Floor]:
    with floor() as made:
        ask_first(made)
        yield made


def declined(the: Floor, **lines: int) -> str:
    (fo,) = the.put()
    the.do(fo, "accept")
    assert cancel(the, fo, **lines).status == 200
    assert verb(the, fo, "cancellation/decline", {"reason": "on the truck"}, "reno").status == 200
    return fo


def test_what_was_declined_and_is_then_rejected_is_cancelled_once_and_asked_of_nobody(the: Floor) -> None:
    fo = declined(the)
    for _ in range(2):
        assert verb(the, fo, "reject", NONE, "reno").json()["status"] == "cancelled"
    assert the.status(fo) == ("cancelled", "cancelled")
    told = the.told_of_order(fo)
    assert told.count("order.cancelled") == 1 and "order.rerouting" not in told
    assert load(fo)[0].state.active_holds == ()
    (event,) = [entry for entry in load(fo)[0].state.history if entry.type == "order.cancelled"]
    assert event.data["reason"] == "changed my mind"
    assert [(each["node"], each["lines"], each["reason"]) for each in event.data["lost"]] == [("reno", {"1": 2, "2": 1}, "NOT_IN_STOCK")]


def test_only_what_is_at_fault_is_lost_and_the_rest_can_be_sold_again(the: Floor) -> None:
    fo = declined(the)
    verb(the, fo, "reject", {"reason": "DAMAGED", "lines": ["2"]})
    (event,) = [entry for entry in load(fo)[0].state.history if entry.type == "order.cancelled"]
    assert [(each["lines"], each["reason"]) for each in event.data["lost"]] == [({"2": 1}, "DAMAGED")]


def test_units_that_somebody_still_wants_are_rejected_as_ever(the: Floor) -> None:
    fo = declined(the, l1=1)
    verb(the, fo, "reject", NONE)
    record, work = load(fo)
    assert (work.status, work.units(), record.state.lines["1"].cancelled) == ("rejected", {"1": 1, "2": 1}, 1)
    assert violations(record.order, record.state, record.fulfilment_orders) == []
    again = verb(the, fo, "reject", NONE)
    assert again.status == 200 and load(fo)[0].state.lines["1"].cancelled == 1


def test_a_rejection_answers_a_question_that_is_still_open(the: Floor) -> None:
    (fo,) = the.put()
    the.do(fo, "accept", "pick")
    cancel(the, fo)
    assert verb(the, fo, "reject", {"reason": "OTHER"}, "reno").status == 200
    assert the.status(fo) == ("cancelled", "cancelled")


def test_the_other_nodes_part_of_the_order_goes_on(the: Floor) -> None:
    reno, columbus = the.put(TWO)
    the.do(reno, "accept")
    the.do(columbus, "accept", "pick", "pack", "ship")
    assert cancel(the, reno, l1=2).status == 200
    verb(the, reno, "cancellation/decline", {"reason": "on the truck"})
    verb(the, reno, "reject", NONE)
    assert the.status(reno) == ("shipped", "cancelled")


@pytest.mark.parametrize("body", [{"reason": "TIRED"}, {"reason": "OTHER", "lines": ["9"]}])
def test_a_rejection_that_cannot_be_is_refused_and_changes_nothing(the: Floor, body: dict[str, object]) -> None:
    fo = declined(the)
    before = load(fo)
    assert verb(the, fo, "reject", body).status == 422
    assert load(fo) == before


def test_rejecting_against_declining_cancels_once_in_every_interleaving() -> None:
    ends = set()
    with floor() as the:
        ask_first(the)
        fo = declined(the)
        verb(the, fo, "reject", NONE)  # everything is warm now
        for turns in interleavings(CALLS, CALLS):
            (fo,) = the.put(alone=True)
            the.do(fo, "accept")
            cancel(the, fo)
            deeds = (lambda fo=fo: verb(the, fo, "reject", NONE), lambda fo=fo: verb(the, fo, "cancellation/decline", {"reason": "on the truck"}))
            rejected, said_no = TakingTurns(turns).run(*deeds)
            ends.add((the.status(fo), rejected.status, said_no.status))
            assert the.told_of_order(fo).count("order.cancelled") == 1
    assert ends == {(("cancelled", "cancelled"), 200, 409), (("cancelled", "cancelled"), 200, 200)}
