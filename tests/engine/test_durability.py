"""What `kill -9` may and may not take away."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest

from local.engine.testing import Engine, engine
from tests.engine.conftest import until

pytestmark = [pytest.mark.engine, pytest.mark.xdist_group("engine")]

_WAIT = {"StartAt": "Wait", "States": {"Wait": {"Type": "Wait", "Seconds": 600, "End": True}}}
_PASS = {"StartAt": "Pass", "States": {"Pass": {"Type": "Pass", "Result": {"done": True}, "End": True}}}


def furnish(cloud: Engine) -> str:
    """A table with a stream, a queue, a bucket, a machine; returns when they are saved."""
    cloud.client("dynamodb").create_table(
        TableName="orders",
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in ("pk", "day")],
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        GlobalSecondaryIndexes=[
            {"IndexName": "by_day", "KeySchema": [{"AttributeName": "day", "KeyType": "HASH"}], "Projection": {"ProjectionType": "ALL"}}
        ],
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"},
    )
    cloud.client("s3").create_bucket(Bucket="labels")
    trust = {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Principal": {"Service": "states.amazonaws.com"}, "Action": "sts:AssumeRole"}],
    }
    iam = cloud.client("iam")
    if not iam.list_roles()["Roles"]:
        iam.create_role(RoleName="machines", AssumeRolePolicyDocument=json.dumps(trust))
    role = iam.get_role(RoleName="machines")["Role"]["Arn"]
    for name, definition in (("waits", _WAIT), ("passes", _PASS)):
        cloud.client("stepfunctions").create_state_machine(name=name, definition=json.dumps(definition), roleArn=role)
    return str(cloud.client("sqs").create_queue(QueueName="work")["QueueUrl"])


def saved(folder: Path) -> bool:
    files = {path.stem for path in (folder / "services").glob("*.json") if time.time() - path.stat().st_mtime >= 0}
    return {"dynamodb", "sqs", "stepfunctions", "s3"} <= files


def item(key: str) -> dict[str, Any]:
    return {"pk": {"S": key}, "day": {"S": "2026-07-01"}, "blob": {"B": b"\x00\xff"}}


def test_no_write_is_lost_to_a_kill(tmp_path: Path) -> None:
    with engine(state=tmp_path) as cloud:
        queue = furnish(cloud)
        until(lambda: saved(tmp_path), 10)
        _write_everything(cloud, queue)
        cloud.kill()
    with engine(state=tmp_path) as cloud:
        _everything_is_there(cloud)
    with engine(state=tmp_path) as cloud:  # and after a clean stop
        _everything_is_there(cloud)


def _write_everything(cloud: Engine, queue: str) -> None:
    dynamodb, sqs, machine = cloud.client("dynamodb"), cloud.client("sqs"), cloud.client("stepfunctions")
    for number in range(40):
        dynamodb.put_item(TableName="orders", Item=item(f"o{number}"))
    for number in range(10):
        dynamodb.delete_item(TableName="orders", Key={"pk": {"S": f"o{number}"}})
    dynamodb.update_item(
        TableName="orders", Key={"pk": {"S": "o39"}}, UpdateExpression="SET n = :n", ExpressionAttributeValues={":n": {"N": "1.1"}}
    )
    puts = [{"Put": {"TableName": "orders", "Item": item(key)}} for key in ("t1", "t2")]
    dynamodb.transact_write_items(TransactItems=puts)
    for number in range(12):
        sqs.send_message(QueueUrl=queue, MessageBody=str(number))
    first = sqs.receive_message(QueueUrl=queue)["Messages"][0]
    sqs.delete_message(QueueUrl=queue, ReceiptHandle=first["ReceiptHandle"])
    cloud.client("s3").put_object(Bucket="labels", Key="o1/1.pdf", Body=b"%PDF")
    arns = {m["name"]: m["stateMachineArn"] for m in machine.list_state_machines()["stateMachines"]}
    machine.start_execution(stateMachineArn=arns["waits"], name="ord_1")
    done = machine.start_execution(stateMachineArn=arns["passes"], name="ord_2")["executionArn"]
    until(lambda: machine.describe_execution(executionArn=done)["status"] == "SUCCEEDED", 5)


def _everything_is_there(cloud: Engine) -> None:
    dynamodb, sqs, machine = cloud.client("dynamodb"), cloud.client("sqs"), cloud.client("stepfunctions")
    names = {entry["pk"]["S"] for entry in dynamodb.scan(TableName="orders")["Items"]}
    assert names == {f"o{number}" for number in range(10, 40)} | {"t1", "t2"}
    assert dynamodb.get_item(TableName="orders", Key={"pk": {"S": "o39"}})["Item"] == {**item("o39"), "n": {"N": "1.1"}}
    day = {":day": {"S": "2026-07-01"}}
    query = dynamodb.query(
        TableName="orders",
        IndexName="by_day",
        KeyConditionExpression="#day = :day",
        ExpressionAttributeNames={"#day": "day"},
        ExpressionAttributeValues=day,
    )
    assert query["Count"] == 32
    queue = sqs.get_queue_url(QueueName="work")["QueueUrl"]
    counts = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["ApproximateNumberOfMessages"])["Attributes"]
    assert counts == {"ApproximateNumberOfMessages": "11"}
    assert cloud.client("s3").get_object(Bucket="labels", Key="o1/1.pdf")["Body"].read() == b"%PDF"
    arns = {m["name"]: m["stateMachineArn"] for m in machine.list_state_machines()["stateMachines"]}
    started = machine.list_executions(stateMachineArn=arns["waits"])["executions"][0]
    broken = machine.describe_execution(executionArn=started["executionArn"])
    assert (broken["status"], broken["error"]) == ("FAILED", "States.ServiceRestart")
    assert [e["status"] for e in machine.list_executions(stateMachineArn=arns["passes"])["executions"]] == ["SUCCEEDED"]
    with pytest.raises(machine.exceptions.ExecutionAlreadyExists):
        machine.start_execution(stateMachineArn=arns["waits"], name="ord_1")
    stream = dynamodb.describe_table(TableName="orders")["Table"]["LatestStreamArn"]
    assert _records(cloud, stream) == 40 + 10 + 1 + 2


def _records(cloud: Engine, stream: str) -> int:
    streams = cloud.client("dynamodbstreams")
    shard = streams.describe_stream(StreamArn=stream)["StreamDescription"]["Shards"][0]["ShardId"]
    iterator = streams.get_shard_iterator(StreamArn=stream, ShardId=shard, ShardIteratorType="TRIM_HORIZON")["ShardIterator"]
    return len(streams.get_records(ShardIterator=iterator, Limit=1000)["Records"])


def test_a_table_made_anew_has_none_of_the_old_rows(tmp_path: Path) -> None:
    with engine(state=tmp_path) as cloud:
        furnish(cloud)
        cloud.client("dynamodb").put_item(TableName="orders", Item=item("old"))
        cloud.client("dynamodb").delete_table(TableName="orders")
        furnish(cloud)
        cloud.client("dynamodb").put_item(TableName="orders", Item=item("new"))
    with engine(state=tmp_path) as cloud:
        assert [entry["pk"]["S"] for entry in cloud.client("dynamodb").scan(TableName="orders")["Items"]] == ["new"]


def test_probe_upstream_forgets_what_a_kill_interrupts(tmp_path: Path) -> None:
    """By itself it saves at a clean stop alone."""
    with engine(state=tmp_path, gaps_open="all,durable") as cloud:
        queue = furnish(cloud)
        cloud.client("sqs").send_message(QueueUrl=queue, MessageBody="1")
        cloud.kill()
    with engine(state=tmp_path, gaps_open="all,durable") as cloud:
        assert cloud.client("dynamodb").list_tables()["TableNames"] == []
