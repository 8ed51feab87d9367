"""What is peculiar to Stripe: expiry, payments taken over from the shop's page, cards that cannot be captured in parts, lost answers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.payments.strict import serving
from tests.payments.strict_stripe import KEY, StrictStripe
from waybill.kernel.clock import instant, utc_now
from waybill.kernel.errors import PaymentDeclined, Unavailable
from waybill.payments import ports
from waybill.payments.ports import Demand, Standing
from waybill.payments.stripe.gateway import Stripe

AUTHORISE, CAPTURE, VOID, REFUND = (f"ord_1/1/{verb}" for verb in ("authorise/1", "capture/1", "void/1", "refund/1"))


@pytest.fixture
def stripe() -> Iterator[StrictStripe]:
    gateway = StrictStripe()
    with serving(gateway):
        yield gateway


def _at_stripe(token: str = "pm_good", order_id: str = "ord_1", amount: int = 2599) -> Demand:
    return Demand(order_id, 1, token, amount, "USD")


def test_stripe_says_until_when_an_authorisation_holds(stripe: StrictStripe) -> None:
    gateway = Stripe(KEY, stripe.base)
    assert gateway.begin(_at_stripe(), AUTHORISE)[1] == Standing(ports.AUTHORISED, 2599, "", 0, "2026-11-30T00:53:20.000Z")


def test_an_authorisation_that_ended_at_stripe_is_voided_and_never_captured(stripe: StrictStripe) -> None:
    gateway = Stripe(KEY, stripe.base)
    reference, _ = gateway.begin(_at_stripe(), AUTHORISE)
    stripe.expire(reference)
    assert gateway.look_up(reference) == Standing(ports.VOIDED, 0, "automatic")
    assert gateway.capture(reference, 2599, "USD", CAPTURE) == Standing(ports.VOIDED, 0, "automatic")
    assert stripe.captures("ord_1") == []


def test_a_payment_that_the_page_led_through_3ds_is_taken_over_once(stripe: StrictStripe) -> None:
    reference, _ = Stripe(KEY, stripe.base).begin(_at_stripe(order_id="ord_page"), "page/authorise")
    stripe.intents[reference]["metadata"] = {}
    gateway = Stripe(KEY, stripe.base)
    for _ in range(2):
        name, standing = gateway.begin(_at_stripe(reference), AUTHORISE)
        assert (name, standing.status) == (reference, ports.AUTHORISED)
    assert stripe.intents[reference]["metadata"] == {"order_id": "ord_1", "tender": "1"}
    for other in (_at_stripe(reference, "ord_2"), Demand("ord_1", 2, reference, 2599, "USD")):
        with pytest.raises(PaymentDeclined, match="another_order"):
            gateway.begin(other, "ord_2/1/authorise/1")


@pytest.mark.parametrize("change", [{"amount": 2598}, {"currency": "eur"}, {"capture_method": "automatic"}])
def test_a_payment_that_was_set_up_otherwise_is_not_taken_over(stripe: StrictStripe, change: dict[str, Any]) -> None:
    gateway = Stripe(KEY, stripe.base)
    reference, _ = gateway.begin(_at_stripe(), AUTHORISE)
    stripe.intents[reference] |= {"metadata": {}, **change}
    with pytest.raises(PaymentDeclined, match="otherwise"):
        gateway.begin(_at_stripe(reference), "ord_1/1/authorise/2")
    with pytest.raises(PaymentDeclined):
        gateway.begin(_at_stripe("pi_nobody"), "ord_1/1/authorise/3")


def test_a_card_that_cannot_be_captured_in_parts_says_so_and_loses_nothing(stripe: StrictStripe) -> None:
    gateway = Stripe(KEY, stripe.base, several_captures=True)
    reference, _ = gateway.begin(_at_stripe("pm_single"), AUTHORISE)
    told = gateway.capture(reference, 1000, "USD", CAPTURE, final=False)
    assert (told.status, told.amount, told.reason, told.captured) == (ports.AUTHORISED, 2599, "final_only", 0)
    assert stripe.captures("ord_1") == []
    assert gateway.capture(reference, 2599, "USD", "ord_1/1/capture/2").status == ports.CAPTURED


@pytest.mark.parametrize("lost", ["payment_intents", "capture", "cancel", "refunds"])
def test_an_answer_lost_at_stripe_is_asked_again_and_one_effect_remains(stripe: StrictStripe, lost: str) -> None:
    gateway = Stripe(KEY, stripe.base)

    def until_answered(ask: Any) -> Any:
        try:
            return ask()
        except Unavailable:
            return ask()

    stripe.lose = {lost}
    since = instant(utc_now())
    reference, _ = until_answered(lambda: gateway.begin(_at_stripe(), AUTHORISE, since))
    if lost == "cancel":
        assert until_answered(lambda: gateway.void(reference, VOID)).status == ports.VOIDED
        return
    until_answered(lambda: gateway.capture(reference, 2599, "USD", CAPTURE))
    until_answered(lambda: gateway.find_refund(reference, REFUND) or gateway.refund(reference, 1000, "USD", REFUND))
    assert (stripe.authorised("ord_1"), stripe.captures("ord_1"), stripe.refunds("ord_1")) == (1, [2599], [1000])
    assert stripe.lose == set()
