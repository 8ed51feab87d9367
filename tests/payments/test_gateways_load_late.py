"""Setting the payment function up loads no gateway; asking for one loads that one, and no gateway brings a library of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from tests.support.cloud import SECRETS
from tests.support.template import ROOT

GATEWAYS = {
    "stripe": {"stripe.gateway", "stripe.api", "stripe.answers"},
    "paypal": {"paypal.gateway", "paypal.api", "paypal.answers"},
    "adyen": {"adyen.gateway", "adyen.api", "adyen.facts", "told"},
    "ledger": {"ledger.gateway", "ledger.credits", "ledger.table"},
}
_LOAD = """
import json, sys
from waybill.bootstrap import payments as payments_root
from waybill.aws import secrets
told = json.loads(sys.argv[2])
secrets.secret = told.get
payments_root.payment()
before = set(sys.modules)
if sys.argv[1]:
    payments_root.gateways()[sys.argv[1]]
print(json.dumps([sorted(before), sorted(set(sys.modules) - before)]))
"""


def _loaded(gateway: str) -> tuple[set[str], set[str]]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "layers" / "waybill"), "STAGE": "local"}
    command = [sys.executable, "-c", _LOAD, gateway, json.dumps(SECRETS)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    before, after = json.loads(done.stdout)
    return set(before), set(after)


def _ours(modules: set[str]) -> set[str]:
    adapters = {name for names in GATEWAYS.values() for name in names}
    return {module.removeprefix("waybill.payments.") for module in modules} & adapters


def test_setting_up_loads_no_gateway_and_no_client() -> None:
    before, _ = _loaded("")
    assert not _ours(before)
    assert not {"stripe", "requests", "paypalserversdk", "Adyen", "urllib3", "botocore"} & {module.partition(".")[0] for module in before}


@pytest.mark.parametrize("gateway", GATEWAYS)
def test_asking_for_a_gateway_loads_that_one_alone(gateway: str) -> None:
    _, after = _loaded(gateway)
    assert _ours(after) == GATEWAYS[gateway]
    assert not {"stripe", "requests", "paypalserversdk", "Adyen"} & {module.partition(".")[0] for module in after}
