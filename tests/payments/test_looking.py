"""A gateway has told us something: what is found there, in whatever order it was told, and what is made of it."""

from __future__ import annotations

import itertools
from datetime import timedelta

import pytest

from tests.payments.gateway_fake import AT_THE_PAGE, CHALLENGING, DECLINING, GOOD, FakeGateway, Payment
from tests.payments.money_world import At, World, crash
from waybill.aws import gate
from waybill.kernel.errors import Unavailable
from waybill.orders.model import state as states
from waybill.orders.model.holds import Hold
from waybill.payments import notices, ports
from waybill.payments.look import Looks
from waybill.payments.model.balances import captured_in_all
from waybill.payments.notices import Dispute
from waybill.payments.ports import NotNow, Returned


def _look(world: World, about: str = notices.PAYMENT, reference: str = "pay_1", order_id: str | None = None) -> str:
    looks = Looks(world.book, {"stripe": world.fake}, world.clock, world.payments)
    return looks.look("stripe", reference, world.id if order_id is None else order_id, about)


def _payment(world: World) -> Payment:
    return world.fake.of(world.id)[-1]


def _versions(world: World) -> list[int]:
    return [world.account.state.version, *(tender.version for tender in world.account.tenders)]


def _balances(world: World):
    return world.account.tenders[0].balances


def test_a_look_at_what_we_know_changes_nothing() -> None:
    world = World()
    steps = [lambda: world.deliver(world.command()), lambda: world.deliver(world.shipped()), lambda: world.payments.refund(world.id, 1, 100, "r1")]
    for step in steps:
        step()
        before = _versions(world)
        for about in (notices.PAYMENT, notices.REFUND, notices.DISPUTE):
            assert _look(world, about) == world.id
        assert _versions(world) == before


@pytest.mark.parametrize(
    ("gateway", "reference", "order_id"),
    [("nobody", "pay_1", None), ("stripe", "pay_77", ""), ("stripe", "pay_1", "ord_none"), ("stripe", "pay_77", None), ("stripe", "", "")],
)
def test_what_is_no_payment_of_ours_is_left_alone(gateway: str, reference: str, order_id: str | None) -> None:
    world = World()
    world.deliver(world.command())
    before = _versions(world)
    Looks(world.book, {"stripe": world.fake}, world.clock, world.payments).look(gateway, reference, world.id if order_id is None else order_id)
    assert _versions(world) == before


def test_the_order_is_found_by_what_the_gateway_knows_of_its_payment() -> None:
    world = World()
    world.deliver(world.command())
    assert _look(world, reference="pay_1", order_id="") == world.id


def test_an_event_before_the_answer_and_the_answer_after_it_are_one_authorisation() -> None:
    """At every call of the worker the gateway's event may come in between."""
    for number in itertools.count():
        world = World()
        watcher = At(number, before=lambda world=world: _look(world))
        with gate.watching(watcher):
            world.deliver(world.command())
        assert world.fake.authorised(world.id) == 1 and world.told.count("payment.authorised") == 1
        assert world.told.count("order.confirmed") == 1 and world.tokens.answers == {"token-1": "ok"}
        if number >= len(watcher.seen):
            return


def test_an_event_in_the_midst_of_a_capture_is_one_capture() -> None:
    for number in itertools.count():
        world = World()
        world.deliver(world.command())
        watcher = At(number, after=lambda world=world: _look(world))
        with gate.watching(watcher):
            world.deliver(world.shipped())
        assert world.fake.captures(world.id) == [2599] and captured_in_all(world.account.tenders[0].events) == 2599
        assert world.told.count("payment.captured") == 1
        if number >= len(watcher.seen):
            return


def test_an_answer_that_was_lost_is_found_by_the_event() -> None:
    world = World()
    with pytest.raises(BaseException), gate.watching(At(2, after=crash)):  # noqa: B017, PT011 (the process dies)
        world.deliver(world.command())
    assert world.account.tenders[0].open("AUTH") and world.fake.authorised(world.id) == 1
    _look(world)
    assert _balances(world).authorised == 2599
    world.deliver(world.command())
    assert world.fake.authorised(world.id) == 1 and world.tokens.answers == {"token-1": "ok"}


def test_the_customer_s_challenge_is_waited_for_and_its_success_carries_the_order_on() -> None:
    world = World(("card", 2599, AT_THE_PAGE))
    with pytest.raises(NotNow) as waits:
        world.deliver(world.command())
    assert (waits.value.reason, waits.value.seconds) == ("undecided", 60) and not world.tokens.answers
    _look(world)
    assert world.account.tenders[0].open("AUTH")
    _payment(world).status, _payment(world).authorisations = ports.AUTHORISED, 1
    _look(world)
    assert _balances(world).authorised == 2599
    world.deliver(world.command())
    assert world.tokens.answers == {"token-1": "ok"} and world.account.state.confirmed


def test_a_customer_who_does_not_take_the_challenge_within_the_hour_is_not_waited_for() -> None:
    world = World(("card", 2599, AT_THE_PAGE))
    with pytest.raises(NotNow):
        world.deliver(world.command())
    real = world.clock
    world.payments._operations._clock = lambda: real() + timedelta(hours=1)
    world.deliver(world.command())
    assert world.tokens.causes == {"token-1": "authentication_required"} and _payment(world).status == ports.VOIDED


def test_a_challenge_that_nobody_is_there_to_take_is_not_waited_for() -> None:
    world = World(("card", 2599, CHALLENGING))
    world.deliver(world.command())
    assert world.tokens.answers == {"token-1": "PaymentDeclined"}


def _declined(world: World) -> None:
    world.deliver(world.command())
    hold = Hold("payment-ab12", "payment", "declined", world.now(), "workflow")
    world.change(lambda state: states.place_hold(state, hold, world.now(), "workflow"))


def test_money_that_comes_after_all_takes_the_order_out_of_the_queue_of_people() -> None:
    world = World(("card", 2599, DECLINING))
    _declined(world)
    _payment(world).status = ports.AUTHORISED
    _look(world)
    assert _balances(world).authorised == 2599 and not world.account.state.active_holds
    world.deliver(world.command("token-2"))
    assert world.tokens.answers["token-2"] == "ok" and len(world.fake.payments) == 1


def test_money_that_comes_late_for_a_means_that_was_replaced_is_let_go() -> None:
    world = World(("card", 2599, DECLINING))
    _declined(world)
    world.payments.replace_token(world.id, 1, GOOD)
    world.release_all()
    world.deliver(world.command("token-2"))
    first = world.fake.payments["pay_1"]
    first.status = ports.AUTHORISED
    for _ in range(2):
        _look(world)
    assert first.status == ports.VOIDED and _balances(world).authorised == 2599
    assert [event.reason for event in world.account.tenders[0].events].count("late_void") == 1


def test_an_authorisation_that_comes_after_the_cancellation_is_voided_by_itself() -> None:
    world = World(("card", 2599, DECLINING))
    world.deliver(world.command())
    world.cancel_state()
    world.deliver(world.cancelled())
    _payment(world).status = ports.AUTHORISED
    _look(world)
    assert _payment(world).status == ports.VOIDED and world.fake.captures(world.id) == []


def test_money_taken_after_the_cancellation_is_refunded_by_itself_once() -> None:
    world = World()
    world.deliver(world.command())
    world.cancel_state()
    world.deliver(world.cancelled())
    taken = _payment(world)
    taken.status, taken.captured, taken.captures = ports.CAPTURED, 2599, 1
    for _ in range(3):
        _look(world)
    assert world.fake.refunds(world.id) == [2599]
    assert _balances(world).charged == 0 and _balances(world).refunded == 2599
    assert world.told.count("payment.captured") == 1 and world.told.count("payment.refunded") == 1


def test_a_late_success_is_refunded_once_wherever_the_worker_dies_meanwhile() -> None:
    for number in itertools.count():
        world = World()
        world.deliver(world.command())
        world.cancel_state()
        world.deliver(world.cancelled())
        taken = _payment(world)
        taken.status, taken.captured, taken.captures = ports.CAPTURED, 2599, 1
        watcher = At(number, after=crash)
        try:
            with gate.watching(watcher):
                _look(world)
        except BaseException:  # noqa: BLE001, S110 (the process dies)
            pass
        _look(world)
        assert world.fake.refunds(world.id) == [2599] and _balances(world).refunded == 2599
        if number >= len(watcher.seen):
            return


def test_what_somebody_captured_at_the_gateway_itself_is_booked_and_not_captured_again() -> None:
    world = World()
    world.deliver(world.command())
    taken = _payment(world)
    taken.status, taken.captured, taken.captures = ports.CAPTURED, 2000, 1
    for _ in range(2):
        _look(world)
    assert _balances(world).charged == 2000 and _balances(world).authorised == 0
    world.deliver(world.shipped())
    assert world.fake.captures(world.id) == [] and world.told.count("payment.captured") == 1


def test_an_authorisation_that_is_gone_is_noted_and_nothing_may_leave() -> None:
    world = World()
    world.deliver(world.command())
    _payment(world).status = ports.VOIDED
    for _ in range(2):
        _look(world)
    assert _balances(world).authorised == 0 and world.told.count("payment.lapsed") == 1
    hold = world.account.state.blocking("ship")
    assert hold and hold.kind == "payment" and not world.account.state.blocking("release")


@pytest.mark.parametrize("status", ["open", "lost"])
def test_a_dispute_takes_the_money_once_and_is_seen(status: str) -> None:
    world = World()
    world.deliver(world.command())
    world.deliver(world.shipped())
    _payment(world).disputes[:] = [Dispute("dp_1", status, 2599, "USD", "fraudulent")]
    for _ in range(3):
        _look(world, notices.DISPUTE)
    assert _balances(world).disputed == 2599 and _balances(world).charged == 0
    assert world.told.count("payment.disputed") == 1 and [hold.id for hold in world.account.state.active_holds] == ["dispute-1"]


def test_a_dispute_that_is_won_gives_the_money_back() -> None:
    world = World()
    world.deliver(world.command())
    world.deliver(world.shipped())
    for status in ("inquiry", "open", "open", "won", "won", "open"):
        _payment(world).disputes[:] = [Dispute("dp_1", status, 2599, "USD", "fraudulent")]
        _look(world, notices.DISPUTE)
    assert _balances(world).disputed == 0 and _balances(world).charged == 2599
    assert [world.told.count(f"payment.{type}") for type in ("disputed", "dispute_won")] == [1, 1]
    assert not world.account.state.active_holds


def test_an_inquiry_moves_no_money() -> None:
    world = World()
    world.deliver(world.command())
    world.deliver(world.shipped())
    _payment(world).disputes[:] = [Dispute("dp_1", "inquiry", 2599, "USD")]
    before = _versions(world)
    _look(world, notices.DISPUTE)
    assert _versions(world) == before


class Slow(FakeGateway):
    """Refunds stay pending until they are let through; one may fail long after it had succeeded."""

    verdict = "pending"

    def _refund(self, payment: Payment, amount: int, key: str) -> Returned:
        made = super()._refund(payment, amount, key)
        return Returned(self.verdict, made.amount, made.reference)

    def find_refund(self, reference: str, key: str) -> Returned | None:
        made = super().find_refund(reference, key)
        return Returned(self.verdict, made.amount, made.reference, "account_closed" if self.verdict == "failed" else "") if made else None


def test_a_refund_that_was_pending_is_closed_when_the_gateway_tells() -> None:
    slow = Slow()
    world = World(fake=slow)
    world.deliver(world.command())
    world.deliver(world.shipped())
    world.payments.refund(world.id, 1, 500, "r1")
    assert _balances(world).refund_pending == 500
    slow.verdict = "succeeded"
    for _ in range(2):
        _look(world, notices.REFUND)
    assert (_balances(world).refund_pending, _balances(world).refunded) == (0, 500) and world.told.count("payment.refunded") == 1


def test_a_refund_that_comes_back_is_charged_again_and_seen() -> None:
    slow = Slow()
    slow.verdict = "succeeded"
    world = World(fake=slow)
    world.deliver(world.command())
    world.deliver(world.shipped())
    world.payments.refund(world.id, 1, 500, "r1")
    slow.verdict = "failed"
    for _ in range(2):
        _look(world, notices.REFUND)
    assert (_balances(world).charged, _balances(world).refunded) == (2599, 0)
    assert world.told.count("payment.refund_returned") == 1 and [hold.id for hold in world.account.state.active_holds] == ["refund-1"]


def test_a_gateway_that_does_not_answer_is_asked_again_later() -> None:
    world = World()
    world.deliver(world.command())
    world.fake.down = True
    with pytest.raises(Unavailable):
        _look(world)
