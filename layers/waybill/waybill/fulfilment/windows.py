"""When a van may be asked for: what a window must be before a carrier is troubled with it. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from waybill.kernel.clock import instant
from waybill.kernel.errors import InvalidInput
from waybill.shop import calendar
from waybill.shop.model import Carrier, Node

MOST_DAYS = 30
"""How far ahead."""
DAILY, CUT_OFF = "daily_collections", "collection_cut_off"
"""Settings of a carrier: {node: time of day at which its van comes every day}, and until when (`HH:MM` at the node) it takes bookings for the same day."""


@dataclass(frozen=True, slots=True)
class Window:
    """Of a day at a node."""

    day: date
    ready: str
    closes: str
    earliest: datetime
    latest: datetime


def window(node: Node, day: str, ready: str, closes: str) -> Window:
    """Raises InvalidInput naming what is no day, no time of day, or no window."""
    try:
        on = date.fromisoformat(day)
    except ValueError:
        raise InvalidInput("date is a day, as 2026-11-30", fields={"date": "a day"}) from None
    times = {"from": calendar.time_of_day(ready), "to": calendar.time_of_day(closes)}
    wrong = [name for name, time in times.items() if time is None]
    if wrong:
        raise InvalidInput("from and to are times of day at the node, as 14:30", fields=dict.fromkeys(wrong, "HH:MM"))
    if ready >= closes:
        raise InvalidInput("the window ends before it begins", fields={"to": "later than from, on the same day"})
    begins, ends = (calendar.moment(node, on, time) for time in times.values() if time is not None)
    return Window(on, ready, closes, begins, ends)


def refuse_impossible(node: Node, carrier: Carrier, window: Window, now: datetime) -> None:
    """Raises InvalidInput for a window that is past, too far ahead, on a day on which the node does not work, or for today after the carrier's cut-off."""
    there, day = calendar.here(node, now), window.day.isoformat()
    if window.latest <= now:
        raise InvalidInput(f"that window is past: it is {there:%Y-%m-%d %H:%M} at {node.id}", fields={"to": "past"})
    if (window.day - there.date()).days > MOST_DAYS:
        raise InvalidInput(f"vans are booked at most {MOST_DAYS} days ahead", fields={"date": "too far ahead"})
    if not calendar.works_on(node, window.day):
        raise InvalidInput(f"{node.id} does not work on {day}", fields={"date": "a holiday, or no working day"})
    if not node.active or any(start < instant(window.latest) and instant(window.earliest) < end for start, end in node.closed):
        raise InvalidInput(f"{node.id} is closed then", fields={"date": "the node is closed"})
    cut_off = str(carrier.settings.get(CUT_OFF) or "")
    if cut_off and window.day == there.date() and there.strftime("%H:%M") >= cut_off:
        raise InvalidInput(f"{carrier.id} takes bookings for the same day until {cut_off}: ask for another day", fields={"date": "after the cut-off"})


def agreed(node: Node, carrier: Carrier) -> str:
    """The time of day at which its van comes to a node every day without being asked; empty where nothing is agreed."""
    daily = carrier.settings.get(DAILY)
    return str(daily.get(node.id, "")) if isinstance(daily, dict) else ""

