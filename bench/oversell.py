"""Channels that learn of stock late: units held back by an oversell budget, beside the same number for every SKU.

A season of many SKUs is sold out by several channels at once. A channel sells while it shows any; what it sells reaches us after a while, what we
tell it shows after a while, each time a little different. What was sold and not there any more counts against the channel that sold it.
"""

from __future__ import annotations

import heapq
import random
from collections import Counter
from dataclasses import dataclass
from typing import Any

from waybill.listing.model.budget import Pace, held_back

BUDGET = 0.01
"""Oversold units per unit sold."""
FIXED = (0, 1, 2, 5, 10, 20, 40)
SEEDS = 5


@dataclass(frozen=True, slots=True)
class Channel:
    """`share` of all demand; mean seconds until it shows what we tell, and until its order is with us."""

    name: str
    share: float
    shows_after: float
    tells_after: float


CHANNELS = (Channel("web", 0.5, 1, 1), Channel("app", 0.2, 5, 1), Channel("marketplace", 0.25, 90, 30), Channel("feed", 0.05, 300, 60))
SKUS = tuple((units, rate) for units in (20, 100, 500) for rate in (1 / 86_400, 1 / 3_600, 1 / 300, 1 / 30, 1 / 5))
"""Units in stock, and units a second that all channels together sell."""


@dataclass
class Sold:
    """Units by channel: sold, and of them those that were not there; and units never sold."""

    sold: Counter[str]
    oversold: Counter[str]
    left: int = 0

    def add(self, other: Sold) -> None:
        self.sold.update(other.sold)
        self.oversold.update(other.oversold)
        self.left += other.left

    @property
    def worst(self) -> float:
        """The largest share of oversold units over the channels."""
        return max(self.oversold[name] / max(1, self.sold[name]) for name in self.sold)

    @property
    def kept(self) -> int:
        """Units sold that were there."""
        return sum(self.sold.values()) - sum(self.oversold.values())


def sold_out(draw: random.Random, units: int, rate: float, back: dict[str, int]) -> Sold:
    """One SKU until no channel shows it. `back`: units held back from each channel."""
    found, stock, number, seen, now = Sold(Counter(), Counter()), units, 0, dict.fromkeys(back, 0), 0.0
    shown = {channel.name: max(0, units - back[channel.name]) for channel in CHANNELS}
    told = dict(shown)
    events: list[tuple[float, int, str, Channel, int, int]] = []
    serial = 0

    def later(mean: float, kind: str, channel: Channel, value: int, mark: int = 0) -> None:
        nonlocal serial
        serial += 1
        heapq.heappush(events, (now + mean * draw.uniform(0.7, 1.3), serial, kind, channel, value, mark))

    for channel in CHANNELS:
        later(draw.expovariate(rate * channel.share), "wish", channel, 0)
    while events:
        now, _, kind, channel, value, mark = heapq.heappop(events)
        name = channel.name
        if kind == "wish":
            if shown[name] > 0:
                shown[name] -= 1
                told[name] -= 1
                found.sold[name] += 1
                later(channel.tells_after, "order", channel, 0)
            if any(shown.values()) or any(event[2] != "wish" for event in events):
                later(draw.expovariate(rate * channel.share), "wish", channel, 0)
        elif kind == "order":
            found.oversold[name] += stock <= 0
            stock -= stock > 0
            number += 1
            for other in CHANNELS:
                wanted = max(0, stock - back[other.name])
                if wanted != told[other.name]:
                    told[other.name] = wanted
                    later(other.shows_after, "shows", other, wanted, number)
        elif mark > seen[name]:
            seen[name], shown[name] = mark, value
    found.left = stock
    return found


def backs(units: int, rate: float) -> dict[str, int]:
    """What the budget holds back from each channel, by its own window."""
    slowest = max(channel.tells_after for channel in CHANNELS)
    return {c.name: held_back(Pace(rate, c.shows_after + c.tells_after + slowest, units), BUDGET) for c in CHANNELS}


def season(seed: int, fixed: int | None) -> Sold:
    """All SKUs once; by the budget where no number is fixed."""
    total = Sold(Counter(), Counter())
    for number, (units, rate) in enumerate(SKUS):
        back = backs(units, rate) if fixed is None else {channel.name: fixed for channel in CHANNELS}
        for again in range(max(1, 400 // units)):
            total.add(sold_out(random.Random(f"{seed} {number} {again}"), units, rate, back))
    return total


def measure(seeds: int = SEEDS) -> list[dict[str, Any]]:
    """A row a policy: units sold that were there, left unsold, the worst channel's oversold share, and whether that keeps the budget."""
    rows = []
    for fixed in (*FIXED, None):
        total = Sold(Counter(), Counter())
        for seed in range(seeds):
            total.add(season(seed, fixed))
        rows.append({
            "held back": "by budget" if fixed is None else str(fixed),
            "sold": total.kept, "unsold": total.left, "oversold": sum(total.oversold.values()),
            "worst channel": f"{total.worst:.2%}", "within": total.worst <= BUDGET,
        })  # fmt: skip
    return rows
