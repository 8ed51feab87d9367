"""Least privilege: what the expanded template allows each role is what its function was seen to do, no less and no more."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import Any

import pytest

from tests.house.stage import Seen
from tests.support.expanded import expanded
from tests.support.iam_actions import Need, arn, needs
from tests.support.privileges import (
    ORDER_MACHINE,
    Call,
    Grant,
    fences,
    granted,
    managed,
    missing,
    resolved,
    roles,
    sources,
    unused,
)
from tests.support.template import functions

pytestmark = pytest.mark.xdist_group("least privilege")

IDLE: dict[Grant, str] = {}
"""What is allowed though no scene does it, and why."""

OPEN = {
    "arn:aws:s3:::files/batches/*": "labels that are printed together lie under the hash of them all",
    "arn:aws:s3:::files/carriers/*": "labels lie under the carrier and the key under which they were bought",
    "arn:aws:s3:::files/documents/*": "a large document lies under its channel and its hash",
    "arn:aws:s3:::files/edi/*": "files lie in the folder of a partner",
    "arn:aws:s3:::files/interchanges/*": "interchanges lie under their id",
    "arn:aws:s3:::files/imports/*": "a spreadsheet and its parts lie under their import",
    "arn:aws:s3:::files/manifests/*": "a carrier's form lies under its manifest",
    "arn:aws:s3:::files/orders/*": "papers lie under their order and their parcel",
    "arn:aws:secretsmanager:*:secret:waybill/local/*-[?][?][?][?][?][?]": "Secrets Manager ends a secret's ARN in six characters of its own",
    "arn:aws:ses:*:identity/[*]": "each channel's brand has a sender, and SES asks for the address or its domain, whichever it has verified",
}
"""Resources with a wildcard in them, and why it must be."""

BASIC, QUEUE, STREAM = "AWSLambdaBasicExecutionRole", "AWSLambdaSQSQueueExecutionRole", "AWSLambdaDynamoDBExecutionRole"
FENCED = {
    QUEUE: frozenset({"sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"}),
    STREAM: frozenset({"dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator"}),
}
"""SAM attaches AWS's own policies to a role that it makes, for Lambda's poller; they name no resource. What they allow is denied but for
the function's own source. Left open are the function's log (its name would tie role and function in a circle) and
`dynamodb:ListStreams`, which AWS allows for all or for none."""


def test_every_function_was_at_work_and_every_route_taken(seen: Seen):
    assert {call.who for call in seen.calls} == set(functions())
    assert seen.all_routes - seen.routes == set()


def test_nothing_that_a_function_does_is_refused(calls: list[Call]):
    assert missing(calls, granted()) == []


def test_nothing_is_allowed_that_nobody_does(calls: list[Call]):
    assert unused(calls, set(granted()) - set(IDLE)) == []
    assert set(IDLE) <= set(granted()), "IDLE names what is not even allowed"
    assert unused(calls, IDLE) == sorted(f"{grant.who} is allowed {grant.action} on {grant.resource} and never does it" for grant in IDLE)


def test_no_action_has_a_wildcard_and_no_resource_but_those_that_must():
    assert [grant for grant in granted() if "*" in grant.action or "?" in grant.action] == []
    wide = {grant.resource for grant in granted() if "*" in grant.resource or "?" in grant.resource}
    assert {resource for resource in wide if not any(fnmatchcase(resource, known) for known in OPEN)} == set()
    assert [known for known in OPEN if not any(fnmatchcase(resource, known) for resource in wide)] == []


def test_a_function_hears_its_own_source_and_no_other():
    for who, attached in managed().items():
        own = sources().get(who, set())
        kinds = {source: QUEUE if ":sqs:" in source else STREAM for source in own}
        assert attached == ({BASIC, *kinds.values()} if who != ORDER_MACHINE else set()), who
        assert fences().get(who, {}) == {source: FENCED[kind] for source, kind in kinds.items()}, who


def test_there_is_no_role_and_no_policy_beside_those_that_are_compared():
    found = [resource for resource in expanded()["Resources"].values() if resource["Type"].startswith("AWS::IAM::")]
    assert {resource["Type"] for resource in found} == {"AWS::IAM::Role"}
    assert len(found) == len(roles()) == len(functions()) + 1


def test_the_bus_may_send_where_its_rules_send_and_nowhere_else():
    after = expanded()["Resources"].values()
    statement = _sender("events.amazonaws.com")
    targets = [target for each in after if each["Type"] == "AWS::Events::Rule" for target in each["Properties"].get("Targets", ())]
    told = {resolved(target["Arn"]) for target in targets if "DeadLetterConfig" in target}
    failed = {resolved(target["DeadLetterConfig"]["Arn"]) for target in targets if "DeadLetterConfig" in target}
    assert {resolved(resource) for resource in statement["Resource"]} == told | failed


def test_files_are_told_of_in_one_queue_by_buckets_of_this_account_alone():
    statement = _sender("s3.amazonaws.com")
    (bucket,) = [each["Properties"] for each in expanded()["Resources"].values() if each["Type"] == "AWS::S3::Bucket"]
    (told,) = bucket["NotificationConfiguration"]["QueueConfigurations"]
    assert resolved(told["Queue"]) == resolved(statement["Resource"])
    assert list(statement["Condition"]["StringEquals"]) == ["aws:SourceAccount"]


def _sender(service: str) -> dict[str, Any]:
    """The one statement that lets a service send into queues, and nothing else."""
    policies = [each["Properties"]["PolicyDocument"] for each in expanded()["Resources"].values() if each["Type"] == "AWS::SQS::QueuePolicy"]
    (statement,) = [each for policy in policies for each in policy["Statement"] if each["Principal"] == {"Service": service}]
    assert statement["Action"] == "sqs:SendMessage"
    return statement


# ── the comparison itself ────────────────────────────────────────────────────────────────────────────────────────────


def test_without_any_one_grant_a_call_is_refused_and_said_to_be(calls: list[Call]):
    grants = granted()
    for grant in grants:
        refused = missing(calls, [other for other in grants if other is not grant])
        assert refused, f"{grant} stands twice"
        assert all(line.startswith(f"{grant.who} calls ") and f"not allowed {grant.action} on " in line for line in refused), refused


def test_a_grant_too_many_is_seen(calls: list[Call]):
    orders = arn("dynamodb", "table/OrdersTable")
    for grant in (Grant("desk", "dynamodb:DeleteItem", orders), Grant("waits", "dynamodb:Query", f"{orders}/index/by_day")):
        assert unused(calls, [*granted(), grant]) == [f"{grant.who} is allowed {grant.action} on {grant.resource} and never does it"]


def test_an_index_is_no_table_and_one_role_not_another():
    table = arn("dynamodb", "table/OrdersTable")
    query = Call("desk", "dynamodb.Query", Need("dynamodb:Query", f"{table}/index/lookup"))
    for other in (Grant("desk", "dynamodb:Query", table), Grant("waits", *query.need), Grant("desk", "dynamodb:Query", f"{table}/index/by_day")):
        assert missing([query], [other]) == [f"desk calls dynamodb.Query: not allowed dynamodb:Query on {table}/index/lookup"]
    assert missing([query], [Grant("desk", *query.need)]) == []


def test_a_transaction_needs_what_its_members_do_and_an_unknown_call_is_not_let_through():
    members = [{"Put": {"TableName": "A"}}, {"ConditionCheck": {"TableName": "B"}}]
    asked = needs("dynamodb.TransactWriteItems", {"TransactItems": members})
    assert [(need.action, need.resource.rpartition("/")[2]) for need in asked] == [("dynamodb:PutItem", "A"), ("dynamodb:ConditionCheckItem", "B")]
    assert needs("node.push", {}) == []
    with pytest.raises(KeyError):
        needs("dynamodb.Scan", {"TableName": "A"})
