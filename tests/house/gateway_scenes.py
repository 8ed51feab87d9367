"""Orders that are paid at the gateways that are not Stripe."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tests.flow.life import Life, an_order
from tests.house.deeds import ok, placed, work_off
from tests.payments import strict_adyen
from tests.payments.strict import serving
from tests.payments.strict_adyen import StrictAdyen
from tests.payments.strict_paypal import StrictPayPal
from tests.payments.test_gateway_webhooks import SENT
from tests.support.cloud import SECRETS
from waybill.aws import secrets
from waybill.aws.clients import client
from waybill.kernel.money import minor_units
from waybill.payments.stripe.webhooks import signature


def paid_at_paypal(the: Life) -> None:
    gateway = StrictPayPal()
    gateway.signed = [SENT["paypal-transmission-sig"]]
    with serving(gateway) as base, _secret("paypal", api_base=base):
        order = an_order()
        order_id = work_off(the, placed(the, _paid_at(order, "paypal", gateway.approved("good", minor_units(order["total"], "USD")))))
        event = {"id": "WH-1", "event_type": "PAYMENT.CAPTURE.COMPLETED", "resource": {"custom_id": f"{order_id}/1"}}
        ok(the.world.call("POST", "/v1/gateways/paypal/webhooks", event, SENT))
        the.settle()
    assert gateway.captures(order_id) == [minor_units(order["total"], "USD")]


def paid_at_adyen(the: Life) -> None:
    """Which only says that it has received a request, and tells later what came of it."""
    gateway = StrictAdyen()
    gateway.hear = lambda raw: ok(the.world.call("POST", "/v1/gateways/adyen/webhooks", raw))
    with serving(gateway) as base, _secret("adyen", api_base=f"{base}/v71", hmac_keys=[strict_adyen.HMAC_KEY]):
        order_id = placed(the, _paid_at(an_order(), "adyen", strict_adyen.GOOD))
        the.fulfil(order_id)
        the.settle()
        assert gateway.captures(order_id) and not _captured(the, order_id)
        gateway.settle()
        the.settle()
        assert _captured(the, order_id)
        _later(the)


def told_by_stripe(the: Life) -> None:
    order_id = placed(the, an_order())
    raw = json.dumps({"id": "evt_1", "type": "charge.refunded", "data": {"object": {"metadata": {"order_id": order_id}}}}).encode()
    stamp = str(int(the.world.now().timestamp()))
    signed = {"stripe-signature": f"t={stamp},v1={signature(stamp, raw, 'whsec_new')}"}
    for _ in range(2):
        ok(the.world.call("POST", "/v1/gateways/stripe/webhooks", raw, signed))


def _captured(the: Life, order_id: str) -> bool:
    return ok(the.call("GET", f"/v1/orders/{order_id}/payments")).json()["charge_status"] == "full"


def waited_for_a_gateway(the: Life) -> None:
    the.gateway.down = True
    order_id = placed(the, an_order())
    (stripe, *others) = ok(the.call("GET", "/v1/gateways")).json()["items"]
    assert (stripe["status"], stripe["waiting"], {each["status"] for each in others}) == ("down", 1, {"up"})
    the.gateway.down = False
    _later(the)
    work_off(the, order_id)


def paid_later_in_part(the: Life) -> None:
    order = an_order()
    part = f"{float(order['total']) - 5:.2f}"
    tenders = [{**order["tenders"][0], "amount": part}, {"kind": "terms", "amount": "5.00"}]
    work_off(the, placed(the, {**order, "tenders": tenders}))


def an_authorisation_ends(the: Life) -> None:
    order_id = placed(the, an_order())
    the.world.later(6 * 86_400)
    assert the.world.handler("payment_care")({}, None)["found"] >= 1
    the.settle()

    assert "expiring-1-1" in {hold["id"] for hold in the.order(order_id)["holds"]}
    work_off(the, order_id)


def _later(the: Life) -> None:
    """What waits comes back; afterwards it is now again, for those who sign with the real time."""
    the.world.later(900)
    the.settle()



def _paid_at(order: dict[str, Any], gateway: str, token: str) -> dict[str, Any]:
    return {**order, "tenders": [{**order["tenders"][0], "gateway": gateway, "token": token}]}


@contextmanager
def _secret(name: str, **more: Any) -> Iterator[None]:
    manager, full = client("secretsmanager"), f"waybill/local/{name}"
    manager.put_secret_value(SecretId=full, SecretString=json.dumps(SECRETS[name] | more))
    secrets.forget()
    try:
        yield
    finally:
        manager.put_secret_value(SecretId=full, SecretString=json.dumps(SECRETS[name]))
        secrets.forget()
