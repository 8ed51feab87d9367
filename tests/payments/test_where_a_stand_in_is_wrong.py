"""localstripe ignores idempotency keys, refunds beyond the capture and captures after a cancel. Shown here: it does, and nothing of ours
leans on it: the same is asked through our own use cases and does not happen."""

from __future__ import annotations

import pytest

from tests.payments.localstripe_process import KEY, Localstripe
from tests.payments.money_world import World
from waybill.kernel.clock import instant, utc_now
from waybill.kernel.errors import IllegalTransition
from waybill.payments import ports
from waybill.payments.ports import Demand
from waybill.payments.stripe.gateway import Stripe


@pytest.fixture
def gateway(stripe_server: Localstripe) -> Stripe:
    return Stripe(KEY, stripe_server.base)


@pytest.fixture
def world(stripe_server: Localstripe, gateway: Stripe) -> World:
    return World(("card", 2599, stripe_server.token("4242424242424242")), gateway=gateway)


def _held(gateway: Stripe, server: Localstripe, order_id: str) -> str:
    reference, standing = gateway.begin(Demand(order_id, 1, server.token("4242424242424242"), 2599, "USD"), f"{order_id}/authorise")
    assert standing.status == ports.AUTHORISED
    return reference


def test_it_refunds_beyond_the_capture_and_we_do_not(gateway: Stripe, stripe_server: Localstripe, world: World) -> None:
    reference = _held(gateway, stripe_server, "ord_wrong1")
    gateway.capture(reference, 2599, "USD", "ord_wrong1/capture")
    assert gateway.refund(reference, 9999, "USD", "ord_wrong1/refund").status == "succeeded"

    world.deliver(world.command())
    world.deliver(world.shipped())
    world.payments.refund(world.id, 1, 2000, "refund-1")
    for amount in (600, 9999):
        with pytest.raises(IllegalTransition):
            world.payments.refund(world.id, 1, amount, f"refund-{amount}")
    assert stripe_server.refunds(world.id) == [2000]


def test_it_captures_after_a_cancel_and_we_do_not(gateway: Stripe, stripe_server: Localstripe, world: World) -> None:
    reference = _held(gateway, stripe_server, "ord_wrong2")
    gateway.void(reference, "ord_wrong2/void")
    gateway.capture(reference, 2599, "USD", "ord_wrong2/capture")
    assert stripe_server.captures("ord_wrong2") == [2599]

    world.deliver(world.command())
    world.cancel_state()
    world.deliver(world.cancelled())
    with pytest.raises(IllegalTransition):
        world.deliver(world.shipped())
    assert stripe_server.captures(world.id) == [] and stripe_server.authorised(world.id) == 0


def test_it_ignores_keys_and_we_ask_once(gateway: Stripe, stripe_server: Localstripe, world: World) -> None:
    demand = Demand("ord_wrong3", 1, stripe_server.token("4242424242424242"), 2599, "USD")
    since = instant(utc_now())
    first, second = (gateway.begin(demand, "ord_wrong3/authorise")[0] for _ in range(2))
    assert first != second and gateway.begin(demand, "ord_wrong3/authorise", since)[0] in (first, second)

    for _ in range(3):
        world.deliver(world.command())
        world.deliver(world.shipped())
        world.payments.refund(world.id, 1, 1000, "refund-1")
    assert len(stripe_server.intents(world.id)) == 1
    assert (stripe_server.captures(world.id), stripe_server.refunds(world.id)) == ([2599], [1000])
