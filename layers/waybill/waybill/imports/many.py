"""One thing done for many, some of them at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any


def some_at_a_time(at_once: int, do: Callable[[Any], object], things: Iterable[Any]) -> None:
    """Raises what the first that fails raises; those under way are ended first. One at a time: in this thread, in order."""
    if at_once <= 1:
        for thing in things:
            do(thing)
        return
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(at_once) as pool:
        for _ in pool.map(do, things):
            pass
