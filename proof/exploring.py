"""Every world that a story can come to by faults at its calls, each tried once.

What comes after depends on the world, on what the story has heard, and on the faults that are left. So worlds are told on from one boundary between two
invocations to the next, without a fault and with every fault at every call; one that is the same as a world that was there already, with as many
faults left, comes to the same and is not told on. Worlds of few faults come first: so each is told on once.
"""

from __future__ import annotations

import random
import time
import traceback
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from proof.doors import Reply
from proof.faults import FAULTS, Crash, differs, doubles, strike
from proof.fingerprint import Fingerprint, digest
from proof.judging import Judge
from proof.living import Dweller
from proof.telling import TICK, Act, goes_on


class BrokenError(AssertionError):
    """What does not hold, a line each."""


class Point(NamedTuple):
    """Where a story stands, beside the world: what it has heard, what it asks for (the order's id in the end), since when, and how often it was not answered;
    the faults so far, and how many of them struck a mail that had left and has not left again. `mark` is the fingerprint of it all."""

    asks: Act | str
    since: float
    answers: tuple[Any, ...] = ()
    heard: bytes = b""
    unanswered: int = 0
    faults: tuple[str, ...] = ()
    doubled: int = 0
    mark: bytes = b""


class Broken(NamedTuple):
    """What did not hold after these faults."""

    faults: tuple[str, ...]
    said: str

    def __str__(self) -> str:
        return f"{' and '.join(self.faults) or 'no fault'}:\n{self.said}"


@dataclass(slots=True)
class Edges:
    """Where one comes from a world: `on` without a fault, `struck` by so many."""

    on: bytes = b""
    struck: list[tuple[int, bytes]] = field(default_factory=list)


class Strikes:
    """A watcher of the gate: puts faults into calls by their number, and writes down what was called."""

    def __init__(self, at_work: Callable[[], str]) -> None:
        self.calls: list[str] = []
        self.struck: list[str] = []
        self.doubled = 0
        self._at_work = at_work
        self._faults: dict[int, str] = {}

    def begin(self, faults: dict[int, str]) -> None:
        self.calls, self.struck, self.doubled, self._faults = [], [], 0, faults

    def around(self, name: str, thunk: Callable[[], Any], detail: dict[str, Any]) -> Any:
        fault, before = self._faults.get(len(self.calls)), self.calls[-1] if self.calls else ""
        self.calls.append(name)
        if fault is None:
            return thunk()
        self.doubled += doubles(fault, name, before)
        self.struck.append(f"{fault} {name} (call {len(self.calls)} of {self._at_work()})")
        return strike(fault, name, thunk)


class Exploration:
    """Of one story. `most` faults of these `kinds` in one world; of the worlds with one fault fewer than that, but at least one, a share is struck.

    `worlds` counts those that were told to their end, `met` those that met one that was there already, `broken` has those that did not survive; `seconds` of
    this processor went by for each number of faults; `points` are the different calls of different worlds at which each kind struck.
    """

    def __init__(
        self,
        the: Dweller,
        tell: Callable[[Any], str],
        ending: str,
        kinds: Sequence[str] = FAULTS,
        most: int = 1,
        share: float = 1.0,
        seed: int = 0,
        enough: int = 0,
        pruned: bool = True,
    ) -> None:
        self.the, self.tell, self.ending, self.kinds, self.most, self.share = the, tell, ending, kinds, most, share
        self.seed, self.enough, self.pruned = seed, enough, pruned
        self.strikes = Strikes(lambda: the.world.at_work)
        self.worlds = self.met = 0
        self.broken: list[Broken] = []
        self.seconds: Counter[int] = Counter()
        self.points: Counter[str] = Counter()
        self._judge, self._fingerprint = Judge(the), Fingerprint(the)
        self._draw = random.Random(seed)
        self._there: dict[bytes, Edges] = {}
        self._spent: dict[bytes, Edges] = {}
        self._later: list[list[tuple[Any, Point]]] = [[] for _ in range(most + 1)]
        self._first = b""

    def explore(self) -> None:
        start = self._arrived(Point(goes_on(self.the, self.tell, ()), self.the.world.cloud.clock.seconds))
        self._first = start.mark
        self._later[0].append((self.the.world.snapshot(), start))
        for faults, found in enumerate(self._later):
            begun = time.process_time()
            while found and not self._over():
                world, point = found.pop()
                self.the.world.restore(world)
                self._follow(point, self.most - faults)
            self.seconds[min(faults + 1, self.most)] += time.process_time() - begun

    @property
    def failures(self) -> list[str]:
        return [str(each) for each in self.broken]

    def struck(self, faults: int) -> int:
        """How many different choices of so many (call, fault), one after another, lead to worlds that were told to their end or met one that was."""
        return _ways(self._first, faults, {**self._spent, **self._there}, {})

    @property
    def seen(self) -> set[bytes]:
        """Every world that there was, at a boundary."""
        return {*self._there, *self._spent}

    def _over(self) -> bool:
        return 0 < self.enough <= len(self.broken)

    def _follow(self, point: Point | None, left: int) -> None:
        """On from here without a fault, to the end or to a world that was there; then with `left` faults from every world on the way."""
        there = self._there if left else self._spent
        passed: dict[bytes, tuple[Any, Point, list[str]]] = {}
        while point is not None and not self._over():
            if point.mark in passed:
                self._fails(point, "it goes round in a circle")
            if self.pruned and (point.mark in self._there or point.mark in there):
                self.met += 1
                break
            edges = there[point.mark] = Edges()
            if isinstance(point.asks, str):
                self.worlds += 1
                self._end(point)
                break
            here = self.the.world.snapshot() if left else None
            after = self._step(point, {})
            passed[point.mark] = here, point, self.strikes.calls
            point, edges.on = after, after.mark if after else b""
        for mark, (here, point, calls) in passed.items() if left else ():
            if self._is_struck(point):
                self._strike(here, point, {}, calls, left, there[mark])

    def _is_struck(self, point: Point) -> bool:
        return not point.faults or len(point.faults) < self.most - 1 or self._draw.random() < self.share

    def _strike(self, here: Any, point: Point, before: dict[int, str], calls: list[str], left: int, edges: Edges) -> None:
        """Every fault at each call after the last that was struck, and after each that the function survives every further one."""
        for number in range(max(before, default=-1) + 1, len(calls)):
            for kind in self.kinds:
                if not differs(kind, calls[number], number == 0) or self._over():
                    continue
                faults = {**before, number: kind}
                self.points[kind] += 1
                self.the.world.restore(here)
                struck = self._step(point, faults)
                made = self.strikes.calls
                self._struck(point, struck, len(faults), left, edges)
                if left > len(faults) and len(made) > number + 1:
                    self._strike(here, point, faults, made, left, edges)

    def _struck(self, before: Point, point: Point | None, faults: int, left: int, edges: Edges) -> None:
        edges.struck.append((faults, point.mark if point else b""))
        if point is None:
            return
        if left == faults:
            self._follow(point, 0)
        elif not (self.pruned and point.mark in self._there):
            self._later[len(before.faults) + faults].append((self.the.world.snapshot(), point))
        else:
            self.met += 1

    # ── one step of the world and of the story ──
    def _step(self, point: Point, faults: dict[int, str]) -> Point | None:
        """One invocation, or one step of the machine, with these faults in it. None where that broke a rule."""
        self.strikes.begin(faults)
        self._judge.since()
        self.the.world.errors.clear()
        self.the.world.crashes.clear()
        random.seed(self.seed)
        try:
            after = self._made(point)
            broken = [*self._judge.since(), *([] if after.faults else self.the.world.errors)]
            if broken:
                raise BrokenError("\n".join(map(str, broken)))
            return self._arrived(after)
        except (Exception, Crash) as problem:  # noqa: BLE001  (whatever breaks a story is what we look for)
            point, said = self._with_faults(point), traceback.format_exception(problem, limit=-4)
            self._fails(point, "".join([*said, *self._broken(point)]))
            return None

    def _made(self, point: Point) -> Point:
        act = point.asks
        if not act.path:
            self.the.world.make(self.the.world.moves()[0])
            return self._with_faults(point)
        reply = self._ticked(act.path) if act.method == TICK else self.the.ask(act.method, act.path, act.body, act.who, **act.headers)
        point = self._with_faults(point)
        if reply is None and act.tries > 1:
            if point.unanswered + 1 == act.tries:
                raise BrokenError(f"{act} was never answered")
            return point._replace(unanswered=point.unanswered + 1)
        return self._answered(point, reply)

    def _ticked(self, folder: str) -> Reply | None:
        """A round says nothing to anybody; None where it has not come to its end."""
        return None if self.the.world.tick(folder) is None else Reply({"statusCode": 200})

    def _with_faults(self, point: Point) -> Point:
        struck = self.strikes.struck
        return point._replace(faults=(*point.faults, *struck), doubled=point.doubled + self.strikes.doubled) if struck else point

    def _answered(self, point: Point, reply: Any) -> Point:
        answers, heard = (*point.answers, reply), digest(point.heard + (repr((reply.status, reply.content)).encode() if reply is not None else b""))
        asks = goes_on(self.the, self.tell, answers)
        return point._replace(answers=answers, heard=heard, unanswered=0, asks=asks, since=self.the.world.cloud.clock.seconds)

    def _arrived(self, point: Point) -> Point:
        """At the next boundary at which anything can happen. A message comes back at once as often as faults may have struck it; if it fails still, it waits
        for what another holds, and time passes. Who comes after all of it was done finds the clock where it was: else a world in which something had to
        wait would never be one again in which nothing had."""
        world, point = self.the.world, self._explained(point)
        while isinstance(point.asks, Act) and not point.asks.path and not world.moves():
            if not world.come_back(self.most):
                world.cloud.clock.seconds = point.since
                point = self._answered(point, None)
        return point._replace(mark=self._fingerprint.of(point.heard, point.unanswered, point.doubled, isinstance(point.asks, str)))

    def _explained(self, point: Point) -> Point:
        """A mail that left twice for a fault is counted once, and explains no other."""
        sent = self.the.world.cloud.ses.sent
        for place in range(len(sent) - 1, 0, -1):
            if point.doubled and any(sent[place].raw == other.raw for other in sent[:place]):
                del sent[place]
                point = point._replace(doubled=point.doubled - 1)
        return point

    def _end(self, point: Point) -> None:
        """A world whose story is told."""
        if broken := self._broken(point):
            self._fails(point, "\n".join(broken))

    def _broken(self, point: Point) -> list[str]:
        """What does not hold in a world that comes to rest, a line each."""
        self.strikes.begin({})
        try:
            self.the.world.settle()
            broken = [str(each) for each in self._judge.verdict(faults=point.doubled, struck=bool(point.faults))]
            shown = self.the.order(point.asks) if isinstance(point.asks, str) and point.asks else {"status": self.ending}
        except (Exception, Crash) as problem:  # noqa: BLE001  (a world that cannot be judged is broken)
            return traceback.format_exception(problem, limit=-4)
        return broken + [f"the order is {shown['status']}, not {self.ending}: {shown.get('holds')}"] * (shown["status"] != self.ending)

    def _fails(self, point: Point, said: str) -> None:
        self.broken.append(Broken(point.faults, said))


def _ways(mark: bytes, faults: int, edges: dict[bytes, Edges], known: dict[tuple[bytes, int], int]) -> int:
    """Different choices of so many faults from a world on."""
    if not faults:
        return 1
    passed, at = dict[bytes, None](), mark
    while (at, faults) not in known and at in edges and at not in passed:
        passed[at] = None
        at = edges[at].on
    ways = known.get((at, faults), 0)
    for at in reversed(passed):
        ways += sum(_ways(to, faults - number, edges, known) for number, to in edges[at].struck if number <= faults)
        known[at, faults] = ways
    return ways
