"""A channel that does not answer is left alone for a while by each worker: its messages go back to the queue at once, and the worker has time for
the others'."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from waybill.aws import outbound
from waybill.channels.ports import AskedToWait
from waybill.kernel.errors import Unavailable

MOST_SECONDS = 11.0
"""Of one message at its channel: a batch of five such fits into one run of a function, so that no channel's silence takes others' messages with it."""
SLOW_SECONDS = 5.0
LEFT_ALONE_SECONDS = 60.0


class LeftAlone(Unavailable):
    """It did not answer just now; this message has not been tried."""


class Patience:
    """In the memory of a warm worker: nothing is written for it."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._until: dict[str, float] = {}
        self._now = now

    @contextmanager
    def given(self, channel: str) -> Iterator[None]:
        """Around all calls of a channel for one message. Raises LeftAlone; whoever fails after so long did not answer."""
        started = self._now()
        if started < self._until.get(channel, 0.0):
            raise LeftAlone(f"{channel} did not answer just now: it is left alone for a while")
        try:
            with outbound.within(MOST_SECONDS):
                yield
        except AskedToWait:
            raise
        except Unavailable:
            if self._now() - started >= SLOW_SECONDS:
                self._until[channel] = self._now() + LEFT_ALONE_SECONDS
            raise
