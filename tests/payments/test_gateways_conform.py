"""Every gateway adapter keeps the rules of gateway_conformance.py; adapters broken on purpose do not get through."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.payments.gateway_conformance import RULES, Bench
from tests.payments.gateway_fake import CHALLENGING, DECLINING, GOOD, UNKNOWN, CapturesAgain, FakeGateway, LeansOnTheKeyAlone, Payment
from tests.payments.localstripe_process import KEY, Localstripe
from waybill.kernel.errors import PaymentDeclined, WaybillError
from waybill.payments import ports
from waybill.payments.ports import Demand, Returned, Standing
from waybill.payments.stripe import Stripe

Rule = Callable[[Bench], None]

WHERE_LOCALSTRIPE_IS_WRONG = {
    "preparing_twice_under_one_key_is_preparing_once": "it ignores Idempotency-Key",
    "what_was_voided_is_never_captured": "it captures after a cancel: Tender.asked refuses, test_where_a_stand_in_is_wrong",
    "a_refund_beyond_the_capture_fails_and_moves_nothing": "it refunds beyond the capture: Tender.asked refuses, the same test",
    "two_refunds_are_two_and_leave_the_payment_captured": "it has no amount_received: a refund makes the capture look smaller",
}


def _bench(gateway: FakeGateway) -> Bench:
    down = type(gateway)()
    down.down = True
    return Bench(gateway, gateway, GOOD, DECLINING, UNKNOWN, CHALLENGING, down, "pay_0", gateway.forget_keys)


@pytest.fixture(scope="session")
def stripe_bench(stripe_server: Localstripe) -> Bench:
    return Bench(
        gateway=Stripe(KEY, stripe_server.base),
        truth=stripe_server,
        good=stripe_server.token("4242424242424242"),
        declining=stripe_server.token("4000000000000341"),
        unknown="pm_nobody_knows",
        challenging=stripe_server.token("4000002500003155"),
        unreachable=Stripe(KEY, "http://127.0.0.1:9"),
        stranger="pi_nobody",
    )


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_the_fake_gateway_keeps_the_rule(rule: Rule) -> None:
    rule(_bench(FakeGateway()))


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_stripe_keeps_the_rule_on_localstripe(rule: Rule, stripe_bench: Bench) -> None:
    if rule.__name__ in WHERE_LOCALSTRIPE_IS_WRONG:
        pytest.skip(WHERE_LOCALSTRIPE_IS_WRONG[rule.__name__])
    rule(stripe_bench)


class AuthorisesWhilePreparing(FakeGateway):
    def _prepare(self, demand: Demand) -> str:
        reference = super()._prepare(demand)
        self._authorise(self._the(reference))
        return reference


class CapturesEverything(FakeGateway):
    def _capture(self, payment: Payment, amount: int) -> Standing:
        return super()._capture(payment, payment.demand.amount)


class SaysItHasCaptured(FakeGateway):
    def _capture(self, payment: Payment, amount: int) -> Standing:
        return Standing(ports.CAPTURED, amount)


class AuthorisesADollarMore(FakeGateway):
    def _prepare(self, demand: Demand) -> str:
        more = Demand(demand.order_id, demand.tender, demand.token, demand.amount + 100, demand.currency)
        return super()._prepare(more)


class TakesEveryToken(FakeGateway):
    def _prepare(self, demand: Demand) -> str:
        return super()._prepare(Demand(demand.order_id, demand.tender, GOOD, demand.amount, demand.currency))


class DeclinesWhenDown(FakeGateway):
    def authorise(self, reference: str, key: str) -> Standing:
        return Standing(ports.DECLINED, 0, "timeout") if self.down else super().authorise(reference, key)


class RaisesOnADecline(FakeGateway):
    def _authorise(self, payment: Payment) -> Standing:
        standing = super()._authorise(payment)
        if standing.status == ports.DECLINED:
            raise PaymentDeclined("card_declined")
        return standing


class AuthorisesWhatWasVoided(FakeGateway):
    def _authorise(self, payment: Payment) -> Standing:
        payment.status = ports.PREPARED if payment.status == ports.VOIDED else payment.status
        return super()._authorise(payment)


class RefundsWhenItShouldVoid(FakeGateway):
    def _void(self, payment: Payment) -> Standing:
        if payment.status == ports.CAPTURED:
            self._refund(payment, payment.captured, "void")
        return super()._void(payment)


class FindsAnyRefund(FakeGateway):
    def find_refund(self, reference: str, key: str) -> Returned | None:
        return next((made for _, made in self._the(reference).refunds), None)


class ForgetsItsRefunds(FakeGateway):
    def find_refund(self, reference: str, key: str) -> Returned | None:
        return super().find_refund(reference, "") if not self.down else super().find_refund(reference, key)


class TakesAChallengeForMoney(FakeGateway):
    def _authorise(self, payment: Payment) -> Standing:
        standing = super()._authorise(payment)
        return Standing(ports.AUTHORISED, payment.demand.amount) if standing.status == ports.ACTION_REQUIRED else standing


BROKEN = (
    AuthorisesWhilePreparing, LeansOnTheKeyAlone, CapturesAgain, CapturesEverything, SaysItHasCaptured, AuthorisesADollarMore,
    TakesEveryToken, DeclinesWhenDown, RaisesOnADecline, AuthorisesWhatWasVoided, RefundsWhenItShouldVoid, FindsAnyRefund,
    ForgetsItsRefunds, TakesAChallengeForMoney,
)  # fmt: skip


@pytest.mark.parametrize("broken", BROKEN, ids=lambda broken: broken.__name__)
def test_an_adapter_broken_on_purpose_is_caught(broken: type[FakeGateway]) -> None:
    def caught(rule: Rule) -> bool:
        try:
            rule(_bench(broken()))
        except (AssertionError, WaybillError):
            return True
        return False

    assert any(caught(rule) for rule in RULES)
