"""Time is passed in. Instants are aware UTC; written as ISO 8601 with milliseconds and `Z`."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """The real clock."""
    return datetime.now(UTC)


def instant(moment: datetime) -> str:
    """`2026-11-23T03:20:00.000Z`: sorts as text."""
    here = moment if moment.tzinfo is UTC else moment.astimezone(UTC)
    return here.isoformat(timespec="milliseconds")[: -len("+00:00")] + "Z"


def parse_instant(text: str) -> datetime:
    """Reads what `instant` wrote, and any ISO 8601 with an offset. A naive time is taken as UTC. Raises ValueError."""
    moment = datetime.fromisoformat(text)
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
