"""The whole system in this process: every handler of `functions/`, the queues, streams and bus of the template on moto, and the
order's state machine from its own file. One thing happens at a time, in a fixed order, until nothing is left to do."""

from __future__ import annotations

import base64
import importlib.util
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import partial
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
from moto.dynamodb.models import dynamodb_backends
from moto.sqs.models import sqs_backends

import local.receiver.server
from proof.faults import Crash
from tests.support.cloud import ACCOUNT, REGION, cloud, queue_url, switch_on
from tests.support.cloud import plain_client as _plain_client
from tests.support.functions import Functions
from tests.support.machine import StateMachine
from tests.support.template import ROOT, functions, resources, target
from waybill.aws import clients, secrets
from waybill.bootstrap import clock as bootstrap_clock
from waybill.kernel.clock import utc_now
from waybill.shop import store as shop

_MOST_ROUNDS = 400


class World:
    """Made by `world()`. `call` knocks at the HTTPS door; `settle` lets everything that is under way happen."""

    def __init__(self) -> None:
        self.machine = StateMachine()
        clients.substitute("stepfunctions", self.machine)
        clients.substitute("lambda", Functions(self.handler))
        self._handlers: dict[str, Any] = {}
        self.invocations = 0
        self.most_at_once = 1
        """Messages of a queue to one invocation, at most; the template's own batch sizes bound it too."""
        self.at_work = ""
        """The function that is running, by its folder: it makes every call that passes the gate meanwhile."""
        self.always_cold = False
        """No function finds in memory what it, or here another one, has read before."""
        self.ahead = timedelta()
        """How far the functions' clock is ahead of the real one."""
        self._queues: dict[str, str] = {}
        self._batch_sizes: dict[str, int] = {}
        self._streams = []
        self._switched_off = []
        for folder, properties in functions().items():
            self._read_events(folder, properties.get("Events", {}))
        self.crashes: list[BaseException] = []
        self._positions: dict[str, int] = {}

    def call(self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None, query: dict[str, str] | None = None) -> Reply:
        """One HTTP request through the route of the template that matches best."""
        path, _, search = path.partition("?")
        query = {**dict(pair.split("=", 1) for pair in search.split("&") if pair), **(query or {})}
        raw = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        event = {
            "version": "2.0",
            "rawPath": path,
            "headers": headers or {},
            "queryStringParameters": query or {},
            "requestContext": {"http": {"method": method, "path": path}, "requestId": "test"},
            "body": base64.b64encode(raw).decode(),
            "isBase64Encoded": True,
        }
        return Reply(self.handler(self._route(method, path))(event, None))

    def settle(self) -> int:
        """Runs streams, queues and executions until nothing moves; answers how many rounds it took."""
        for rounds in range(_MOST_ROUNDS):
            if not (self._streams_once() | self._queues_once() | self._safely(self.machine.step)):
                return rounds
        raise AssertionError(f"the world does not come to rest within {_MOST_ROUNDS} rounds")

    def now(self) -> datetime:
        """The functions' clock."""
        return utc_now() + self.ahead

    def later(self, seconds: float) -> None:
        """Time passes: clocks move on, messages that were sent with a delay come nearer. Nothing is run."""
        self.ahead += timedelta(seconds=seconds)
        for queue in self._queues:
            for message in sqs_backends[ACCOUNT][REGION].queues[queue]._messages:
                message.delayed_until -= seconds * 1000

    def handler(self, folder: str) -> Any:
        """The function, to be invoked once."""
        self.invocations += 1
        if self.always_cold:
            self.restart()
        if folder not in self._handlers:
            self._handlers[folder] = _load(folder).handler
        return partial(self._invoked, folder, self._handlers[folder])

    def _invoked(self, folder: str, real: Any, event: Any, context: Any) -> Any:
        before, self.at_work = self.at_work, folder
        try:
            return real(event, context)
        finally:
            self.at_work = before

    def restart(self) -> None:
        """Every warm function is gone, and what it kept of the shop and the secrets: the next call is a cold start."""
        self._handlers.clear()
        shop.forget()
        secrets.forget()

    def died(self, crash: BaseException) -> None:
        """A function is gone, and here all others with it."""
        self.crashes.append(crash)
        self.restart()

    def mails(self) -> list[str]:
        """Raw mails sent so far."""
        from moto.core import DEFAULT_ACCOUNT_ID
        from moto.sesv2.models import sesv2_backends

        backend = sesv2_backends[DEFAULT_ACCOUNT_ID]["us-east-1"]
        return [getattr(message, "raw_data", "") for message in backend.core_backend.sent_messages]

    def tell_channels(self) -> None:
        """From now on the streams are heard too that a deployment must switch on (`TellChannels`)."""
        self._streams += self._switched_off
        self._switched_off = []

    def tell_accepted(self) -> None:
        """From now on channels hear of every confirmed order (`TellAccepted`)."""
        switch_on("AcceptancesRule")

    def dead_letters(self) -> dict[str, int]:
        """How many messages lie in each dead-letter queue; empty ones left out."""
        counts = {name: _depth(f"{name.removesuffix('Queue')}DeadLetters") for name in self._queues}
        return {name: depth for name, depth in counts.items() if depth}

    def _read_events(self, folder: str, events: dict[str, Any]) -> None:
        for event in events.values():
            properties = event["Properties"]
            if event["Type"] == "SQS":
                queue = target(properties["Queue"])
                self._queues[queue], self._batch_sizes[queue] = folder, properties.get("BatchSize", 10)
            if event["Type"] == "DynamoDB":
                switched_on = "Enabled" not in properties
                (self._streams if switched_on else self._switched_off).append((target(properties["Stream"]), folder, _filters(properties)))

    def _route(self, method: str, path: str) -> str:
        best: tuple[int, str] = (-1, "")
        for folder, properties in functions().items():
            for event in properties.get("Events", {}).values():
                if event["Type"] == "HttpApi" and event["Properties"]["Method"] in (method, "ANY"):
                    best = max(best, (_fit(event["Properties"]["Path"], path), folder))
        if best[0] < 0:
            raise AssertionError(f"no route for {method} {path}")
        return best[1]

    def _queues_once(self) -> bool:
        return any([self._queue_once(queue, folder) for queue, folder in self._queues.items()])

    def _queue_once(self, queue: str, folder: str) -> bool:
        if not _holds_messages(queue):
            return False
        sqs, url = _plain_client("sqs"), queue_url(queue)
        size = min(self.most_at_once, self._batch_sizes[queue])
        found = sqs.receive_message(
            QueueUrl=url, MaxNumberOfMessages=max(size, 5), AttributeNames=["ApproximateReceiveCount"], VisibilityTimeout=0
        ).get("Messages", [])
        for start in range(0, len(found), size):
            self._deliver(queue, folder, found[start : start + size])
        return bool(found)

    def _deliver(self, queue: str, folder: str, messages: list[dict[str, Any]]) -> None:
        """One invocation; what it does not name as failed is gone from the queue. What died with a process comes again when the queue has hidden it
        for its time."""
        answer = self._safely(lambda: self.handler(folder)({"Records": [_record(message) for message in messages]}, None))
        if answer is None:
            self.later(resources("AWS::SQS::Queue")[queue]["VisibilityTimeout"])
            return
        failed = {each["itemIdentifier"] for each in answer["batchItemFailures"]}
        for message in messages:
            if message["MessageId"] not in failed:
                _plain_client("sqs").delete_message(QueueUrl=queue_url(queue), ReceiptHandle=message["ReceiptHandle"])

    def _streams_once(self) -> bool:
        return any([self._stream_once(*stream) for stream in self._streams])

    def _stream_once(self, table: str, folder: str, filters: list[dict[str, Any]]) -> bool:
        records, after = self._new_records(table, folder)
        wanted = [record for record in records if not filters or any(_matches(pattern, record) for pattern in filters)]
        if wanted:
            answer = self._safely(lambda: self.handler(folder)({"Records": wanted}, None))
            if not answer or answer["batchItemFailures"]:
                return True
        if records:
            self._positions[table + folder] = after
        return bool(records)

    def _new_records(self, table: str, folder: str) -> tuple[list[dict[str, Any]], int]:
        """What the stream of a table holds beyond what this consumer has had; from moto's own shard, for that is where time goes."""
        shard = dynamodb_backends[ACCOUNT][REGION].tables[table].stream_shard
        position = self._positions.get(table + folder, 0)
        records = [record.to_json() for record in shard.items[position : position + 50]]
        return json.loads(json.dumps(records, default=_json_safe)), position + len(records)

    def _safely(self, work: Any) -> Any:
        """A crash takes the function with it and nothing else; what it was doing is delivered again."""
        try:
            return work()
        except Crash as crash:
            self.died(crash)
            return None if work != self.machine.step else True


class Reply:
    """What the door answered."""

    def __init__(self, proxy: dict[str, Any]) -> None:
        self.status = proxy["statusCode"]
        self.headers = proxy.get("headers", {})
        body = proxy.get("body") or ""
        self.content = base64.b64decode(body) if proxy.get("isBase64Encoded") else body.encode()

    def json(self) -> Any:
        return json.loads(self.content)


@contextmanager
def world() -> Iterator[World]:
    """A fresh world on a fresh cloud."""
    with cloud(), pytest.MonkeyPatch.context() as patch:
        made = World()
        patch.setattr(bootstrap_clock, "source", made.now)
        patch.setattr(local.receiver.server, "time", SimpleNamespace(time=lambda: made.now().timestamp()))
        yield made


def _load(folder: str) -> ModuleType:
    name = f"functions_{folder}_app"
    sys.modules.pop(name, None)
    spec = importlib.util.spec_from_file_location(name, ROOT / "functions" / folder / "app.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _record(message: dict[str, Any]) -> dict[str, Any]:
    """A message as Lambda hands it over."""
    return {
        "messageId": message["MessageId"],
        "receiptHandle": message["ReceiptHandle"],
        "body": message["Body"],
        "attributes": message.get("Attributes", {}),
        "eventSource": "aws:sqs",
    }


def _holds_messages(queue: str) -> bool:
    return bool(sqs_backends[ACCOUNT][REGION].queues[queue]._messages)


def _json_safe(value: Any) -> Any:
    """As Lambda hands it over: bytes as base64, instants as seconds."""
    return base64.b64encode(value).decode() if isinstance(value, bytes) else str(value)


def _depth(queue: str) -> int:
    attributes = _plain_client("sqs").get_queue_attributes(QueueUrl=queue_url(queue), AttributeNames=["ApproximateNumberOfMessages"])
    return int(attributes["Attributes"]["ApproximateNumberOfMessages"])


def _filters(properties: dict[str, Any]) -> list[dict[str, Any]]:
    return [json.loads(item["Pattern"]) for item in properties.get("FilterCriteria", {}).get("Filters", [])]


def _matches(pattern: Any, value: Any) -> bool:
    """EventBridge's filter language, as far as the template uses it: nesting, values, `exists`."""
    if isinstance(pattern, dict):
        return all(_matches(inner, (value or {}).get(name)) for name, inner in pattern.items())
    return any((value is not None) == option["exists"] if isinstance(option, dict) else value == option for option in pattern)


def _fit(template: str, path: str) -> int:
    """How specifically a route fits a path; -1 for not at all. A greedy tail fits least."""
    wanted, given = template.strip("/").split("/"), path.strip("/").split("/")
    if wanted[-1].endswith("+}"):
        head = wanted[:-1]
        fits = len(given) > len(head) and all(_part(a, b) for a, b in zip(head, given, strict=False))
        return len(head) if fits else -1
    fits = len(wanted) == len(given) and all(_part(a, b) for a, b in zip(wanted, given, strict=True))
    return 100 + sum(not part.startswith("{") for part in wanted) if fits else -1


def _part(template: str, given: str) -> bool:
    return template.startswith("{") or template == given
