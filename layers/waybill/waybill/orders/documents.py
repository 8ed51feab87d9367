"""Raw documents as they came: kept before anything is answered, parked where we cannot understand them, never lost.

`pk` is `<channel>#<key>`: the key is the caller's Idempotency-Key, the webhook's id, or the body's hash. One conditional put keeps
the document and makes the call idempotent. Compressed beyond 300 KB the body goes to the files bucket.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from waybill.aws import files, queues
from waybill.aws.tables import Table, WriteConflict, commit, create, overwrite
from waybill.kernel.errors import Conflict, KeyReused, NotFound

DOCUMENTS = Table("DOCUMENTS_TABLE")
_LARGEST_INLINE = 300_000


@dataclass(frozen=True, slots=True)
class Document:
    """One call of a channel. `door`: api or webhook; `topic` is the channel's own name of what happened; `problem` why it is parked."""

    channel: str
    key: str
    door: str
    topic: str
    body: bytes
    received_at: str
    order_id: str = ""
    problem: str = ""

    @property
    def id(self) -> str:
        return f"{self.channel}#{self.key}"

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.body).hexdigest()


def keep(document: Document, problem: str = "") -> bool:
    """Keeps a document; `problem` parks it at once. False where the same one is kept already; raises KeyReused where another
    body came under this key."""
    try:
        commit(create(DOCUMENTS, _kept(document, problem)))
    except WriteConflict as conflict:
        if conflict.old is None or conflict.old["sha256"] != document.sha256:
            raise KeyReused("this key came before with another body", fields={"Idempotency-Key": "used before"}) from None
        return False
    return True


def keep_many(them: Sequence[Document]) -> None:
    """The same for as many as one transaction takes: fewer calls, at twice the price in capacity. Where one is kept already, each by itself."""
    try:
        commit(*(create(DOCUMENTS, _kept(document)) for document in them))
    except Conflict:
        for document in them:
            keep(document)


def _kept(document: Document, problem: str = "") -> dict[str, Any]:
    item = {
        "pk": document.id,
        "channel": document.channel,
        "door": document.door,
        "topic": document.topic,
        "sha256": document.sha256,
        "received_at": document.received_at,
        **_stored(document),
    }
    if document.order_id:
        item["order_id"] = document.order_id
    if problem:
        item |= {"parked": "parked", "problem": _sayable(problem)}
    return item


def load(id: str) -> Document:
    """Raises NotFound."""
    return _document(_item(id))


def newest(order_id: str) -> Document:
    """The newest document of an order. Raises NotFound."""
    page = DOCUMENTS.page(order_id, index="by_order", keys=("order_id", "received_at"), limit=1, newest_first=True)
    if not page.items:
        raise NotFound(f"no document of {order_id[:64]!r} is kept")
    return load(page.items[0]["pk"])


def archive(channel: str = "") -> Iterator[Document]:
    """Everything that was ever kept, of one channel or of all, in no order."""
    for item in DOCUMENTS.scan():
        if "sha256" in item and channel in ("", item["channel"]):
            yield _document(item)


def _document(item: dict[str, Any]) -> Document:
    return Document(
        channel=item["channel"],
        key=item["pk"].partition("#")[2],
        door=item["door"],
        topic=item["topic"],
        body=_body(item),
        received_at=item["received_at"],
        order_id=item.get("order_id", ""),
        problem=item.get("problem", ""),
    )


def enqueue(id: str) -> None:
    """Hands a kept document to the worker; as often as one likes."""
    queues.send("INTAKE_QUEUE_URL", {"document": id}, group=_channel(id))


def enqueue_many(ids: Sequence[str]) -> None:
    """The same for many documents of one channel."""
    if ids:
        queues.send_many("INTAKE_QUEUE_URL", [{"document": id} for id in ids], group=_channel(ids[0]))


def enqueue_change(id: str) -> None:
    """Hands a kept document to whoever follows what channels do to orders that stand."""
    queues.send("CHANNEL_CHANGES_QUEUE_URL", {"document": id}, group=_channel(id))


def _channel(id: str) -> str:
    """The channel that a message is about: the many of one do not keep the few of another waiting."""
    return id.partition("#")[0]


def _sayable(problem: str) -> str:
    """A problem may quote what it found: half of a surrogate pair could be neither stored nor shown."""
    return problem[:1000].encode("utf-8", "replace").decode()


def park(id: str, problem: str) -> None:
    """Puts a document in front of a person, saying why. The last reason stands."""
    commit(overwrite(DOCUMENTS, {**_bare(_item(id)), "parked": "parked", "problem": _sayable(problem)}))


def unpark(id: str) -> None:
    """It has become an order after all."""
    item = _bare(_item(id))
    if item.pop("parked", None):
        item.pop("problem", None)
        commit(overwrite(DOCUMENTS, item))


def parked(limit: int, start: dict[str, Any] | None) -> tuple[list[dict[str, Any]], dict[str, Any] | None]:
    """What waits for a person, oldest first, without the bodies."""
    page = DOCUMENTS.page("parked", index="by_status", keys=("parked", "received_at"), limit=limit, start=start)
    return [_row(_item(found["pk"])) for found in page.items], page.next


def parked_keys(limit: int, start: dict[str, Any] | None) -> tuple[list[tuple[str, str]], dict[str, Any] | None]:
    """(id, received_at) of what waits for a person, oldest first, without reading the documents themselves."""
    page = DOCUMENTS.page("parked", index="by_status", keys=("parked", "received_at"), limit=limit, start=start)
    return [(found["pk"], found["received_at"]) for found in page.items], page.next


def row(id: str) -> dict[str, Any]:
    """One document as lists show it. Raises NotFound."""
    return _row(_item(id))


def of_order(order_id: str) -> dict[str, Any] | None:
    """The newest document of an order: {"channel", "received_at", …}; None where none came."""
    page = DOCUMENTS.page(order_id, index="by_order", keys=("order_id", "received_at"), limit=1, newest_first=True)
    return _row(_item(page.items[0]["pk"])) if page.items else None


def all_of_order(order_id: str) -> list[dict[str, Any]]:
    """Every document of an order, without what it says: {"pk", "order_id", "problem"}; the oldest hundred."""
    page = DOCUMENTS.page(order_id, index="by_order", keys=("order_id", "received_at"), limit=100)
    every = (_item(found["pk"]) for found in page.items)
    return [{name: item[name] for name in ("pk", "order_id", "problem") if name in item} for item in every]


def parked_of(order_id: str) -> list[str]:
    """Ids of an order's documents that are parked: what came before it can go on once it stands."""
    page = DOCUMENTS.page(order_id, index="by_order", keys=("order_id", "received_at"), limit=25)
    return [found["pk"] for found in page.items if "parked" in _item(found["pk"])]


def shown(public_id: str) -> dict[str, Any]:
    """One document with its body as text. Raises NotFound."""
    item = _item(_private_id(public_id))
    return {**_row(item), "body": _body(item).decode("utf-8", "replace")}


def redrive(public_id: str) -> dict[str, Any]:
    """Sends a document to the worker again. Raises NotFound."""
    item = _item(_private_id(public_id))
    enqueue(item["pk"])
    return _row(item)


def public_id(id: str) -> str:
    """A document's id as it stands in a URL."""
    return base64.urlsafe_b64encode(id.encode()).decode().rstrip("=")


def _private_id(public: str) -> str:
    try:
        return base64.urlsafe_b64decode(public + "=" * (-len(public) % 4)).decode()
    except ValueError:
        raise NotFound("there is no such document") from None


def _stored(document: Document) -> dict[str, Any]:
    packed = gzip.compress(document.body, 6, mtime=0)
    if len(packed) <= _LARGEST_INLINE:
        return {"body": packed}
    key = f"documents/{document.channel}/{document.sha256}.json.gz"
    files.put(key, packed, "application/gzip")
    return {"file": key}


def _body(item: dict[str, Any]) -> bytes:
    return gzip.decompress(item["body"] if "body" in item else files.get(item["file"]))


def _item(id: str) -> dict[str, Any]:
    item = DOCUMENTS.get(id)
    if item is None:
        raise NotFound(f"there is no document {id[:120]!r}")
    return item


def _row(item: dict[str, Any]) -> dict[str, Any]:
    shown = ("channel", "door", "topic", "received_at", "order_id", "problem")
    status = "parked" if "parked" in item else "kept"
    return {"id": public_id(item["pk"]), "status": status, **{name: item[name] for name in shown if name in item}}


def _bare(item: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in item.items() if name != "write_id"}
