"""The judges of what we send can fail, and what is younger than the specifications at hand is in Stripe's official SDK."""

from __future__ import annotations

import typing
from urllib.parse import parse_qsl

import jsonschema
import pytest
import stripe
from stripe.params import _payment_intent_capture_params as capture
from stripe.params import _payment_intent_create_params as create

from tests.payments.strict import judged, spec
from tests.payments.strict_stripe import SINCE, nested, typed
from waybill.payments.stripe.api import form

GOOD = {"amount": 100, "currency": "usd", "capture_method": "manual", "metadata": {"key": "k"}}


@pytest.mark.parametrize("wrong", [{"amount": "1.00"}, {"capture_method": "later"}, {"colour": "red"}, {"payment_method_types": "card"}])
def test_a_request_that_stripe_does_not_know_is_caught(wrong: dict[str, object]) -> None:
    judged("stripe", "POST /v1/payment_intents", GOOD)
    with pytest.raises(jsonschema.ValidationError):
        judged("stripe", "POST /v1/payment_intents", {**GOOD, **wrong})


@pytest.mark.parametrize("wrong", [{"amount": {"value": 1}}, {"amount": 5}, {"colour": "red"}, {"merchantAccount": None}])
def test_a_request_that_adyen_does_not_know_is_caught(wrong: dict[str, object]) -> None:
    good = {"merchantAccount": "A", "amount": {"value": 1, "currency": "EUR"}, "reference": "r"}
    judged("adyen", "POST /payments/{paymentPspReference}/captures", good)
    with pytest.raises(jsonschema.ValidationError):
        judged("adyen", "POST /payments/{paymentPspReference}/captures", {**good, **wrong})


def test_paypals_models_know_the_fields_that_we_lean_on() -> None:
    models = spec("paypal")["models"]
    assert {"amount", "invoice_id", "final_capture"} <= models["capture_request"].keys()
    assert {"amount", "custom_id"} <= models["refund_request"].keys() and {"invoice_id", "final_capture"} <= models["orders_capture"].keys()
    assert {"custom_id", "links"} <= models["refund"].keys() and "expiration_time" in models["authorization_with_additional_data"]


def test_what_is_younger_than_the_specification_is_in_the_sdk() -> None:
    assert SINCE == ("request_multicapture", "final_capture")
    assert "if_available" in str(create.PaymentIntentCreateParamsPaymentMethodOptionsCard.__annotations__["request_multicapture"])
    assert "bool" in str(capture.PaymentIntentCaptureParams.__annotations__["final_capture"])


def test_a_form_is_encoded_as_the_sdk_encodes_it() -> None:
    told = {"amount": 1, "expand": ["latest_charge"], "metadata": {"a b": "ü&="}, "created": {"gte": 5}, "final_capture": False, "absent": None}
    ours = nested(form(told))
    assert ours == {"amount": "1", "expand": ["latest_charge"], "metadata": {"a b": "ü&="}, "created": {"gte": "5"}, "final_capture": "false"}
    encode = typing.cast(typing.Any, stripe._encode)._api_encode
    theirs = {
        name: str(value).lower() if isinstance(value, bool) else str(value) for name, value in encode({**told, "absent": "x"}) if name != "absent"
    }
    assert dict(parse_qsl(form(told))) == theirs
    assert typed(ours["created"], {"properties": {"gte": {"type": "integer"}}}) == {"gte": 5}
