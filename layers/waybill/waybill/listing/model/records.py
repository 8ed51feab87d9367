"""What is remembered of a channel and of the numbers that it was told. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

_WEIGHT = 0.2
"""Of the newest measurement in a mean."""
FAST_S, SLOW_S = 600.0, 86_400.0
"""A pace is the larger of what was sold lately and over a day: what begins to sell out must not be averaged away."""
_LONGEST_PAUSE_S = 3_600
LEASE_S = 60
"""No less than the function that tells may run: whoever told before is dead by then."""
_NEWEST = 100


@dataclass(frozen=True, slots=True)
class Told:
    """What a channel was told of a SKU last, and when it had it; `sold` {order: units} it has sold itself since. `called`: what the channel calls it, where
    that was looked up; `unknown`: since when it says that it has no such thing."""

    sku: str
    number: int
    sequence: int
    at: str
    sold: Mapping[str, int] = field(default_factory=dict)
    version: int = 0
    called: str = ""
    unknown: str = ""


@dataclass(frozen=True, slots=True)
class Refusal:
    """A number that the channel would not have: how often, when it is tried again, and what it said."""

    times: int
    until: str
    why: str


@dataclass(frozen=True, slots=True)
class Level:
    """One number that is sent; due `since` then, empty where nothing had changed."""

    sku: str
    number: int
    since: str = ""


@dataclass(frozen=True, slots=True)
class Standing:
    """A channel: `due` {sku: since when it may have to be told; empty: whatever it shows}; `after`, where all of it is to be told, the SKU up to which that
    is noted; `sending` what is due no more, written down at `sent_at` under `sequence`, and not known to have come; nobody else tells
    it before `lease` is over; `refused` {SKU: Refusal}, `unknown` the newest SKUs that it does not have; `minute` and `sent` in it; `shows_after` and `tells_after`, mean seconds until it has what
    we tell and until its orders are with us, 0 while nothing is measured; failures in a row and until when it is left alone."""

    channel: str
    due: Mapping[str, str] = field(default_factory=dict)
    after: str | None = None
    sending: tuple[Level, ...] = ()
    sequence: int = 0
    sent_at: str = ""
    lease: str = ""
    refused: Mapping[str, Refusal] = field(default_factory=dict)
    unknown: tuple[str, ...] = ()
    minute: str = ""
    sent: int = 0
    shows_after: float = 0.0
    tells_after: float = 0.0
    failures: int = 0
    until: str = ""
    version: int = 0

    def changed(self, skus: Iterable[str], at: str) -> Standing:
        """These may have to be told, since `at` unless they are waiting already."""
        return replace(self, due={**dict.fromkeys(skus, at), **self.due})

    def again(self, skus: Iterable[str], after: str | None) -> Standing:
        """These are to be told whatever it shows."""
        return replace(self, due={**self.due, **dict.fromkeys(skus, "")}, after=after)

    def room(self, minute: str, most: int) -> int:
        """How many may still be sent in this minute."""
        return most - (self.sent if minute == self.minute else 0)

    def waiting(self, now: str) -> list[str]:
        """SKUs that may be told, those first that are told whatever it shows, then the oldest."""
        ready = [sku for sku in self.due if sku not in self.refused or self.refused[sku].until <= now]
        return sorted(ready, key=lambda sku: (not self.due[sku], self.due[sku], sku))

    def sends(self, levels: tuple[Level, ...], at: str, lease: str) -> Standing:
        """Written down before it is sent: after a crash exactly this is sent again, under the same sequence. What changes from now on is due anew,
        whatever the clocks of those who note it say."""
        minute, on_their_way = at[:16], {level.sku for level in levels}
        sent = len(levels) + (self.sent if minute == self.minute else 0)
        due = {sku: since for sku, since in self.due.items() if sku not in on_their_way}
        return replace(self, due=due, sending=levels, sequence=self.sequence + 1, sent_at=at, lease=lease, minute=minute, sent=sent)

    @property
    def oldest(self) -> str:
        """Since when the first of those on their way has been due; empty where nothing had changed."""
        return min((level.since for level in self.sending if level.since), default="")

    def told(self, seconds: float, untold: Iterable[str] = (), refused: Mapping[str, Refusal] | None = None, unknown: Iterable[str] = ()) -> Standing:
        """It has them, `seconds` after the oldest of the changes (0 where nothing had changed); but for those untold and refused, which are due again,
        and those that it does not know."""
        sent, again = {level.sku: level.since for level in self.sending}, {*untold, *(refused or {})}
        lost = tuple(sorted(unknown))
        shows_after = _mean(self.shows_after, seconds) if seconds and len(again) + len(lost) < len(sent) else self.shows_after
        return replace(
            self,
            due={**{sku: since for sku, since in sent.items() if sku in again}, **self.due},
            refused={**{sku: each for sku, each in self.refused.items() if sku not in sent or sku in again}, **(refused or {})},
            unknown=(*(sku for sku in self.unknown if sku not in sent), *lost)[-_NEWEST:],
            sending=(),
            lease="",
            failures=0,
            until="",
            shows_after=shows_after,
        )

    def heard(self, seconds: float) -> Standing:
        """An order of its own has come, so long after it was placed."""
        return replace(self, tells_after=_mean(self.tells_after, seconds))

    def pause_s(self) -> int:
        """How long it is left alone after one failure more."""
        return pause_s(self.failures)


@dataclass(frozen=True, slots=True)
class Sales:
    """Units a second that are sold of a SKU, over all channels; `seen` the newest sale that is in it, epoch milliseconds."""

    fast: float = 0.0
    slow: float = 0.0
    seen: int = 0

    def rate(self, now: int) -> float:
        """As of `now`."""
        quiet = max(0, now - self.seen) / 1000
        return max(_faded(self.fast, quiet, FAST_S), _faded(self.slow, quiet, SLOW_S))

    def after(self, sold: Iterable[tuple[int, int]]) -> Sales:
        """With sales (epoch milliseconds, units); those up to `seen` are in it already."""
        now = self
        for at, units in sorted(each for each in sold if each[0] > self.seen):
            quiet = (at - now.seen) / 1000 if now.seen else 0.0
            fast, slow = (_faded(rate, quiet, over) + units / over for rate, over in ((now.fast, FAST_S), (now.slow, SLOW_S)))
            now = Sales(fast, slow, at)
        return now


def pause_s(failures: int) -> int:
    """How long to wait after so many failures and one more."""
    return min(_LONGEST_PAUSE_S, 30 * 2 ** min(failures, 10))


def _faded(rate: float, seconds: float, over: float) -> float:
    return rate * max(0.0, 1 - seconds / over) if seconds < over else 0.0


def _mean(known: float, newest: float) -> float:
    return newest if not known else known + _WEIGHT * (newest - known)
