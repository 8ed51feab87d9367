"""Which calls may change places without a difference."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from proof.faults import READS

_SENDS = frozenset({"events.PutEvents", "sqs.SendMessage", "sqs.SendMessageBatch", "sesv2.SendEmail"})
"""Neither the bus nor a queue nor the post promises an order."""
_LOOKS = READS | {"s3.HeadObject"}
_REFUSALS = frozenset({"ConditionalCheckFailedException", "TransactionCanceledException"})


@dataclass(frozen=True, slots=True)
class Call:
    """What a caller is about to do: its name, whether it only looks, and what it concerns: items of tables and files by their keys, or a service as a whole.
    `*` at an end is anything."""

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
        return not any(all(map(_meet, mine, its)) for mine in self.concerns for its in other.concerns)


def call_of(name: str, detail: dict[str, Any]) -> Call:
    """A call that passes the gate."""
    service = name.partition(".")[0]
    if service == "sqs":
        return Call(name, False, frozenset({(service, detail["QueueUrl"])}))
    if service == "s3" and "Key" in detail:
        return Call(name, name in _LOOKS, frozenset({(service, detail["Key"])}))
    if service != "dynamodb":
        return Call(name, name in _LOOKS, frozenset({(service,)}))
    if "TransactItems" in detail:
        puts = [next(iter(each.values())) for each in detail["TransactItems"]]
        return Call(name, False, frozenset(_item(put["TableName"], put.get("Item") or put["Key"]) for put in puts))
    if "RequestItems" in detail:
        return Call(name, True, frozenset(_item(table, key) for table, wanted in detail["RequestItems"].items() for key in wanted["Keys"]))
    key, values = detail.get("Item") or detail.get("Key"), detail.get("ExpressionAttributeValues", {})
    if key:
        return Call(name, name in _LOOKS, frozenset({_item(detail["TableName"], key)}))
    of = (values[":p"]["S"], values.get(":s", {"S": ""})["S"] + "*") if "IndexName" not in detail and ":p" in values else ("*",)
    return Call(name, name in _LOOKS, frozenset({(detail["TableName"], *of)}))


def _meet(one: str, other: str) -> bool:
    """Whether both may name the same."""
    if one == other:
        return True
    return one[-1:] == "*" and other.startswith(one[:-1]) or other[-1:] == "*" and one.startswith(other[:-1])


def _item(table: str, key: dict[str, Any]) -> tuple[str, ...]:
    return (table, key["pk"]["S"], key.get("sk", {"S": ""})["S"])
