"""SQS, DynamoDB streams, the bus and the clock, each with its Lambda behind it."""

from __future__ import annotations

import itertools
import json
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator

import pytest

from local.redrive import redrive
from tests.engine.conftest import Deployed, until

pytestmark = [pytest.mark.engine, pytest.mark.xdist_group("engine")]


def put(cloud: Deployed, key: str, kind: str = "told") -> None:
    cloud.client("dynamodb").put_item(TableName=cloud.outputs["Table"], Item={"pk": {"S": key}, "kind": {"S": kind}})


def send(cloud: Deployed, work: str, **more: object) -> None:
    cloud.client("sqs").send_message(QueueUrl=cloud.outputs["Work"], MessageBody=json.dumps({"work": work, **more}))


def waiting(cloud: Deployed, queue: str) -> int:
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    counts = cloud.client("sqs").get_queue_attributes(QueueUrl=cloud.outputs[queue], AttributeNames=names)["Attributes"]
    return sum(int(value) for value in counts.values())


def test_a_stream_tells_only_what_passes_its_filter(ours: Deployed) -> None:
    put(ours, "quiet-1", kind="quiet")
    put(ours, "told-1")
    heard = ours.heard(lambda body: "stream" in body)
    assert (heard["stream"], heard["event"]) == ("told-1", "INSERT")


def test_one_poisoned_record_ends_in_the_failure_queue_and_holds_up_nobody(ours: Deployed) -> None:
    for key in ("before-1", "poison-1", "after-1"):
        put(ours, key)
    ours.heard(lambda body: body.get("stream") == "after-1", seconds=15)
    failure = ours.heard(lambda body: "DDBStreamBatchInfo" in body, "StreamFailures")
    assert failure["requestContext"]["condition"] == "RetryAttemptsExhausted"
    assert failure["DDBStreamBatchInfo"]["batchSize"] == 1


def test_a_record_reported_as_failed_ends_there_too(ours: Deployed) -> None:
    for key in ("reported-1", "after-2"):
        put(ours, key)
    ours.heard(lambda body: body.get("stream") == "after-2", seconds=15)
    assert ours.heard(lambda body: "DDBStreamBatchInfo" in body, "StreamFailures")


def test_a_poisoned_message_ends_among_the_dead_letters_and_can_be_sent_back(ours: Deployed) -> None:
    send(ours, "poison")
    send(ours, "good")
    assert ours.heard(lambda body: body.get("work") == "good")
    until(lambda: waiting(ours, "WorkDead") == 1 and waiting(ours, "Work") == 0, 10)
    assert redrive(ours.client("sqs"), ours.outputs["WorkDead"], ours.outputs["Work"]) == 1
    until(lambda: waiting(ours, "Work") == 1, 5)
    until(lambda: waiting(ours, "WorkDead") == 1, 10)


def test_the_bus_hands_on_whole_events_and_shaped_ones(ours: Deployed) -> None:
    events = ours.client("events")
    for kind, detail in (("plain", {"data": {"last": False}}), ("plain", {"data": {"last": True}}), ("shaped", {"order": "ord_1"})):
        entry = {"EventBusName": "probe", "Source": "waybill", "DetailType": kind, "Detail": json.dumps(detail)}
        assert events.put_events(Entries=[entry])["FailedEntryCount"] == 0
    assert ours.heard(lambda body: body.get("detail-type") == "plain")["detail"] == {"data": {"last": True}}
    assert ours.heard(lambda body: "shaped" in body) == {"shaped": "ord_1"}


def test_no_message_is_lost_between_many_senders_and_receivers(ours: Deployed) -> None:
    sqs = ours.client("sqs")
    url = sqs.create_queue(QueueName="busy", Attributes={"VisibilityTimeout": "60"})["QueueUrl"]
    senders = together(4, lambda n: [sqs.send_message(QueueUrl=url, MessageBody=f"{n}-{i}") for i in range(60)])
    seen: Counter[str] = Counter()

    def receive(_: int) -> None:
        while any(thread.is_alive() for thread in senders) or not done(sqs, url):
            for message in sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", []):
                seen[message["Body"]] += 1
                sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])

    for thread in [*senders, *together(2, receive)]:
        thread.join(30)
    assert len(seen) == 240 and set(seen.values()) == {1}


def test_no_word_of_a_file_is_lost_while_a_function_works_off_its_queue(ours: Deployed) -> None:
    s3, arn = ours.client("s3"), ours.client("sqs").get_queue_attributes(QueueUrl=ours.outputs["Work"], AttributeNames=["QueueArn"])
    s3.create_bucket(Bucket="busy")
    to = [{"QueueArn": arn["Attributes"]["QueueArn"], "Events": ["s3:ObjectCreated:*"]}]
    s3.put_bucket_notification_configuration(Bucket="busy", NotificationConfiguration={"QueueConfigurations": to})
    files = {f"file-{n}-{i}" for n in range(2) for i in range(100)}
    for thread in together(2, lambda n: [s3.put_object(Bucket="busy", Key=f"file-{n}-{i}", Body=b"") for i in range(100)]):
        thread.join(60)
    until(lambda: waiting(ours, "Work") == 0, 30)
    assert files <= {json.loads(message["Body"]).get("work") for message in drained(ours, "Echo")}


def drained(cloud: Deployed, queue: str) -> Iterator[dict[str, str]]:
    sqs, url = cloud.client("sqs"), cloud.outputs[queue]
    while messages := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", []):
        for message in messages:
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
            yield message


def together(threads: int, work: Callable[[int], object]) -> list[threading.Thread]:
    started = [threading.Thread(target=work, args=(n,)) for n in range(threads)]
    for thread in started:
        thread.start()
    return started


def done(sqs: object, url: str) -> bool:
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    counts = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]  # type: ignore[attr-defined]
    return all(value == "0" for value in counts.values())


def test_a_message_is_worked_off_at_once(ours: Deployed) -> None:
    send(ours, "warm-up")
    ours.heard(lambda body: body.get("work") == "warm-up")
    started = time.monotonic()
    send(ours, "quick")
    ours.heard(lambda body: body.get("work") == "quick")
    assert time.monotonic() - started < 2


def test_tables_have_the_settings_of_their_template(ours: Deployed) -> None:
    dynamodb, table = ours.client("dynamodb"), ours.outputs["Table"]
    assert dynamodb.describe_time_to_live(TableName=table)["TimeToLiveDescription"] == {
        "TimeToLiveStatus": "ENABLED",
        "AttributeName": "expires",
    }
    backups = dynamodb.describe_continuous_backups(TableName=table)["ContinuousBackupsDescription"]
    assert backups["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"] == "ENABLED"


def test_probe_upstream_drops_the_settings_of_a_table(upstream: Deployed) -> None:
    dynamodb, table = upstream.client("dynamodb"), upstream.outputs["Table"]
    assert dynamodb.describe_time_to_live(TableName=table)["TimeToLiveDescription"]["TimeToLiveStatus"] == "DISABLED"
    backups = dynamodb.describe_continuous_backups(TableName=table)["ContinuousBackupsDescription"]
    assert backups["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"] == "DISABLED"


def test_probe_upstream_lets_one_poisoned_record_block_its_stream(upstream: Deployed) -> None:
    for key in ("poison-1", "after-1"):
        put(upstream, key)
    with pytest.raises(AssertionError):
        upstream.heard(lambda body: body.get("stream") == "after-1", seconds=6)


def test_probe_upstream_has_no_move_task(upstream: Deployed) -> None:
    sqs = upstream.client("sqs")
    arn = sqs.get_queue_attributes(QueueUrl=upstream.outputs["WorkDead"], AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    with pytest.raises(sqs.exceptions.ClientError, match="StartMessageMoveTask"):
        sqs.start_message_move_task(SourceArn=arn)


def test_probe_upstream_looks_once_a_second_for_messages_that_become_visible(upstream: Deployed) -> None:
    sqs = upstream.client("sqs")
    sqs.send_message(QueueUrl=upstream.outputs["Work"], MessageBody='{"work": "warm-up"}')
    upstream.heard(lambda body: body.get("work") == "warm-up")
    waits = [0.0]
    for number in itertools.takewhile(lambda _: max(waits) <= 0.3, range(30)):  # until one of them comes long before the next look
        sqs.send_message(QueueUrl=upstream.outputs["Work"], MessageBody=f'{{"work": "late-{number}"}}', DelaySeconds=1)
        started = time.monotonic()
        upstream.heard(lambda body, number=number: body.get("work") == f"late-{number}")
        waits.append(time.monotonic() - started - 1)
    assert max(waits) > 0.3


def test_a_schedule_fires(ours: Deployed) -> None:
    """Once a minute: the last of these tests, so that it mostly has by now."""
    ticks = [body for body in ours.dropped if "tick" in body]
    assert ticks[:1] == [{"tick": "aws.events"}] or ours.heard(lambda body: "tick" in body, seconds=75) == {"tick": "aws.events"}
