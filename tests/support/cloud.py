"""A cloud in this process (moto), with the tables, queues, bus, rules, bucket and secrets of template.yaml.

For one thread at a time: nothing about concurrency is tested here. It is built anew for each test, and so without HTTP: by moto's own models.
"""

from __future__ import annotations

import copy
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any
from unittest.mock import patch

import botocore.loaders
import botocore.session
from moto import mock_aws
from moto.dynamodb.models import dynamodb_backends
from moto.events.models import events_backends
from moto.s3.models import s3_backends
from moto.secretsmanager.models import secretsmanager_backends
from moto.sesv2.models import sesv2_backends
from moto.sqs.models import sqs_backends

from tests.support.quick_moto import quick
from tests.support.template import resources, switched_off, target
from waybill.aws import clients, lean, secrets
from waybill.shop import store as shop

REGION = "us-east-1"
ACCOUNT = "123456789012"
MACHINE = f"arn:aws:states:{REGION}:{ACCOUNT}:stateMachine:order"
_TABLES = {"ORDERS": "Orders", "DOCUMENTS": "Documents", "INVENTORY": "Inventory", "LEDGER": "Ledger", "SHOP": "Shop", "MESSAGES": "Messages"}
SECRETS = {
    "channels": {"shopify": ["shopify-secret", "old-shopify-secret"], "woocommerce": ["woo-secret"], "api": ["api-secret"]},
    "stripe": {"api_key": "sk_test_12345", "webhook_secrets": ["whsec_old", "whsec_new"]},
    "paypal": {"client_id": "client", "client_secret": "client-secret", "webhook_id": "WH-1", "api_base": "http://127.0.0.1:9"},
    "adyen": {"api_key": "AQE-test", "merchant_account": "WaybillECOM", "api_base": "http://127.0.0.1:9/v71", "hmac_keys": ["00ff"]},
    "carriers": {"parcelway": ["carrier-secret"], "bluebird": ["carrier-secret"]},
    "nodes": {"secrets": ["node-secret"]},
    "desk": {"session_key": "desk-session-key"},
}


@contextmanager
def cloud() -> Iterator[None]:
    """Everything of the template that holds state, empty, for as long as the block lasts; the environment names it."""
    settings = _environment()
    before = {name: os.environ.get(name) for name in settings}
    os.environ.update(settings)
    try:
        with mock_aws(), quick(ACCOUNT, REGION), patch.object(clients, "_session", _lasting):
            _forget()
            _build()
            yield
    finally:
        _forget()
        for name, value in before.items():
            os.environ.pop(name, None) if value is None else os.environ.update({name: value})


def queue_url(name: str) -> str:
    """The URL of a queue by the template's logical id without `Queue`: `Payment`, `PaymentDeadLetters` alike."""
    return f"https://sqs.{REGION}.amazonaws.com/{ACCOUNT}/{name}"


_plain: dict[str, Any] = {}
_read = cache(botocore.loaders.JSONFileLoader().load_file)
botocore.loaders.JSONFileLoader.load_file = lambda self, path: _read(path)  # every world has sessions of its own, all read the same models


class _Lasting:
    """Where the clients of our code come from: a session that outlives a world, and so do its clients. To make one costs more than most tests; what it was made with,
    and in which environment, is what it is known by."""

    def __init__(self) -> None:
        self._made: dict[Any, Any] = {}
        self._session: Any = None

    def __call__(self) -> _Lasting:
        return self

    def cache_clear(self) -> None:
        """Nothing is forgotten."""

    def create_client(self, service: str, config: Any) -> Any:
        settings = tuple(sorted((name, value) for name, value in os.environ.items() if name.startswith("AWS_")))
        known_by = service, settings, repr(sorted(config._user_provided_options.items()))
        if known_by not in self._made:
            self._session = self._session or lean.new_session()
            self._made[known_by] = self._session.create_client(service, config=config)
        return self._made[known_by]


_lasting = _Lasting()


@contextmanager
def instead(services: dict[str, Any]) -> Iterator[None]:
    """For as long as the block lasts these are what `plain_client` answers: those of a world that is not on moto."""
    before = _plain.copy()
    _plain.update(services)
    try:
        yield
    finally:
        _plain.clear()
        _plain.update(before)


def plain_client(service: str) -> Any:
    """A client that does not pass the gate: for what the cloud itself does, not our code."""
    if service not in _plain:
        _plain[service] = _session().create_client(service, region_name=REGION)
    return _plain[service]


@cache
def _session() -> Any:
    """One for all worlds: it keeps the services' models, which take long to read."""
    return botocore.session.get_session()


def _forget() -> None:
    clients.forget()
    secrets.forget()
    shop.forget()


def _environment() -> dict[str, str]:
    names = {f"{short}_TABLE": f"{name}Table" for short, name in _TABLES.items()}
    urls = {
        f"{_snake(name.removesuffix('Queue'))}_QUEUE_URL": f"https://sqs.{REGION}.amazonaws.com/{ACCOUNT}/{name}"
        for name in resources("AWS::SQS::Queue")
        if name.endswith("Queue")
    }
    return {
        **names,
        **urls,
        "STAGE": "local",
        "FILES_BUCKET": "files",
        "BUS_NAME": "waybill",
        "DIRECT_CARRIERS_FUNCTION": "DirectCarriersFunction",
        "ORDER_MACHINE_ARN": MACHINE,
        "MAIL_FROM": "orders@shop.example",
        "STRIPE_API_BASE": "",
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "AWS_EC2_METADATA_DISABLED": "true",
    }


def _snake(name: str) -> str:
    return "".join(f"_{char}" if char.isupper() and index else char for index, char in enumerate(name)).upper()


def switch_on(rule: str) -> None:
    """From now on the bus has this rule too, which a deployment must ask for."""
    _rule(rule, resources("AWS::Events::Rule")[rule])


def _build() -> None:
    for name, properties in resources("AWS::DynamoDB::Table").items():
        _table(name, properties)
    queues = resources("AWS::SQS::Queue")
    for name in sorted(queues, key=lambda name: "RedrivePolicy" in queues[name]):
        _queue(name, queues[name])
    s3_backends[ACCOUNT]["aws"].create_bucket("files", REGION)
    _of(events_backends).create_event_bus("waybill")
    for name, properties in resources("AWS::Events::Rule").items():
        if name not in switched_off():
            _rule(name, properties)
    for name, value in SECRETS.items():
        _of(secretsmanager_backends).create_secret(
            f"waybill/local/{name}", json.dumps(value), None, description=None, tags=[], kms_key_id=None, client_request_token=None, replica_regions=[], force_overwrite=False
        )
    _of(sesv2_backends).create_email_identity("orders@shop.example", [], None, None)


def _of(backends: Any) -> Any:
    """moto's model of a service."""
    return backends[ACCOUNT][REGION]


def _table(name: str, properties: dict[str, Any]) -> None:
    said = copy.deepcopy(properties)
    stream = said.get("StreamSpecification")
    _of(dynamodb_backends).create_table(
        name, schema=said["KeySchema"], attr=said["AttributeDefinitions"], global_indexes=said.get("GlobalSecondaryIndexes", []), indexes=[],
        streams={"StreamEnabled": True, **stream} if stream else None, billing_mode=said.get("BillingMode", "PROVISIONED"), throughput=None,
        sse_specification=None, tags=[], deletion_protection_enabled=False, warm_throughput=None,
    )  # fmt: skip


def _queue(name: str, properties: dict[str, Any]) -> None:
    attributes = {"VisibilityTimeout": "0"}
    redrive = properties.get("RedrivePolicy")
    if redrive:
        dead = f"arn:aws:sqs:{REGION}:{ACCOUNT}:{target(redrive['deadLetterTargetArn'])}"
        attributes["RedrivePolicy"] = json.dumps({"deadLetterTargetArn": dead, "maxReceiveCount": redrive["maxReceiveCount"]})
    _of(sqs_backends).create_queue(name, **attributes)


def _rule(name: str, properties: dict[str, Any]) -> None:
    events = _of(events_backends)
    events.put_rule(name, event_bus_arn="waybill", event_pattern=json.dumps(properties["EventPattern"]))
    arns = [f"arn:aws:sqs:{REGION}:{ACCOUNT}:{target(to['Arn'])}" for to in properties["Targets"]]
    events.put_targets(name, "waybill", [{"Id": str(n), "Arn": arn} for n, arn in enumerate(arns)])
