"""Prices of scarcity, made anew on a schedule from the newest decisions and from the stock that is there."""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Protocol

from waybill.aws.logs import count, logger
from waybill.aws.tables import Table, WriteConflict, commit, replace
from waybill.kernel.clock import Clock, instant, parse_instant
from waybill.routing.model.scarcity import DAYS, LOST, POLICY, Outlook, Prices, by_node, dearer_half
from waybill.routing.model.season import learned
from waybill.shop import store as shop

MOST_ORDERS = 2_000
GOOD_FOR = timedelta(days=1)
"""Older prices are none: a schedule that stands still must not go on turning orders away from their nearest node."""
_TABLE, _KEY = Table("SHOP_TABLE"), ("SCARCITY", "PRICES")
_LEAST_DAYS = 1.0
_MOST_BYTES = 200_000
"""Of a table's item, of which every routing reads one a minute: what goes beyond is cut from the cheapest."""


class Decisions(Protocol):
    """The newest orders' first decisions (`decisions_table`)."""

    def latest(self, most: int, since: str = "") -> list[tuple[str, dict[str, Any]]]: ...


Available = Callable[[Iterable[str]], Mapping[str, Mapping[str, int]]]
"""Units of these SKUs that nobody has reserved: {sku: {node: units}}."""


@dataclass(frozen=True, slots=True)
class Scarcity:
    """`solve(outlook, lost)` answers {node: price}. `policy`: that of the shop (`model.scarcity.POLICY`)."""

    decisions: Decisions
    available: Available
    solve: Callable[[Outlook, float], Mapping[str, float]]
    policy: Callable[[], Mapping[str, Any]]
    clock: Clock

    def run(self) -> dict[str, int]:
        """Answers from how many orders how many prices were made. Where the policy is off, none stand afterwards."""
        policy, now, seen = self.policy(), self.clock(), version()
        if not policy.get("on"):
            if seen:
                keep({}, "", seen)
            return {"orders": 0, "prices": 0}
        receipts = [receipt for _, receipt in self.decisions.latest(MOST_ORDERS)]
        season = learned(receipts)
        days = _days_of(receipts, instant(now))
        outlooks = season.outlooks(self.available(season.skus), policy.get("days", DAYS) / days)
        lost = float(policy.get("lost", LOST))
        prices = by_node({outlook.sku: self.solve(outlook, lost) for outlook in outlooks})
        keep(prices, instant(now + GOOD_FOR), seen)
        made = sum(map(len, prices.values()))
        count("ScarcityPrices", made)
        logger.info("scarcity priced", orders=len(receipts), skus=len(outlooks), prices=made)
        return {"orders": len(receipts), "prices": made}


def version() -> int:
    """Which prices stand; 0 where there never were any."""
    item = _TABLE.get(*_KEY)
    return int(item["version"]) if item else 0


def keep(prices: Prices, until: str, seen: int) -> None:
    """Puts a round's prices over those that stood when it began. Where another round was quicker, its prices stand."""
    item = {"pk": _KEY[0], "sk": _KEY[1], "prices": _folded(prices), "until": until, "version": seen + 1}
    try:
        commit(replace(_TABLE, item, seen))
    except WriteConflict:
        logger.info("scarcity was priced by another round", seen=seen)
    shop.forget()


def prices(now: str) -> Prices:
    """Those that stand, read once a minute; none that are too old, and none while the shop has them turned off."""
    until, known = shop.for_a_minute(_KEY, _load)
    return known if known and now < until and shop.policy(POLICY).get("on") else {}


def _load() -> tuple[str, Prices]:
    item = _TABLE.get(*_KEY)
    return (item["until"], json.loads(zlib.decompress(item["prices"]))) if item else ("", {})


def _folded(prices: Prices) -> bytes:
    while len(folded := zlib.compress(json.dumps(prices, separators=(",", ":"), sort_keys=True).encode(), 9)) > _MOST_BYTES:
        prices = dearer_half(prices)
        logger.warning("scarcity prices cut", bytes=len(folded))
    return folded


def _days_of(receipts: list[dict[str, Any]], now: str) -> float:
    """The time over which these orders came, to now."""
    oldest = min((receipt["at"] for receipt in receipts), default=now)
    return max(_LEAST_DAYS, (parse_instant(now) - parse_instant(oldest)) / timedelta(days=1))
