"""DynamoDB as this house uses it: whole items, a condition on every write, one commit for what must hold together.

Every item written here carries `write_id`. When a condition fails, the old item comes back in the same answer: if it bears
our own `write_id`, the write had been executed and only its answer was lost (an SDK retry), and that is success.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from waybill.aws.attributes import pack, pack_item, unpack_item
from waybill.aws.clients import client
from waybill.kernel.errors import Conflict, Unavailable

Item = dict[str, Any]
_LONGEST_PK, _LONGEST_SK = 2048, 1024
"""Bytes. DynamoDB refuses to look for more, also as one key of many."""


class WriteConflict(Conflict):
    """A condition did not hold. `old` is the item that stood there, None where nothing stood; `index` says which write."""

    def __init__(self, message: str, old: Item | None, index: int = 0) -> None:
        super().__init__(message)
        self.old = old
        self.index = index


@dataclass(frozen=True, slots=True)
class Write:
    """A conditional put of one whole item, not yet carried out."""

    table: str
    item: Item
    condition: str | None
    names: dict[str, str]
    values: Item


@dataclass(frozen=True, slots=True)
class Page:
    items: list[Item]
    next: Item | None


class Table:
    """One table, named by the environment variable that holds its name."""

    def __init__(self, variable: str) -> None:
        self._variable = variable

    @property
    def name(self) -> str:
        return os.environ[self._variable]

    def get(self, pk: str, sk: str | None = None, *, consistent: bool = True) -> Item | None:
        """One item, strongly consistent unless a second's delay does not matter, at half the price; None where there is none, nor can be."""
        if not _can_be(pk, sk):
            return None
        answer = client("dynamodb").get_item(TableName=self.name, Key=_key(pk, sk), ConsistentRead=consistent)
        return unpack_item(answer["Item"]) if "Item" in answer else None

    def get_many(self, keys: Sequence[tuple[str, str | None]]) -> list[Item]:
        """Items by key in any order; absent ones are left out. Batches of 100, unprocessed keys asked again."""
        found: list[Item] = []
        possible = [_key(pk, sk) for pk, sk in keys if _can_be(pk, sk)]
        for start in range(0, len(possible), 100):
            found += self._batch_get(possible[start : start + 100])
        return found

    def _batch_get(self, wanted: list[Item], tries: int = 6) -> list[Item]:
        found: list[Item] = []
        while wanted and tries:
            answer = client("dynamodb").batch_get_item(RequestItems={self.name: {"Keys": wanted, "ConsistentRead": True}})
            found += [unpack_item(item) for item in answer["Responses"].get(self.name, [])]
            wanted = answer.get("UnprocessedKeys", {}).get(self.name, {}).get("Keys", [])
            tries -= 1
        if wanted:
            raise Unavailable(f"{len(wanted)} items of {self.name} could not be read just now")
        return found

    def scan(self) -> Iterator[Item]:
        """Every item, in no order: for jobs that a person starts."""
        start: dict[str, Any] = {}
        while True:
            answer = client("dynamodb").scan(TableName=self.name, **start)
            yield from map(unpack_item, answer["Items"])
            if "LastEvaluatedKey" not in answer:
                return
            start = {"ExclusiveStartKey": answer["LastEvaluatedKey"]}

    def partition(self, pk: str, prefix: str = "") -> list[Item]:
        """Everything in a partition whose sort key begins with `prefix`, strongly consistent, in order."""
        page = self.page(pk, prefix=prefix, consistent=True)
        items = page.items
        while page.next:
            page = self.page(pk, prefix=prefix, start=page.next, consistent=True)
            items += page.items
        return items

    def page(
        self,
        pk: str,
        *,
        prefix: str = "",
        between: tuple[str, str] | None = None,
        index: str | None = None,
        keys: tuple[str, str] = ("pk", "sk"),
        limit: int | None = None,
        start: Item | None = None,
        newest_first: bool = False,
        consistent: bool = False,
    ) -> Page:
        """One page of a partition of the table or of an index; `next` is the cursor of the following page."""
        if not _can_be(pk):
            return Page([], None)
        names, values, condition = {"#p": keys[0]}, {":p": pk}, "#p = :p"
        if between:
            names["#s"], values[":from"], values[":to"] = keys[1], between[0], between[1]
            condition += " AND #s BETWEEN :from AND :to"
        elif prefix:
            names["#s"], values[":s"] = keys[1], prefix
            condition += " AND begins_with(#s, :s)"
        request: dict[str, Any] = {
            "TableName": self.name,
            "KeyConditionExpression": condition,
            "ExpressionAttributeNames": names,
            "ExpressionAttributeValues": pack_item(values),
            "ScanIndexForward": not newest_first,
        }
        if index:
            request["IndexName"] = index
        if consistent:
            request["ConsistentRead"] = True
        if limit:
            request["Limit"] = limit
        if start:
            request["ExclusiveStartKey"] = pack_item(start)
        answer = client("dynamodb").query(**request)
        last = answer.get("LastEvaluatedKey")
        return Page([unpack_item(item) for item in answer["Items"]], unpack_item(last) if last else None)


def create(table: Table, item: Item) -> Write:
    """Put an item that must not exist yet."""
    return Write(table.name, item, "attribute_not_exists(pk)", {}, {})


def replace(table: Table, item: Item, seen: int) -> Write:
    """Put a versioned item over the version that was read. `item["version"]` is the new one, larger than `seen`."""
    if seen == 0:
        return create(table, item)
    unchanged_since_read = "#version = :seen"
    return Write(table.name, item, unchanged_since_read, {"#version": "version"}, {":seen": seen})


def overwrite(table: Table, item: Item) -> Write:
    """Put an item over whatever stands there: only for what is the same whoever writes it, or where the last may win."""
    return Write(table.name, item, None, {}, {})


def commit(*writes: Write) -> None:
    """Carries out one write plainly, several as one transaction: all or nothing. Raises WriteConflict."""
    stamp = secrets.token_urlsafe(12)
    if len(writes) == 1:
        _put(writes[0], stamp)
    else:
        _transact(writes, stamp)


def _put(write: Write, stamp: str) -> None:
    dynamodb = client("dynamodb")
    request = _request(write, stamp)
    try:
        dynamodb.put_item(**request)
    except dynamodb.exceptions.ConditionalCheckFailedException as failure:
        _raise_unless_ours([failure.response.get("Item")], [write], stamp)


def _transact(writes: tuple[Write, ...], stamp: str) -> None:
    dynamodb = client("dynamodb")
    try:
        dynamodb.transact_write_items(
            TransactItems=[{"Put": _request(write, stamp)} for write in writes], ClientRequestToken=stamp
        )
    except dynamodb.exceptions.TransactionCanceledException as failure:
        reasons = failure.response.get("CancellationReasons", [])
        if not any(reason.get("Code") == "ConditionalCheckFailed" for reason in reasons):
            raise Conflict("the transaction met another one; try again") from failure
        _raise_unless_ours([_failed(reason) for reason in reasons], list(writes), stamp)


_HELD: Item = {"held": True}


def _failed(reason: dict[str, Any]) -> Item | None:
    if reason.get("Code") != "ConditionalCheckFailed":
        return _HELD
    return reason.get("Item")


def _raise_unless_ours(olds: list[Item | None], writes: list[Write], stamp: str) -> None:
    for index, (old, write) in enumerate(zip(olds, writes, strict=True)):
        if old is _HELD:
            continue
        item = unpack_item(old) if old else None
        if item is not None and item.get("write_id") == stamp:
            return
        raise WriteConflict(f"{write.item.get('pk')} {write.item.get('sk', '')} was changed by somebody else", item, index)


def _request(write: Write, stamp: str) -> dict[str, Any]:
    request: dict[str, Any] = {"TableName": write.table, "Item": pack_item({**write.item, "write_id": stamp})}
    if write.condition:
        request["ConditionExpression"] = write.condition
        request["ReturnValuesOnConditionCheckFailure"] = "ALL_OLD"
    if write.names:
        request["ExpressionAttributeNames"] = write.names
    if write.values:
        request["ExpressionAttributeValues"] = pack_item(write.values)
    return request


def _can_be(pk: str, sk: str | None = None) -> bool:
    """Whether an item may have this key at all: who asks for `/v1/orders/` and three thousand letters is told that there is none."""
    return 0 < _bytes(pk) <= _LONGEST_PK and (sk is None or 0 < _bytes(sk) <= _LONGEST_SK)


def _bytes(text: str) -> int:
    return len(text.encode("utf-8", "surrogatepass"))


def _key(pk: str, sk: str | None) -> dict[str, Any]:
    return {"pk": pack(pk)} if sk is None else {"pk": pack(pk), "sk": pack(sk)}
