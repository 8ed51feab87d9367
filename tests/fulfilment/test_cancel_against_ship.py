"""Two at once on one order: exactly one wins, the other is told, and the books agree (I18, I20)."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from itertools import combinations
from typing import Any

import pytest

from tests.fulfilment.floor import TWO, Floor, floor
from tests.support.world import Reply
from waybill.aws import gate

Deed = Callable[[Floor, str], Reply]


def cancel(the: Floor, fo: str) -> Reply:
    return the.call("POST", f"/v1/orders/{the.order_of(fo)}/cancel", {"reason": "changed my mind"})


def ship(the: Floor, fo: str) -> Reply:
    return the.call("POST", f"/v1/fulfilment-orders/{fo}/ship", {})


def scan(the: Floor, fo: str) -> Reply:
    return the.scan({"carrier": "parcelway", "tracking_number": the.numbers_of(fo)[0]}, "in_transit")


class TakingTurns:
    """Runs two deeds on two threads, of which one at a time goes on: `turns` says who makes the next outside call."""

    def __init__(self, turns: tuple[int, ...]) -> None:
        self.turns = list(turns)
        self.baton = threading.Condition()
        self.who = threading.local()
        self.over: set[int] = set()

    def around(self, name: str, thunk: Callable[[], Any], detail: dict[str, Any]) -> Any:
        me = getattr(self.who, "me", None)
        if me is None:
            return thunk()
        with self.baton:
            assert self.baton.wait_for(lambda: self._may(me), timeout=30), "the turns do not fit the calls"
            answer = _kept(thunk)
            if self.turns:
                self.turns.pop(0)
            self.baton.notify_all()
        return answer()

    def run(self, *deeds: Callable[[], Reply]) -> list[Reply]:
        replies: list[Reply | None] = [None] * len(deeds)

        def go(me: int) -> None:
            self.who.me = me
            try:
                replies[me] = deeds[me]()
            finally:
                with self.baton:
                    self.over.add(me)
                    self.baton.notify_all()

        threads = [threading.Thread(target=go, args=(me,)) for me in range(len(deeds))]
        with gate.watching(self):
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        return [reply for reply in replies if reply is not None]

    def _may(self, me: int) -> bool:
        while self.turns and self.turns[0] in self.over:
            self.turns.pop(0)
        return not self.turns or self.turns[0] == me


def _kept(thunk: Callable[[], Any]) -> Callable[[], Any]:
    """What the thunk gives, raised or returned later: the baton must not stay with one who fails."""
    try:
        value = thunk()
    except Exception as problem:  # noqa: BLE001 (handed on as it is)
        return lambda problem=problem: _raise(problem)
    return lambda: value


def _raise(problem: Exception) -> Any:
    raise problem


def interleavings(first: int, second: int) -> Iterator[tuple[int, ...]]:
    """Every order in which so many calls of the one and of the other can happen."""
    for places in combinations(range(first + second), first):
        yield tuple(0 if place in places else 1 for place in range(first + second))


def _warm(the: Floor) -> None:
    """Keys, secrets and handlers are in memory from here on: what is counted are the calls on the order."""
    (fo,) = the.put_packed()
    assert (ship(the, fo).status, scan(the, fo).status, cancel(the, fo).status) == (200, 202, 409)


CALLS = 3
"""Of a deed, the read after a lost race included; who needs fewer leaves the rest to the other."""


@pytest.mark.parametrize(("other", "calls"), [(ship, CALLS), (scan, CALLS + 1)])
def test_cancel_against_ship_has_exactly_one_winner_in_every_interleaving(other: Deed, calls: int) -> None:
    outcomes = set()
    with floor() as the:
        _warm(the)
        for turns in interleavings(CALLS, calls):
            (fo,) = the.put_packed()
            cancelled, left = TakingTurns(turns).run(lambda fo=fo: cancel(the, fo), lambda fo=fo: other(the, fo))
            outcome = (the.status(fo), cancelled.status, left.status)
            outcomes.add(outcome)
            told = the.told_of_order(fo)
            assert ("order.cancelled" in told) != ("order.shipped" in told), (turns, told)
    refused = 409 if other is ship else 202  # a carrier's word is kept whatever it means
    assert outcomes == {(("cancelled", "cancelled"), 200, refused), (("shipped", "shipped"), 409, 200 if other is ship else 202)}


def test_two_who_ship_the_two_halves_both_win_and_one_says_last() -> None:
    with floor() as the:
        _warm(the)
        for turns in interleavings(CALLS, CALLS):
            reno, columbus = the.put_packed(TWO)
            replies = TakingTurns(turns).run(lambda fo=reno: ship(the, fo), lambda fo=columbus: ship(the, fo))
            assert [reply.status for reply in replies] == [200, 200]
            assert the.status(reno) == ("shipped", "shipped")
            assert sorted(the.said_last(fo) for fo in (reno, columbus)) == [False, True]
            assert the.told_of_order(reno).count("order.shipped") == 1


def test_two_clerks_at_one_piece_of_work() -> None:
    """Accepted and rejected at once: it is one of the two, and the other is told."""
    ends = set()
    with floor() as the:
        _warm(the)
        for turns in interleavings(CALLS, CALLS):
            (fo,) = the.put(alone=True)
            path = f"/v1/fulfilment-orders/{fo}"
            accepted, rejected = TakingTurns(turns).run(
                lambda path=path: the.call("POST", f"{path}/accept", {}),
                lambda path=path: the.call("POST", f"{path}/reject", {"reason": "OTHER"}),
            )
            assert rejected.status == 200  # also what is accepted may be rejected
            ends.add((accepted.status, tuple(the.told(fo))))
    assert ends == {(409, ("requested", "rejected")), (200, ("requested", "accepted", "rejected"))}
