"""Every execution sleeps 150 ms before its first state, and each retry forgets `MaxDelaySeconds`.

The sleep is a literal inside a long function, so the module gets a clock that knows that one number.
"""

from __future__ import annotations

import time as real_time
from typing import Any

_THE_NAP = 0.15


class _Clock:
    """`time`, but for the nap before an execution."""

    def __getattr__(self, name: str) -> Any:
        return getattr(real_time, name)

    @staticmethod
    def sleep(seconds: float) -> None:
        if seconds != _THE_NAP:
            real_time.sleep(seconds)  # the engine's own, all but the nap


def close() -> None:
    from ministack.services import stepfunctions

    stepfunctions.time = _Clock()
