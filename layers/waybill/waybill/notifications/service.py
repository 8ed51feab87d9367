"""Telling the customer of an event: at least once, and at most once more per fault inside the provider's call (I26).

Claim, send, settle. A crash before the call sends nothing, and the redelivery does; a crash after it, before it is written down,
is the one that can cost a second mail: no provider of mail offers a key that would prevent it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from waybill.aws.logs import count, logger
from waybill.kernel.clock import Clock
from waybill.kernel.errors import Unavailable
from waybill.kernel.events import Event
from waybill.notifications import letter as letters
from waybill.notifications import rendering
from waybill.notifications.fetching import Stores
from waybill.notifications.model import KINDS, Brand, Mail, is_address
from waybill.notifications.ports import Claim, Claims, Post
from waybill.orders.store import Record

SENT, SKIPPED = "sent", "skipped"


@dataclass(frozen=True, slots=True)
class Notifier:
    """`orders` loads an order's record, `brand` a channel's brand, `tracking` a carrier's name and tracking page, `paper` a file that is enclosed,
    `stores` where something is fetched."""

    claims: Claims
    post: Post
    orders: Callable[[str], Record]
    brand: Callable[[str], Brand]
    tracking: letters.Tracking
    clock: Clock
    paper: Callable[[str], bytes]
    stores: Stores

    def take(self, message: dict[str, Any]) -> None:
        """One message of the queue: an EventBridge event whose `detail` is our envelope."""
        event = Event.from_dict(message["detail"])
        if event.type in KINDS:
            self.tell(event)

    def tell(self, event: Event) -> None:
        """Mails the customer, unless that was done. Raises NotFound for an unknown order, Unavailable to be tried again."""
        claim = self.claims.take(event.id, self.clock())
        if claim is None:
            return
        record = self.orders(event.subject)
        problem = letters.no_longer_true(event, record) or _unreachable(record)
        if problem:
            self._skip(claim, event, problem)
            return
        mail = self._mail(event, record)
        if self.clock() >= claim.ends:
            raise Unavailable(f"{event.id} took too long, and may be told by another worker by now")
        self.post.send(mail, self.clock())
        self.claims.settle(claim, SENT, self.clock())
        count("MailsSent", event=event.type)

    def _skip(self, claim: Claim, event: Event, problem: str) -> None:
        self.claims.settle(claim, SKIPPED, self.clock(), problem)
        count("MailsSkipped", event=event.type)
        logger.info("no mail", event_id=event.id, order_id=event.subject, why=problem)

    def _mail(self, event: Event, record: Record) -> Mail:
        written = letters.letter(event, record, self.brand(record.order.channel), self.tracking, self.stores)
        mail = rendering.mail(written, event.id, record.customer.email)
        return replace(mail, enclosed=(("return-label.pdf", self.paper(event.data["paper"])),)) if event.data.get("paper") else mail


def _unreachable(record: Record) -> str:
    """Orders without an address are normal (a counter, a phone); so are customers who have been erased."""
    email = record.customer.email
    return "" if is_address(email) else "bad_address" if email else "no_address"
