"""The Messages table: what has been said about which event. Rows outlive every redelivery by far and then expire."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from waybill.aws.tables import Table, WriteConflict, commit, create, replace
from waybill.kernel.clock import instant
from waybill.kernel.errors import Unavailable
from waybill.notifications.ports import Claim

MESSAGES = Table("MESSAGES_TABLE")
_CONSUMER = "notifications"
_SENDING = "sending"
_LEASE = timedelta(seconds=20)
"""Longer than the function may run and shorter than its queue hides a message: whoever holds an older claim is gone before it comes again."""
_KEPT = timedelta(days=90)


class MessagesTable:
    """`ports.Claims` on DynamoDB: one write to take an event, one to settle it, no read before."""

    def take(self, event_id: str, now: datetime) -> Claim | None:
        first = Claim(event_id, 1, 1, now + _LEASE)
        try:
            commit(create(MESSAGES, _item(first, _SENDING, now)))
        except WriteConflict as taken:
            return _taken_over(event_id, taken.old or {}, now)
        return first

    def settle(self, claim: Claim, status: str, now: datetime, note: str = "") -> None:
        settled = Claim(claim.event_id, claim.version + 1, claim.tries, claim.ends)
        try:
            commit(replace(MESSAGES, {**_item(settled, status, now), "note": note}, claim.version))
        except WriteConflict:
            return  # somebody else has taken over, and settles what he does himself


def claims(event_ids: list[str]) -> dict[str, str]:
    """What became of each event that a customer hears of: sending, sent, skipped; those that nobody took are left out."""
    found = MESSAGES.get_many([(f"{_CONSUMER}#{id}", None) for id in event_ids])
    return {item["pk"].removeprefix(f"{_CONSUMER}#"): item["status"] for item in found}


def _taken_over(event_id: str, old: dict[str, Any], now: datetime) -> Claim | None:
    if old.get("status") not in (_SENDING, None):
        return None
    if old and old["lease"] > instant(now):
        raise Unavailable(f"{event_id} is being told by another worker")
    seen = old.get("version", 0)
    again = Claim(event_id, seen + 1, old.get("tries", 0) + 1, now + _LEASE)
    try:
        commit(replace(MESSAGES, _item(again, _SENDING, now), seen))
    except WriteConflict:
        raise Unavailable(f"{event_id} was taken by another worker just now") from None
    return again


def _item(claim: Claim, status: str, now: datetime) -> dict[str, Any]:
    return {
        "pk": f"{_CONSUMER}#{claim.event_id}",
        "status": status,
        "version": claim.version,
        "tries": claim.tries,
        "at": instant(now),
        "lease": instant(claim.ends),
        "expires": int((now + _KEPT).timestamp()),
    }
