"""What has been told for an event (table Messages): claimed before, marked done after, so that nobody is told twice."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from waybill.aws.tables import Table, WriteConflict, commit, overwrite, replace
from waybill.kernel.clock import instant
from waybill.kernel.errors import Unavailable

MESSAGES = Table("MESSAGES_TABLE")
_CONSUMER = "channel-acks"
_LEASE = timedelta(seconds=90)
"""Longer than the function may run and shorter than its queue hides a message: whoever holds an older claim is gone before it comes again."""
_KEPT = timedelta(days=90)


class InOtherHands(Unavailable):
    """Another worker is telling the event, or the channel wants to hear of it later only."""


@dataclass(frozen=True, slots=True)
class Claim:
    """One event in our hands, at the version that we have written."""

    event_id: str
    version: int


def claim(event_id: str, now: datetime) -> Claim | None:
    """Takes an event; None where it is done.

    Raises InOtherHands until the claim of whoever has it ends, also for the same message, which a queue may hand to two workers at once; and before
    the other side wants to hear from us again.
    """
    old = MESSAGES.get(f"{_CONSUMER}#{event_id}")
    if old and old["status"] == "done":
        return None
    if old and old["lease"] > instant(now):
        raise InOtherHands(f"{event_id} is being told by another worker")
    if old and old.get("not_before", "") > instant(now):
        raise InOtherHands(f"{event_id} is to wait until {old['not_before']}")
    seen = old["version"] if old else 0
    taken = Claim(event_id, seen + 1)
    try:
        commit(replace(MESSAGES, _item(taken, now, "started", now + _LEASE), seen))
    except WriteConflict:
        raise InOtherHands(f"{event_id} was taken by another worker just now") from None
    return taken


def done(taken: Claim, now: datetime) -> None:
    """It has been told."""
    _follow(taken, now, "done")


def postpone(taken: Claim, now: datetime, seconds: int) -> None:
    """The other side asked us to wait."""
    _follow(taken, now, "started", not_before=instant(now + timedelta(seconds=seconds)))


def untold(channel: str, event_id: str, problem: str, now: datetime) -> None:
    """What a channel could not be told last, and why: for people, who look at the channel. The last one stands."""
    said = {"event_id": event_id, "problem": problem[:200], "at": instant(now), "expires": int((now + _KEPT).timestamp())}
    commit(overwrite(MESSAGES, {"pk": f"untold#{channel}", **said}))


def last_untold(channel: str) -> dict[str, Any]:
    """{"at", "event_id", "problem"}; {} where it could always be told."""
    item = MESSAGES.get(f"untold#{channel}") or {}
    return {name: item[name] for name in ("at", "event_id", "problem") if name in item}


def _follow(taken: Claim, now: datetime, status: str, **more: Any) -> None:
    following = Claim(taken.event_id, taken.version + 1)
    try:
        commit(replace(MESSAGES, {**_item(following, now, status, now), **more}, taken.version))
    except WriteConflict:
        raise InOtherHands(f"{taken.event_id} was taken over by another worker") from None


def _item(taken: Claim, now: datetime, status: str, ends: datetime) -> dict[str, Any]:
    return {
        "pk": f"{_CONSUMER}#{taken.event_id}",
        "status": status,
        "version": taken.version,
        "at": instant(now),
        "lease": instant(ends),
        "expires": int((now + _KEPT).timestamp()),
    }
