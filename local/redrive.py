"""Sends dead letters back to the queue they came from, on the laptop and on AWS.

AWS has StartMessageMoveTask, the laptop's engine has not; so messages are received, sent and only then deleted. A crash
between the last two leaves a message twice, which every consumer of ours bears.
"""

from __future__ import annotations

import json
from typing import Any

import botocore.session

from local import stackfile
from local.problems import Problem
from local.settings import STACK_NAME, aws_environment

_BATCH = 10


def redrive_stack(part_of_name: str | None, stack: str | None) -> None:
    """Every dead-letter queue of a stack, or those whose name holds a text; prints what was moved."""
    make = _clients(stack)
    sqs, found = make("sqs"), 0
    names = dict(_queues(make("cloudformation"), stack or STACK_NAME))
    for source, dead_letters in _pairs(sqs, names):
        if part_of_name and part_of_name.lower() not in f"{source} {dead_letters}".lower():
            continue
        found += 1
        moved = redrive(sqs, names[dead_letters], names[source])
        print(f"  {dead_letters}: {moved} back to {source}")
    if not found:
        raise Problem(f"No dead-letter queue{f' like {part_of_name}' if part_of_name else ''} in {stack or STACK_NAME}.")


def _pairs(sqs: Any, names: dict[str, str]) -> list[tuple[str, str]]:
    """(source, dead letters) of every queue that has a redrive policy, by logical name."""
    by_arn, targets = {}, {}
    for name, url in names.items():
        attributes = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn", "RedrivePolicy"])["Attributes"]
        by_arn[attributes["QueueArn"]] = name
        if "RedrivePolicy" in attributes:
            targets[name] = json.loads(attributes["RedrivePolicy"])["deadLetterTargetArn"]
    return [(name, by_arn[arn]) for name, arn in targets.items() if arn in by_arn]


def redrive(sqs: Any, dead_letters: str, source: str) -> int:
    """Moves what is in `dead_letters` now to `source`; both are queue URLs. Returns how many."""
    attributes = sqs.get_queue_attributes(QueueUrl=dead_letters, AttributeNames=["ApproximateNumberOfMessages"])
    left, moved = int(attributes["Attributes"]["ApproximateNumberOfMessages"]), 0
    while moved < left:  # not until empty: what fails again comes back here
        answer = sqs.receive_message(QueueUrl=dead_letters, MaxNumberOfMessages=_BATCH, MessageAttributeNames=["All"])
        messages = answer.get("Messages", [])
        if not messages:
            break
        for message in messages:
            sqs.send_message(QueueUrl=source, MessageBody=message["Body"], MessageAttributes=message.get("MessageAttributes", {}))
            sqs.delete_message(QueueUrl=dead_letters, ReceiptHandle=message["ReceiptHandle"])
            moved += 1
    return moved


def _queues(cloudformation: Any, stack: str) -> list[tuple[str, str]]:
    pages = cloudformation.get_paginator("list_stack_resources").paginate(StackName=stack)
    resources = [resource for page in pages for resource in page["StackResourceSummaries"]]
    return [(r["LogicalResourceId"], r["PhysicalResourceId"]) for r in resources if r["ResourceType"] == "AWS::SQS::Queue"]


def _clients(stack: str | None) -> Any:
    session = botocore.session.Session()
    if stack:
        return session.create_client  # AWS: whoever the shell says we are
    where = aws_environment(stackfile.read().engine_url)

    def make(service: str) -> Any:
        return session.create_client(
            service,
            endpoint_url=where["AWS_ENDPOINT_URL"],
            region_name=where["AWS_REGION"],
            aws_access_key_id=where["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=where["AWS_SECRET_ACCESS_KEY"],
        )

    return make
