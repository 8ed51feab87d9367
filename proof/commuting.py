"""Which calls may change places without a difference."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from proof.faults import READS

_SENDS = frozenset({"events.PutEvents", "sqs.SendMessage", "sqs.SendMessageBatch", "sesv2.SendEmail"})
"""Neither the bus nor a queue nor the post promises an order."""
_REFUSALS = frozenset({"ConditionalCheckFailedException", "TransactionCanceledException"})


@dataclass(frozen=True, slots=True)
class Call:
    """What a caller is about to do: its name, whether it only looks, and what it concerns: items of tables by their keys, or a service as a whole.
    `*` is anything."""

    name: str
    reads: bool
    concerns: frozenset[tuple[str, ...]]

    def refused(self, problem: Exception) -> Call:
        """The call as it went that was answered so: a write that its condition has forbidden has only looked."""
        return replace(self, reads=True) if type(problem).__name__ in _REFUSALS else self

    def apart_from(self, other: Call) -> bool:
        """Whether it makes no difference which of the two comes first."""
        if self.reads and other.reads or self.name in _SENDS and other.name in _SENDS:
            return True
        return not any(all(a == b or "*" in (a, b) for a, b in zip(mine, its, strict=False)) for mine in self.concerns for its in other.concerns)


def call_of(name: str, detail: dict[str, Any]) -> Call:
    """A call that passes the gate."""
    service = name.partition(".")[0]
    if service == "sqs":
        return Call(name, False, frozenset({(service, detail["QueueUrl"])}))
    if service != "dynamodb":
        return Call(name, name in READS, frozenset({(service,)}))
    if "TransactItems" in detail:
        puts = [next(iter(each.values())) for each in detail["TransactItems"]]
        return Call(name, False, frozenset(_item(put["TableName"], put.get("Item") or put["Key"]) for put in puts))
    if "RequestItems" in detail:
        return Call(name, True, frozenset(_item(table, key) for table, wanted in detail["RequestItems"].items() for key in wanted["Keys"]))
    key, values = detail.get("Item") or detail.get("Key"), detail.get("ExpressionAttributeValues", {})
    if key:
        return Call(name, name in READS, frozenset({_item(detail["TableName"], key)}))
    of = values[":p"]["S"] if "IndexName" not in detail and ":p" in values else "*"
    return Call(name, name in READS, frozenset({(detail["TableName"], of)}))


def _item(table: str, key: dict[str, Any]) -> tuple[str, ...]:
    return (table, key["pk"]["S"], key.get("sk", {"S": ""})["S"])
