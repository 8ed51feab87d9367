"""The policy `cancellations`: how long a node has to answer, and what is done where it does not. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from waybill.kernel.clock import instant, parse_instant
from waybill.kernel.errors import InvalidInput

POLICY = "cancellations"
ASK, ACCEPT, DECLINE = "ask", "accept", "decline"
HOURS = 24
_MOST_HOURS = 24 * 30


def until(policy: Mapping[str, Any], at: str) -> str:
    """The instant by which an answer is due of a node that is asked at `at`."""
    hours = policy.get("hours", HOURS)
    return instant(parse_instant(at) + timedelta(hours=hours if _is_hours(hours) else HOURS))


def unanswered(policy: Mapping[str, Any]) -> str:
    """What is done then: a person is asked, or it counts as accepted, or as declined."""
    then = policy.get("unanswered", ASK)
    return then if then in (ACCEPT, DECLINE) else ASK


def check(policy: Mapping[str, Any]) -> None:
    """{"hours": 1 to 720, "unanswered": "ask", "accept" or "decline"}. Raises InvalidInput."""
    wrong = {name: "is unknown; there are hours, unanswered" for name in policy if name not in ("hours", "unanswered")}
    if "hours" in policy and not _is_hours(policy["hours"]):
        wrong["hours"] = f"is a whole number of hours from 1 to {_MOST_HOURS}"
    if policy.get("unanswered", ASK) not in (ASK, ACCEPT, DECLINE):
        wrong["unanswered"] = f"is {ASK}, {ACCEPT} or {DECLINE}"
    if wrong:
        raise InvalidInput("; ".join(f"{name} {what}" for name, what in wrong.items()), fields=wrong)


def _is_hours(hours: Any) -> bool:
    return isinstance(hours, int) and not isinstance(hours, bool) and 1 <= hours <= _MOST_HOURS
