"""What telling the customer needs from outside."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from waybill.notifications.model import Mail


@dataclass(frozen=True, slots=True)
class Claim:
    """One event in our hands. `delivery` names the message that brought it; `tries` counts how often it was taken."""

    event_id: str
    delivery: str
    version: int
    tries: int


class Claims(Protocol):
    """What has been said about which event."""

    def take(self, event_id: str, delivery: str, now: datetime) -> Claim | None:
        """The event, for the time it takes to send one mail; None where it is settled.

        The same delivery coming again takes over its own claim: the queue gives a message out again only when whoever had it
        is gone. Raises Unavailable while another delivery of the event is at work.
        """

    def settle(self, claim: Claim, status: str, now: datetime, note: str = "") -> None:
        """`sent`, or `skipped` with why. Final."""


class Post(Protocol):
    def send(self, mail: Mail, now: datetime) -> str:
        """Hands a mail over; answers the provider's id. Raises InvalidInput where it will never be taken."""
