"""What is peculiar to Adyen: results that come later, by webhook; what was asked and not answered; keys that may be forgotten."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.payments import strict_adyen
from tests.payments.strict import serving
from tests.payments.strict_adyen import GOOD, StrictAdyen, heard_by
from tests.support.cloud import cloud
from waybill.kernel.errors import Unavailable
from waybill.payments import ports
from waybill.payments.adyen.gateway import Adyen
from waybill.payments.adyen.webhooks import AdyenWebhooks
from waybill.payments.ports import Demand, GatewayRefused, Standing
from waybill.payments.told import Fact, Told, ToldInMemory, ToldTable, added

PREPARE, AUTHORISE, CAPTURE, VOID, REFUND = (f"ord_1/1/{verb}" for verb in ("authorise/1/prepare", "authorise/1", "capture/1", "void/1", "refund/1"))


class Clock:
    def __init__(self) -> None:
        self.now = datetime(2026, 11, 23, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def adyen() -> Iterator[StrictAdyen]:
    gateway = StrictAdyen()
    with serving(gateway):
        yield gateway


@pytest.fixture(params=["memory", "table"])
def told(request: pytest.FixtureRequest) -> Iterator[Told]:
    if request.param == "memory":
        yield ToldInMemory()
        return
    with cloud():
        yield ToldTable("adyen")


def _adyen(gateway: StrictAdyen, told: Told, clock: Clock) -> Adyen:
    gateway.hear = heard_by(AdyenWebhooks([strict_adyen.HMAC_KEY], strict_adyen.ACCOUNT, told))
    return Adyen(strict_adyen.API_KEY, strict_adyen.ACCOUNT, f"{gateway.base}/v71", told, clock)


ADYEN = Demand("ord_1", 1, GOOD, 5000, "USD")


def test_a_whole_life_at_adyen_is_pending_until_it_is_told(adyen: StrictAdyen, told: Told) -> None:
    gateway = _adyen(adyen, told, Clock())
    reference = gateway.prepare(ADYEN, PREPARE)
    assert gateway.authorise(reference, AUTHORISE) == Standing(ports.AUTHORISED, 5000)
    for _ in range(2):
        assert gateway.capture(reference, 3000, "USD", CAPTURE).status == ports.PENDING
    adyen.settle()
    assert gateway.look_up(reference) == Standing(ports.CAPTURED, 3000, "", 3000)
    assert gateway.refund(reference, 1000, "USD", REFUND).status == "pending"
    adyen.settle()
    made = gateway.find_refund(reference, REFUND)
    assert made is not None and (made.status, made.amount) == ("succeeded", 1000)
    assert (adyen.authorised("ord_1"), adyen.captures("ord_1"), adyen.refunds("ord_1")) == (1, [3000], [1000])


@pytest.mark.parametrize("lost", ["payments", "captures", "cancels", "refunds"])
@pytest.mark.parametrize("told_first", [False, True])
def test_an_answer_lost_at_adyen_is_asked_again_or_told_and_one_effect_remains(adyen: StrictAdyen, lost: str, told_first: bool) -> None:
    gateway = _adyen(adyen, ToldInMemory(), Clock())
    adyen.lose = {lost}

    def until_answered(ask: Any) -> Any:
        try:
            return ask()
        except Unavailable:
            if told_first:
                adyen.settle()
            return ask()

    reference = gateway.prepare(ADYEN, PREPARE)
    until_answered(lambda: gateway.authorise(reference, AUTHORISE))
    if lost == "cancels":
        until_answered(lambda: gateway.void(reference, VOID))
        adyen.settle()
        assert gateway.look_up(reference).status == ports.VOIDED and adyen.authorised("ord_1") == 0
        return
    until_answered(lambda: gateway.capture(reference, 5000, "USD", CAPTURE))
    adyen.settle()
    until_answered(lambda: gateway.find_refund(reference, REFUND) or gateway.refund(reference, 1000, "USD", REFUND))
    adyen.settle()
    assert (adyen.authorised("ord_1"), adyen.captures("ord_1"), adyen.refunds("ord_1")) == (1, [5000], [1000])
    assert gateway.find_refund(reference, REFUND) is not None and adyen.lose == set()


@pytest.mark.parametrize("verb", ["authorise", "capture", "void", "refund"])
def test_what_never_arrived_at_adyen_is_asked_again(adyen: StrictAdyen, verb: str) -> None:
    gateway = _adyen(adyen, ToldInMemory(), Clock())
    reference = gateway.prepare(ADYEN, PREPARE)

    def asked(name: str, ask: Any, stood: str) -> None:
        if name == verb:
            adyen.down = True
            with pytest.raises(Unavailable):
                ask()
            adyen.down = False
            assert gateway.look_up(reference).status == stood and gateway.find_refund(reference, REFUND) is None
        ask()
        adyen.settle()

    asked("authorise", lambda: gateway.authorise(reference, AUTHORISE), ports.PREPARED)
    if verb == "void":
        asked("void", lambda: gateway.void(reference, VOID), ports.AUTHORISED)
        assert gateway.look_up(reference).status == ports.VOIDED and adyen.authorised("ord_1") == 0
        return
    asked("capture", lambda: gateway.capture(reference, 5000, "USD", CAPTURE), ports.AUTHORISED)
    asked("refund", lambda: gateway.refund(reference, 5000, "USD", REFUND), ports.CAPTURED)
    assert (adyen.authorised("ord_1"), adyen.captures("ord_1"), adyen.refunds("ord_1")) == (1, [5000], [5000])


def test_a_void_finds_out_first_what_became_of_an_unanswered_authorisation(adyen: StrictAdyen) -> None:
    gateway = _adyen(adyen, ToldInMemory(), Clock())
    adyen.lose = {"payments"}
    reference = gateway.prepare(ADYEN, PREPARE)
    with pytest.raises(Unavailable):
        gateway.authorise(reference, AUTHORISE)
    assert gateway.void(reference, VOID).status == ports.PENDING
    adyen.settle()
    assert gateway.look_up(reference).status == ports.VOIDED and adyen.authorised("ord_1") == 0


def test_what_adyen_may_have_forgotten_is_never_asked_twice(adyen: StrictAdyen) -> None:
    clock = Clock()
    gateway = _adyen(adyen, ToldInMemory(), clock)
    adyen.lose = {"payments"}
    reference = gateway.prepare(ADYEN, PREPARE)
    with pytest.raises(Unavailable):
        gateway.authorise(reference, AUTHORISE)
    adyen.forget_keys()
    clock.now += timedelta(days=7)
    with pytest.raises(GatewayRefused, match="Customer Area"):
        gateway.authorise(reference, AUTHORISE)
    adyen.settle()
    assert gateway.authorise(reference, AUTHORISE).status == ports.AUTHORISED and adyen.authorised("ord_1") == 1


def test_a_capture_that_fails_later_is_no_capture(adyen: StrictAdyen) -> None:
    gateway = _adyen(adyen, told := ToldInMemory(), Clock())
    reference = gateway.prepare(ADYEN, PREPARE)
    gateway.authorise(reference, AUTHORISE)
    gateway.capture(reference, 5000, "USD", CAPTURE)
    adyen.settle()
    psp = next(fact.psp for fact in told.of(reference).facts if fact.code == "CAPTURE")
    late = Fact("late", "CAPTURE_FAILED", "2026-11-25T00:00:00.000Z", "capture/1", psp, True, 5000, "acquirer_said_no")
    told.change(reference, lambda known: added(known, late))
    assert gateway.look_up(reference) == Standing(ports.DECLINED, 0, "acquirer_said_no")


def test_a_dispute_at_adyen_is_what_was_told_last(adyen: StrictAdyen) -> None:
    gateway = _adyen(adyen, told := ToldInMemory(), Clock())
    reference = gateway.prepare(ADYEN, PREPARE)
    for hour, code, status in ((1, "NOTIFICATION_OF_CHARGEBACK", "inquiry"), (2, "CHARGEBACK", "open"), (3, "CHARGEBACK_REVERSED", "won")):
        fact = Fact(f"d:{code}", code, f"2026-12-01T0{hour}:00:00.000Z", "", "8815", True, 5000, "fraud")
        told.change(reference, lambda known, fact=fact: added(known, fact))
        (dispute,) = gateway.disputes(reference)
        assert (dispute.id, dispute.status, dispute.amount, dispute.currency) == ("8815", status, 5000, "USD")


def test_wrong_credentials_at_adyen_are_trouble_and_never_a_decline(adyen: StrictAdyen) -> None:
    gateway = Adyen("wrong", strict_adyen.ACCOUNT, f"{adyen.base}/v71", ToldInMemory(), Clock())
    with pytest.raises(Unavailable):
        gateway.authorise(gateway.prepare(ADYEN, PREPARE), AUTHORISE)
