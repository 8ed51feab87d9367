"""Crashes, lost answers, repetitions and races at every call: at the gateway everything happens exactly once (I6, I7, I9, I10)."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from tests.payments.gateway_fake import DECLINING, GOOD, CapturesAgain, FakeGateway, LeansOnTheKeyAlone
from tests.payments.localstripe_process import KEY, Localstripe
from tests.payments.money_world import At, Crash, World, crash
from waybill.aws import gate
from waybill.kernel.errors import IllegalTransition, Unavailable
from waybill.payments.stripe.gateway import Stripe

Messages = Callable[[World], list[dict[str, Any]]]


def _pay_and_ship(world: World) -> list[dict[str, Any]]:
    return [world.command(), world.shipped()]


def _run(world: World, messages: Messages, watcher: At, between: Callable[[World], None] = lambda world: None) -> bool:
    """Delivers each message until it is taken; True where the fault came to pass."""
    struck = False
    with gate.watching(watcher):
        for message in messages(world):
            for _ in range(6):
                try:
                    world.deliver(message)
                    break
                except (Crash, Unavailable):
                    struck = True
                    between(world)
            else:
                raise AssertionError("redelivery never finishes")
    return struck


def _every(make: Callable[[], World], messages: Messages, fault: Callable[[int], At], check: Callable[[World], None], **more: Any) -> int:
    """The fault at the first call, the second, … until there is none left; `check` after each."""
    for number in range(60):
        world = make()
        if not _run(world, messages, fault(number), **more):
            return number
        check(world)
    raise AssertionError("no end of calls")


def _paid_exactly_once(world: World) -> None:
    assert world.fake.authorised(world.id) == 1 and world.fake.captures(world.id) == [2599]
    assert world.tokens.answers == {"token-1": "ok"}
    for type in ("payment.authorised", "payment.captured", "order.confirmed"):
        assert world.told.count(type) == 1
    balances = world.account.tenders[0].balances
    assert (balances.charged, balances.authorised, balances.auth_pending, balances.charge_pending) == (2599, 0, 0, 0)


def _forget(world: World) -> None:
    world.fake.forget_keys()


@pytest.mark.parametrize("between", [lambda world: None, _forget], ids=["soon", "the gateway has forgotten the keys"])
@pytest.mark.parametrize("when", ["before", "after"])
def test_a_crash_at_any_call_pays_exactly_once(when: str, between: Callable[[World], None]) -> None:
    calls = _every(World, _pay_and_ship, lambda n: At(n, **{when: crash}), _paid_exactly_once, between=between)
    assert calls >= 9


def test_an_answer_lost_at_any_call_pays_exactly_once() -> None:
    def lost() -> None:
        raise Unavailable("timed out after it was executed")

    _every(World, _pay_and_ship, lambda n: At(n, after=lost), _paid_exactly_once)


class GuardsNothing(LeansOnTheKeyAlone, CapturesAgain):
    """Does whatever it is asked, as often as it is asked, once it has forgotten the key."""


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_gateway_that_guards_nothing_is_asked_how_it_stands_before_it_is_asked_again(when: str) -> None:
    _every(lambda: World(fake=GuardsNothing()), _pay_and_ship, lambda n: At(n, **{when: crash}), _paid_exactly_once, between=_forget)


def test_two_crashes_pay_exactly_once() -> None:
    for first in range(10):
        for second in range(first + 1, first + 6):
            watcher = At(first, after=crash)
            world = World()
            with gate.watching(At(second, before=crash)):
                _run(world, _pay_and_ship, watcher, between=_forget)
            _paid_exactly_once(world)


def test_the_same_message_delivered_inside_itself_pays_exactly_once() -> None:
    """Two workers hold the same message: one is anywhere in the middle while the other runs through."""
    for number in range(12):
        for when in ("before", "after"):
            for kind in ("command", "shipped"):
                world = World()
                if kind == "shipped":
                    world.deliver(world.command())
                message = world.command() if kind == "command" else world.shipped()
                again = partial(world.deliver, message)
                with gate.watching(At(number, **{when: again})):
                    world.deliver(message)
                world.deliver(world.shipped())
                _paid_exactly_once(world)


def _nothing_kept(world: World) -> None:
    assert world.fake.authorised(world.id) == len(world.fake.captures(world.id))
    assert sum(world.fake.captures(world.id)) == sum(world.fake.refunds(world.id))
    for balances in (tender.balances for tender in world.account.tenders):
        assert balances.authorised == balances.charged == 0
        assert balances.auth_pending == balances.charge_pending == balances.refund_pending == balances.cancel_pending == 0


def test_a_cancel_anywhere_inside_an_authorisation_leaves_no_money_with_us() -> None:
    for number in range(10):
        for when in ("before", "after"):
            world = World()

            def cancel(world: World = world) -> None:
                world.cancel_state()
                world.deliver(world.cancelled())

            with gate.watching(At(number, **{when: cancel})) as watcher:
                world.deliver(world.command())
            if number >= len(watcher.seen):
                return
            _nothing_kept(world)
            assert set(world.tokens.answers.values()) <= {"ok", "OrderCancelled"}
    raise AssertionError("no end of calls")


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_crash_anywhere_in_a_void_leaves_no_money_with_us(when: str) -> None:
    def authorised_then_cancelled() -> World:
        world = World()
        world.deliver(world.command())
        world.cancel_state()
        return world

    _every(authorised_then_cancelled, lambda world: [world.cancelled()], lambda n: At(n, **{when: crash}), _nothing_kept, between=_forget)


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_crash_anywhere_in_an_authorisation_that_is_then_cancelled_leaves_no_money_with_us(when: str) -> None:
    """The worker dies in the middle, the order is cancelled, both messages come in either order."""
    for number in range(9):
        for cancel_first in (True, False):
            world = World()
            with gate.watching(At(number, **{when: crash})), contextlib.suppress(Crash):
                world.deliver(world.command())
            world.cancel_state()
            messages = [world.cancelled(), world.command()]
            for message in messages if cancel_first else messages[::-1]:
                world.deliver(message)
            _nothing_kept(world)


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_capture_cut_short_before_a_cancel_leaves_no_money_with_us(when: str) -> None:
    for number in range(5):
        world = World()
        world.deliver(world.command())
        with gate.watching(At(number, **{when: crash})), contextlib.suppress(Crash):
            world.deliver(world.shipped())
        world.cancel_state()
        for _ in range(2):
            world.deliver(world.cancelled())
        _nothing_kept(world)
        assert world.told.count("payment.captured") == len(world.fake.captures(world.id))


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_crash_anywhere_in_a_split_payment_keeps_all_cards_or_none(when: str) -> None:
    def two_cards() -> World:
        return World(("card", 1000, GOOD), ("card", 1600, DECLINING))

    def none_kept(world: World) -> None:
        assert world.fake.authorised(world.id) == 0 and world.tokens.answers == {"token-1": "PaymentDeclined"}
        assert world.told.count("payment.declined") == 1

    _every(two_cards, lambda world: [world.command()], lambda n: At(n, **{when: crash}), none_kept, between=_forget)


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_crash_anywhere_in_a_refund_refunds_exactly_once(when: str) -> None:
    for number in range(8):
        world = World()
        for message in _pay_and_ship(world):
            world.deliver(message)
        with gate.watching(At(number, **{when: crash})):
            try:
                world.payments.refund(world.id, 1, 1000, "return-1")
            except Crash:
                world.fake.forget_keys()
        world.payments.refund(world.id, 1, 1000, "return-1")
        assert world.fake.refunds(world.id) == [1000]
        assert world.account.tenders[0].balances.refunded == 1000 and world.told.count("payment.refunded") == 1


def test_messages_in_any_order_never_capture_after_a_cancel() -> None:
    for order in ((0, 1, 2), (0, 2, 1), (1, 0, 2), (1, 2, 0), (2, 0, 1), (2, 1, 0)):
        world = World()
        messages = [world.command(), world.cancelled(), world.shipped()]
        world.cancel_state()
        for index in order:
            try:
                world.deliver(messages[index])
            except IllegalTransition:
                continue
        assert world.fake.captures(world.id) == []
        _nothing_kept(world)


# The same against a real process that speaks Stripe's protocol and forgets every key


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_crash_at_any_call_pays_exactly_once_at_localstripe(when: str, stripe_server: Localstripe) -> None:
    token = stripe_server.token("4242424242424242")

    def paid_exactly_once(world: World) -> None:
        assert stripe_server.authorised(world.id) == 1 and stripe_server.captures(world.id) == [2599]
        assert world.told.count("payment.captured") == 1 and world.tokens.answers == {"token-1": "ok"}

    def make() -> World:
        return World(("card", 2599, token), gateway=Stripe(KEY, stripe_server.base))

    assert _every(make, _pay_and_ship, lambda n: At(n, **{when: crash}), paid_exactly_once) >= 9


def test_localstripe_which_captures_after_a_cancel_is_never_asked_to(stripe_server: Localstripe) -> None:
    gateway = Stripe(KEY, stripe_server.base)
    world = World(("card", 2599, stripe_server.token("4242424242424242")), gateway=gateway)
    world.deliver(world.command())
    world.cancel_state()
    world.deliver(world.cancelled())
    with pytest.raises(IllegalTransition):
        world.deliver(world.shipped())
    assert stripe_server.captures(world.id) == [] and stripe_server.authorised(world.id) == 0


def test_localstripe_which_refunds_beyond_the_capture_is_never_asked_to(stripe_server: Localstripe) -> None:
    world = World(("card", 2599, stripe_server.token("4242424242424242")), gateway=Stripe(KEY, stripe_server.base))
    for message in _pay_and_ship(world):
        world.deliver(message)
    world.payments.refund(world.id, 1, 2000, "return-1")
    with pytest.raises(IllegalTransition):
        world.payments.refund(world.id, 1, 600, "return-2")
    assert stripe_server.refunds(world.id) == [2000]


def test_a_fake_without_faults_is_the_yardstick() -> None:
    world = World()
    assert isinstance(world.fake, FakeGateway)
    assert not _run(world, _pay_and_ship, At(-1))
    _paid_exactly_once(world)
