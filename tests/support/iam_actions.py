"""What IAM is asked for each call of ours: actions, each on the ARN that the call touches in the tests' own cloud. The one table of it."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any, NamedTuple

import botocore.session

from tests.support.cloud import ACCOUNT, MACHINE, REGION

_Detail = dict[str, Any]


class Need(NamedTuple):
    """One thing that a role must allow for a call to be answered."""

    action: str
    resource: str


def needs(name: str, detail: _Detail) -> list[Need]:
    """Of a call that passed the gate. What is no call to AWS (a gateway, a channel, a node) needs nothing. Raises KeyError for a call
    to AWS that the table lacks: nothing passes unjudged."""
    if name.partition(".")[0] not in _services():
        return []
    return [Need(*each) for each in _TABLE[name](detail)]


@cache
def _services() -> frozenset[str]:
    return frozenset(botocore.session.get_session().get_available_services())


def arn(service: str, resource: str) -> str:
    return f"arn:aws:{service}:{REGION}:{ACCOUNT}:{resource}"


def queue_arn(url: str) -> str:
    return arn("sqs", url.rpartition("/")[2])


def secret_arn(name: str) -> str:
    """Secrets Manager ends every secret's ARN in six characters of its own."""
    return arn("secretsmanager", f"secret:{name}-Ab1Cd2")


def _table(name: str) -> str:
    return arn("dynamodb", f"table/{name}")


def _item(action: str) -> Callable[[_Detail], list[tuple[str, str]]]:
    return lambda detail: [(f"dynamodb:{action}", _table(detail["TableName"]))]


def _query(detail: _Detail) -> list[tuple[str, str]]:
    """A query of an index is judged by the index alone."""
    index = f"/index/{detail['IndexName']}" if "IndexName" in detail else ""
    return [("dynamodb:Query", _table(detail["TableName"]) + index)]


def _batch(detail: _Detail) -> list[tuple[str, str]]:
    return [("dynamodb:BatchGetItem", _table(name)) for name in detail["RequestItems"]]


_MEMBERS = {"Put": "PutItem", "Update": "UpdateItem", "Delete": "DeleteItem", "ConditionCheck": "ConditionCheckItem"}


def _transaction(detail: _Detail) -> list[tuple[str, str]]:
    """There is no action for a transaction: each member is judged as the call that it stands for."""
    members = [(_MEMBERS[kind], request) for item in detail["TransactItems"] for kind, request in item.items()]
    return [(f"dynamodb:{action}", _table(request["TableName"])) for action, request in members]


def _events(detail: _Detail) -> list[tuple[str, str]]:
    return [("events:PutEvents", arn("events", f"event-bus/{entry['EventBusName']}")) for entry in detail["Entries"]]


def _object(action: str) -> Callable[[_Detail], list[tuple[str, str]]]:
    return lambda detail: [(f"s3:{action}", f"arn:aws:s3:::{detail['Bucket']}/{detail['Key']}")]


def _secret(action: str) -> Callable[[_Detail], list[tuple[str, str]]]:
    return lambda detail: [(f"secretsmanager:{action}", secret_arn(detail["SecretId"]))]


def _mail(detail: _Detail) -> list[tuple[str, str]]:
    """SES v2 has one operation, and judges a raw message also as SES v1's SendRawEmail."""
    identity = arn("ses", f"identity/{detail['FromEmailAddress'].rpartition('<')[2].rstrip('>')}")
    raw = [("ses:SendRawEmail", identity)] if "Raw" in detail["Content"] else []
    return [("ses:SendEmail", identity), *raw]


def _machine(action: str) -> Callable[[_Detail], list[tuple[str, str]]]:
    """A task token is judged by the machine that waits on it, and there is but one."""
    return lambda detail: [(f"states:{action}", detail.get("stateMachineArn", MACHINE))]


_TABLE: dict[str, Callable[[_Detail], list[tuple[str, str]]]] = {
    **{f"dynamodb.{action}": _item(action) for action in ("GetItem", "PutItem", "UpdateItem", "DeleteItem")},
    "dynamodb.Query": _query,
    "dynamodb.BatchGetItem": _batch,
    "dynamodb.TransactWriteItems": _transaction,
    "events.PutEvents": _events,
    "s3.GetObject": _object("GetObject"),
    "s3.PutObject": _object("PutObject"),
    "s3.HeadObject": _object("GetObject"),
    "s3.DeleteObject": _object("DeleteObject"),
    **{f"secretsmanager.{action}": _secret(action) for action in ("GetSecretValue", "PutSecretValue", "UpdateSecretVersionStage")},
    "sesv2.SendEmail": _mail,
    "lambda.Invoke": lambda detail: [("lambda:InvokeFunction", arn("lambda", f"function:{detail['FunctionName']}"))],
    "sqs.SendMessageBatch": lambda detail: [("sqs:SendMessage", queue_arn(detail["QueueUrl"]))],
    "sqs.SendMessage": lambda detail: [("sqs:SendMessage", queue_arn(detail["QueueUrl"]))],
    **{f"stepfunctions.{action}": _machine(action) for action in ("StartExecution", "ListExecutions", "SendTaskSuccess", "SendTaskFailure")},
}
