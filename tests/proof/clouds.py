"""The same little cloud thrice: in memory as the world has it, in moto, and in the laptop's engine."""

from __future__ import annotations

import base64
import itertools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import botocore.session
from botocore.exceptions import ClientError
from moto import mock_aws

from local.engine.testing import engine
from proof.cloud.clock import Clock
from proof.cloud.dynamodb import DynamoDB
from proof.cloud.sqs import QueueSettings, Sqs
from proof.cloud.streams import record
from proof.cloud.tables import Index, Table

_number = itertools.count(1)
_KEYS = [{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}]
_ATTRIBUTES = [{"AttributeName": name, "AttributeType": "S"} for name in ("pk", "sk", "day", "placed", "lookup_pk", "lookup_sk")]
_INDEXES = [
    {
        "IndexName": "by_day",
        "KeySchema": [{"AttributeName": "day", "KeyType": "HASH"}, {"AttributeName": "placed", "KeyType": "RANGE"}],
        "Projection": {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["status"]},
    },
    {
        "IndexName": "lookup",
        "KeySchema": [{"AttributeName": "lookup_pk", "KeyType": "HASH"}, {"AttributeName": "lookup_sk", "KeyType": "RANGE"}],
        "Projection": {"ProjectionType": "KEYS_ONLY"},
    },
]
VISIBILITY_S, MOST = 30, 3


@dataclass(frozen=True)
class Little:
    """One table like Orders, one queue with its dead letters; `changes` is what the table's stream says."""

    dynamodb: Any
    sqs: Any
    table: str
    queue: str
    dead: str
    changes: Callable[[], list[tuple[str, Any, Any, Any]]]

    def ask(self, operation: str, /, **request: Any) -> Any:
        """What DynamoDB answers, or how it refuses; the table is named where it belongs."""
        return _answered(getattr(self.dynamodb, operation), request)

    def ask_queue(self, operation: str, /, **request: Any) -> Any:
        return _answered(getattr(self.sqs, operation), request)


def _answered(operation: Callable[..., Any], request: dict[str, Any]) -> Any:
    try:
        answer = operation(**request)
    except ClientError as refusal:
        reasons = [(reason["Code"], reason.get("Item")) for reason in refusal.response.get("CancellationReasons", ())]
        return ("refused", refusal.response["Error"]["Code"], refusal.response.get("Item"), reasons)
    return {name: value for name, value in answer.items() if name != "ResponseMetadata"}


def ours() -> Little:
    clock = Clock()
    indexes = [Index("by_day", "day", "placed", ("status",)), Index("lookup", "lookup_pk", "lookup_sk", ())]
    table = Table("T", "pk", "sk", indexes, "NEW_AND_OLD_IMAGES")
    dynamodb, sqs = DynamoDB([table], clock), Sqs([QueueSettings("Q", VISIBILITY_S, 345_600, "D", MOST), QueueSettings("D")], clock)

    def changes() -> list[tuple[str, Any, Any, Any]]:
        return [_said(record(change, table)) for change in table.since(0, 10_000)]

    return Little(dynamodb, sqs, "T", "Q", "D", changes)


@contextmanager
def motos() -> Iterator[Callable[[], Little]]:
    """Each call makes one that is empty."""
    with mock_aws():
        session = botocore.session.Session()
        credentials = {"region_name": "us-east-1", "aws_access_key_id": "testing", "aws_secret_access_key": "testing"}
        yield _maker(lambda service: session.create_client(service, **credentials))


@contextmanager
def engines() -> Iterator[Callable[[], Little]]:
    with engine() as running:
        yield _maker(running.client)


def _maker(client: Callable[[str], Any]) -> Callable[[], Little]:
    dynamodb, sqs, streams = client("dynamodb"), client("sqs"), client("dynamodbstreams")

    def make() -> Little:
        name = f"table-{next(_number)}"
        made = dynamodb.create_table(
            TableName=name, KeySchema=_KEYS, AttributeDefinitions=_ATTRIBUTES, GlobalSecondaryIndexes=_INDEXES, BillingMode="PAY_PER_REQUEST",
            StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"},
        )  # fmt: skip
        arn = made["TableDescription"]["LatestStreamArn"]
        dead = sqs.create_queue(QueueName=f"{name}-dead")["QueueUrl"]
        of_dead = sqs.get_queue_attributes(QueueUrl=dead, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        redrive = f'{{"deadLetterTargetArn": "{of_dead}", "maxReceiveCount": {MOST}}}'
        queue = sqs.create_queue(QueueName=name, Attributes={"VisibilityTimeout": str(VISIBILITY_S), "RedrivePolicy": redrive})["QueueUrl"]
        return Little(dynamodb, sqs, name, queue, dead, lambda: _read(streams, arn))

    return make


def _read(streams: Any, arn: str) -> list[tuple[str, Any, Any, Any]]:
    found = []
    for shard in streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"]:
        at = streams.get_shard_iterator(StreamArn=arn, ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON")["ShardIterator"]
        found += [_said(each) for each in streams.get_records(ShardIterator=at)["Records"]]
    return found


def _said(told: dict[str, Any]) -> tuple[str, Any, Any, Any]:
    """What a record of a stream says, its bytes as text."""
    body = told["dynamodb"]
    return told["eventName"], body["Keys"], _text(body.get("OldImage")), _text(body.get("NewImage"))


def _text(value: Any) -> Any:
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, dict):
        return {name: _text(inner) for name, inner in value.items()}
    return [_text(inner) for inner in value] if isinstance(value, list) else value
