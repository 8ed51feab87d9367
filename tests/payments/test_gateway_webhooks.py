"""Who may tell us something at a gateway's door, and what is understood of it. Judges: Stripe's own SDK, Adyen's published example."""

from __future__ import annotations

import base64
import hmac
import json
from typing import Any

import pytest
import stripe as sdk
from hypothesis import given
from hypothesis import strategies as st

from tests.payments.strict import serving
from tests.payments.strict_paypal import ID, SECRET, StrictPayPal
from waybill.kernel.errors import Malformed, Unauthenticated, Unavailable
from waybill.payments.adyen import webhooks as adyen_webhooks
from waybill.payments.adyen.webhooks import AdyenWebhooks
from waybill.payments.notices import Notice
from waybill.payments.paypal import api as paypal_api
from waybill.payments.paypal import webhooks as paypal_webhooks
from waybill.payments.paypal.gateway import PayPal
from waybill.payments.paypal.webhooks import PayPalWebhooks
from waybill.payments.stripe import webhooks as stripe_webhooks
from waybill.payments.stripe.webhooks import StripeWebhooks, signature
from waybill.payments.told import Fact, Known, ToldInMemory

NOW = 1795000000.0
INTENT = {"id": "pi_1", "object": "payment_intent", "metadata": {"order_id": "ord_1"}}


def _event(type: str = "payment_intent.amount_capturable_updated", told: Any = INTENT) -> bytes:
    return json.dumps({"id": "evt_1", "object": "event", "type": type, "data": {"object": told}}).encode()


# ── Stripe ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def _signed(raw: bytes, secret: str = "whsec_new", at: float = NOW) -> dict[str, str]:
    return {"stripe-signature": f"t={int(at)},v1={signature(str(int(at)), raw, secret)},v0=ignored"}


def test_what_stripes_sdk_signs_we_take_and_what_we_sign_it_takes() -> None:
    raw = _event()
    theirs = sdk.WebhookSignature._compute_signature(f"{int(NOW)}.{raw.decode()}", "whsec_new")
    StripeWebhooks(["whsec_new"]).verify({"stripe-signature": f"t={int(NOW)},v1={theirs}"}, raw, NOW)
    assert sdk.WebhookSignature.verify_header(raw.decode(), _signed(raw)["stripe-signature"], "whsec_new", tolerance=None)


def test_any_live_secret_and_any_of_several_signatures_will_do() -> None:
    raw = _event()
    for secret in ("whsec_old", "whsec_new"):
        StripeWebhooks(["whsec_old", "whsec_new", ""]).verify(_signed(raw, secret), raw, NOW)
    stamp = str(int(NOW))
    both = f"t={stamp},v1={signature(stamp, raw, 'whsec_other')},v1={signature(stamp, raw, 'whsec_new')}"
    StripeWebhooks(["whsec_new"]).verify({"stripe-signature": both}, raw, NOW)


@pytest.mark.parametrize("late", [-301, 301, 86400])
def test_an_old_signature_is_a_replay(late: int) -> None:
    raw = _event()
    with pytest.raises(Unauthenticated):
        StripeWebhooks(["whsec_new"]).verify(_signed(raw), raw, NOW + late)
    StripeWebhooks(["whsec_new"]).verify(_signed(raw), raw, NOW + (300 if late > 0 else -300))


@pytest.mark.parametrize("secrets", [[], [""], ["whsec_other"]])
def test_without_the_secret_nothing_is_taken(secrets: list[str]) -> None:
    raw = _event()
    with pytest.raises(Unauthenticated):
        StripeWebhooks(secrets).verify(_signed(raw), raw, NOW)
    with pytest.raises(Unauthenticated):
        StripeWebhooks(secrets).verify(_signed(raw, ""), raw, NOW)


@pytest.mark.parametrize(
    "header",
    ["", "t=1", "v1=ab", "t=,v1=ab", "t=x,v1=ab", "t=1795000000", "t=1795000000,t=1795000000,v1=ab", "t=١,v1=ab", "t=1795000000,v1=é", "=" * 9000],
)
def test_a_header_that_is_no_signature_is_refused(header: str) -> None:
    with pytest.raises(Unauthenticated):
        StripeWebhooks(["whsec_new"]).verify({"stripe-signature": header} if header else {}, _event(), NOW)


def test_a_byte_more_and_the_signature_is_gone() -> None:
    with pytest.raises(Unauthenticated):
        StripeWebhooks(["whsec_new"]).verify(_signed(_event()), _event() + b" ", NOW)


@pytest.mark.parametrize(
    ("type", "told", "notice"),
    [
        ("payment_intent.succeeded", INTENT, Notice("evt_1", "payment_intent.succeeded", "payment", "pi_1", "ord_1")),
        ("charge.refunded", {"object": "charge", "payment_intent": "pi_1"}, Notice("evt_1", "charge.refunded", "refund", "pi_1")),
        ("charge.captured", {"object": "charge", "payment_intent": {"id": "pi_1"}}, Notice("evt_1", "charge.captured", "payment", "pi_1")),
        ("charge.refund.updated", {"object": "refund", "payment_intent": "pi_1"}, Notice("evt_1", "charge.refund.updated", "refund", "pi_1")),
        ("refund.failed", {"object": "refund", "payment_intent": "pi_1"}, Notice("evt_1", "refund.failed", "refund", "pi_1")),
        ("charge.dispute.created", {"object": "dispute", "payment_intent": "pi_1"}, Notice("evt_1", "charge.dispute.created", "dispute", "pi_1")),
        ("payout.paid", {"object": "payout", "id": "po_1"}, Notice("evt_1", "payout.paid", "payout")),
        ("customer.created", {"object": "customer", "id": "cus_1"}, Notice("evt_1", "customer.created", "other")),
        ("payment_intent.succeeded", {"object": "payment_intent", "id": 7}, Notice("evt_1", "payment_intent.succeeded", "payment")),
        ("payment_intent.succeeded", None, Notice("evt_1", "payment_intent.succeeded", "payment")),
    ],
)
def test_an_event_of_stripes_says_where_to_look(type: str, told: Any, notice: Notice) -> None:
    assert stripe_webhooks.read(_event(type, told)) == (notice,)


# ── PayPal ───────────────────────────────────────────────────────────────────────────────────────────────────────────

SENT = {
    "paypal-auth-algo": "SHA256withRSA", "paypal-cert-url": "https://api.paypal.com/cert", "paypal-transmission-id": "t-1",
    "paypal-transmission-sig": "good", "paypal-transmission-time": "2026-11-23T03:00:00Z",
}  # fmt: skip


def _paypal_event(type: str, resource: Any) -> bytes:
    return json.dumps({"id": "WH-1", "event_type": type, "resource": resource}).encode()


def test_paypal_is_asked_about_the_very_bytes_that_came() -> None:
    raw = b' {"id":  "WH-1", "event_type": "X.Y", "n": 1.50, "s": "\\u00e9"} '
    body = paypal_webhooks.question(SENT, raw, "WH")
    assert raw.strip() in body and json.loads(body)["webhook_event"] == json.loads(raw)
    assert {name for name in json.loads(body)} == {
        "auth_algo", "cert_url", "transmission_id", "transmission_sig", "transmission_time", "webhook_id", "webhook_event",
    }  # fmt: skip


def test_what_paypal_did_not_send_is_refused_and_a_paypal_that_is_down_decides_nothing() -> None:
    gateway, raw = StrictPayPal(), _paypal_event("PAYMENT.CAPTURE.COMPLETED", {})
    gateway.signed = ["good"]
    paypal_api.forget()
    with serving(gateway) as base:
        door = PayPalWebhooks("WH", PayPal(ID, SECRET, base).verified)
        door.verify(SENT, raw, NOW)
        with pytest.raises(Unauthenticated):
            door.verify(SENT | {"paypal-transmission-sig": "forged"}, raw, NOW)
        gateway.down = True
        with pytest.raises(Unavailable):
            door.verify(SENT, raw, NOW)


@pytest.mark.parametrize("missing", sorted(SENT))
def test_a_delivery_that_lacks_a_header_is_not_even_asked_about(missing: str) -> None:
    def never(body: bytes) -> bool:
        raise AssertionError("asked")

    with pytest.raises(Unauthenticated):
        PayPalWebhooks("WH", never).verify({name: value for name, value in SENT.items() if name != missing}, _paypal_event("X.Y", {}), NOW)


RELATED = {"custom_id": "ord_1/1", "supplementary_data": {"related_ids": {"order_id": "PP1", "authorization_id": "A"}}}


@pytest.mark.parametrize(
    ("type", "resource", "about", "reference", "order_id"),
    [
        ("CHECKOUT.ORDER.APPROVED", {"id": "PP1"}, "payment", "PP1", ""),
        ("PAYMENT.AUTHORIZATION.VOIDED", RELATED, "payment", "PP1", "ord_1"),
        ("PAYMENT.CAPTURE.COMPLETED", RELATED, "payment", "PP1", "ord_1"),
        ("PAYMENT.CAPTURE.REFUNDED", RELATED, "refund", "PP1", "ord_1"),
        ("CUSTOMER.DISPUTE.CREATED", {"dispute_id": "D"}, "dispute", "", ""),
        ("BILLING.PLAN.CREATED", None, "other", "", ""),
    ],
)
def test_an_event_of_paypals_says_where_to_look(type: str, resource: Any, about: str, reference: str, order_id: str) -> None:
    assert paypal_webhooks.read(_paypal_event(type, resource)) == (Notice("WH-1", type, about, reference, order_id),)


# ── Adyen ────────────────────────────────────────────────────────────────────────────────────────────────────────────

HMAC_KEY = "44782DEF547AAA06C910C43932B1EB0C71FC68D9D0C057550C48EC2ACF6BA056"
PUBLISHED = {
    "pspReference": "7914073381342284", "originalReference": "", "merchantAccountCode": "TestMerchant", "merchantReference": "TestPayment-1407325143704",
    "amount": {"value": 1130, "currency": "EUR"}, "eventCode": "AUTHORISATION", "success": "true", "eventDate": "2026-05-06T17:15:34.121+02:00",
    "additionalData": {"hmacSignature": "coqCmt/IZ4E3CzPvMY8zTjQVL5hYJUiBRg8UU+iCWo0="},
}  # fmt: skip
"""The example of Adyen's documentation and libraries."""


def _items(*items: dict[str, Any]) -> bytes:
    return json.dumps({"live": "false", "notificationItems": [{"NotificationRequestItem": item} for item in items]}).encode()


def _door(told: ToldInMemory | None = None, *keys: str) -> AdyenWebhooks:
    return AdyenWebhooks(keys or ("00", "not hexadecimal", HMAC_KEY), "TestMerchant", told or ToldInMemory())


def _ours(**more: Any) -> dict[str, Any]:
    item = {**PUBLISHED, "merchantReference": "ord_1/1/authorise/1", **more}
    text = ":".join(
        str(part)
        for part in (
            item["pspReference"],
            item["originalReference"],
            item["merchantAccountCode"],
            item["merchantReference"],
            item["amount"]["value"],
            item["amount"]["currency"],
            item["eventCode"],
            item["success"],
        )  # fmt: skip
    )
    made = hmac.digest(bytes.fromhex(HMAC_KEY), text.encode(), "sha256")
    return {**item, "additionalData": {"hmacSignature": base64.b64encode(made).decode()}}


def test_adyens_published_example_is_signed_as_we_sign() -> None:
    assert adyen_webhooks.signature(PUBLISHED, HMAC_KEY) == PUBLISHED["additionalData"]["hmacSignature"]
    _door().verify({}, _items(PUBLISHED), NOW)


@pytest.mark.parametrize(
    "change",
    [
        {"success": "false"}, {"amount": {"value": 1131, "currency": "EUR"}}, {"eventCode": "CAPTURE"}, {"additionalData": {}}, {"additionalData": None},
        {"merchantReference": "other"}, {"additionalData": {"hmacSignature": ""}}, {"additionalData": {"hmacSignature": "é"}},
    ],
)  # fmt: skip
def test_an_item_that_was_changed_or_not_signed_is_refused_with_all_beside_it(change: dict[str, Any]) -> None:
    with pytest.raises(Unauthenticated):
        _door().verify({}, _items(PUBLISHED, {**PUBLISHED, **change}), NOW)


def test_without_the_key_or_of_another_account_nothing_is_taken() -> None:
    for door in (_door(None, "00"), _door(None, ""), AdyenWebhooks([HMAC_KEY], "Another", ToldInMemory())):
        with pytest.raises(Unauthenticated):
            door.verify({}, _items(PUBLISHED), NOW)


def test_what_adyen_tells_is_kept_once_beside_the_payment_it_is_about() -> None:
    told = ToldInMemory({"ord_1/1/authorise/1": Known("ord_1/1/authorise/1", "ord_1", "t", 1130, "EUR", (Fact("prepared", "prepared", "x"),), 1)})
    capture = _ours(eventCode="CAPTURE", originalReference="7914073381342284", pspReference="8815", merchantReference="ord_1/1/authorise/1~capture/1")
    for _ in range(2):
        _door(told).keep(_items(_ours(), capture))
    facts = told.of("ord_1/1/authorise/1").facts[1:]
    assert [(fact.code, fact.about, fact.psp, fact.amount) for fact in facts] == [
        ("AUTHORISATION", "", "7914073381342284", 1130), ("CAPTURE", "capture/1", "8815", 1130),
    ]  # fmt: skip
    assert _door(told).read(_items(capture)) == (Notice("8815:CAPTURE:true", "CAPTURE", "payment", "ord_1/1/authorise/1", "ord_1"),)


def test_a_payment_of_another_system_is_heard_and_not_kept() -> None:
    told = ToldInMemory()
    _door(told).keep(_items(PUBLISHED))
    assert told.kept == {}
    assert _door().read(_items(PUBLISHED)) == (Notice("7914073381342284:AUTHORISATION:true", "AUTHORISATION", "payment"),)


# ── all of them ──────────────────────────────────────────────────────────────────────────────────────────────────────

READERS = [stripe_webhooks.read, paypal_webhooks.read, _door().read, _door().keep, lambda raw: _door().verify({}, raw, NOW)]


@given(st.one_of(st.binary(max_size=60), st.recursive(st.none() | st.booleans() | st.integers() | st.text(), lambda inner: st.lists(inner, max_size=3)
       | st.dictionaries(st.sampled_from(["id", "type", "event_type", "data", "object", "resource", "notificationItems", "NotificationRequestItem",
                                          "eventCode", "pspReference", "amount", "eventDate"]), inner, max_size=4)).map(lambda told: json.dumps(told).encode())))  # fmt: skip
def test_whatever_arrives_is_understood_or_a_clear_refusal(raw: bytes) -> None:
    for read in READERS:
        try:
            read(raw)
        except (Malformed, Unauthenticated):
            continue


@pytest.mark.parametrize("raw", [b"", b"[]", b"null", b"{", b"\xff", b"[" * 100_000, b'{"id": 1}', b'{"notificationItems": []}'])
def test_what_is_no_event_is_malformed(raw: bytes) -> None:
    for read in READERS[:4]:
        with pytest.raises(Malformed):
            read(raw)
