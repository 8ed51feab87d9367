"""A story told act by act: what it did so far is answered as it was, until it asks for what nobody has answered yet.

A story is a function of what it is answered. So where it stands is what it has heard, and it can be gone on with from there as often as one likes.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import tests.flow.life
from proof.living import Dweller

_MOST_TRIES = 4
TICK = "TICK"


@dataclass(frozen=True, slots=True)
class Act:
    """A request, repeated until it is answered, `tries` times at most; without a path: to wait until nothing moves; `TICK`: the schedule of the function that `path` names."""

    method: str = ""
    path: str = ""
    body: Any = None
    who: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    tries: int = 1

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


def goes_on(the: Dweller, tell: Callable[[Any], str], answers: Sequence[Any]) -> Act | str:
    """What the story does next once it has heard these answers, or the order's id, which is its end. What it does to the world after the last of
    them, it does now; what it did before, it has done."""
    tests.flow.life._number = itertools.count(1)
    try:
        return tell(_Telling(the, answers))
    except _Asks as paused:
        return paused.act


class _Asks(BaseException):
    """The story waits for an answer."""

    def __init__(self, act: Act) -> None:
        super().__init__(str(act))
        self.act = act


class _Done:
    """Stands for a world in which everything is done already: whatever is done to it again comes to nothing. It has a clock."""

    def __init__(self, the: Dweller) -> None:
        self.now = the.world.now

    def __getattr__(self, name: str) -> _Done:
        return self

    def __call__(self, *_: Any, **__: Any) -> _Done:
        return self


class _Telling(Dweller):
    def __init__(self, the: Dweller, answers: Sequence[Any]) -> None:
        self._the, self._answers = the, list(reversed(answers))
        self.world = self.gateway = self.outside = _Done(the)
        self._heard()

    def call(self, method: str, path: str, body: Any = None, who: str = "admin", **headers: str) -> Any:
        return self._act(Act(method, path, body, who, headers, _MOST_TRIES))

    def ask(self, method: str, path: str, body: Any = None, who: str = "admin", **headers: str) -> Any:
        return self._act(Act(method, path, body, who, headers))

    def tick(self, folder: str) -> None:
        self._act(Act(TICK, folder, tries=_MOST_TRIES))

    def settle(self) -> None:
        self._act(Act())

    def _act(self, act: Act) -> Any:
        if not self._answers:
            raise _Asks(act)
        answer = self._answers.pop()
        self._heard()
        return answer

    def _heard(self) -> None:
        if not self._answers:
            self.world, self.gateway, self.outside = self._the.world, self._the.gateway, self._the.outside
