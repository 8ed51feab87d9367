"""The cloud of template.yaml, in memory: tables, queues, rules, streams, the machine, and the environment that names them."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

from proof.cloud.bus import Bus, Pattern, Rule
from proof.cloud.clock import Clock
from proof.cloud.dynamodb import DynamoDB
from proof.cloud.machine import Machine
from proof.cloud.small import S3, Secrets, Ses
from proof.cloud.sqs import Sqs, settings_of
from proof.cloud.streams import Consumer
from proof.cloud.tables import Index, Table
from tests.support.template import ROOT, functions, resources, switched_off, target

_TABLES = {"ORDERS": "Orders", "DOCUMENTS": "Documents", "INVENTORY": "Inventory", "LEDGER": "Ledger", "SHOP": "Shop", "MESSAGES": "Messages"}
_DECISION_SECONDS = "60"
SECRETS: dict[str, dict[str, Any]] = {
    "channels": {"shopify": ["shopify-secret", "old-shopify-secret"], "woocommerce": ["woo-secret"], "api": ["api-secret"]},
    "stripe": {"api_key": "sk_test_12345", "webhook_secrets": ["whsec_old", "whsec_new"]},
    "carriers": {"parcelway": ["carrier-secret"]},
    "nodes": {"secrets": ["node-secret"]},
    "desk": {"session_key": "desk-session-key"},
}


@dataclass(frozen=True, slots=True)
class Cloud:
    """Everything that holds state. A snapshot of it is cheap, and may be gone back to as often as one likes."""

    clock: Clock
    dynamodb: DynamoDB
    sqs: Sqs
    bus: Bus
    machine: Machine
    s3: S3
    secrets: Secrets
    ses: Ses

    @property
    def services(self) -> dict[str, Any]:
        """By the names that the code asks for."""
        return {
            "dynamodb": self.dynamodb, "sqs": self.sqs, "events": self.bus, "stepfunctions": self.machine, "s3": self.s3,
            "secretsmanager": self.secrets, "sesv2": self.ses,
        }  # fmt: skip

    def snapshot(self) -> Any:
        return self.clock.seconds, [service.snapshot() for service in self.services.values()]

    def restore(self, taken: Any) -> None:
        self.clock.seconds = taken[0]
        for service, kept in zip(self.services.values(), taken[1], strict=True):
            service.restore(kept)


def build(clock: Clock, lag: Callable[[], int]) -> Cloud:
    """The template's cloud, empty but for the secrets that a person creates."""
    sqs = Sqs([settings_of(name, properties, _dead(properties)) for name, properties in resources("AWS::SQS::Queue").items()], clock)
    kept = Secrets()
    for name, value in SECRETS.items():
        kept.put_secret_value(SecretId=f"waybill/local/{name}", SecretString=json.dumps(value))
    tables = [_table(name, properties) for name, properties in resources("AWS::DynamoDB::Table").items()]
    rules = [rule(name) for name in resources("AWS::Events::Rule") if name not in switched_off()]
    return Cloud(clock, DynamoDB(tables, clock, lag), sqs, Bus(rules, sqs, clock), Machine(_definition(), sqs, clock), S3(), kept, Ses())


def rule(name: str) -> Rule:
    properties = resources("AWS::Events::Rule")[name]
    said = properties["EventPattern"]
    return Rule(name, tuple(said["detail-type"]), Pattern(said), tuple(target(to["Arn"]) for to in properties["Targets"]))


def environment() -> dict[str, str]:
    """What the functions find in theirs."""
    tables = {f"{short}_TABLE": f"{name}Table" for short, name in _TABLES.items()}
    urls = {f"{_snake(name.removesuffix('Queue'))}_QUEUE_URL": f"https://sqs.example/{name}" for name in resources("AWS::SQS::Queue") if name.endswith("Queue")}
    more = {"STAGE": "local", "FILES_BUCKET": "files", "BUS_NAME": "waybill", "DIRECT_CARRIERS_FUNCTION": "DirectCarriersFunction", "ORDER_MACHINE_ARN": "arn:aws:states:us-east-1:123456789012:stateMachine:order"}
    return {**tables, **urls, **more, "MAIL_FROM": "orders@shop.example", "STRIPE_API_BASE": "", "AWS_REGION": "us-east-1", "AWS_DEFAULT_REGION": "us-east-1"}


def consumers(switched_on: bool) -> list[Consumer]:
    """Who reads which stream; with `switched_on` those that a deployment must ask for instead."""
    found = []
    for folder, properties in functions().items():
        for event in properties.get("Events", {}).values():
            if event["Type"] == "DynamoDB" and ("Enabled" in event["Properties"]) == switched_on:
                found.append(_consumer(folder, event["Properties"]))
    return found


@dataclass(frozen=True, slots=True)
class Poller:
    """Who is given the messages of a queue, and how many at once."""

    queue: str
    function: str
    batch: int


@cache
def pollers() -> tuple[Poller, ...]:
    return tuple(
        Poller(target(event["Properties"]["Queue"]), folder, event["Properties"].get("BatchSize", 10))
        for folder, properties in functions().items()
        for event in properties.get("Events", {}).values()
        if event["Type"] == "SQS"
    )


def _consumer(folder: str, properties: dict[str, Any]) -> Consumer:
    filters = tuple(Pattern(json.loads(item["Pattern"])) for item in properties.get("FilterCriteria", {}).get("Filters", []))
    return Consumer(target(properties["Stream"]), folder, filters, min(properties.get("BatchSize", 100), 50), properties.get("MaximumRetryAttempts", 1000))


def _dead(properties: dict[str, Any]) -> str:
    return target(properties["RedrivePolicy"]["deadLetterTargetArn"]) if "RedrivePolicy" in properties else ""


def _table(name: str, properties: dict[str, Any]) -> Table:
    hash, range = _keys(properties["KeySchema"])
    indexes = [_index(index) for index in properties.get("GlobalSecondaryIndexes", ())]
    expires = properties.get("TimeToLiveSpecification", {}).get("AttributeName", "")
    return Table(name, hash, range, indexes, properties.get("StreamSpecification", {}).get("StreamViewType", ""), expires)


def _index(properties: dict[str, Any]) -> Index:
    projection = properties["Projection"]
    projected = None if projection["ProjectionType"] == "ALL" else tuple(projection.get("NonKeyAttributes", ()))
    return Index(properties["IndexName"], *_keys(properties["KeySchema"]), projected)


def _keys(schema: list[dict[str, str]]) -> tuple[str, str]:
    by_kind = {part["KeyType"]: part["AttributeName"] for part in schema}
    return by_kind["HASH"], by_kind.get("RANGE", "")


@cache
def _definition() -> dict[str, Any]:
    text = (ROOT / "statemachines/order.asl.json").read_text().replace("${PaymentDecisionSeconds}", _DECISION_SECONDS)
    return json.loads(text)


def _snake(name: str) -> str:
    return "".join(f"_{char}" if char.isupper() and index else char for index, char in enumerate(name)).upper()
