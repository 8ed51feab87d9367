"""DynamoDB in memory: the operations that this system calls, with the conditions, transactions, pages and refusals of the real one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from botocore.exceptions import ClientError

from proof.cloud import expressions
from proof.cloud.clock import Clock
from proof.cloud.service import Errors, NotHereError, meta, only
from proof.cloud.tables import LARGEST_ITEM, Index, Kept, Key, Table, measured

_ERRORS = (
    "ConditionalCheckFailedException IdempotentParameterMismatchException InternalServerError ItemCollectionSizeLimitExceededException "
    "ProvisionedThroughputExceededException RequestLimitExceeded ResourceNotFoundException TransactionCanceledException "
    "TransactionConflictException TransactionInProgressException"
).split()
_PAGE = 1024 * 1024
_REMEMBERED_S = 600
_MOST_TOKENS = 4096
_WRITE = ("TableName", "ConditionExpression", "ExpressionAttributeNames", "ExpressionAttributeValues", "ReturnValuesOnConditionCheckFailure")
Request = dict[str, Any]


class DynamoDB:
    """`lag` answers by how many writes the indexes are behind just now."""

    meta = meta(
        get_item="GetItem",
        batch_get_item="BatchGetItem",
        query="Query",
        scan="Scan",
        put_item="PutItem",
        update_item="UpdateItem",
        delete_item="DeleteItem",
        transact_write_items="TransactWriteItems",
    )

    def __init__(self, tables: list[Table], clock: Clock, lag: Callable[[], int] = lambda: 0) -> None:
        self.tables = {table.name: table for table in tables}
        self.exceptions = Errors(*_ERRORS)
        self.lag = lag
        self._clock = clock
        self._tokens: dict[str, tuple[float, Any]] = {}

    # ── reading ──
    def get_item(self, **request: Any) -> dict[str, Any]:
        only("GetItem", request, "TableName", "Key", "ConsistentRead")
        table = self._table(request, "GetItem")
        found = table.find(self._key(table, request["Key"], "GetItem"))
        return {} if found is None else {"Item": found}

    def batch_get_item(self, **request: Any) -> dict[str, Any]:
        only("BatchGetItem", request, "RequestItems")
        answers: dict[str, list[Kept]] = {}
        for name, wanted in request["RequestItems"].items():
            only("BatchGetItem", wanted, "Keys", "ConsistentRead")
            table = self._table({"TableName": name}, "BatchGetItem")
            keys = [self._key(table, key, "BatchGetItem") for key in wanted["Keys"]]
            if len(set(keys)) < len(keys):
                raise self._invalid("Provided list of item keys contains duplicates", "BatchGetItem")
            if not 0 < len(keys) <= 100:
                raise self._invalid("Too many items requested for the BatchGetItem call", "BatchGetItem")
            answers[name] = [found for key in keys if (found := table.find(key)) is not None]
        return {"Responses": answers, "UnprocessedKeys": {}}

    def query(self, **request: Any) -> dict[str, Any]:
        only(
            "Query", request, "TableName", "IndexName", "KeyConditionExpression", "ExpressionAttributeNames", "ExpressionAttributeValues",
            "ScanIndexForward", "ConsistentRead", "Limit", "ExclusiveStartKey",
        )  # fmt: skip
        table = self._table(request, "Query")
        try:
            asked = _Asked(table, request)
        except expressions.InvalidExpression as problem:
            raise self._invalid(str(problem), "Query") from None
        return asked.answer()

    def scan(self, **request: Any) -> dict[str, Any]:
        only("Scan", request, "TableName", "ExclusiveStartKey", "Limit", "ConsistentRead")
        table = self._table(request, "Scan")
        items = list(table.every())
        if start := request.get("ExclusiveStartKey"):
            after = table.key(start)
            items = items[next(number for number, item in enumerate(items) if table.key(item) == after) + 1 :]
        found, more = _page(items, request.get("Limit"))
        answer = {"Items": found, "Count": len(found), "ScannedCount": len(found)}
        return {**answer, "LastEvaluatedKey": {name: found[-1][name] for name in table.key_names}} if more else answer

    # ── writing ──
    def put_item(self, **request: Any) -> dict[str, Any]:
        only("PutItem", request, *_WRITE, "Item")
        return self._alone("PutItem", self._put(request, "PutItem"), request)

    def update_item(self, **request: Any) -> dict[str, Any]:
        only("UpdateItem", request, *_WRITE, "Key", "UpdateExpression", "ReturnValues")
        table = self._table(request, "UpdateItem")
        key = self._key(table, request["Key"], "UpdateItem")
        self._alone("UpdateItem", self._update(request, "UpdateItem"), request)
        wanted = request.get("ReturnValues", "NONE")
        if wanted not in ("NONE", "ALL_NEW"):
            raise NotHereError(f"UpdateItem with ReturnValues {wanted}")
        return {"Attributes": table.find(key)} if wanted == "ALL_NEW" else {}

    def delete_item(self, **request: Any) -> dict[str, Any]:
        only("DeleteItem", request, *_WRITE, "Key")
        return self._alone("DeleteItem", self._delete(request, "DeleteItem"), request)

    def transact_write_items(self, **request: Any) -> dict[str, Any]:
        only("TransactWriteItems", request, "TransactItems", "ClientRequestToken")
        operation, said = "TransactWriteItems", request["TransactItems"]
        if not 0 < len(said) <= 100:
            raise self._invalid("Member must have length less than or equal to 100", operation)
        if self._repeated(request):
            return {}
        parts = [self._part(each) for each in said]
        touched = [(table.name, key) for table, key, _, _ in parts]
        if len(set(touched)) < len(touched):
            raise self._invalid("Transaction request cannot include multiple operations on one item", operation)
        reasons = [self._refusal(part, inner) for part, (inner,) in zip(parts, (list(each.values()) for each in said), strict=True)]
        if any(reason["Code"] != "None" for reason in reasons):
            codes = ", ".join(reason["Code"] for reason in reasons)
            message = f"Transaction cancelled, please refer cancellation reasons for specific reasons [{codes}]"
            raise self.exceptions.make("TransactionCanceledException", message, operation, CancellationReasons=reasons)
        for _, _, _, write in parts:
            write()
        if token := request.get("ClientRequestToken"):
            self._remember(token, said)
        return {}

    # ── the world's own ──
    def snapshot(self) -> Any:
        return {name: table.snapshot() for name, table in self.tables.items()}, self._tokens.copy()

    def restore(self, taken: Any) -> None:
        tables, self._tokens = taken[0], taken[1].copy()
        for name, table in self.tables.items():
            table.restore(tables[name])

    def _remember(self, token: str, said: Any) -> None:
        now = self._clock.seconds
        if len(self._tokens) > _MOST_TOKENS:
            self._tokens = {known: told for known, told in self._tokens.items() if told[0] + _REMEMBERED_S >= now}
        self._tokens[token] = (now, said)

    def _repeated(self, request: Request) -> bool:
        """A transaction under a token of the last ten minutes is not carried out again."""
        at, said = self._tokens.get(request.get("ClientRequestToken", ""), (-1.0, None))
        if said is None or at + _REMEMBERED_S < self._clock.seconds:
            return False
        if said != request["TransactItems"]:
            raise self.exceptions.make("IdempotentParameterMismatchException", "another request under this token", "TransactWriteItems")
        return True

    def _part(self, each: Request) -> tuple[Table, Key, Callable[[], None], Callable[[], None]]:
        ((kind, request),) = each.items()
        maker = {"Put": self._put, "Delete": self._delete, "ConditionCheck": self._check}.get(kind)
        if maker is None:
            raise NotHereError(f"{kind} in a transaction")
        return maker(request, "TransactWriteItems")

    def _refusal(self, part: Any, request: Request) -> dict[str, Any]:
        table, key, allowed, _ = part
        try:
            allowed()
        except _Refused:
            found = table.find(key)
            shown = {"Item": found} if found is not None and request.get("ReturnValuesOnConditionCheckFailure") == "ALL_OLD" else {}
            return {"Code": "ConditionalCheckFailed", "Message": "The conditional request failed", **shown}
        return {"Code": "None"}

    def _alone(self, operation: str, part: Any, request: Request) -> dict[str, Any]:
        table, key, allowed, write = part
        try:
            allowed()
        except _Refused:
            found = table.find(key)
            shown = {"Item": found} if found is not None and request.get("ReturnValuesOnConditionCheckFailure") == "ALL_OLD" else {}
            raise self.exceptions.make("ConditionalCheckFailedException", "The conditional request failed", operation, **shown) from None
        write()
        return {}

    def _put(self, request: Request, operation: str) -> Any:
        table, item = self._table(request, operation), request["Item"]
        key = self._key_of(table, item, operation)
        size, binary = self._fits(table, item, operation)

        def write() -> None:
            table.put(item, size, binary, self._clock.seconds, self.lag())

        return table, key, self._condition(table, key, request, operation), write

    def _update(self, request: Request, operation: str) -> Any:
        table = self._table(request, operation)
        key = self._key(table, request["Key"], operation)
        values = _values(request)

        def write() -> None:
            try:
                after = expressions.update(request["UpdateExpression"]).applied(table.find(key) or request["Key"], values)
            except expressions.InvalidExpression as problem:
                raise self._invalid(str(problem), operation) from None
            table.put(after, *self._fits(table, after, operation), self._clock.seconds, self.lag())

        return table, key, self._condition(table, key, request, operation), write

    def _delete(self, request: Request, operation: str) -> Any:
        table = self._table(request, operation)
        key = self._key(table, request["Key"], operation)
        return table, key, self._condition(table, key, request, operation), lambda: table.delete(key, self._clock.seconds, self.lag())

    def _check(self, request: Request, operation: str) -> Any:
        table = self._table(request, operation)
        key = self._key(table, request["Key"], operation)
        return table, key, self._condition(table, key, request, operation), lambda: None

    def _condition(self, table: Table, key: Key, request: Request, operation: str) -> Callable[[], None]:
        text, values = request.get("ConditionExpression"), _values(request)
        said = tuple(filter(None, (text, request.get("UpdateExpression"))))
        try:
            test = expressions.condition(text) if text else None
        except expressions.InvalidExpression as problem:
            raise self._invalid(str(problem), operation) from None
        if unused := expressions.unused(said, tuple(values)):
            raise self._invalid(f"Value unused in expressions: {unused}", operation)

        def allowed() -> None:
            try:
                holds = test is None or test(table.find(key) or {}, values)
            except expressions.InvalidExpression as problem:
                raise self._invalid(str(problem), operation) from None
            if not holds:
                raise _Refused

        return allowed

    def _table(self, request: Request, operation: str) -> Table:
        try:
            return self.tables[request["TableName"]]
        except KeyError:
            raise self.exceptions.make("ResourceNotFoundException", "Requested resource not found", operation) from None

    def _key(self, table: Table, key: dict[str, Any], operation: str) -> Key:
        if len(key) != len(table.key_names):
            raise self._invalid("The provided key element does not match the schema", operation)
        return self._key_of(table, key, operation)

    def _key_of(self, table: Table, item: dict[str, Any], operation: str) -> Key:
        try:
            key = table.key(item)
        except KeyError:
            raise self._invalid("The provided key element does not match the schema", operation) from None
        if not table.may_have(key):
            raise self._invalid("One or more parameter values are not valid: a key is empty or too long", operation)
        return key

    def _fits(self, table: Table, item: dict[str, Any], operation: str) -> tuple[int, bool]:
        """What the table and its indexes take: its size, and whether there are bytes in it. An index's key must be a text that is not empty, where it is there."""
        for name in table.index_keys:
            if name in item and not item[name].get("S"):
                raise self._invalid(f"One or more parameter values were invalid: the index key {name}", operation)
        size, binary = measured(item)
        if size > LARGEST_ITEM:
            raise self._invalid("Item size has exceeded the maximum allowed size", operation)
        return size, binary

    def _invalid(self, message: str, operation: str) -> ClientError:
        return self.exceptions.make("ValidationException", message, operation)


class _Refused(Exception):
    """A condition does not hold."""


class _Asked:
    """A query: the items in their order, cut by start, limit and size."""

    def __init__(self, table: Table, request: Request) -> None:
        values = _values(request)
        (hash_name, hash_value), self._sort = expressions.key_condition(request["KeyConditionExpression"])
        if unused := expressions.unused((request["KeyConditionExpression"],), tuple(values)):
            raise expressions.InvalidExpression(f"Value unused in expressions: {unused}")
        self._table, self._request = table, request
        self._bounds = tuple(values[name]["S"] for name in self._sort[2]) if self._sort else ()
        self._of = values[hash_value]["S"]
        self._index = self._indexed(table, request)
        expected = (self._index.hash, self._index.range) if self._index else (table.hash, table.range)
        if (expressions.named(hash_name, values), expressions.named(self._sort[0], values) if self._sort else expected[1]) != expected:
            raise expressions.InvalidExpression("Query condition missed key schema element")
        if "ExclusiveStartKey" in request:
            self._may_start(request["ExclusiveStartKey"], expected)

    def _may_start(self, start: dict[str, Any], expected: tuple[str, str]) -> None:
        if start.keys() != {*self._table.key_names, *filter(None, expected)}:
            raise expressions.InvalidExpression("The provided starting key is invalid")
        if start[expected[0]] != {"S": self._of}:
            raise expressions.InvalidExpression("The provided starting key is outside query boundaries based on provided conditions")
        if self._sort and not self._holds(start[expected[1]]["S"]):
            raise expressions.InvalidExpression("The provided starting key does not match the range key predicate")

    @staticmethod
    def _indexed(table: Table, request: Request) -> Index | None:
        if "IndexName" not in request:
            return None
        if request["IndexName"] not in table.indexes:
            raise expressions.InvalidExpression("The table does not have the specified index")
        if request.get("ConsistentRead"):
            raise expressions.InvalidExpression("Consistent reads are not supported on global secondary indexes")
        return table.indexes[request["IndexName"]]

    def answer(self) -> dict[str, Any]:
        found, more = _page(self._from_index() if self._index else self._from_table(), self._request.get("Limit"))
        answer = {"Items": found, "Count": len(found), "ScannedCount": len(found)}
        if not more:
            return answer
        names = dict.fromkeys(self._table.key_names + ((self._index.hash, self._index.range) if self._index else ()))
        return {**answer, "LastEvaluatedKey": {name: found[-1][name] for name in names}}

    def _from_table(self) -> list[Kept]:
        partition = self._table.partition(self._of)
        if partition is None:
            return []
        start = self._request.get("ExclusiveStartKey")
        wanted = [sk for sk in partition.order if self._holds(sk)] if self._sort else partition.order
        if not self._request.get("ScanIndexForward", True):
            wanted = wanted[::-1]
            wanted = [sk for sk in wanted if sk < start[self._table.range]["S"]] if start else wanted
        elif start:
            wanted = [sk for sk in wanted if sk > start[self._table.range]["S"]]
        return [partition.items[sk] for sk in wanted]

    def _from_index(self) -> list[Kept]:
        index = self._index
        rows = [row for row in index.rows.get(self._of, ()) if self._holds(row[0])]
        start = self._request.get("ExclusiveStartKey")
        after = (start[index.range]["S"], *self._table.key(start)) if start else None
        if not self._request.get("ScanIndexForward", True):
            rows = rows[::-1]
            rows = [row for row in rows if row < after] if after else rows
        elif after:
            rows = [row for row in rows if row > after]
        shown = [index.items[pk, sk] for _, pk, sk in rows]
        return shown if index.projected is None else [self._projected(item, index) for item in shown]

    def _projected(self, item: Kept, index: Index) -> Kept:
        names = {*self._table.key_names, index.hash, index.range, *(index.projected or ())}
        return Kept({name: value for name, value in item.items() if name in names})

    def _holds(self, text: str) -> bool:
        if not self._sort:
            return True
        verb, bounds = self._sort[1], self._bounds
        if verb == "begins_with":
            return text.startswith(bounds[0])
        if verb == "BETWEEN":
            return bounds[0] <= text <= bounds[1]
        return {"=": text == bounds[0], "<": text < bounds[0], "<=": text <= bounds[0], ">": text > bounds[0], ">=": text >= bounds[0]}[verb]


def _page(items: list[Kept], limit: int | None) -> tuple[list[Kept], bool]:
    """What one answer holds, and whether it says that there may be more: at the limit it does so even where there is none."""
    taken = items[:limit] if limit else items
    if len(taken) > 2:
        size = 0
        for number, item in enumerate(taken):
            size += item.size
            if size > _PAGE:
                return taken[: number + 1], True
    return taken, bool(limit) and len(taken) == limit


def _values(request: Request) -> dict[str, Any]:
    """Values and names together: they cannot be taken for each other, one begins with `:` and the other with `#`."""
    return {**request.get("ExpressionAttributeNames", {}), **request.get("ExpressionAttributeValues", {})}
