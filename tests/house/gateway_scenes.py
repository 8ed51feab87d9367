"""Orders that are paid at the gateways that are not Stripe."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from tests.flow.life import Life, an_order
from tests.house.deeds import ok, placed, work_off
from tests.payments import strict_adyen
from tests.payments.strict import serving
from tests.payments.strict_adyen import StrictAdyen
from tests.payments.strict_paypal import StrictPayPal
from tests.support.cloud import SECRETS, plain_client
from waybill.aws import secrets
from waybill.kernel.money import minor_units


def paid_at_paypal(the: Life) -> None:
    gateway = StrictPayPal()
    with serving(gateway) as base, _secret("paypal", api_base=base):
        order = an_order()
        order_id = work_off(the, placed(the, _paid_at(order, "paypal", gateway.approved("good", minor_units(order["total"], "USD")))))
    assert gateway.captures(order_id) == [minor_units(order["total"], "USD")]


def authorised_at_adyen(the: Life) -> None:
    gateway = StrictAdyen()
    with serving(gateway) as base, _secret("adyen", api_base=f"{base}/v71", hmac_keys=[strict_adyen.HMAC_KEY]):
        order_id = placed(the, _paid_at(an_order(), "adyen", strict_adyen.GOOD))
    assert gateway.authorised(order_id) == 1


def waited_for_a_gateway(the: Life) -> None:
    the.gateway.down = True
    order_id = placed(the, an_order())
    (stripe, *others) = ok(the.call("GET", "/v1/gateways")).json()["items"]
    assert (stripe["status"], stripe["waiting"], {each["status"] for each in others}) == ("down", 1, {"up"})
    the.gateway.down = False
    the.world.later(900)
    the.settle()
    the.world.ahead = timedelta()  # for who signs with the real time
    work_off(the, order_id)


def _paid_at(order: dict[str, Any], gateway: str, token: str) -> dict[str, Any]:
    return {**order, "tenders": [{**order["tenders"][0], "gateway": gateway, "token": token}]}


@contextmanager
def _secret(name: str, **more: Any) -> Iterator[None]:
    manager, full = plain_client("secretsmanager"), f"waybill/local/{name}"
    manager.put_secret_value(SecretId=full, SecretString=json.dumps(SECRETS[name] | more))
    secrets.forget()
    try:
        yield
    finally:
        manager.put_secret_value(SecretId=full, SecretString=json.dumps(SECRETS[name]))
        secrets.forget()
