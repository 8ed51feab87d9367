"""Stripe, PayPal and Adyen on gateways that are as strict as their documentation: every rule, no excuse."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tests.payments import strict_adyen, strict_paypal
from tests.payments.gateway_conformance import RULES, Bench
from tests.payments.strict import serving
from tests.payments.strict_adyen import StrictAdyen, heard_by
from tests.payments.strict_paypal import StrictPayPal
from tests.payments.strict_stripe import KEY, StrictStripe
from waybill.kernel.clock import utc_now
from waybill.kernel.errors import Unavailable
from waybill.payments.adyen.gateway import Adyen
from waybill.payments.adyen.webhooks import AdyenWebhooks
from waybill.payments.paypal import api as paypal_api
from waybill.payments.paypal.gateway import PayPal
from waybill.payments.stripe.gateway import Stripe
from waybill.payments.told import Known, ToldInMemory

Rule = Callable[[Bench], None]
NOBODY = "http://127.0.0.1:9"


@pytest.fixture(scope="module")
def stripe() -> Iterator[StrictStripe]:
    gateway = StrictStripe()
    with serving(gateway):
        yield gateway


def _stripe_bench(stripe: StrictStripe, several: bool) -> Bench:
    return Bench(
        Stripe(KEY, stripe.base, several_captures=several), stripe, "pm_good", "pm_declined", "pm_nobody", "pm_challenge",
        Stripe(KEY, NOBODY), "pi_nobody", stripe.forget_keys,
    )  # fmt: skip


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
@pytest.mark.parametrize("several", [False, True], ids=["one capture", "several"])
def test_stripe_keeps_the_rule(rule: Rule, several: bool, stripe: StrictStripe) -> None:
    rule(_stripe_bench(stripe, several))


@pytest.fixture(scope="module")
def paypal() -> Iterator[StrictPayPal]:
    gateway = StrictPayPal()
    paypal_api.forget()
    with serving(gateway):
        yield gateway


def _paypal_bench(paypal: StrictPayPal) -> Bench:
    def token(means: str, amount: int) -> str:
        return means if means == "PPNOBODY" else paypal.approved(means, amount)

    return Bench(
        PayPal(strict_paypal.ID, strict_paypal.SECRET, paypal.base), paypal, "good", strict_paypal.DECLINING, "PPNOBODY",
        strict_paypal.CHALLENGING, PayPal(strict_paypal.ID, strict_paypal.SECRET, NOBODY), "PPNOBODY", paypal.forget_keys, token=token,
    )  # fmt: skip


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_paypal_keeps_the_rule(rule: Rule, paypal: StrictPayPal) -> None:
    rule(_paypal_bench(paypal))


@pytest.fixture
def adyen() -> Iterator[StrictAdyen]:
    gateway = StrictAdyen()
    with serving(gateway):
        yield gateway


class Down(ToldInMemory):
    """Knows a payment that Adyen cannot be asked about."""

    def of(self, reference: str) -> Known:
        raise Unavailable("the table does not answer")


def _adyen_bench(adyen: StrictAdyen) -> Bench:
    told = ToldInMemory()
    adyen.hear = heard_by(AdyenWebhooks([strict_adyen.HMAC_KEY], strict_adyen.ACCOUNT, told))

    def gateway(base: str, kept: ToldInMemory) -> Adyen:
        return Adyen(strict_adyen.API_KEY, strict_adyen.ACCOUNT, f"{base}/v71", kept, utc_now)

    return Bench(
        gateway(adyen.base, told), adyen, strict_adyen.GOOD, strict_adyen.DECLINED, strict_adyen.UNKNOWN, strict_adyen.CHALLENGE,
        gateway(NOBODY, Down()), "ord_x/1/authorise/9", adyen.forget_keys, adyen.settle,
    )  # fmt: skip


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_adyen_keeps_the_rule(rule: Rule, adyen: StrictAdyen) -> None:
    rule(_adyen_bench(adyen))
