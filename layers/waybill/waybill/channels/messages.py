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
_LEASE = timedelta(seconds=30)
_KEPT = timedelta(days=90)


class InOtherHands(Unavailable):
    """Another delivery of the event is at work, or the channel wants to hear of it later only."""


@dataclass(frozen=True, slots=True)
class Claim:
    """One event in our hands, at the version that we have written."""

    event_id: str
    owner: str
    version: int


def claim(event_id: str, owner: str, now: datetime, lease: timedelta = _LEASE) -> Claim | None:
    """Takes an event; None where it is done. `owner` is the delivery: the same delivery coming again takes over its own claim.

    Raises InOtherHands while another delivery of the event is at work, or before the other side wants to hear from us again.
    """
    old = MESSAGES.get(f"{_CONSUMER}#{event_id}")
    if old and old["status"] == "done":
        return None
    if old and old["owner"] != owner and old["lease"] > instant(now):
        raise InOtherHands(f"{event_id} is being told by another delivery")
    if old and old.get("not_before", "") > instant(now):
        raise InOtherHands(f"{event_id} is to wait until {old['not_before']}")
    seen = old["version"] if old else 0
    taken = Claim(event_id, owner, seen + 1)
    try:
        commit(replace(MESSAGES, _item(taken, now, "started", lease), seen))
    except WriteConflict:
        raise InOtherHands(f"{event_id} was taken by another delivery just now") from None
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
    following = Claim(taken.event_id, taken.owner, taken.version + 1)
    try:
        commit(replace(MESSAGES, {**_item(following, now, status), **more}, taken.version))
    except WriteConflict:
        raise InOtherHands(f"{taken.event_id} was taken over by another delivery") from None


def _item(taken: Claim, now: datetime, status: str, lease: timedelta = _LEASE) -> dict[str, Any]:
    return {
        "pk": f"{_CONSUMER}#{taken.event_id}",
        "status": status,
        "owner": taken.owner,
        "version": taken.version,
        "at": instant(now),
        "lease": instant(now + lease),
        "expires": int((now + _KEPT).timestamp()),
    }
