"""When a node ships: its time zone, cut-off, working days and holidays. Pure."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import Protocol
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from waybill.kernel.errors import InvalidInput

_MOST_DAYS = 366


class Calendar(Protocol):
    """The part of `shop.model.Node` that is asked here."""

    @property
    def timezone(self) -> str: ...
    @property
    def cut_off(self) -> str: ...
    @property
    def workdays(self) -> tuple[int, ...]: ...
    @property
    def holidays(self) -> tuple[str, ...]: ...


def leaves_on(node: Calendar, at: datetime, full: Collection[date] = ()) -> date:
    """The day, at the node, on which a parcel leaves that is ordered at an instant: that day where it works and the cut-off has not
    passed, else its next working day; none of the days that are `full`. Raises InvalidInput for a calendar with no working day in a year."""
    there = here(node, at)
    first = there.date() + timedelta(days=bool(node.cut_off) and there.time().isoformat("minutes") >= node.cut_off)
    for ahead in range(_MOST_DAYS):
        day = first + timedelta(days=ahead)
        if works_on(node, day) and day not in full:
            return day
    raise InvalidInput("the node has no working day within a year", fields={"workdays": "none is left"})


def days_left(node: Calendar, promised_at: datetime, promise_days: int, leaves: date) -> int:
    """How many days a carrier may take from this node, for what leaves it on a day to arrive as promised: 0 where nothing was promised, -1 where it
    is too late already. A promise of n days is kept until the end of the n-th day after the one on which it was made, at the node."""
    if not promise_days:
        return 0
    due = promised_at.astimezone(_zone(node.timezone)).date() + timedelta(days=promise_days)
    left = (due - leaves).days
    return left if left > 0 else -1


def works_on(node: Calendar, day: date) -> bool:
    """Whether the node works on a day, as its calendar says."""
    return (not node.workdays or day.isoweekday() in node.workdays) and day.isoformat() not in node.holidays


def moment(node: Calendar, day: date, at: time) -> datetime:
    """The instant at which its clock says so."""
    return datetime.combine(day, at, _zone(node.timezone)).astimezone(UTC)


def here(node: Calendar, moment: datetime) -> datetime:
    """What the clock on its wall says at an instant."""
    return moment.astimezone(_zone(node.timezone))


def time_of_day(text: str) -> time | None:
    """A time of day as `14:30`; None for any other text."""
    try:
        return datetime.strptime(text, "%H:%M").time() if len(text) == 5 else None  # noqa: DTZ007  a time of day
    except ValueError:
        return None


def begins(node: Calendar, day: str) -> datetime:
    """The instant at which a day (ISO) begins at the node."""
    return moment(node, date.fromisoformat(day), time())


def check(node: Calendar) -> None:
    """Raises InvalidInput that names the field."""
    _zone(node.timezone)
    if node.cut_off and time_of_day(node.cut_off) is None:
        raise InvalidInput("cut_off is a time of day, as 14:30", fields={"cut_off": "HH:MM"})
    if not set(node.workdays) <= set(range(1, 8)):
        raise InvalidInput("workdays are numbers from 1, Monday, to 7, Sunday", fields={"workdays": "1 to 7"})
    for place, day in enumerate(node.holidays):
        try:
            date.fromisoformat(day)
        except (TypeError, ValueError):
            raise InvalidInput(f"holidays[{place}] is a date, as 2026-12-25", fields={f"holidays[{place}]": "YYYY-MM-DD"}) from None
    leaves_on(node, datetime.now(UTC))


@cache
def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name or "UTC")
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise InvalidInput(f"there is no time zone {name[:64]!r}; there are such as America/Denver", fields={"timezone": "unknown"}) from None
