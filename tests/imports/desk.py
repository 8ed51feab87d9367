"""A world in which spreadsheets come in: what is sent, what the queues then do, and what comes of it."""

from __future__ import annotations

import csv
import gzip
import io
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from proof.faults import Crash
from proof.world import world
from tests.channels import intake_world
from tests.support import shop
from tests.support.cloud import instead, plain_client, queue_url
from waybill.shop import store
from waybill.shop.model import Channel

HEAD = ("external_reference", "currency", "total", "customer_email", "ship_to_line1", "ship_to_city", "ship_to_region", "ship_to_postal_code",
        "tender_kind", "tender_amount", "sku", "quantity", "unit_price")  # fmt: skip
_MOST_MESSAGES = 60


def row(reference: str, **changed: str) -> dict[str, str]:
    """A row that is an order of one cup of tea."""
    return {
        "external_reference": reference, "currency": "USD", "total": "8.00", "customer_email": "ada@example.com", "ship_to_line1": "500 Main St",
        "ship_to_city": "Denver", "ship_to_region": "CO", "ship_to_postal_code": "80202", "tender_kind": "terms", "tender_amount": "8.00",
        "sku": "TEA", "quantity": "2", "unit_price": "4.00", **changed,
    }  # fmt: skip


def sheet(*rows: dict[str, str], delimiter: str = ",", encoding: str = "utf-8") -> bytes:
    """The rows as a CSV file."""
    names = list(dict.fromkeys(name for each in rows for name in each)) or list(HEAD)
    out = io.StringIO()
    written = csv.DictWriter(out, names, delimiter=delimiter)
    written.writeheader()
    written.writerows(rows)
    return out.getvalue().encode(encoding)


def read(content: bytes) -> list[dict[str, str]]:
    """The rows of a file that we have answered."""
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))


class Desk:
    """Who imports, and the machinery behind."""

    def __init__(self, world: Any, empty: Any = None) -> None:
        self.world, self.empty = world, empty

    def call(self, method: str, path: str, body: bytes = b"", who: str = "admin", **headers: str) -> Any:
        sent = {**shop.headers(who), "content-type": "text/csv", **{name.replace("_", "-"): value for name, value in headers.items()}}
        return self.world.call(method, path, body, sent)

    def send(self, file: bytes, policy: str = "reject_failed_rows", key: str = "k-1", more: str = "", who: str = "admin") -> dict[str, Any]:
        """One file, sent as it is; then everything that follows from it in the imports' queue. Answers how it stands."""
        reply = self.call("POST", f"/v1/imports?channel=paper&policy={policy}{more}", file, who, idempotency_key=key)
        assert reply.status == 202, reply.content
        self.drain()
        return self.look(reply.json()["id"])

    def look(self, id: str) -> dict[str, Any]:
        return self.call("GET", f"/v1/imports/{id}").json()

    def file(self, it: dict[str, Any], name: str) -> list[dict[str, str]]:
        reply = self.call("GET", it["links"][name])
        assert reply.status == 200, reply.content
        return read(reply.content)

    def drain(self) -> None:
        """The imports' queue until it is empty; a crash takes the process, and the message comes again."""
        url = queue_url("ImportsQueue")
        for _ in range(_MOST_MESSAGES):
            found = plain_client("sqs").receive_message(QueueUrl=url, MaxNumberOfMessages=1, VisibilityTimeout=0).get("Messages", [])
            if not found:
                return
            record = {"messageId": found[0]["MessageId"], "body": found[0]["Body"], "attributes": {}}
            try:
                answer = self.world.handler("imports")({"Records": [record]}, None)
            except Crash:
                self.world.restart()
                continue
            assert not answer["batchItemFailures"], record
            plain_client("sqs").delete_message(QueueUrl=url, ReceiptHandle=found[0]["ReceiptHandle"])
        raise AssertionError("the imports' queue does not drain")

    def orders(self) -> dict[str, Any]:
        """What becomes of it in intake, by the channel's own number."""
        intake_world.work(self.world)
        return {record.order.external_reference: record for record in intake_world.orders().values()}


@contextmanager
def desk() -> Iterator[Desk]:
    """A fresh world in memory with the test shop, and a channel for spreadsheets in it."""
    with world() as made, instead(made.cloud.services):
        intake_world.open_shop()
        _open_channel()
        yield Desk(made, made.snapshot())


@contextmanager
def desk_on_moto() -> Iterator[Desk]:
    """The same on moto, whose addresses for files are those of S3. Is emptied by nobody."""
    with intake_world.intake() as made:
        _open_channel()
        yield Desk(made)


def _open_channel() -> None:
    store.save(store.CHANNEL, "paper", Channel("paper", "spreadsheet", "Paper"))
    store.save(store.KEY, store.key_hash("key-paper"), {"roles": ["channel"], "scope": "paper", "name": ""})


def emptied(made: Desk) -> Desk:
    """The same as if nothing had been imported yet."""
    made.world.restore(made.empty)
    return made


def stored_files() -> list[str]:
    return [each["Key"] for each in plain_client("s3").list_objects_v2(Bucket="files").get("Contents", [])]


def stored_bytes() -> bytes:
    """All that lies in the bucket, unpacked: to look for what must not be there."""
    found = [plain_client("s3").get_object(Bucket="files", Key=key)["Body"].read() for key in stored_files()]
    return b"".join(gzip.decompress(each) if each[:2] == b"\x1f\x8b" else each for each in found)


def names(rows: Iterable[dict[str, str]]) -> list[str]:
    return [each["external_reference"] for each in rows]


