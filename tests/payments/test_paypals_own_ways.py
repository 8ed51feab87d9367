"""What is peculiar to PayPal: its bearer token, marks on the buyer's order, refunds of several captures, renewals, lost answers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.payments import strict_paypal
from tests.payments.strict import serving
from tests.payments.strict_paypal import StrictPayPal
from waybill.kernel.errors import PaymentDeclined, Unavailable
from waybill.payments import ports
from waybill.payments.paypal import api as paypal_api
from waybill.payments.paypal.gateway import PayPal
from waybill.payments.ports import Demand, GatewayRefused, Standing

PREPARE, AUTHORISE, CAPTURE, VOID, REFUND = (f"ord_1/1/{verb}" for verb in ("authorise/1/prepare", "authorise/1", "capture/1", "void/1", "refund/1"))


@pytest.fixture
def paypal() -> Iterator[StrictPayPal]:
    gateway = StrictPayPal()
    paypal_api.forget()
    with serving(gateway):
        yield gateway


def _paypal(gateway: StrictPayPal) -> PayPal:
    return PayPal(strict_paypal.ID, strict_paypal.SECRET, gateway.base)


def _held(gateway: StrictPayPal, amount: int = 5000) -> tuple[PayPal, str]:
    paypal = _paypal(gateway)
    reference = paypal.prepare(Demand("ord_1", 1, gateway.approved("good", amount), amount, "USD"), PREPARE)
    assert paypal.authorise(reference, AUTHORISE) == Standing(ports.AUTHORISED, amount, "", 0, "2026-12-22T10:00:00.000Z")
    return paypal, reference


def test_one_token_serves_many_calls_and_a_withdrawn_one_is_fetched_anew(paypal: StrictPayPal) -> None:
    gateway, reference = _held(paypal)
    assert paypal.tokens == 1
    paypal.tokens = 7
    assert gateway.look_up(reference).status == ports.AUTHORISED and paypal.tokens == 8
    _paypal(paypal).look_up(reference)
    assert paypal.tokens == 8


@pytest.mark.parametrize(("short", "calls"), [(False, 1), (True, 2)])
def test_an_authorisation_is_one_call_unless_paypal_answers_in_short(paypal: StrictPayPal, short: bool, calls: int) -> None:
    paypal.short = short
    gateway = _paypal(paypal)
    reference = gateway.prepare(Demand("ord_1", 1, paypal.approved("good", 5000), 5000, "USD"), PREPARE)
    before = len(paypal.seen)
    assert gateway.authorise(reference, AUTHORISE).status == ports.AUTHORISED
    assert len(paypal.seen) - before == calls


def test_a_token_is_not_used_to_its_last_minute(paypal: StrictPayPal) -> None:
    paypal.lifetime = 59
    gateway, reference = _held(paypal)
    before = paypal.tokens
    gateway.look_up(reference)
    assert paypal.tokens == before + 1


def test_wrong_credentials_are_trouble_and_never_a_decline(paypal: StrictPayPal) -> None:
    with pytest.raises(Unavailable):
        PayPal(strict_paypal.ID, "wrong", paypal.base).prepare(Demand("ord_1", 1, paypal.approved("good", 1), 1, "USD"), PREPARE)


def test_a_paypal_order_pays_for_one_order_only(paypal: StrictPayPal) -> None:
    gateway, reference = _held(paypal)
    for other in (Demand("ord_2", 1, reference, 5000, "USD"), Demand("ord_1", 2, reference, 5000, "USD")):
        with pytest.raises(PaymentDeclined, match="another_order"):
            gateway.prepare(other, "ord_2/1/authorise/1/prepare")
    assert gateway.prepare(Demand("ord_1", 1, reference, 5000, "USD"), "ord_1/1/authorise/2/prepare") == reference


@pytest.mark.parametrize("change", [{"intent": "CAPTURE"}, {"amount": 4999}])
def test_a_paypal_order_set_up_otherwise_is_declined(paypal: StrictPayPal, change: dict[str, Any]) -> None:
    token = paypal.approved("good", change.pop("amount", 5000), **change)
    with pytest.raises(PaymentDeclined, match="otherwise"):
        _paypal(paypal).prepare(Demand("ord_1", 1, token, 5000, "USD"), PREPARE)


def test_an_amount_that_paypal_cannot_express_is_declined(paypal: StrictPayPal) -> None:
    token = paypal.approved("good", 12300, "HUF")
    with pytest.raises(PaymentDeclined, match="representable"):
        _paypal(paypal).prepare(Demand("ord_1", 1, token, 12350, "HUF"), PREPARE)


@pytest.mark.parametrize("lost", ["authorize", "capture", "void", "refund"])
@pytest.mark.parametrize("forgets", [False, True])
def test_an_answer_lost_at_paypal_is_asked_again_and_one_effect_remains(paypal: StrictPayPal, lost: str, forgets: bool) -> None:
    gateway = _paypal(paypal)
    paypal.lose = {lost}

    def until_answered(ask: Any) -> Any:
        try:
            return ask()
        except Unavailable:
            if forgets:
                paypal.forget_keys()
            return ask()

    reference = gateway.prepare(Demand("ord_1", 1, paypal.approved("good", 5000), 5000, "USD"), PREPARE)
    until_answered(lambda: gateway.authorise(reference, AUTHORISE))
    if lost == "void":
        assert until_answered(lambda: gateway.void(reference, VOID)).status == ports.VOIDED
        return
    until_answered(lambda: gateway.capture(reference, 3000, "USD", CAPTURE, final=False))
    until_answered(lambda: gateway.find_refund(reference, REFUND) or gateway.refund(reference, 1000, "USD", REFUND))
    assert (paypal.authorised("ord_1"), paypal.captures("ord_1"), paypal.refunds("ord_1")) == (1, [3000], [1000])
    assert paypal.lose == set()


def test_a_refund_over_two_captures_that_was_cut_short_is_finished_and_not_begun_anew(paypal: StrictPayPal) -> None:
    gateway, reference = _held(paypal)
    gateway.capture(reference, 3000, "USD", CAPTURE, final=False)
    gateway.capture(reference, 2000, "USD", "ord_1/1/capture/2")
    paypal.lose = {"refund"}
    with pytest.raises(Unavailable):
        gateway.refund(reference, 4500, "USD", REFUND)
    paypal.forget_keys()
    assert paypal.refunds("ord_1") == [3000] and gateway.find_refund(reference, REFUND) is None
    made = gateway.refund(reference, 4500, "USD", REFUND)
    assert (made.status, made.amount) == ("succeeded", 4500) and paypal.refunds("ord_1") == [3000, 1500]
    assert gateway.refund(reference, 4500, "USD", REFUND) == made == gateway.find_refund(reference, REFUND)
    assert paypal.refunds("ord_1") == [3000, 1500]


def test_a_renewed_authorisation_goes_by_its_own_name(paypal: StrictPayPal) -> None:
    gateway, reference = _held(paypal)
    renewed = gateway.renew(reference, 5000, "USD", "ord_1/1/renew/1")
    assert renewed != reference and renewed == gateway.renew(reference, 5000, "USD", "ord_1/1/renew/1")
    assert gateway.look_up(renewed).status == ports.AUTHORISED
    assert gateway.capture(renewed, 5000, "USD", CAPTURE) == Standing(ports.CAPTURED, 5000, "", 5000)
    assert paypal.captures("ord_1") == [5000]
    with pytest.raises(GatewayRefused):
        gateway.renew(renewed, 5000, "USD", "ord_1/1/renew/2")


@pytest.mark.parametrize("wrong", [{"id": "other"}, {"status": "PAID"}, {"intent": None}, {"purchase_units": []}, {"purchase_units": "x"}])
def test_what_paypal_cannot_have_meant_is_refused(paypal: StrictPayPal, wrong: dict[str, Any]) -> None:
    gateway, reference = _held(paypal)
    paypal.orders[reference] |= wrong
    with pytest.raises(GatewayRefused):
        gateway.look_up(reference)
