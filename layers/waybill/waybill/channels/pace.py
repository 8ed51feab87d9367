"""How much of a worker one channel may take: a bucket a channel, in the memory of each warm function. It costs no call and no write.

What is refused is lost to nobody: a channel that is answered 429 sends again, and what it gives up is found by asking (`watching`).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any

from waybill.channels.model.bucket import Bucket
from waybill.kernel.errors import TooMany

PER_MINUTE, BURST = 3000, 500
"""Where a channel's settings do not say. A worker answers about a hundred calls a second: in the long run half of it is left to others."""
LIMITS = {"per_minute": (1, 600_000), "burst": (1, 100_000)}
"""What the settings may say."""


class Pace:
    """Only channels of the shop have a bucket, and only what is theirs is taken from it: whoever forges calls cannot use it up."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._buckets: dict[str, Bucket] = {}
        self._now = now

    def refuse_beyond(self, channel_id: str) -> None:
        """Before anything is looked at: raises TooMany where the channel has none left."""
        bucket = self._buckets.get(channel_id)
        if bucket is not None:
            _refuse(bucket.wait(self._now()))

    def take(self, channel_id: str, settings: Callable[[], Mapping[str, Any]]) -> None:
        """One call that is the channel's own. `settings` of the channel, asked for from its second call on: a cold start reads one thing less.
        Raises TooMany."""
        now, bucket = self._now(), self._buckets.get(channel_id)
        if bucket is None:
            self._buckets[channel_id] = bucket = Bucket(1, BURST, float(BURST), now)  # not filled up before its limit is known
        else:
            said = settings()
            per_minute = _said(said, "per_minute", PER_MINUTE)
            self._buckets[channel_id] = bucket = bucket.of(per_minute, _said(said, "burst", min(BURST, per_minute)), now)
        _refuse(bucket.take(now))


def _refuse(seconds: int) -> None:
    if seconds:
        raise TooMany(f"this channel sends more than it may: again in {seconds} s", seconds)


def _said(settings: Mapping[str, Any], name: str, otherwise: int) -> int:
    """What the settings say, if they can be meant."""
    said, (least, most) = settings.get(name), LIMITS[name]
    return said if isinstance(said, int) and not isinstance(said, bool) and least <= said <= most else otherwise
