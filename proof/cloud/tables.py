"""One DynamoDB table: partitions in the order of their sort keys, indexes that may lag behind, a stream, and what has expired.

A stored item is never changed, only replaced: whoever has read it has it as it was. A snapshot costs the number of partitions, and a
partition is copied when it is first written to afterwards.
"""

from __future__ import annotations

import bisect
import marshal
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

Attribute = dict[str, Any]
Key = tuple[str, str]
LARGEST_ITEM = 400 * 1024
_LONGEST = (2048, 1024)
"""Bytes of the hash and of the range."""
_LONG_FORM = 2
"""The version of `marshal` in which every text is written out: never shorter than DynamoDB counts it, and three times as fast as JSON."""
_BYTES = marshal.dumps("B", _LONG_FORM) + b"s"


class Kept(dict[str, Attribute]):
    """An item as it is stored. `plain` is what its readers have made of it, `mark` its fingerprint, if they keep that."""

    __slots__ = ("binary", "mark", "plain", "size")

    def __init__(self, item: dict[str, Attribute], size: int = 0, binary: bool = False) -> None:
        super().__init__(item)
        self.plain: Any = None
        self.mark = 0
        self.size, self.binary = size, binary


class Partition:
    """Items by sort key; `order` are the sort keys in order."""

    __slots__ = ("age", "items", "order")

    def __init__(self, age: int, items: dict[str, Kept], order: list[str]) -> None:
        self.age, self.items, self.order = age, items, order

    def copied(self, age: int) -> Partition:
        return Partition(age, self.items.copy(), self.order.copy())


@dataclass(slots=True)
class Index:
    """A global secondary index. `rows` by its partition are (sort value, pk, sk), in order."""

    name: str
    hash: str
    range: str
    projected: tuple[str, ...] | None
    """Attributes beside the keys; None for all."""
    rows: dict[str, list[tuple[str, str, str]]] = field(default_factory=dict)
    items: dict[Key, Kept] = field(default_factory=dict)
    behind: deque[tuple[Key, Kept | None]] = field(default_factory=deque)

    def heard(self, key: Key, item: Kept | None, lag: int) -> None:
        """A write, of which the index shows all but the last `lag`."""
        if lag or self.behind:
            self.behind.append((key, item))
            self.catch_up(lag)
        else:
            self._show(key, item)

    def catch_up(self, lag: int = 0) -> None:
        while len(self.behind) > lag:
            self._show(*self.behind.popleft())

    def _show(self, key: Key, item: Kept | None) -> None:
        old = self.items.pop(key, None)
        before = self._place(old) if old is not None else None
        after = self._place(item) if item is not None and self.hash in item and self.range in item else None
        if item is not None and after:
            self.items[key] = item
        if before == after:
            return
        if before:
            rows = self.rows[before[0]]
            del rows[bisect.bisect_left(rows, (before[1], *key))]
        if after:
            bisect.insort(self.rows.setdefault(after[0], []), (after[1], *key))

    def _place(self, item: Kept) -> tuple[str, str]:
        return item[self.hash]["S"], item[self.range]["S"]

    def copied(self) -> Index:
        rows = {of: list(found) for of, found in self.rows.items() if found}
        return Index(self.name, self.hash, self.range, self.projected, rows, self.items.copy(), self.behind.copy())


@dataclass(slots=True)
class Change:
    """One record of a stream: what stood and what stands."""

    number: int
    at: float
    key: Key
    old: Kept | None
    new: Kept | None
    expired: bool = False


class Table:
    """Keys are text; a table without a sort key has "" for it."""

    def __init__(self, name: str, hash: str, range: str, indexes: list[Index], view: str = "", expires: str = "") -> None:
        self.name, self.hash, self.range, self.view, self.expires = name, hash, range, view, expires
        self.key_names: tuple[str, ...] = (hash, range) if range else (hash,)
        self.index_keys: tuple[str, ...] = tuple(dict.fromkeys(name for index in indexes for name in (index.hash, index.range)))
        self.indexes = {index.name: index for index in indexes}
        self.partitions: dict[str, Partition] = {}
        self.changes: list[Change] = []
        self.dropped = 0
        """How many of the oldest changes nobody needs any more."""
        self.watchers: list[Callable[[Table, Kept | None, Kept | None], None]] = []
        """Told of every write, of what stood and what stands."""
        self._age = 0
        self._taken: Any = None
        """The snapshot that shows the table as it stands, if there is one."""

    def key(self, item: dict[str, Attribute]) -> Key:
        return item[self.hash]["S"], item[self.range]["S"] if self.range else ""

    def may_have(self, key: Key) -> bool:
        """Whether no part of a key is empty or too long."""
        hash, range = key
        if not hash or (self.range and not range):
            return False
        short = 4 * (len(hash) + len(range)) <= min(_LONGEST)
        return short or all(len(text.encode("utf-8", "surrogatepass")) <= most for text, most in zip(key, _LONGEST, strict=True))

    def find(self, key: Key) -> Kept | None:
        partition = self.partitions.get(key[0])
        return partition.items.get(key[1]) if partition else None

    def put(self, item: dict[str, Attribute], size: int, binary: bool, at: float, lag: int = 0) -> Kept:
        key, kept = self.key(item), Kept(item, size, binary)
        partition = self._writable(key[0])
        old = partition.items.get(key[1])
        if old is None:
            bisect.insort(partition.order, key[1])
        partition.items[key[1]] = kept
        self._tell(key, old, kept, at, lag)
        return kept

    def delete(self, key: Key, at: float, lag: int = 0, expired: bool = False) -> None:
        old = self.find(key)
        if old is None:
            return
        partition = self._writable(key[0])
        del partition.items[key[1]]
        partition.order.remove(key[1])
        if not partition.items:
            del self.partitions[key[0]]
        self._tell(key, old, None, at, lag, expired)

    def partition(self, pk: str) -> Partition | None:
        return self.partitions.get(pk)

    def every(self) -> Iterator[Kept]:
        for partition in self.partitions.values():
            yield from (partition.items[sk] for sk in partition.order)

    def expire(self, now: float) -> int:
        """Deletes what its time is over; answers how much. AWS does so within days: until then it can still be read."""
        if not self.expires:
            return 0
        over = [self.key(item) for item in self.every() if "N" in item.get(self.expires, {}) and float(item[self.expires]["N"]) < now]
        for key in over:
            self.delete(key, now, expired=True)
        return len(over)

    @property
    def written(self) -> int:
        """How many changes there have been."""
        return self.dropped + len(self.changes)

    def since(self, number: int, most: int) -> list[Change]:
        """Changes from a number on."""
        start = number - self.dropped
        return self.changes[start : start + most]

    def forget(self, before: int) -> None:
        """The changes before this number have been heard by all."""
        if before - self.dropped > 256:
            del self.changes[: before - self.dropped]
            self.dropped, self._taken = before, None

    def catch_up(self) -> None:
        """The indexes show everything."""
        self._taken = None
        for index in self.indexes.values():
            index.catch_up()

    def snapshot(self) -> Any:
        if self._taken is None:
            self._age += 1
            self._taken = self.partitions.copy(), [index.copied() for index in self.indexes.values()], self.changes.copy(), self.dropped
        return self._taken

    def restore(self, taken: Any) -> None:
        if taken is self._taken:
            return
        partitions, indexes, changes, dropped = self._taken = taken
        self._age += 1
        self.partitions, self.changes, self.dropped = partitions.copy(), changes.copy(), dropped
        self.indexes = {index.name: index.copied() for index in indexes}

    def _writable(self, pk: str) -> Partition:
        partition = self.partitions.get(pk)
        if partition is None:
            partition = self.partitions[pk] = Partition(self._age, {}, [])
        elif partition.age != self._age:
            partition = self.partitions[pk] = partition.copied(self._age)
        return partition

    def _tell(self, key: Key, old: Kept | None, new: Kept | None, at: float, lag: int, expired: bool = False) -> None:
        self._taken = None
        for index in self.indexes.values():
            index.heard(key, new, lag)
        for watcher in self.watchers:
            watcher(self, old, new)
        if self.view and (old is None or new is None or old != new):
            self.changes.append(Change(self.written, at, key, old, new, expired))


def measured(item: dict[str, Attribute]) -> tuple[int, bool]:
    """About how many bytes it has, and whether there are bytes inside; exact, as DynamoDB counts, near the limit."""
    told = marshal.dumps(item, _LONG_FORM)
    size, binary = len(told), _BYTES in told
    return (size if size < LARGEST_ITEM else sum(len(name.encode()) + _size(value) for name, value in item.items())), binary


def _size(attribute: Attribute) -> int:
    (kind, value), *_ = attribute.items()
    if kind == "S":
        return len(value.encode("utf-8", "surrogatepass"))
    if kind == "N":
        return len(value.strip("-0.")) // 2 + 2
    if kind == "B":
        return len(value)
    if kind == "M":
        return 3 + sum(len(name.encode()) + _size(inner) + 1 for name, inner in value.items())
    return 3 + sum(_size(inner) + 1 for inner in value) if kind == "L" else 1
