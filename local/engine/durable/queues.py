"""SQS: a message is in the journal before its sender is answered and leaves it when it is deleted.

Upstream keeps messages in plain lists and replaces a list to remove from it, in several places and threads; so the lists
themselves tell the journal what has changed. What was received and not deleted is visible again after a restart.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Iterable
from typing import Any

from local.engine.durable.journal import Journal, Statement

_SEPARATOR = "\x00"


class Messages(list):  # type: ignore[type-arg]
    """A queue's messages; additions and removals reach the journal at once."""

    def __init__(self, name: str, journal: Journal, messages: Iterable[dict[str, Any]] = ()) -> None:
        super().__init__(messages)
        self.name, self.journal = name, journal

    def append(self, message: dict[str, Any]) -> None:
        self.journal.write([_insert(self.name, message)])
        super().append(message)

    def remove(self, message: dict[str, Any]) -> None:
        super().remove(message)
        self.journal.write([_delete(self.name, message["id"])])

    def clear(self) -> None:
        super().clear()
        self.journal.write([("DELETE FROM messages WHERE queue = ?", (self.name,))])


class Queue(dict):  # type: ignore[type-arg]
    """A queue whose `messages` may be replaced by any list: the difference is journalled."""

    def __init__(self, name: str, journal: Journal, values: dict[str, Any]) -> None:
        super().__init__(values)
        self.name, self.journal = name, journal
        super().__setitem__("messages", Messages(name, journal, values.get("messages", ())))

    def __setitem__(self, key: str, value: Any) -> None:
        if key != "messages":
            super().__setitem__(key, value)
            return
        before = {message["id"] for message in self["messages"]}
        after = {message["id"] for message in value}
        changes = [_delete(self.name, gone) for gone in before - after]
        changes += [_insert(self.name, message) for message in value if message["id"] not in before]
        if changes:
            self.journal.write(changes)
        super().__setitem__("messages", Messages(self.name, self.journal, value))


def enable(journal: Journal) -> None:
    from ministack.core.responses import AccountRegionScopedDict
    from ministack.services import sqs

    class Queues(AccountRegionScopedDict):
        __slots__ = ()

        def __setitem__(self, url: str, queue: dict[str, Any]) -> None:
            key = self._scoped(url)
            self._data[key] = Queue(_SEPARATOR.join(key), journal, queue)

        def pop_scoped(self, account: str, region: str, url: str, *default: Any) -> Any:
            journal.write([("DELETE FROM messages WHERE queue = ?", (_SEPARATOR.join((account, region, url)),))])
            return super().pop_scoped(account, region, url, *default)

        def pop(self, url: str, *default: Any) -> Any:
            return self.pop_scoped(*self._scoped(url), *default)

    sqs._queues = Queues()
    sqs.get_state = lambda: {"queues": _emptied(sqs._queues, AccountRegionScopedDict()), "queue_name_to_url": sqs._queue_name_to_url}


def restore(journal: Journal) -> None:
    from ministack.services import sqs

    for key, queue in list(sqs._queues._data.items()):
        name = _SEPARATOR.join(key)
        rows = journal.read("SELECT message FROM messages WHERE queue = ?", name)
        messages = sorted((json.loads(row[0]) for row in rows), key=lambda message: message["sent_at"])
        restored = Queue(name, journal, {**queue, "messages": messages})
        sqs._queues._data[key] = restored


def _emptied(queues: Any, into: Any) -> Any:
    for (account, region, url), queue in list(queues._data.items()):
        into.set_scoped(account, region, url, copy.deepcopy({**queue, "messages": []}))
    return into


def _insert(queue: str, message: dict[str, Any]) -> Statement:
    return "INSERT OR REPLACE INTO messages VALUES (?, ?, ?)", (queue, message["id"], json.dumps(message))


def _delete(queue: str, message_id: str) -> Statement:
    return "DELETE FROM messages WHERE queue = ? AND id = ?", (queue, message_id)
