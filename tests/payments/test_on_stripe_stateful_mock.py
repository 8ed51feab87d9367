"""Our Stripe client on somebody else's idea of Stripe: stripe-stateful-mock, which keeps idempotency keys, charges and refunds.

It knows no PaymentIntents: what is judged is the client below the adapter (forms, keys, errors, lists) and what reads refunds.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest

from tests.support.template import ROOT
from waybill.kernel.errors import Unavailable
from waybill.payments.ports import GatewayRefused
from waybill.payments.stripe.answers import read_refund
from waybill.payments.stripe.api import Refusal, StripeApi

_START = "require('stripe-stateful-mock').createExpressApp().listen(+process.env.PORT, '127.0.0.1')"


@pytest.fixture(scope="module")
def api() -> Iterator[StripeApi]:
    node = shutil.which("node")
    if node is None or not (ROOT / "node_modules" / "stripe-stateful-mock").exists():
        pytest.skip("node or node_modules is missing: `npm ci`, which `make test` does by itself")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen([node, "-e", _START], cwd=ROOT, env={**os.environ, "PORT": str(port), "LOG_LEVEL": "silent"})
    try:
        _wait(f"http://127.0.0.1:{port}/")
        yield StripeApi("sk_test_mock", f"http://127.0.0.1:{port}")
    finally:
        process.terminate()
        process.wait(10)


def _wait(address: str) -> None:
    until = time.monotonic() + 20
    while time.monotonic() < until:
        try:
            urllib.request.urlopen(address, timeout=2).close()
        except urllib.error.HTTPError:
            return
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.05)
        else:
            return
    raise AssertionError("stripe-stateful-mock did not start")


def _charge(api: StripeApi, key: str, source: str = "tok_visa", **more: Any) -> dict[str, Any]:
    wanted = {"amount": 2599, "currency": "usd", "source": source, "capture": False, "metadata": {"order_id": "ord_1"}, **more}
    return api.post("charges.create", "/v1/charges", wanted, key)


def test_the_same_key_is_the_same_charge_and_with_another_request_a_refusal(api: StripeApi) -> None:
    first = _charge(api, "once")
    assert _charge(api, "once")["id"] == first["id"] and first["metadata"] == {"order_id": "ord_1"} and first["captured"] is False
    with pytest.raises(GatewayRefused, match="another request"):
        _charge(api, "once", amount=2600)


def test_a_capture_takes_the_part_and_refunds_are_found_by_our_key(api: StripeApi) -> None:
    charge = _charge(api, "life")["id"]
    for _ in range(2):
        taken = api.post("charges.capture", f"/v1/charges/{charge}/capture", {"amount": 2000}, "life/capture")
    assert taken["captured"] is True
    made = [api.post("refunds.create", "/v1/refunds", {"charge": charge, "amount": 500, "metadata": {"key": k}}, k) for k in ("r1", "r1", "r2")]
    assert made[0]["id"] == made[1]["id"] != made[2]["id"]
    assert read_refund(made[0]).amount == 500 and read_refund(made[0]).status == "succeeded"
    listed = list(api.all("refunds.list", "/v1/refunds", {"charge": charge}))
    assert {each["metadata"].get("key") for each in listed} >= {"r1", "r2"}


def test_what_may_not_be_refunded_is_refused_with_a_code(api: StripeApi) -> None:
    charge = _charge(api, "over", capture=True)["id"]
    with pytest.raises(Refusal):
        api.post("refunds.create", "/v1/refunds", {"charge": charge, "amount": 2600}, "over/refund")


@pytest.mark.parametrize(
    ("token", "reason"), [("tok_chargeDeclinedInsufficientFunds", "insufficient_funds"), ("tok_chargeDeclinedFraudulent", "fraudulent")]
)
def test_a_decline_bears_the_issuers_reason(api: StripeApi, token: str, reason: str) -> None:
    with pytest.raises(Refusal) as told:
        _charge(api, token, token)
    assert (told.value.status, told.value.code, told.value.decline_code) == (402, "card_declined", reason)


@pytest.mark.parametrize("token", ["tok_429", "tok_500"])
def test_a_busy_or_broken_gateway_is_to_be_asked_again(api: StripeApi, token: str) -> None:
    with pytest.raises(Unavailable):
        _charge(api, token, token)


def test_what_does_not_exist_is_a_refusal(api: StripeApi) -> None:
    with pytest.raises(Refusal) as told:
        api.get("charges.retrieve", "/v1/charges/ch_nobody")
    assert (told.value.status, told.value.code) == (404, "resource_missing")
