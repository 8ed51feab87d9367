"""The same order paid at each gateway through our own use cases: every call may end without an answer, messages come again, and the
money at the gateway is what our events say."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass

import pytest

from tests.payments import strict_adyen, strict_paypal
from tests.payments.credit_memory import MemoryCredits
from tests.payments.gateway_conformance import Truth
from tests.payments.money_world import World
from tests.payments.strict import Strict, serving
from tests.payments.strict_adyen import StrictAdyen, heard_by
from tests.payments.strict_paypal import StrictPayPal
from tests.payments.strict_stripe import KEY, StrictStripe
from waybill.kernel.clock import utc_now
from waybill.kernel.errors import IllegalTransition, Unavailable
from waybill.kernel.ids import credit_token
from waybill.payments.adyen.gateway import Adyen
from waybill.payments.adyen.webhooks import AdyenWebhooks
from waybill.payments.ledger.credits import Credits
from waybill.payments.ledger.gateway import Ledger
from waybill.payments.paypal import api as paypal_api
from waybill.payments.paypal.gateway import PayPal
from waybill.payments.ports import Gateway
from waybill.payments.stripe.gateway import Stripe
from waybill.payments.told import ToldInMemory

AMOUNT = 2599


@dataclass(frozen=True, slots=True)
class Place:
    gateway: Gateway
    truth: Truth
    token: str
    server: Strict | None = None
    settle: Callable[[], None] = lambda: None


def _stripe(stack: ExitStack) -> Place:
    server = StrictStripe()
    return Place(Stripe(KEY, stack.enter_context(serving(server)), several_captures=True), server, "pm_good", server)


def _paypal(stack: ExitStack) -> Place:
    server = StrictPayPal()
    paypal_api.forget()
    gateway = PayPal(strict_paypal.ID, strict_paypal.SECRET, stack.enter_context(serving(server)))
    return Place(gateway, server, server.approved("good", AMOUNT), server)


def _adyen(stack: ExitStack) -> Place:
    server, told = StrictAdyen(), ToldInMemory()
    server.hear = heard_by(AdyenWebhooks([strict_adyen.HMAC_KEY], strict_adyen.ACCOUNT, told))
    gateway = Adyen(strict_adyen.API_KEY, strict_adyen.ACCOUNT, stack.enter_context(serving(server)) + "/v71", told, utc_now)
    return Place(gateway, server, strict_adyen.GOOD, server, server.settle)


def _ledger(stack: ExitStack) -> Place:
    book = MemoryCredits()
    code = Credits(book, utc_now, os.urandom).issue("gift_card", AMOUNT, "USD", "k", "key-1").code
    return Place(Ledger(book, utc_now), book, credit_token(code))


@pytest.fixture(params=[_stripe, _paypal, _adyen, _ledger], ids=["stripe", "paypal", "adyen", "ledger"])
def place(request: pytest.FixtureRequest) -> Iterator[Place]:
    with ExitStack() as stack:
        yield request.param(stack)


def _until_done(place: Place, deliver: Callable[[], object]) -> None:
    """A queue: what could not be done comes again, and meanwhile webhooks arrive."""
    for _ in range(4):
        try:
            deliver()
        except Unavailable:
            place.settle()
        else:
            break
    else:
        raise AssertionError("never done")
    deliver()


def _lose(place: Place, *words: str) -> None:
    if place.server is not None:
        place.server.lose = set(words)


LOST = ("payment_intents", "confirm", "capture", "cancel", "refunds", "authorize", "refund", "void", "payments", "captures", "cancels")


@pytest.mark.parametrize("answers_get_lost", [False, True])
def test_captured_and_refunded_once_at_every_gateway(place: Place, answers_get_lost: bool) -> None:
    world = World(("card", AMOUNT, place.token), gateway=place.gateway)
    _lose(place, *(LOST if answers_get_lost else ()))
    _until_done(place, lambda: world.deliver(world.command()))
    assert world.tokens.answers == {"token-1": "ok"} and place.truth.authorised(world.id) == 1
    _until_done(place, lambda: world.deliver(world.shipped()))
    for _ in range(3):
        _until_done(place, lambda: world.payments.refund(world.id, 1, 1000, "refund-1"))
        place.settle()
    with pytest.raises(IllegalTransition):
        world.payments.refund(world.id, 1, AMOUNT, "refund-2")
    (tender,) = world.account.tenders
    assert (tender.balances.charged, tender.balances.refunded, tender.balances.refund_pending) == (AMOUNT - 1000, 1000, 0)
    assert (place.truth.captures(world.id), place.truth.refunds(world.id)) == ([AMOUNT], [1000])


@pytest.mark.parametrize("answers_get_lost", [False, True])
@pytest.mark.parametrize("captured", [False, True])
def test_nothing_of_a_cancelled_orders_money_is_left_at_any_gateway(place: Place, answers_get_lost: bool, captured: bool) -> None:
    world = World(("card", AMOUNT, place.token), gateway=place.gateway)
    _lose(place, *(LOST if answers_get_lost else ()))
    _until_done(place, lambda: world.deliver(world.command()))
    if captured:
        _until_done(place, lambda: world.deliver(world.shipped()))
    world.cancel_state()
    for _ in range(3):
        _until_done(place, lambda: world.deliver(world.cancelled()))
        place.settle()
    taken = sum(place.truth.captures(world.id)) - sum(place.truth.refunds(world.id))
    assert taken == 0 and place.truth.authorised(world.id) == int(captured)
    (tender,) = world.account.tenders
    assert (tender.balances.authorised, tender.balances.charged, tender.balances.refund_pending) == (0, 0, 0)


def test_a_refund_that_never_reached_the_gateway_is_asked_for_until_it_does(place: Place) -> None:
    if place.server is None:
        pytest.skip("the ledger is no further away than the order itself")
    world = World(("card", AMOUNT, place.token), gateway=place.gateway)
    _until_done(place, lambda: world.deliver(world.command()))
    _until_done(place, lambda: world.deliver(world.shipped()))
    world.cancel_state()
    place.server.down = True
    with pytest.raises(Unavailable):
        world.deliver(world.cancelled())
    place.server.down = False
    _until_done(place, lambda: world.deliver(world.cancelled()))
    place.settle()
    assert place.truth.refunds(world.id) == [AMOUNT]
