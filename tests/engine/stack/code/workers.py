"""What the probes of streams, queues, schedules and machines run."""

import json
import os
import sys
import time

import boto3

_seen = []


class StockUnavailable(Exception):
    pass


class TryAgain(Exception):
    pass


def on_stream(event, context):
    failed = []
    for record in event["Records"]:
        key = record["dynamodb"]["Keys"]["pk"]["S"]
        if key.startswith("poison"):
            raise ValueError(key)
        if key.startswith("reported"):
            failed.append({"itemIdentifier": record["dynamodb"]["SequenceNumber"]})
            break
        _say({"stream": key, "event": record["eventName"], "batch": len(event["Records"])})
    return {"batchItemFailures": failed}


def on_work(event, context):
    failed = []
    for record in event["Records"]:
        body = json.loads(record["body"])
        work = body["Records"][0]["s3"]["object"]["key"] if "Records" in body else body.get("work")
        if work == "poison":
            failed.append({"itemIdentifier": record["messageId"]})
        elif work == "succeed":
            boto3.client("stepfunctions").send_task_success(taskToken=body["token"], output=json.dumps({"done": True}))
        elif work == "fail":
            boto3.client("stepfunctions").send_task_failure(taskToken=body["token"], error="PaymentDeclined", cause="as asked")
        elif work == "beat":
            for _ in range(3):
                time.sleep(1)
                boto3.client("stepfunctions").send_task_heartbeat(taskToken=body["token"])
            boto3.client("stepfunctions").send_task_success(taskToken=body["token"], output='"beaten"')
        elif work != "lose":
            _say({"work": work, "sent": record["attributes"]["SentTimestamp"]})
    return {"batchItemFailures": failed}


def on_tick(event, context):
    _say({"tick": event["source"]})


def task(event, context):
    if event["do"] == "fail":
        print("about to fail", file=sys.stderr)
        raise StockUnavailable("none left")
    if event["do"] == "retry":
        _seen.append(event["execution"])
        if _seen.count(event["execution"]) < 2:
            raise TryAgain("once more")
    if event["do"] == "sleep":
        time.sleep(30)
    return {"done": event["do"], "process": os.getpid()}


def _say(what):
    boto3.client("sqs").send_message(QueueUrl=os.environ["ECHO_URL"], MessageBody=json.dumps(what))
