"""The run itself: everything sent at once, then looked at until nothing more is to come."""

from __future__ import annotations

import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol

from local.demo.documents import Sending
from local.demo.door import Refused
from local.demo.following import Followed

_HANDS = 4
_LOOK_SECONDS = 0.4
_MAIL_QUIET_SECONDS = 1.5
_MAIL_SECONDS = 8.0


class Shop(Protocol):
    def send(self, sending: Sending) -> str: ...

    def order(self, order_id: str) -> dict[str, object]: ...

    def mails(self) -> dict[str, str]: ...


class Screen(Protocol):
    def show(self, orders: Sequence[Followed]) -> None: ...


def play(shop: Shop, sendings: Sequence[Sending], screen: Screen, seconds: float) -> list[Followed]:
    """Each order as it was seen last: done, or not within so many seconds."""
    started = time.monotonic()
    deadline = started + seconds
    orders = [Followed(sending.name, sending.channel, sending.reference, sent_at=started, changed_at=started) for sending in sendings]
    with ThreadPoolExecutor(_HANDS) as hands:
        screen.show(orders)
        orders = list(hands.map(lambda pair: _sent(shop, *pair), zip(orders, sendings, strict=True)))
        screen.show(orders)
        while time.monotonic() < deadline and not all(order.done(time.monotonic()) for order in orders):
            time.sleep(_LOOK_SECONDS)  # between two looks, until the deadline
            orders = list(hands.map(lambda order: _looked_at(shop, order), orders))
            screen.show(orders)
    return orders


def mails_since(shop: Shop, known: dict[str, str]) -> list[str]:
    """Subjects of what came since; waits until the mailbox has been quiet for a moment."""
    deadline, quiet_at, found = time.monotonic() + _MAIL_SECONDS, time.monotonic(), shop.mails()
    while time.monotonic() < deadline and time.monotonic() - quiet_at < _MAIL_QUIET_SECONDS:
        time.sleep(0.3)  # between two looks, until the deadline
        now = shop.mails()
        if now != found:
            quiet_at, found = time.monotonic(), now
    return [subject for id, subject in sorted(found.items()) if id not in known]


def _sent(shop: Shop, order: Followed, sending: Sending) -> Followed:
    order = Followed(order.name, order.channel, order.reference, sent_at=time.monotonic())
    try:
        return order.sent(shop.send(sending), time.monotonic())
    except Refused as refusal:
        return order.refused(str(refusal), time.monotonic())


def _looked_at(shop: Shop, order: Followed) -> Followed:
    if order.done(time.monotonic()):
        return order
    try:
        return order.seen(shop.order(order.order_id), time.monotonic())
    except Refused:
        return order  # busy, or not written yet: the next look tells
