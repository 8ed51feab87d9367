"""Every gateway adapter keeps the rules of gateway_conformance.py; adapters broken on purpose do not get through."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import pytest

from tests.payments.gateway_conformance import RULES, Bench
from tests.payments.gateway_fake import CHALLENGING, DECLINING, GOOD, UNKNOWN, FakeGateway
from tests.payments.gateways_broken import BROKEN
from tests.payments.localstripe_process import KEY, Localstripe
from waybill.kernel.errors import WaybillError
from waybill.payments.ports import Capabilities
from waybill.payments.stripe.gateway import Stripe

Rule = Callable[[Bench], None]

WHERE_LOCALSTRIPE_IS_WRONG = {
    "asking_twice_under_one_key_is_asking_once": "it ignores Idempotency-Key: what was asked before is looked for, test_where_a_stand_in_is_wrong",
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
        nameless_declines=True,
    )


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_the_fake_gateway_keeps_the_rule(rule: Rule) -> None:
    rule(_bench(FakeGateway()))


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_stripe_keeps_the_rule_on_localstripe(rule: Rule, stripe_bench: Bench) -> None:
    if rule.__name__ in WHERE_LOCALSTRIPE_IS_WRONG:
        pytest.skip(WHERE_LOCALSTRIPE_IS_WRONG[rule.__name__])
    rule(stripe_bench)


@cache
def _catching(broken: type[FakeGateway]) -> frozenset[str]:
    """The rules that this adapter breaks."""

    def caught(rule: Rule, several: bool) -> bool:
        gateway = broken()
        if several:
            gateway.allows = Capabilities(True, False, 7)
        try:
            rule(_bench(gateway))
        except (AssertionError, ValueError, WaybillError):
            return True
        return False

    return frozenset(rule.__name__ for rule in RULES for several in (False, True) if caught(rule, several))


@pytest.mark.parametrize("broken", BROKEN, ids=lambda broken: broken.__name__)
def test_an_adapter_broken_on_purpose_is_caught(broken: type[FakeGateway]) -> None:
    assert _catching(broken)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_every_rule_is_broken_by_some_adapter(rule: Rule) -> None:
    assert any(rule.__name__ in _catching(broken) for broken in BROKEN)


def test_no_rule_catches_an_adapter_that_is_right() -> None:
    assert _catching(FakeGateway) == frozenset()
