"""Virtual time: it stands still until somebody moves it, and every instant asked for is a new one (`tick`, 0 where it shall not be)."""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo

START = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
_TICK = 0.001


class Clock:
    """Seconds since the epoch. `skew` is how far the functions' clock is off the cloud's, `tick` how long a look at it takes."""

    def __init__(self, start: datetime = START) -> None:
        self.seconds = start.timestamp()
        self.skew = 0.0
        self.tick = _TICK

    def time(self) -> float:
        """As `time.time()`; a call takes a millisecond, so that what happens later has a later instant."""
        self.seconds += self.tick
        return self.seconds + self.skew

    def monotonic(self) -> float:
        """For those who only ask how long they have kept something: it costs nothing."""
        return self.seconds

    def now(self, zone: tzinfo = UTC) -> datetime:
        """As `datetime.now(UTC)`."""
        self.seconds += self.tick
        return datetime.fromtimestamp(self.seconds + self.skew, zone)

    def later(self, seconds: float) -> None:
        """Time passes. It never runs backwards."""
        if seconds < 0:
            raise ValueError("time does not run backwards")
        self.seconds += seconds
