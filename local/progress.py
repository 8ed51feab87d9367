"""One line a step: what is being done, then how long it took."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

_WIDTH = 44


@contextmanager
def step(what: str) -> Iterator[list[str]]:
    """Shows a step; what is appended to the list it gives is shown behind it."""
    live = sys.stdout.isatty()
    if live:
        print(f"  … {what}", end="\r", flush=True)
    started, notes = time.monotonic(), list[str]()
    try:
        yield notes
    except BaseException:
        print(f"  ✗ {what}", flush=True)
        raise
    note = f"  ({', '.join(notes)})" if notes else ""
    print(f"  ✓ {what:<{_WIDTH}}{time.monotonic() - started:6.1f} s{note}", flush=True)
