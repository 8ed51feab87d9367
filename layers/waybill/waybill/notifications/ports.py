"""What telling the customer needs from outside."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from waybill.notifications.model import Mail


@dataclass(frozen=True, slots=True)
class Claim:
    """One event in our hands, at the version that we have written, until `ends`; `tries` counts how often it was taken."""

    event_id: str
    version: int
    tries: int
    ends: datetime


class Claims(Protocol):
    """What has been said about which event."""

    def take(self, event_id: str, now: datetime) -> Claim | None:
        """The event, for longer than a function may run; None where it is settled.

        Raises Unavailable until the claim of whoever has it ends, also for the same message: a queue may hand it to two workers at once, and what
        brings it again because a worker is gone comes later than that.
        """

    def settle(self, claim: Claim, status: str, now: datetime, note: str = "") -> None:
        """`sent`, or `skipped` with why. Final."""


class Post(Protocol):
    def send(self, mail: Mail, now: datetime) -> str:
        """Hands a mail over; answers the provider's id. Raises InvalidInput where it will never be taken."""
