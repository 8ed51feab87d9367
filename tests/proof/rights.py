"""What functions call in a world of the proof, held against what the expanded template lets each of them do."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from proof.world import World
from tests.support.iam_actions import needs
from tests.support.privileges import Call, granted, missing
from waybill.aws import gate


class Noted:
    """A watcher: every call by whoever is at work in the newest world."""

    def __init__(self) -> None:
        self.calls = set[Call]()
        self.world: World | None = None

    def around(self, name: str, thunk: Callable[[], Any], detail: dict[str, Any]) -> Any:
        who = self.world.at_work if self.world else ""
        self.calls |= {Call(who, name, need) for need in needs(name, detail)} if who else set()
        return thunk()


@contextmanager
def within_their_rights() -> Iterator[Noted]:
    """Nothing that a function calls in the block is refused to it."""
    noted, init = Noted(), World.__init__

    def remembered(self: World, *given: Any) -> None:
        init(self, *given)
        noted.world = self

    with patch.object(World, "__init__", remembered), gate.watching(noted):
        yield noted
    assert missing(noted.calls, granted()) == []
