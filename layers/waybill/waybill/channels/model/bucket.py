"""A token bucket: so many at once, so many a minute in the long run. Pure; time is passed in."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil

_NOTHING = 1e-6
"""What rounding makes of it."""


@dataclass(slots=True)
class Bucket:
    """`burst` may come at once, `per_minute` fill it up again. `left` of them as of `at`, in seconds of any clock that only goes on."""

    per_minute: int
    burst: int
    left: float
    at: float

    def wait(self, now: float) -> int:
        """Whole seconds until the next one may come; 0: now."""
        lacking = 1.0 - self._left(now)
        return ceil(lacking * 60.0 / self.per_minute - _NOTHING) if lacking > _NOTHING else 0

    def take(self, now: float) -> int:
        """Takes one if there is one. Answers the seconds to wait, 0 where it was taken."""
        if seconds := self.wait(now):
            return seconds
        self.left, self.at = self._left(now) - 1.0, max(now, self.at)
        return 0

    def of(self, per_minute: int, burst: int, now: float) -> Bucket:
        """The same under another limit: as much of it is taken."""
        if (per_minute, burst) == (self.per_minute, self.burst):
            return self
        return Bucket(per_minute, burst, max(0.0, burst - (self.burst - self._left(now))), now)

    def _left(self, now: float) -> float:
        return min(float(self.burst), self.left + max(0.0, now - self.at) * self.per_minute / 60.0)
