"""Channels are asked, on a schedule, which orders were made or changed since: what a webhook missed is repaired, and channels that have no
webhooks are read so (A4). How far each was read stands in Messages, `pk = watch#<channel>`."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from waybill.aws import outbound
from waybill.aws.logs import count, logger
from waybill.aws.tables import WriteConflict, commit, replace
from waybill.channels import drift
from waybill.channels.changes import kept
from waybill.channels.connecting import remote
from waybill.channels.messages import MESSAGES
from waybill.channels.ports import Page, Remote
from waybill.kernel.clock import Clock, instant, parse_instant
from waybill.kernel.errors import WaybillError
from waybill.orders import documents, store
from waybill.shop import store as shop
from waybill.shop.model import Channel

_OVERLAP = timedelta(minutes=2)
"""Their clock and ours differ, and an order can be listed later than it was changed."""
_FIRST = timedelta(days=1)
_MOST_PAGES = 20
_MOST_SECONDS = 50.0
"""Of calling them all, in a run of 60."""


@dataclass(frozen=True, slots=True)
class Watching:
    clock: Clock

    def watch(self) -> dict[str, Any]:
        """Every channel that can be asked, each for its share of the time. Answers the orders seen by channel; one that fails, or does not answer,
        leaves the others alone."""
        seen: dict[str, Any] = {}
        channels, ends = shop.channels(), time.monotonic() + _MOST_SECONDS
        for place, channel in enumerate(channels):
            share = (ends - time.monotonic()) / (len(channels) - place)
            try:
                drift.look(channel, self.clock)
                with outbound.within(share):
                    asked = remote(channel, self.clock)
                    if asked is not None:
                        seen[channel.id] = self._watched(channel, asked)
            except WaybillError as problem:
                seen[channel.id] = problem.code
                count("ChannelsNotRead", channel=channel.id)
                logger.warning("channel not read", channel=channel.id, problem=problem.message)
        return seen

    def _watched(self, channel: Channel, asked: Remote) -> int:
        """Some pages; those after them with the next run."""
        at = self.clock()
        item = MESSAGES.get(f"watch#{channel.id}") or {"version": 0, "since": instant(at - _FIRST)}
        since, until, next = item["since"], item.get("until", ""), item.get("next", "")
        found = 0
        for _ in range(_MOST_PAGES):
            until = until or instant(at)
            page = asked.changed(since, until, next)
            found += self._taken(channel, page)
            if page.next:
                next = page.next
            else:
                since, until, next = instant(parse_instant(until) - _OVERLAP), "", ""
            item = _at_page(channel, item["version"], since, until, next)
            if item is None:
                return found
            if not next:
                break
        return found

    def _taken(self, channel: Channel, page: Page) -> int:
        at = instant(self.clock())
        for reference, order in page.orders:
            document, _ = kept(channel.id, "listed", order, reference, at)
            if store.stands(document.order_id):
                documents.enqueue_change(document.id)
            else:
                count("OrdersFoundByAsking", channel=channel.id)
                documents.enqueue(document.id)
        return len(page.orders)


def _at_page(channel: Channel, seen: int, since: str, until: str, next: str) -> dict[str, Any] | None:
    """Remembers how far it came; None where another run was faster."""
    item = {"pk": f"watch#{channel.id}", "version": seen + 1, "since": since}
    item |= {name: value for name, value in (("until", until), ("next", next)) if value}
    try:
        commit(replace(MESSAGES, item, seen))
    except WriteConflict:
        return None
    return item
