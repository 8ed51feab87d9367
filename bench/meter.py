"""What one order's calls consume, worked out from the requests really made: DynamoDB's published rules applied to the real items."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

from bench import prices
from tests.support.template import resources

_INDEXES = {
    name: [(index["IndexName"], [key["AttributeName"] for key in index["KeySchema"]], index["Projection"]) for index in table.get("GlobalSecondaryIndexes", [])]
    for name, table in resources("AWS::DynamoDB::Table").items()
}


class Meter:
    """A watcher at the gate. `units` counts what is paid for, by name; `calls` the calls by name."""

    def __init__(self) -> None:
        self.units: Counter[str] = Counter()
        self.calls: Counter[str] = Counter()
        self._stored: dict[tuple[str, str, str], dict[str, Any]] = {}

    def around(self, name: str, thunk: Callable[[], Any], detail: dict[str, Any]) -> Any:
        self.calls[name] += 1
        answer = thunk()
        service, _, operation = name.partition(".")
        if service == "dynamodb":
            self._dynamodb(operation, detail, answer)
        elif service == "sqs":
            self.units["sqs requests"] += 1
        elif service == "events":
            self.units["bus events"] += len(detail["Entries"])
        elif service == "s3":
            self.units["s3 puts" if operation == "PutObject" else "s3 gets"] += 1
        elif service == "secretsmanager":
            self.units["secret calls"] += 1
        return answer

    def cost(self) -> dict[str, float]:
        """Dollars by name."""
        table = {
            "write units": prices.WRITE_UNIT, "read units": prices.READ_UNIT, "sqs requests": prices.SQS_REQUEST,
            "bus events": prices.BUS_EVENT, "s3 puts": prices.S3_PUT, "s3 gets": prices.S3_GET, "secret calls": prices.SECRET_CALL,
            "state transitions": prices.STATE_TRANSITION, "http requests": prices.HTTP_REQUEST,
            "lambda requests": prices.LAMBDA_REQUEST, "lambda GB-s": prices.LAMBDA_GB_SECOND, "log bytes": prices.LOG_BYTE,
        }  # fmt: skip
        return {name: count * table[name] for name, count in self.units.items()}

    def _dynamodb(self, operation: str, detail: dict[str, Any], answer: dict[str, Any]) -> None:
        if operation == "PutItem":
            self._put(detail["TableName"], detail["Item"], 1)
        elif operation == "TransactWriteItems":
            for action in detail["TransactItems"]:
                self._put(action["Put"]["TableName"], action["Put"]["Item"], 2)
        elif operation == "UpdateItem":
            after = answer.get("Attributes") or {}
            self.units["write units"] += _write_units(after or detail["Key"])
        elif operation == "DeleteItem":
            self.units["write units"] += 1
        elif operation in ("Query", "Scan"):
            size = sum(_size(item) for item in answer.get("Items", []))
            self.units["read units"] += _read_units(size, detail.get("ConsistentRead", False))
        elif operation == "GetItem":
            self.units["read units"] += _read_units(_size(answer.get("Item", {})), detail.get("ConsistentRead", False))
        elif operation == "BatchGetItem":
            found = [item for items in answer["Responses"].values() for item in items]
            self.units["read units"] += sum(_read_units(_size(item), True) for item in found) or 1

    def _put(self, table: str, item: dict[str, Any], factor: int) -> None:
        key = (table, item["pk"]["S"], item.get("sk", {}).get("S", ""))
        before = self._stored.get(key, {})
        self._stored[key] = item
        self.units["write units"] += factor * max(_write_units(item), _write_units(before))
        for _, names, projection in _INDEXES[table]:
            self.units["write units"] += _index_writes(before, item, names, projection)


def _index_writes(before: dict[str, Any], after: dict[str, Any], names: list[str], projection: dict[str, Any]) -> int:
    """A new entry costs one write, a vanished one too, a moved one both; an unchanged one nothing."""
    old, new = _projected(before, names, projection), _projected(after, names, projection)
    if old == new:
        return 0
    if not old or not new:
        return _write_units(new or old)
    moved = any(old[name] != new[name] for name in names)
    return _write_units(new) + (_write_units(old) if moved else 0)


def _projected(item: dict[str, Any], names: list[str], projection: dict[str, Any]) -> dict[str, Any]:
    if not all(name in item for name in names):
        return {}
    if projection["ProjectionType"] == "ALL":
        return item
    wanted = {"pk", "sk", *names, *projection.get("NonKeyAttributes", [])}
    return {name: value for name, value in item.items() if name in wanted}


def _write_units(item: dict[str, Any]) -> int:
    return max(1, -(-_size(item) // 1024))


def _read_units(size: int, consistent: bool) -> float:
    units = max(1, -(-size // 4096))
    return units if consistent else units / 2


def _size(item: dict[str, Any]) -> int:
    """Bytes of an item by the published rules: names, values, 3 bytes a list or map, 1 an element."""
    return sum(len(name.encode()) + _value_size(value) for name, value in item.items())


def _value_size(attribute: dict[str, Any]) -> int:
    (kind, value), *_ = attribute.items()
    if kind == "S":
        return len(value.encode())
    if kind == "N":
        return len(value.lstrip("-")) // 2 + 2
    if kind == "B":
        return len(value)
    if kind == "L":
        return 3 + sum(1 + _value_size(inner) for inner in value)
    if kind == "M":
        return 3 + sum(1 + len(name.encode()) + _value_size(inner) for name, inner in value.items())
    return 1
