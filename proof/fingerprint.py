"""Whether two worlds are the same: 128 bits over everything on which what comes after can depend.

Different worlds have different fingerprints. Equal worlds may have different ones too, which costs time and nothing else. What is left out, and why
nothing can depend on it:

- `write_id` and the tokens of transactions: compared with the stamp of a write that is being made, and each has a stamp of its own;
- of a telling that is settled everything but how, of a gateway's circuit that has seen no failure everything, and what a person is shown of a channel that
  was not told: nobody else reads it (`tests/proof/test_fingerprint.py` asks whether that is so);
- of what a node was told and took how often and when it was told: people are shown it, and nothing else asks;
- of what those outside have heard which came first: they look it up, or it is counted;
- the numbers of changes, receipts and what the bus calls an event: handed back, never compared with those of others;
- how much was sent, deleted and entered in all: the rules ask only whether the sum is right, and the difference is in.
"""

from __future__ import annotations

import hashlib
import json
import re
from functools import lru_cache
from typing import Any

from proof.cloud.sqs import Message
from proof.cloud.tables import Kept, Table
from proof.living import Dweller
from waybill.fulfilment.deliveries import DELIVERED

_MESSAGES = "MessagesTable"
_SETTLED = ("sent", "skipped", "done")
_LEFT_OUT = frozenset({"write_id"})
_PUSH, _TAKEN = {"S": "PUSH"}, {"S": DELIVERED}
_OF_A_TAKEN_PUSH = _LEFT_OUT | {"attempts", "tried", "version"}
_HEARD = ("pushed", "asked", "levels", "told", "seen")
_OF_THE_BUS = re.compile(r'"id":"e\d+"')


class Fingerprint:
    """Of one world. The items are added up as they are written: `others` of the world keeps the sum in its snapshots."""

    def __init__(self, the: Dweller) -> None:
        self._the, self._cloud = the, the.world.cloud
        self._sum = 0
        for table in self._cloud.dynamodb.tables.values():
            self._sum += sum(mark(table.name, item) for item in table.every())
            table.watchers.append(self._written)
        self._others = list(the.world.others)
        the.world.others.append(self)

    def of(self, *more: Any) -> bytes:
        """The world as it is now, and `more` that belongs to it."""
        cloud, world = self._cloud, self._the.world
        said = (
            more, self._sum % (1 << 128), cloud.clock.seconds, world.put_aside, self._streams(), self._queues(),
            list(cloud.machine.executions.values()), cloud.machine.ready, [(name, _kept(body)) for name, body in sorted(cloud.s3.files.items())],
            _all_of(*sorted(cloud.secrets.versions.items()), *sorted(cloud.secrets.current.items())), sorted(_kept(mail.raw) for mail in cloud.ses.sent),
            [_unordered(other.shown()) for other in self._others],
        )  # fmt: skip
        return digest(repr(said).encode())

    def snapshot(self) -> int:
        return self._sum

    def restore(self, taken: int) -> None:
        self._sum = taken

    def _written(self, table: Table, old: Kept | None, new: Kept | None) -> None:
        self._sum += (mark(table.name, new) if new is not None else 0) - (mark(table.name, old) if old is not None else 0)

    def _streams(self) -> list[Any]:
        """What each consumer has not heard yet, and how it stands with its tries; what an index does not show yet."""
        said = list[Any]()
        for consumer in self._the.world.consumers():
            table = self._cloud.dynamodb.tables[consumer.table]
            unheard = table.since(consumer.position, table.written)
            if unheard or consumer.tried:
                changes = [(_marked(table, each.old), _marked(table, each.new), each.at, each.expired) for each in unheard]
                said.append((consumer.name, consumer.most, consumer.tried, changes))
        behind = [(index.name, index.behind) for table in self._cloud.dynamodb.tables.values() for index in table.indexes.values() if index.behind]
        return [said, behind]

    def _queues(self) -> list[Any]:
        sqs = self._cloud.sqs
        return [
            (
                name,
                sqs.sent[name] - sqs.deleted[name] - sqs.expired[name],
                sqs.expired[name],
                [_message(each) for each in queue.messages.values()],
            )
            for name, queue in sqs.queues.items()
            if queue.messages or sqs.expired[name]
        ]


def mark(table: str, item: Kept) -> int:
    """Of one stored item; 0 of one that nobody reads."""
    if not item.mark and (said := _read_again(table, item)):
        item.mark = int.from_bytes(digest(_IN_ORDER.encode([table, said])), "big")
    return item.mark


def _read_again(table: str, item: Kept) -> dict[str, Any]:
    """What of an item anybody will read."""
    if table == _MESSAGES:
        pk = item["pk"]["S"]
        if "status" in item and item["status"]["S"] in _SETTLED:
            return {"pk": item["pk"], "status": item["status"]}
        if pk.startswith("untold#") or pk.startswith("GATEWAY#") and item["failures"] == item["pause_s"] == {"N": "0"}:
            return {}
    left_out = _OF_A_TAKEN_PUSH if item.get("sk") == _PUSH and item.get("status") == _TAKEN else _LEFT_OUT
    return {name: value for name, value in item.items() if name not in left_out}


def _unordered(shown: Any) -> Any:
    """The state of one outside, what he has heard in no order."""
    if not isinstance(shown, dict):
        return shown
    return [
        (name, sorted(map(repr, value.items() if isinstance(value, dict) else value)) if name in _HEARD else value) for name, value in shown.items()
    ]


def digest(said: bytes | str) -> bytes:
    return hashlib.blake2b(said.encode() if isinstance(said, str) else said, digest_size=16).digest()


def _marked(table: Table, item: Kept | None) -> int:
    return mark(table.name, item) if item is not None else 0


_IN_ORDER = json.JSONEncoder(sort_keys=True, default=lambda value: bytes(value).hex())
_kept = lru_cache(4096)(digest)
"""Of what lies there for long."""


def _message(message: Message) -> Any:
    return _body(message.body), message.sent_at, message.visible_at, message.group, message.received, message.first_received_at, bool(message.receipt)


@lru_cache(4096)
def _all_of(*said: Any) -> bytes:
    return digest(repr(said))


@lru_cache(4096)
def _body(text: str) -> bytes:
    return digest(_OF_THE_BUS.sub("", text))
