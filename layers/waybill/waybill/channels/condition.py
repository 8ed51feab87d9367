"""How channels stand: what is set up, when each was last heard and how far it has been asked, what of it waits for a person. Only read:
nothing is written anywhere for its sake."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from waybill.aws.secrets import secret
from waybill.channels import drift, registry
from waybill.channels.connecting import live_secrets
from waybill.channels.messages import MESSAGES, last_untold
from waybill.channels.model.settings import shown
from waybill.kernel.clock import Clock
from waybill.kernel.errors import NotFound, Unavailable
from waybill.orders import documents, store
from waybill.shop import store as shop
from waybill.shop.model import Channel

_A_PAGE = 1000
_MOST_PAGES, _MOST_PARKED_PAGES, _MOST_DAYS = 40, 5, 30
_FIRST = 3
Condition = dict[str, Any]


@dataclass(slots=True)
class _Parked:
    count: int = 0
    oldest: str = ""
    newest: str = ""
    first: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Conditions:
    """`stock` answers what a channel is told of stock, {} where it is told nothing; `secrets` which of a channel's are there and which lack."""

    stock: Callable[[str], Mapping[str, Any]]
    clock: Clock
    secrets: Callable[[Channel], Condition]

    def every(self) -> list[Condition]:
        """Each channel of the shop, by id."""
        return self._of(sorted(shop.channels(), key=lambda channel: channel.id))

    def one(self, channel_id: str) -> Condition:
        """Raises NotFound."""
        return self._of([shop.channel(channel_id)])[0]

    def _of(self, channels: list[Channel]) -> list[Condition]:
        ids = [channel.id for channel in channels]
        parked, all_seen = _parked()
        newest = self._newest_orders(ids)
        return [self._condition(channel, parked.get(channel.id, _Parked()), all_seen, newest.get(channel.id)) for channel in channels]

    def _condition(self, channel: Channel, parked: _Parked, all_seen: bool, newest: str | None) -> Condition:
        return {
            "id": channel.id,
            "kind": channel.kind,
            "name": channel.name,
            "currency": channel.currency,
            "settings": shown(channel.settings),
            "secrets": self.secrets(channel),
            "heard": _heard(newest, parked.newest),
            "asked": _asked(channel.id),
            "parked": {
                "count": parked.count,
                "more": not all_seen,
                "oldest": parked.oldest or None,
                "first": [documents.row(id) for id in parked.first],
            },
            "untold": last_untold(channel.id) or None,
            "drift": drift.last(channel.id) or None,
            "stock": dict(self.stock(channel.id)) or None,
        }

    def _newest_orders(self, channels: Iterable[str]) -> dict[str, str]:
        """The newest order of each, by channel; of one that was silent for long, none."""
        missing, found = set(channels), dict[str, str]()
        day, start = self.clock().date(), None
        last = day - timedelta(days=_MOST_DAYS)
        for _ in range(_MOST_PAGES):
            rows, start = store.of_day(day.isoformat(), _A_PAGE, start)
            for row in rows:
                if row["channel"] in missing:
                    missing.remove(row["channel"])
                    found[row["channel"]] = row["pk"].removeprefix("ORDER#")
            day = day if start else day - timedelta(days=1)
            if not missing or day < last:
                break
        return found


def _parked() -> tuple[dict[str, _Parked], bool]:
    """What waits for a person, by channel, and whether all of it was seen."""
    found, start = dict[str, _Parked](), None
    for _ in range(_MOST_PARKED_PAGES):
        keys, start = documents.parked_keys(_A_PAGE, start)
        for id, at in keys:
            waits = found.setdefault(id.partition("#")[0], _Parked(oldest=at))
            waits.count, waits.newest = waits.count + 1, at
            if len(waits.first) < _FIRST:
                waits.first.append(id)
        if start is None:
            return found, True
    return found, False


def _heard(newest_order: str | None, newest_parked: str) -> Condition | None:
    """The newest document that is known of it: its newest order's, or one that is parked."""
    document = documents.of_order(newest_order) if newest_order else None
    if document is None or document["received_at"] < newest_parked:
        return {"at": newest_parked, "status": "parked"} if newest_parked else None
    return {"at": document["received_at"], **{name: document[name] for name in ("status", "door", "topic", "order_id") if document.get(name)}}


def _asked(channel: str) -> Condition | None:
    """Up to when all of its changes are known; None for one that was never asked."""
    mark = MESSAGES.get(f"watch#{channel}")
    return {"known_up_to": mark["since"], "reading": "until" in mark} if mark else None


def secrets_of(channel: Channel) -> Condition:
    """How many sign to us, and by name what we present and what lacks. None of them is shown."""
    try:
        outbound, live = secret("channels").get(f"{channel.id}/outbound") or {}, len(live_secrets(channel))
    except Unavailable:
        outbound, live = {}, 0
    try:
        adapter = registry.adapter(channel.kind)
    except NotFound:
        return {"live": live, "outbound": sorted(outbound), "lacks": []}
    wanted = adapter.needs if channel.settings.get(adapter.address) else ()
    lacks = [*(["webhook secret"] if adapter.hook and not live else []), *(name for name in wanted if not outbound.get(name))]
    return {"live": live, "outbound": sorted(outbound), "lacks": lacks}
