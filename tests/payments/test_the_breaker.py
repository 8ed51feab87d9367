"""When a gateway is left alone, and when it is tried again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.payments.gateway_fake import FakeGateway
from tests.payments.money_world import World
from waybill.kernel.errors import PaymentDeclined, Unavailable
from waybill.payments.breaker import Breaker, Breakers, CircuitTable
from waybill.payments.model import circuit as verbs
from waybill.payments.model.circuit import DOWN_AFTER, FIRST_PAUSE_S, LONGEST_PAUSE_S, Circuit
from waybill.payments.patience import LONGEST_DELAY_S, Patience
from waybill.payments.ports import GatewayRefused, NotNow


class Kept:
    """`Circuits` in memory; `meddle` is done once between a reading and its writing."""

    def __init__(self) -> None:
        self.circuits: dict[str, Circuit] = {}
        self.reads = 0
        self.meddle: Callable[[], object] | None = None

    def of(self, gateway: str) -> Circuit:
        self.reads += 1
        return self.circuits.get(gateway, Circuit(gateway))

    def save(self, circuit: Circuit) -> bool:
        meddle, self.meddle = self.meddle, None
        if meddle:
            meddle()
        if self.circuits.get(circuit.gateway, Circuit(circuit.gateway)).version != circuit.version:
            return False
        self.circuits[circuit.gateway] = replace(circuit, version=circuit.version + 1)
        return True


class Time:
    def __init__(self) -> None:
        self.at = datetime(2026, 11, 23, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.at

    def pass_(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)


class Line:
    """A gateway's one call; `down` while nobody answers."""

    def __init__(self) -> None:
        self.calls, self.down = 0, False
        self.error: Exception | None = None

    def __call__(self) -> str:
        self.calls += 1
        if self.down:
            raise Unavailable("down")
        if self.error:
            raise self.error
        return "answer"


@pytest.fixture
def kept() -> Kept:
    return Kept()


@pytest.fixture
def time() -> Time:
    return Time()


def _breaker(kept: Any, time: Time) -> Breaker:
    return Breaker("stripe", kept, time)


def _fail(breaker: Breaker, line: Line, times: int) -> None:
    for _ in range(times):
        with pytest.raises(Unavailable):
            breaker.call(line)


def _brought_down(kept: Kept, time: Time) -> tuple[Breaker, Line]:
    breaker, line = _breaker(kept, time), Line()
    line.down = True
    _fail(breaker, line, DOWN_AFTER)
    return breaker, line


def test_after_so_many_failures_in_a_row_nobody_calls_for_a_while(kept: Kept, time: Time) -> None:
    breaker, line = _brought_down(kept, time)
    with pytest.raises(NotNow) as refused:
        breaker.call(line)
    assert line.calls == DOWN_AFTER
    assert (refused.value.gateway, refused.value.reason, refused.value.seconds) == ("stripe", "down", FIRST_PAUSE_S)
    with pytest.raises(NotNow):
        _breaker(kept, time).call(line)  # another worker
    assert line.calls == DOWN_AFTER


def test_one_failure_less_is_no_outage(kept: Kept, time: Time) -> None:
    breaker, line = _breaker(kept, time), Line()
    for _ in range(3):
        line.down = True
        _fail(breaker, line, DOWN_AFTER - 1)
        line.down = False
        assert breaker.call(line) == "answer"
    assert kept.circuits["stripe"].failures == 0


@pytest.mark.parametrize("error", [PaymentDeclined("no"), GatewayRefused("what is this?")])
def test_an_answer_is_an_answer_whatever_it_says(kept: Kept, time: Time, error: Exception) -> None:
    breaker, line = _breaker(kept, time), Line()
    line.down = True
    _fail(breaker, line, DOWN_AFTER - 1)
    line.down, line.error = False, error
    with pytest.raises(type(error)):
        breaker.call(line)
    assert kept.circuits["stripe"].failures == 0


def test_failures_far_apart_are_not_in_a_row(kept: Kept, time: Time) -> None:
    breaker, line = _breaker(kept, time), Line()
    line.down = True
    for _ in range(DOWN_AFTER * 2):
        _fail(breaker, line, 1)
        time.pass_(3600)
    assert not kept.circuits["stripe"].open and line.calls == DOWN_AFTER * 2


def test_a_lone_message_that_comes_back_every_six_minutes_finds_the_outage_too(kept: Kept, time: Time) -> None:
    breaker, line = _breaker(kept, time), Line()
    line.down = True
    for _ in range(DOWN_AFTER):
        _fail(breaker, line, 1)
        time.pass_(360)
    assert kept.circuits["stripe"].open


def test_after_the_pause_one_tries_and_the_others_wait(kept: Kept, time: Time) -> None:
    _, line = _brought_down(kept, time)
    time.pass_(FIRST_PAUSE_S)
    other = _breaker(kept, time)

    def meanwhile() -> str:
        with pytest.raises(NotNow):
            other.call(line)
        return "tried"

    assert _breaker(kept, time).call(meanwhile) == "tried"
    line.down = False
    assert other.call(line) == "answer"


def test_two_that_want_to_try_at_once_are_one_trial(kept: Kept, time: Time) -> None:
    _, line = _brought_down(kept, time)
    time.pass_(FIRST_PAUSE_S)
    kept.meddle = lambda: _breaker(kept, time)._enter()
    with pytest.raises(NotNow):
        _breaker(kept, time).call(line)
    assert line.calls == DOWN_AFTER


def test_a_trial_whose_process_dies_does_not_leave_the_gateway_shut(kept: Kept, time: Time) -> None:
    _, line = _brought_down(kept, time)
    time.pass_(FIRST_PAUSE_S)
    assert _breaker(kept, time)._enter()
    time.pass_(FIRST_PAUSE_S)
    line.down = False
    assert _breaker(kept, time).call(line) == "answer"


def test_every_trial_that_fails_doubles_the_pause_up_to_the_longest(kept: Kept, time: Time) -> None:
    breaker, line = _brought_down(kept, time)
    pauses = []
    for _ in range(6):
        time.pass_(kept.circuits["stripe"].pause_s)
        _fail(breaker, line, 1)
        pauses.append(kept.circuits["stripe"].pause_s)
    assert pauses == [60, 120, 240, LONGEST_PAUSE_S, LONGEST_PAUSE_S, LONGEST_PAUSE_S]
    assert kept.circuits["stripe"].since == "2026-11-23T00:00:00.000Z"


def test_calls_that_were_under_way_when_it_opened_do_not_lengthen_the_pause(time: Time) -> None:
    down = Circuit("stripe")
    for _ in range(DOWN_AFTER):
        down = verbs.failed(down, time(), trial=False)
    assert down.open and verbs.failed(down, time(), trial=False) == down


def test_a_quiet_worker_does_not_look_at_every_call(kept: Kept, time: Time) -> None:
    breaker, line = _breaker(kept, time), Line()
    for _ in range(100):
        breaker.call(line)
    assert kept.reads == 1
    time.pass_(60)
    breaker.call(line)
    assert kept.reads == 2 and not kept.circuits


def test_the_first_answer_is_seen_by_all_at_once(kept: Kept, time: Time) -> None:
    breaker, line = _brought_down(kept, time)
    other = _breaker(kept, time)
    with pytest.raises(NotNow):
        other.call(line)
    time.pass_(FIRST_PAUSE_S)
    line.down = False
    breaker.call(line)
    assert other.call(line) == "answer"


def test_our_own_ledger_has_no_breaker_and_the_circuits_are_the_gateways_own(kept: Kept, time: Time) -> None:
    down, ledger = FakeGateway(), FakeGateway()
    down.down = ledger.down = True
    gateways = Breakers({"stripe": down, "ledger": ledger, "adyen": FakeGateway()}, kept, time)
    for _ in range(DOWN_AFTER + 3):
        for name in ("stripe", "ledger"):
            with pytest.raises(Unavailable):
                gateways[name].look_up("pay_1")
    assert set(kept.circuits) == {"stripe"}
    with pytest.raises(GatewayRefused):
        gateways["adyen"].look_up("pay_1")


# ── what waits ───────────────────────────────────────────────────────────────────────────────────────────────────────


class Desk:
    """Where messages are sent and notes are made."""

    def __init__(self, error: Exception | None = None) -> None:
        self.error = error
        self.sent: list[tuple[dict[str, Any], int]] = []
        self.noted: list[tuple[str, str, str]] = []

    def handle(self, message: dict[str, Any]) -> None:
        if self.error:
            raise self.error

    def send(self, message: dict[str, Any], delay: int) -> None:
        self.sent.append((message, delay))

    def note_waiting(self, order_id: str, gateway: str, reason: str) -> None:
        self.noted.append((order_id, gateway, reason))

    def note_going_on(self, order_id: str) -> None:
        self.noted.append((order_id, "", "going on"))


def _patience(desk: Desk, time: Time, chance: float = 0.5) -> Patience:
    return Patience(desk.handle, desk.send, desk, time, lambda: chance)


COMMAND = {"command": "authorise", "order_id": "ord_1", "token": "t"}
EVENT = {"detail": {"id": "e", "type": "order.cancelled", "subject": "ord_2", "time": "", "data": {}}}


@pytest.mark.parametrize(("message", "order_id"), [(COMMAND, "ord_1"), (EVENT, "ord_2")])
def test_what_waits_is_sent_again_whole_and_the_order_says_so(time: Time, message: dict[str, Any], order_id: str) -> None:
    desk = Desk(NotNow("stripe", "down", 30))
    _patience(desk, time).take(message)
    ((again, _),) = desk.sent
    assert {**message, "waited": {"since": "2026-11-23T00:00:00.000Z", "times": 1}} == again
    assert desk.noted == [(order_id, "stripe", "down")]


def test_a_backlog_comes_back_spread_and_never_before_the_trial(time: Time) -> None:
    delays = []
    for chance in (0.0, 0.25, 0.999):
        desk = Desk(NotNow("stripe", "down", LONGEST_PAUSE_S))
        _patience(desk, time, chance).take(COMMAND)
        delays.append(desk.sent[0][1])
    assert delays[0] > LONGEST_PAUSE_S and delays == sorted(set(delays)) and delays[-1] <= LONGEST_DELAY_S


def test_what_is_undecided_is_asked_about_less_and_less_often(time: Time) -> None:
    desk, message = Desk(NotNow("adyen", "undecided")), dict(COMMAND)
    for _ in range(8):
        _patience(desk, time, 0.0).take(message)
        message = desk.sent[-1][0]
    delays = [delay for _, delay in desk.sent]
    assert delays == sorted(delays) and delays[0] == 31 and delays[-1] == LONGEST_DELAY_S


def test_after_six_days_a_person_must_look(time: Time) -> None:
    desk = Desk(NotNow("stripe", "down", 30))
    _patience(desk, time).take(COMMAND)
    time.pass_(6 * 86400 + 1)
    with pytest.raises(NotNow):
        _patience(desk, time).take(desk.sent[0][0])
    assert len(desk.sent) == 1


def test_a_fault_that_is_the_messages_own_goes_back_to_the_queue(time: Time) -> None:
    desk = Desk(Unavailable("one call failed"))
    with pytest.raises(Unavailable):
        _patience(desk, time).take(COMMAND)
    assert not desk.sent and not desk.noted


def test_what_waited_and_was_carried_out_is_noted_and_what_never_waited_is_not(time: Time) -> None:
    desk = Desk()
    _patience(desk, time).take(COMMAND)
    assert desk.noted == []
    _patience(desk, time).take({**COMMAND, "waited": {"since": "2026-11-23T00:00:00.000Z", "times": 1}})
    assert desk.noted == [("ord_1", "", "going on")] and not desk.sent


def test_it_is_noted_once_and_anew_after_something_has_happened() -> None:
    world = World()
    for _ in range(3):
        world.payments.note_waiting(world.id, "stripe", "down")
    assert world.told.count("payment.waiting") == 1 and world.account.tenders[0].waits
    world.payments.note_waiting(world.id, "adyen", "down")
    world.deliver(world.command())
    assert not world.account.tenders[0].waits
    world.payments.note_waiting(world.id, "stripe", "down")
    assert world.told.count("payment.waiting") == 2
    for _ in range(2):
        world.payments.note_going_on(world.id)
    assert world.told.count("payment.going_on") == 1 and not world.account.tenders[0].waits


def test_the_stored_circuit_is_the_one_that_was_saved_and_the_first_writer_wins() -> None:
    from tests.support.cloud import cloud

    with cloud():
        table, now = CircuitTable(), Time()()
        first = verbs.failed(table.of("stripe"), now, trial=False)
        assert table.save(first) and not table.save(first)
        assert table.of("stripe") == replace(first, version=1) and table.of("adyen") == Circuit("adyen")
