"""Which adapter stands for a carrier of the shop: by its record's `kind`. Each is imported when it is first asked for.

Secrets: `waybill/<stage>/carriers`, under `<carrier>/account`: EasyPost `{"api_key"}`, karrio's UPS `{"client_id", "client_secret", "account_number"}` and FedEx `{"api_key",
"secret_key", "account_number", "track_api_key", "track_secret_key"}`, which only `functions/direct_carriers` reads. Under `<carrier>` alone lie the secrets with which it signs what it tells us.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from waybill.fulfilment.carriers.tariff import TariffCarrier
from waybill.fulfilment.ports import Carrier
from waybill.kernel.errors import NotConnected
from waybill.shop import model

TARIFF, EASYPOST, KARRIO = "tariff", "easypost", "karrio"
KINDS = (TARIFF, EASYPOST, KARRIO)
CONNECTORS = ("ups", "fedex")
"""Of karrio: those that the layer direct_carriers ships, and that were judged."""
Secret = Callable[[str], dict[str, Any]]


def adapter(carrier: model.Carrier, secret: Secret) -> Carrier:
    """What stands behind a carrier. `secret` reads one of the deployment's secrets. Raises NotConnected where its account is missing."""
    if carrier.kind == EASYPOST:
        from waybill.fulfilment.carriers.easypost.api import Api
        from waybill.fulfilment.carriers.easypost.carrier import EasyPost

        told = account(carrier, secret)
        return EasyPost(carrier.id, Api(carrier.id, told.get("api_key", ""), carrier.settings.get("api_base", "")), carrier.settings)
    if carrier.kind == KARRIO:
        from functools import partial

        from waybill.aws import invoking
        from waybill.fulfilment.carriers.karrio.carrier import Karrio

        return Karrio(carrier.id, partial(invoking.ask, "DIRECT_CARRIERS_FUNCTION"))
    return TariffCarrier(carrier)


def account(carrier: model.Carrier, secret: Secret) -> dict[str, Any]:
    """Its account as the deployment's secret has it. Raises NotConnected where it is missing."""
    found = secret("carriers").get(f"{carrier.id}/account")
    if not isinstance(found, dict):
        raise NotConnected(f"the secret waybill/<stage>/carriers has no {carrier.id}/account: see the runbook")
    return found
