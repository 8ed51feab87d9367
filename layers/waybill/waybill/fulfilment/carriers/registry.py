"""Which adapter stands for a carrier of the shop: by its record's `kind`. Each is imported when it is first asked for.

Secrets: `waybill/<stage>/carriers`, under `<carrier>/account`: EasyPost `{"api_key"}`. Under `<carrier>` alone lie the secrets with which it signs what it tells us.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from waybill.fulfilment.carriers.tariff import TariffCarrier
from waybill.fulfilment.ports import Carrier
from waybill.kernel.errors import Unavailable
from waybill.shop import model

TARIFF, EASYPOST = "tariff", "easypost"
KINDS = (TARIFF, EASYPOST)
Secret = Callable[[str], dict[str, Any]]


def adapter(carrier: model.Carrier, secret: Secret) -> Carrier:
    """What stands behind a carrier. `secret` reads one of the deployment's secrets. Raises Unavailable where its account is missing."""
    if carrier.kind == EASYPOST:
        from waybill.fulfilment.carriers.easypost.api import Api
        from waybill.fulfilment.carriers.easypost.carrier import EasyPost

        account = _account(carrier, secret)
        return EasyPost(carrier.id, Api(carrier.id, account.get("api_key", ""), carrier.settings.get("api_base", "")), carrier.settings)
    return TariffCarrier(carrier)


def _account(carrier: model.Carrier, secret: Secret) -> dict[str, Any]:
    account = secret("carriers").get(f"{carrier.id}/account")
    if not isinstance(account, dict):
        raise Unavailable(f"the secret waybill/<stage>/carriers has no {carrier.id}/account: see the runbook")
    return account
