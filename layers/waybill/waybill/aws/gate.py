"""The one gate: every call that leaves the process passes here, by name.

`call("dynamodb.PutItem", thunk)` runs the thunk, or lets a watcher run it. Tests put a watcher in to crash before or after
a call, to lose its answer, to throttle it, or to write down what was called; production has none and pays one `if`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any, Protocol, TypeVar

T = TypeVar("T")


class Watcher(Protocol):
    """Stands around every call. Must run the thunk at most once and answer what the caller should see."""

    def around(self, name: str, thunk: Callable[[], Any], detail: dict[str, Any]) -> Any: ...


_watchers: list[Watcher] = []


def call(name: str, thunk: Callable[[], T], /, **detail: Any) -> T:
    """Runs one outside call. `name` is `service.Operation`; `detail` is what a recorder may want to see of it."""
    if not _watchers:
        return thunk()
    for watcher in reversed(_watchers):
        thunk = partial(watcher.around, name, thunk, detail)
    return thunk()


@contextmanager
def watching(watcher: Watcher) -> Iterator[Watcher]:
    """Puts a watcher around every call for as long as the block lasts."""
    _watchers.append(watcher)
    try:
        yield watcher
    finally:
        _watchers.remove(watcher)
