"""What is remembered of a channel and of the numbers that it was told. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

_WEIGHT = 0.2
"""Of the newest measurement in a mean."""
FAST_S, SLOW_S = 600.0, 86_400.0
"""A pace is the larger of what was sold lately and over a day: what begins to sell out must not be averaged away."""
_LONGEST_PAUSE_S = 3_600


@dataclass(frozen=True, slots=True)
class Told:
    """What a channel was told of a SKU last, and when it had it; `sold` {order: units} it has sold itself since."""

    sku: str
    number: int
    sequence: int
    at: str
    sold: Mapping[str, int] = field(default_factory=dict)
    version: int = 0


@dataclass(frozen=True, slots=True)
class Level:
    """One number that is sent; due `since` then, empty where nothing had changed."""

    sku: str
    number: int
    since: str = ""


@dataclass(frozen=True, slots=True)
class Standing:
    """A channel: `due` {sku: since when it may have to be told; empty: whatever it shows}; `after`, where all of it is to be told, the SKU up to which that
    is noted; `sending` what is due no more, under `sequence`, and not known to have come; `minute` and `sent` in it; `shows_after` and `tells_after`, mean seconds until it has what
    we tell and until its orders are with us, 0 while nothing is measured; failures in a row and until when it is left alone."""

    channel: str
    due: Mapping[str, str] = field(default_factory=dict)
    after: str | None = None
    sending: tuple[Level, ...] = ()
    sequence: int = 0
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

    def sends(self, levels: tuple[Level, ...], at: str) -> Standing:
        """Written down before it is sent: after a crash exactly this is sent again, under the same sequence. What changes from now on is due anew,
        whatever the clocks of those who note it say."""
        minute, on_their_way = at[:16], {level.sku for level in levels}
        sent = len(levels) + (self.sent if minute == self.minute else 0)
        due = {sku: since for sku, since in self.due.items() if sku not in on_their_way}
        return replace(self, due=due, sending=levels, sequence=self.sequence + 1, minute=minute, sent=sent)

    @property
    def oldest(self) -> str:
        """Since when the first of those on their way has been due; empty where nothing had changed."""
        return min((level.since for level in self.sending if level.since), default="")

    def told(self, seconds: float) -> Standing:
        """It has them, `seconds` after the oldest of the changes; 0 where nothing had changed."""
        shows_after = _mean(self.shows_after, seconds) if seconds else self.shows_after
        return replace(self, sending=(), failures=0, until="", shows_after=shows_after)

    def heard(self, seconds: float) -> Standing:
        """An order of its own has come, so long after it was placed."""
        return replace(self, tells_after=_mean(self.tells_after, seconds))

    def pause_s(self) -> int:
        """How long it is left alone after one failure more."""
        return min(_LONGEST_PAUSE_S, 30 * 2 ** min(self.failures, 10))


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


def _faded(rate: float, seconds: float, over: float) -> float:
    return rate * max(0.0, 1 - seconds / over) if seconds < over else 0.0


def _mean(known: float, newest: float) -> float:
    return newest if not known else known + _WEIGHT * (newest - known)
