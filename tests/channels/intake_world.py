"""A world in which only intake happens: the door, the queue, the worker."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tests.support import shop
from tests.support.cloud import plain_client, queue_url
from tests.support.world import Crash, World, world
from waybill.orders import documents, store
from waybill.shop import store as shop_store
from waybill.shop.model import Item

QUEUE = "IntakeQueue"
_MOST_ROUNDS = 40
_TABLES = {"OrdersTable": ("pk", "sk"), "DocumentsTable": ("pk",), "MessagesTable": ("pk",)}


@contextmanager
def intake() -> Iterator[World]:
    """A fresh world with the test shop, and the demo shop's SKUs in it."""
    with world() as made:
        open_shop()
        yield made


def open_shop() -> None:
    """The test shop, and the demo shop's SKUs."""
    shop.open_shop({})
    for number in range(1, 31):
        sku = f"WB-{number:03d}"
        shop_store.save(shop_store.ITEM, sku, Item(sku, sku, 100, 10, 10, 10, 100, 200))


def emptied(made: World) -> World:
    """The same world as if nothing had happened in it yet: cheaper by far than another one."""
    for table in _TABLES:
        clear(table)
    for queue in (QUEUE, "IntakeDeadLetters"):
        drop(queue_url(queue))
    made.machine.executions.clear()
    return made


def clear(table: str) -> None:
    """Deletes every item of a table."""
    for item in _scan(table):
        plain_client("dynamodb").delete_item(TableName=table, Key={key: item[key] for key in _TABLES[table]})


def drop(url: str) -> None:
    """Every message of a queue."""
    while found := plain_client("sqs").receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", []):
        for message in found:
            plain_client("sqs").delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])


def work(made: World) -> None:
    """The worker until its queue is empty. A crash takes the process; the message comes again."""
    for _ in range(_MOST_ROUNDS):
        found = plain_client("sqs").receive_message(
            QueueUrl=queue_url(QUEUE), MaxNumberOfMessages=10, VisibilityTimeout=0, AttributeNames=["ApproximateReceiveCount"]
        )
        if not found.get("Messages"):
            return
        for message in found["Messages"]:
            _deliver(made, message)
    raise AssertionError("the intake queue does not drain")


def _deliver(made: World, message: dict[str, Any]) -> None:
    record = {"messageId": message["MessageId"], "body": message["Body"], "attributes": message.get("Attributes", {})}
    try:
        answer = made.handler("intake_worker")({"Records": [record]}, None)
    except Crash:
        made.restart()
        return
    if not answer["batchItemFailures"]:
        plain_client("sqs").delete_message(QueueUrl=queue_url(QUEUE), ReceiptHandle=message["ReceiptHandle"])


def messages_waiting() -> int:
    return _depth(QUEUE)


def groups_waiting() -> set[str]:
    """The groups among which the intake queue is shared."""
    found = plain_client("sqs").receive_message(QueueUrl=queue_url(QUEUE), MaxNumberOfMessages=10, VisibilityTimeout=0, AttributeNames=["MessageGroupId"])
    return {message["Attributes"]["MessageGroupId"] for message in found["Messages"]}


def orders() -> dict[str, Any]:
    """Every stored order by its id."""
    items = _scan("OrdersTable")
    ids = {item["pk"]["S"].removeprefix("ORDER#") for item in items if item["sk"]["S"] == "STATE"}
    return {id: store.load(id) for id in ids}


def stored_text() -> str:
    """All that lies in every table, bodies unpacked: to look for what must not be there."""
    bodies = [documents.load(item["pk"]["S"]).body.decode("utf-8", "replace") for item in _scan("DocumentsTable")]
    return "\n".join([*bodies, *(str(_scan(table)) for table in ("OrdersTable", "DocumentsTable", "MessagesTable"))])


def parked() -> list[dict[str, Any]]:
    return documents.parked(50, None)[0]


def documents_kept() -> int:
    return len(_scan("DocumentsTable"))


def _scan(table: str) -> list[dict[str, Any]]:
    return plain_client("dynamodb").scan(TableName=table)["Items"]


def dead_letters() -> int:
    return _depth("IntakeDeadLetters")


def enqueue(text: str) -> None:
    """Puts a message on the intake queue that the door would not have written."""
    plain_client("sqs").send_message(QueueUrl=queue_url(QUEUE), MessageBody=text)


def _depth(queue: str) -> int:
    attributes = plain_client("sqs").get_queue_attributes(QueueUrl=queue_url(queue), AttributeNames=["ApproximateNumberOfMessages"])
    return int(attributes["Attributes"]["ApproximateNumberOfMessages"])
