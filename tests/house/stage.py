"""Where the scenes are played: one world in which it is seen what each function does, and in which its processes die now and then."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from proof.faults import READS, Crash
from proof.living import living
from proof.world import World
from tests.flow.life import Life
from tests.support.iam_actions import needs
from tests.support.privileges import Call
from tests.support.template import functions
from waybill.aws import gate, http
from waybill.inventory import stock_table
from waybill.inventory.model import row

STOCK = {("TEA", "reno"): 40, ("TEA", "columbus"): 40, ("CUP", "columbus"): 40, ("POT", "reno"): 3}


class Seen:
    """What passed the gate while a function was at work; which `routes` were taken of those that the routers have. After the first of
    each kind of write by a queue's function the process dies."""

    def __init__(self, world: World) -> None:
        self.calls: set[Call] = set()
        self.routes: set[tuple[str, str]] = set()
        self.all_routes: set[tuple[str, str]] = set()
        self._world = world
        self._cut_off: set[tuple[str, str, str]] = set()
        self._fragile = {folder for folder, found in functions().items() if any(event["Type"] == "SQS" for event in found.get("Events", {}).values())}

    def around(self, name: str, thunk: Callable[[], Any], detail: dict[str, Any]) -> Any:
        who = self._world.at_work
        self.calls |= {Call(who, name, need) for need in needs(name, detail)} if who else set()
        answer = thunk()
        kind = (who, name, detail.get("UpdateExpression", "")[:12])  # of a stock row there are two updates: an operation, and its folding
        if who in self._fragile and name not in READS and kind not in self._cut_off:
            self._cut_off.add(kind)
            raise Crash(f"{who} after {name}")
        return answer


def played(scenes: Iterable[Callable[[Life], None]]) -> Seen:
    """Tells them all in one world; every invocation is a cold start."""
    with _stage() as (the, seen), gate.watching(seen):
        for scene in scenes:
            scene(the)
            the.settle()
        assert seen.calls
    return seen


@contextmanager
def _stage() -> Iterator[tuple[Life, Seen]]:
    with living(STOCK, logs=True) as the, pytest.MonkeyPatch.context() as patch:
        the.world.always_cold = True
        seen = Seen(the.world)
        patch.setattr(http.Router, "find", _noted(http.Router.find, seen))
        patch.setattr(stock_table, "FOLD_EVERY", 1)  # every operation on a row folds what was before it
        patch.setattr(row, "SETTLED_MS", 0)
        yield the, seen


def _noted(find: Any, seen: Seen) -> Any:
    def finding(router: http.Router, method: str, path: str) -> Any:
        answer = find(router, method, path)
        seen.all_routes |= {(verb, pattern.pattern) for verb, pattern, _ in router._routes}
        seen.routes |= {(verb, pattern.pattern) for verb, pattern, _ in router._routes if verb == method and pattern.match(path)}
        return answer

    return finding
